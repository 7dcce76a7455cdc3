import JSONText
import Operations
import PolicyBytecode
import PolicyTestBench
import Testing

/// `ssh`-like layers with every kind of value, made by hand so that no decoder's progress changes the golden files.
private func sample() -> DecodedRequest {
  var context = DecodeContext(demand: .everything)
  context.batch.facts.add(.text, "psql -c 'DELETE …'\n")
  context.batch.endCommon()
  context.operation(.shell) { facts, _ in
    facts.add(.command, "psql -c 'DELETE FROM orders'")
    facts.add(.shellProgram, "psql")
    facts.add(.shellFlag, "-c")
    facts.add(.shellArgument, "-c")
    facts.add(.shellArgument, "DELETE \"x\\y\"\u{1B}[31m")
    facts.add(.shellPrivileged, false)
    facts.add(.shellUnknown, true)
  }
  context.operation(.postgres) { facts, _ in
    facts.add(.via, "shell")
    facts.add(.viaProgram, "psql")
    facts.add(.command, "delete from orders")
    facts.add(.sqlVerb, "delete")
    facts.add(.sqlObject, "table")
    facts.add(.sqlTable, "orders")
    facts.add(.sqlWrites, "orders")
    facts.add(.sqlWhere, false)
    facts.add(.sqlJoins, integer: 2)
    facts.add(.sqlLimit, integer: -1)
  }
  context.unparsed(.shell, .unknownProgram)
  context.unparsed(.shell, .unknownProgram)
  context.unparsed(.postgres, .syntax)
  context.operation(.shell) { facts, _ in facts.add(.command, "") }
  return DecodedRequest(id: .string("s-1"), DecodedOperation.all(in: context.batch))
}

@Test func decodePrintsForPeople() throws {
  try expectGolden("decode.txt", sample().text(.plain))
  try expectGolden("decode-colour.txt", sample().text(TextStyle(usesColour: true)))
}

@Test func decodePrintsJSON() throws {
  var writer = JSONWriter()
  sample().write(to: &writer)
  try expectGolden("decode.json", String(decoding: writer.bytes, as: UTF8.self))
}
