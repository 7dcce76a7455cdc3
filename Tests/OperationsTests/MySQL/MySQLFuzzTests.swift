import PolicyBytecode
import TestSupport
import Testing

@testable import Operations

private let pieces = [
  "select ", "from ", "where ", "t ", "a ", "b ", "1 ", "'x' ", "\"y\" ", "`z` ", "(", ")", ",", ".", "*", "=", "<=>",
  ":=", "->>",
  "||", "&&", ";", "@v ", "@@g.x ", "?", "/*", "*/", "/*!", "/*!80000 ", "/*M!", "-- ", "#", "\n", "\\G", "\\",
  "delimiter //\n",
  "//", "insert into ", "values ", "update ", "set ", "delete ", "using ", "join ", "on ", "with ", "as ", "union ",
  "all ",
  "create ", "procedure ", "begin ", "end ", "if ", "then ", "else ", "loop ", "case ", "when ", "declare ", "handler ",
  "for ",
  "drop ", "table ", "prepare s from ", "execute ", "concat(", "load_file(", "into outfile ", "load data infile ",
  "grant ", "to ",
  "0x41", "x'", "n'", "_utf8", "1.", ".5e", "not ", "in ", "like ", "between ", "and ", "or ", "exists ", "interval ",
  "day ",
  "explain ", "analyze ", "values row", "limit ", "order by ", "{d ", "}", "é", "\t", "\u{7f}",
]

/// What is not read as a whole is one operation, unless servers read executed comments in different ways.
private func check(_ payload: [UInt8]) {
  let operations = decodedMySQL(payload)
  #expect(!operations.isEmpty)
  let text = MySQLText(payload, server: nil)
  let isFailed = operations.contains { [.syntax, .truncated, .encoding].contains($0.reason) }
  if isFailed, text.gates.isEmpty,
    !operations.contains(where: { ["prepare", "execute", "set"].contains($0[.sqlVerb]) })
  {
    #expect(operations.count == 1, "\(String(decoding: payload, as: UTF8.self))")
  }
  #expect(operations == decodedMySQL(payload))
}

@Test func mysqlPiecesOfSyntaxNeverCrash() {
  var random = SplitMix64(seed: 0x5EED)
  for _ in 0..<4_000 { check(Array(random.some(pieces, 1, 24).joined().utf8)) }
}

@Test func mysqlBytesNeverCrash() {
  var random = SplitMix64(seed: 42)
  for _ in 0..<2_000 {
    check((0..<random.below(60)).map { _ in UInt8(random.below(256)) })
    check((0..<random.below(60)).map { _ in UInt8(0x20 + random.below(95)) })
  }
}

@Test func mysqlMutationsNeverCrash() {
  var random = SplitMix64(seed: 7)
  let seeds = mysqlCases.map { Array($0.sql.utf8) }
  for _ in 0..<4_000 {
    var bytes = random.pick(seeds)
    for _ in 0..<random.below(3) + 1 where !bytes.isEmpty {
      let at = random.below(bytes.count)
      switch random.below(3) {
      case 0: bytes[at] = UInt8(0x20 + random.below(95))
      case 1: bytes.insert(contentsOf: random.pick(pieces).utf8, at: at)
      default: bytes.removeSubrange(at..<min(bytes.count, at + random.below(4) + 1))
      }
    }
    check(bytes)
  }
}
