import Foundation
import PolicyBytecode
import TestSupport
import Testing

@testable import Operations

/// The stack that the decoder assumes. Without optimisation its frames are many times larger.
#if DEBUG
  private let smallStack = 4 << 20
#else
  private let smallStack = 512 << 10
#endif

/// Runs `body` on a thread with the smallest stack that the decoders assume.
private func onSmallStack<T: Sendable>(_ body: @escaping @Sendable () -> T) -> T {
  nonisolated(unsafe) var result: T?
  let done = DispatchSemaphore(value: 0)
  let thread = Thread {
    result = body()
    done.signal()
  }
  thread.stackSize = smallStack
  thread.start()
  done.wait()
  guard let result else { fatalError("the thread left no result") }
  return result
}

private func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

/// Texts that nest as deep as the number given, by what makes them deep.
private let deepTexts: [(name: String, text: @Sendable (Int) -> String)] = [
  ("brackets", { "select " + repeated("(", $0) + "1" + repeated(")", $0) }),
  (
    "brackets of operators",
    { "select " + repeated("1 or 1 and 1 = 1 | 1 & 1 << 1 + 1 * (", $0) + "1" + repeated(")", $0) }
  ),
  ("calls", { "select " + repeated("f(", $0) + "1" + repeated(")", $0) }),
  ("subqueries", { "select " + repeated("(select ", $0) + "1" + repeated(")", $0) }),
  ("where", { "delete from t where " + repeated("a in (select a from t where ", $0) + "1" + repeated(")", $0) }),
  ("exists", { "delete from t where " + repeated("exists (select 1 where ", $0) + "1" + repeated(")", $0) }),
  ("from", { "select 1 from " + repeated("(select 1 from ", $0) + "a" + repeated(")x", $0) }),
  ("joins in brackets", { "select 1 from " + repeated("(a join ", $0) + "a" + repeated(")", $0) }),
  ("query brackets", { repeated("(", $0) + "select 1" + repeated(")", $0) }),
  ("from brackets", { "select 1 from " + repeated("(", $0) + "select 1" + repeated(")", $0) + "x" }),
  ("with", { repeated("with a as (", $0) + "select 1" + repeated(") select 1", $0) }),
  ("case", { "select " + repeated("case when ", $0) + "1" + repeated(" then 1 end", $0) }),
  ("not", { "select " + repeated("not ", $0) + "true" }),
  ("minus", { "select " + repeated("- ", $0) + "a" }),
  ("binary", { "select " + repeated("binary ", $0) + "a" }),
  ("assignments", { "select " + repeated("@a := ", $0) + "1" }),
  ("blocks", { "create procedure p() " + repeated("begin ", $0) + "do 1; " + repeated("end; ", $0) }),
  ("ifs", { "create procedure p() begin " + repeated("if a then ", $0) + "do 1; " + repeated("end if; ", $0) + "end" }),
  ("set statement", { repeated("set statement a = 1 for ", $0) + "select 1" }),
  ("default", { "create table t (a int default " + repeated("(", $0) + "1" + repeated(")", $0) + ")" }),
  ("definition", { "create table t " + repeated("(", $0) + "a" + repeated(")", $0) }),
  ("events", { repeated("create event e on schedule every 1 day do ", $0) + "select 1" }),
]

