import PolicyBytecode

@testable import Operations

extension Decoded {
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
}

/// The operations of a shell payload.
func decodeShell(_ payload: [UInt8], demand: FactDemand = .everything) -> [Decoded] {
  decodeOperations(.shell, payload, demand)
}

func decodeShell(_ line: String) -> [Decoded] { decodeShell(Array(line.utf8)) }
