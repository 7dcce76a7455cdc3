import Operations
import PolicyBytecode
import PolicyEngine

/// How `shell.flag` has a word of a program's line, as the decoder of such lines says: `-f` for git's `--force`. Nil for
/// words that the decoder would not read as what they are here.
func shellFlags(of program: String, for word: String) -> [String]? {
  guard [program, word].allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isPlain) }), !program.hasPrefix("-") else {
    return nil
  }
  var context = DecodeContext(demand: FactDemand(facts: FactSet([.shellProgram, .shellFlag] as [Fact])))
  context.decode(.shell, Array("\(program) \(word)".utf8))
  for operation in DecodedOperation.all(in: context.batch) {
    guard operation.facts.contains(where: { $0.fact == .shellProgram && $0.value == .text(program) }) else { continue }
    for case (.shellFlag, .list(let flags)) in operation.facts { return flags }
  }
  return nil
}

/// Whether a byte stands for itself in a shell's word.
private func isPlain(_ byte: UInt8) -> Bool {
  byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || "-_.+".utf8.contains(byte)
}