@Test func mysqlDeepTextsNeverOverflowTheStack() {
  for (name, text) in deepTexts {
    for count in [5, 10, 18, 19, 20, 37, 38, 39, 40, 80, 5000] {
      let payload = Array(text(count).utf8)
      let operations = onSmallStack { decodedMySQL(payload) }
      #expect(!operations.isEmpty, "\(name) \(count)")
      if count >= 5000 { #expect(operations.contains { $0.reason != .none }, "\(name) \(count)") }
      if count <= 5 { #expect(operations.allSatisfy { $0.reason == .none }, "\(name) \(count)") }
    }
  }
}

@Test func mysqlLimitsAreWhereTheySay() {
  func outline(_ text: String) -> String { decodedMySQL(text).mysqlSummary }
  // The statement and the query around them count.
  let brackets = MySQLLimits.depth - 2
  #expect(outline("select " + repeated("(", brackets) + "1" + repeated(")", brackets)) == "select")
  #expect(outline("select " + repeated("(", brackets + 1) + "1" + repeated(")", brackets + 1)) == "!depth")
  // The expression of signs and the one that they stand in.
  let signs = MySQLLimits.expressionDepth - 1
  #expect(outline("select " + repeated("- ", signs) + "1") == "select")
  #expect(outline("select " + repeated("- ", signs + 1) + "1") == "!depth")
  // Brackets that are moved past.
  let skipped = MySQLLimits.depth
  #expect(outline("alter user u x " + repeated("(", skipped) + repeated(")", skipped)) == "alter user")
  #expect(outline("alter user u x " + repeated("(", skipped + 1) + repeated(")", skipped + 1)) == "!depth")
  // Long and flat is not deep.
  #expect(outline("select 1 from t where a = 1" + repeated(" or a = 1", 10_000)) == "select table=t reads=t where")
  #expect(outline("select 1" + repeated(" union select 1", 5_000)) == "select")
}

@Test func mysqlOperationsAreLimited() {
  for count in [DecodeLimits.operations - 1, DecodeLimits.operations, DecodeLimits.operations + 1] {
    let operations = decodedMySQL(repeated("select 1;", count))
    #expect(operations.count == min(count, DecodeLimits.operations))
    #expect(
      operations.last?.reason == (count >= DecodeLimits.operations ? UnparsedReason.count : UnparsedReason.none))
  }
}

@Test func mysqlPreparedTextsNestUpToALimit() {
  /// A statement in as many layers of PREPARE as given; each as a hexadecimal literal, which doubles it.
  func layers(_ count: Int) -> [Decoded] {
    let text = (0..<count).reduce("do 1") { text, _ in
      "prepare s from 0x" + text.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
    return decodedMySQL(text)
  }
  #expect(layers(10).last?[.sqlVerb] == "do")
  var context = DecodeContext(demand: .everything)
  for (outer, verb) in [(DecodeLimits.nesting - 1, UnparsedReason.none), (DecodeLimits.nesting, .depth)] {
    context.sqlNesting = outer
    context.decode(.mysql, Array("prepare s from 'do 1'".utf8))
    #expect(context.batch.operations[context.batch.count - 1].unparsed == verb)
  }
}

@Test func mysqlGatesAreLimited() {
  /// Comments for as many versions as given.
  func gates(_ count: Int) -> [Decoded] {
    decodedMySQL("select 1" + (0..<count).map { " /*!\(80_000 + $0) + \($0) */" }.joined())
  }
  #expect(gates(MySQLLimits.gates).map(\.reason) == Array(repeating: .none, count: MySQLLimits.gates + 1))
  #expect(gates(MySQLLimits.gates + 1).map(\.reason) == [.count])
}

@Test func mysqlVariablesAreLimited() {
  /// Sets one variable more than given before one that is run.
  func run(_ count: Int) -> UnparsedReason? {
    let others = (0..<count).map { "@v\($0) = 'x'" }.joined(separator: ", ")
    return decodedMySQL("set \(others), @q = 'do 1'; prepare s from @q").last?.reason
  }
  #expect(run(MySQLLimits.variables - 1) == UnparsedReason.none)
  #expect(run(MySQLLimits.variables) == .unknownCode)
}

@Test func mysqlFoldedTextIsLimited() {
  for (count, reason) in [(MySQLLimits.foldedText, UnparsedReason.none), (MySQLLimits.foldedText + 1, .unknownCode)] {
    let text = "do 1" + repeated(" ", count - 4)
    #expect(decodedMySQL("execute immediate concat('', '\(text)')").last?.reason == reason)
  }
}

/// Time grows with the payload, however it nests and repeats.
@Test func mysqlTimeIsLinear() {
  let units = [
    "a ", "a,", "a.", "a=", "(", "((a) ", ")", "'a' ", "\"", "`", "@a:=", "@@a.", "/*! ", "/*!80000 */ ", "/* */", "/*",
    "*/", "-- \n", "#\n", "1.", "0x", "- ", "not ", "a or ", "a and ", "a=a or ", "a=1 or ", "a<>1 and ", "x in (",
    "case when ",
    "f(", "(select ", "(select a from ", "union select 1 ", "join a ", "left join a on ", "a join (",
    "insert into a values (1),(2);",
    "select 1;", "set @a='b';", "set @a=concat(@a,'b');", "prepare s from 'do 1';", "with a as (select 1) ", "begin ",
    "if a then ",
    "drop table a;", "delete a from a join b;", "update a,b set a.c=1;", "create table a (b int);", "delimiter x\n",
    "\\G", "\\",
    "concat('a',", "values (1),", "{", "a->'$'", "\u{e9}", "no_backslash_escapes", "'no_backslash", "x'41' ", "n'a'",
  ]
  for unit in units {
    for prefix in [
      "", "select ", "select * from t where ", "delete from t where a in (", "create procedure p() begin ",
    ] {
      // Four times the payload; sixteen times the time would be quadratic. A slow moment is not held against it.
      let isLinear = (0..<3).contains { _ in
        let times = [4_096, 16_384].map { size in
          let payload = Array((prefix + repeated(unit, size / unit.utf8.count)).utf8)
          var context = DecodeContext(demand: .everything)
          return threadSeconds { context.decode(.mysql, payload) }
        }
        return times[1] < times[0] * 9 + 0.04
      }
      #expect(isLinear, "\(prefix)\(unit)…")
    }
  }
}
