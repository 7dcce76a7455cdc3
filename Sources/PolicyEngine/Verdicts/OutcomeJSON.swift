import JSONText
import PolicyBytecode
import PolicyRuntime

extension Outcome {
  /// Writes the line of `hpol eval --json`, whose schema is `grammar/eval.schema.json`.
  ///
  /// `isAnswered` says whether the request has a response: the member `response` is then there, null if withheld.
  public func write(id: JSONValue?, isAnswered: Bool, to writer: inout JSONWriter) {
    writer.object {
      $0.key("id")
      $0.value(id ?? .null)
      $0.key("decision")
      $0.string(isEvaluable ? decision.word : nil)
      $0.key("rules")
      $0.strings(rules)
      $0.key("message")
      $0.string(message)
      $0.key("approve")
      $0.array { for approval in approvals { approval.write(to: &$0) } }
      $0.key("masks")
      $0.array { for mask in masks { mask.write(to: &$0) } }
      $0.key("record")
      $0.string(record.word)
      $0.key("tags")
      $0.strings(tags)
      $0.key("operations")
      $0.integer(operations)
      if !observed.isEmpty {
        $0.key("observed")
        $0.strings(observed)
      }
      if !isEvaluable {
        $0.key("notEvaluable")
        $0.strings(notEvaluable)
      }
      if !possibleRules.isEmpty {
        $0.key("possibleRules")
        $0.strings(possibleRules)
      }
      if lacksResponse {
        $0.key("lacksResponse")
        $0.boolean(true)
      }
      if isAnswered {
        $0.key("response")
        $0.value(response ?? .null)
      }
    }
    writer.newline()
  }
}

extension ApprovalRequirement {
  package func write(to writer: inout JSONWriter) {
    writer.object {
      $0.key("groups")
      $0.strings(groups)
      $0.key("count")
      $0.integer(count)
      $0.key("within")
      if let within { $0.integer(within) } else { $0.null() }
      $0.key("question")
      $0.string(question)
    }
  }

  /// As a policy writes it.
  public var policyText: String {
    var text = "by " + groups.map { "\"\($0)\"" }.joined(separator: ", ")
    if count != 1 { text += " count \(count)" }
    if let within { text += " within \(durationText(within))" }
    return text
  }
}

/// Seconds as a policy writes a duration: in the largest unit that divides them.
package func durationText(_ seconds: Int) -> String {
  for (unit, size) in [("d", 86400), ("h", 3600), ("m", 60)] where seconds > 0 && seconds % size == 0 {
    return "\(seconds / size)\(unit)"
  }
  return "\(seconds)s"
}

extension MaskObligation {
  package func write(to writer: inout JSONWriter) {
    writer.object {
      switch subject {
      case .detector(let name):
        $0.key("detector")
        $0.string(name)
      case .column(let globs):
        $0.key("column")
        $0.strings(globs)
      case .json(let path):
        $0.key("json")
        $0.string(path)
      case .header(let globs):
        $0.key("header")
        $0.strings(globs)
      case .regex(let source):
        $0.key("regex")
        $0.string(source)
      }
      $0.key("how")
      switch treatment {
      case .redact: $0.string("redact")
      case .hash: $0.string("hash")
      case .with(let text):
        $0.string("with")
        $0.key("text")
        $0.string(text)
      case .keepFirst(let count):
        $0.string("keep-first")
        $0.key("count")
        $0.integer(count)
      case .keepLast(let count):
        $0.string("keep-last")
        $0.key("count")
        $0.integer(count)
      }
    }
  }
}
