import PolicyBytecode
import PolicyEngine

extension DecodedRequest {
  /// The report of `hpol decode` for people: an operation each, under what carries it, with its facts written as a
  /// policy would. Facts that every operation shares and empty lists are left out.
  public func text(_ style: TextStyle) -> String {
    operations.map { $0.text(style) }.joined(separator: "\n")
  }
}

extension DecodedOperation {
  fileprivate func text(_ style: TextStyle) -> String {
    let indent = via.count * 2
    let margin = String(repeating: " ", count: indent)
    var head = margin + style(.name, `protocol`.name) + "  "
    if unparsed != .none {
      head += style(.bad, "unparsed") + " (\(unparsed.word)): \(unparsed.explanation)"
    } else if let command {
      head += command.isEmpty ? style(.faint, "nothing to run") : style(.strong, printable(command))
    } else {
      head += style(.faint, "no command")
    }
    var table = TextTable([.left, .left], indent: indent + 2)
    for (fact, value) in facts where ![.protocol, .command, .text, .unparsed].contains(fact) {
      if value == .list([]) { continue }
      table.add([fact.schema.name, value.policyText(isWord: fact.schema.isWord)])
    }
    return head + "\n" + table.text { _, column, cell in column == 0 ? style(.faint, cell) : cell }
  }
}

extension FactSchema {
  /// Whether its values are bare words in a policy.
  var isWord: Bool {
    if case .enumeration = type { return true }
    return false
  }
}

extension DecodedOperation.Value {
  /// As a policy writes it.
  func policyText(isWord: Bool) -> String {
    func quoted(_ text: String) -> String {
      if isWord { return text }
      let escaped = text.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
        .split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
      return "\"" + printable(escaped) + "\""
    }
    return switch self {
    case .text(let text): quoted(text)
    case .list(let values): "[" + values.map(quoted).joined(separator: ", ") + "]"
    case .boolean(let flag): flag ? "true" : "false"
    case .integer(let value): String(value)
    }
  }
}

extension UnparsedReason {
  /// One line for people.
  fileprivate var explanation: String {
    switch self {
    case .none: "it was read"
    case .syntax: "it does not follow its language"
    case .truncated: "it ends inside a literal, a comment, a word or a block"
    case .oversized: "it is larger than a payload may be"
    case .encoding: "it holds NUL or invalid UTF-8"
    case .depth: "it nests deeper than the limit"
    case .count: "it holds more than the limit"
    case .unknownProgram: "the program that runs cannot be known from the line"
    case .unknownCode: "what it would run cannot be known from the payload"
    case .unsupported: "its form is not known to the decoder"
    }
  }
}
