import JSONText
import PolicyBytecode
import PolicyEngine

extension DecodedRequest {
  /// Writes the line of `hpol decode --json`, whose schema is `grammar/decode.schema.json`.
  public func write(to writer: inout JSONWriter) {
    let reasons = reasons
    writer.object {
      $0.key("id")
      $0.value(id ?? .null)
      $0.key("unparsed")
      $0.boolean(!reasons.isEmpty)
      $0.key("reasons")
      $0.strings(reasons)
      $0.key("operations")
      $0.array { for operation in operations { operation.write(to: &$0) } }
    }
    writer.newline()
  }
}

extension DecodedOperation {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.object {
      $0.key("protocol")
      $0.string(`protocol`.name)
      $0.key("command")
      $0.string(command)
      if unparsed != .none {
        $0.key("unparsed")
        $0.boolean(true)
        $0.key("reason")
        $0.string(unparsed.word)
      }
      $0.key("facts")
      $0.object {
        for (fact, value) in facts {
          $0.key(fact.schema.name)
          value.write(to: &$0)
        }
      }
    }
  }
}

extension DecodedOperation.Value {
  fileprivate func write(to writer: inout JSONWriter) {
    switch self {
    case .text(let text): writer.string(text)
    case .list(let values): writer.strings(values)
    case .boolean(let flag): writer.boolean(flag)
    case .integer(let value): writer.integer(value)
    }
  }
}
