import PolicyBytecode

@testable import Operations

/// One decoded operation, for tests to look at.
struct Decoded {
  var `protocol`: OperationProtocol
  var reason: UnparsedReason
  var facts: [Fact: [String]]

  /// Its command; `?REASON` if it is unparsed; with the protocol in front where that is not shell.
  var summary: String {
    let text = reason == .none ? facts[.command]?.first ?? "" : "?" + reason.word
    return `protocol` == .shell ? text : "\(`protocol`.name): \(text)"
  }

  /// Its summary and those of its other facts that say something, as the tables of the tests have them.
  var line: String {
    var line = summary.replacing("\n", with: "⏎")
    let facts: [(String, Fact)] = [
      ("via", .via), ("in", .viaProgram), ("program", .shellProgram), ("flag", .shellFlag), ("path", .shellPath),
      ("writes", .shellWrites), ("from", .shellInputFrom),
    ]
    for (name, fact) in facts where !texts(fact).isEmpty {
      // The program is told only where it is not the first word.
      if fact == .shellProgram, summary.split(separator: " ").first.map(String.init) == texts(fact).first { continue }
      line += " ‹\(name) \(texts(fact).joined(separator: ", "))›"
    }
    if isTrue(.shellPrivileged) { line += " ‹privileged›" }
    if isTrue(.shellUnknown) { line += " ‹unknown›" }
    return line
  }

  func texts(_ fact: Fact) -> [String] { facts[fact] ?? [] }
  func isTrue(_ fact: Fact) -> Bool { facts[fact] == ["1"] }
}

/// The operations of a shell payload.
func decodeShell(_ payload: [UInt8], demand: FactDemand = .everything) -> [Decoded] {
  var context = DecodeContext(demand: demand)
  context.decode(.shell, payload)
  var result: [Decoded] = []
  for index in 0..<context.batch.count {
    let operation = context.batch.operations[index]
    var facts: [Fact: [String]] = [:]
    for at in Int(operation.firstEntry)..<Int(operation.endEntry) {
      let entry = context.batch.facts.entries[at]
      guard let fact = Fact(rawValue: entry.fact) else { continue }
      facts[fact, default: []].append(entry.isInline ? String(entry.integer) : context.batch.facts.text(entry))
    }
    result.append(Decoded(protocol: operation.protocol, reason: operation.unparsed, facts: facts))
  }
  return result
}

func decodeShell(_ line: String) -> [Decoded] { decodeShell(Array(line.utf8)) }
