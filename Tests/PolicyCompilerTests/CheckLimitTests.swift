import PolicyCompiler
import PolicySyntax
import Testing

private func codes(_ result: CheckResult) -> [DiagnosticCode] {
  result.diagnostics.filter { $0.severity == .error }.map(\.code)
}

/// Each limit holds at its value and not one past it.
@Test func limitsOfPolicySets() {
  let rule = "rule r { when user in l  block }\n"
  func lists(_ count: Int) -> [String] {
    ["list l0 = [\"x\"]"] + (1..<count).map { "list l\($0) = [l\($0 - 1)]" }
      + ["rule r { when user in l\(count - 1)  block }"]
  }
  func defines(_ count: Int) -> [String] {
    ["define d0 = sql.where"] + (1..<count).map { "define d\($0) = d\($0 - 1)" } + [
      "rule r { when d\(count - 1)  block }"
    ]
  }
  func condition(_ count: Int) -> String {
    let hundred = (0..<100).map { "user is \"u\($0)\"" }.joined(separator: " or ")
    let rest = (0..<(count - 9_900)).map { "user is \"v\($0)\"" }.joined(separator: " or ")
    return "define h = \(hundred)\nrule r { when " + Array(repeating: "h", count: 99).joined(separator: " or ")
      + " or \(rest)  block }"
  }
  func approval(_ count: Int, _ days: String) -> String { "rule r { approve by \"x\" count \(count) within \(days) }" }
  let cases: [(name: String, allowed: String, excessive: String, code: DiagnosticCode)] = [
    ("lists in lists", lists(64).joined(separator: "\n"), lists(65).joined(separator: "\n"), .limitExceeded),
    (
      "lists in lists, innermost last", lists(64).reversed().joined(separator: "\n"),
      lists(65).reversed().joined(separator: "\n"), .limitExceeded
    ),
    ("defines in defines", defines(16).joined(separator: "\n"), defines(17).joined(separator: "\n"), .limitExceeded),
    (
      "defines in defines, innermost last", defines(16).reversed().joined(separator: "\n"),
      defines(17).reversed().joined(separator: "\n"), .limitExceeded
    ),
    ("tests of a condition", condition(10_000), condition(10_001), .limitExceeded),
    ("people of an approval", approval(100, "1h"), approval(101, "1h"), .badApproval),
    ("duration of an approval", approval(1, "30d"), approval(1, "31d"), .badApproval),
    (
      "characters a mask keeps", "rule r { mask email keep last 4096 }", "rule r { mask email keep last 4097 }",
      .badMask
    ),
  ]
  for (name, allowed, excessive, code) in cases {
    #expect(codes(check(allowed)) == [], "\(name)")
    #expect(codes(check(excessive)).contains(code), "\(name)")
  }
  func listFile(_ count: Int) -> CheckResult {
    let values = (0..<count).map { "v\($0)" }.joined(separator: "\n")
    return checkInMemory([
      ("main.hpol", Array((rule + "list l from \"l.txt\"").utf8)), ("l.txt", Array(values.utf8)),
    ])
  }
  #expect(codes(listFile(100_000)) == [])
  #expect(codes(listFile(100_001)).contains(.limitExceeded))
  func largeFile(_ bytes: Int) -> CheckResult {
    checkInMemory([
      ("main.hpol", Array((rule + "list l from \"l.txt\"").utf8)),
      ("l.txt", Array(repeating: UInt8(ascii: " "), count: bytes)),
    ])
  }
  #expect(codes(largeFile(4 << 20)) == [])
  #expect(codes(largeFile(4 << 20 + 1)).contains(.limitExceeded))
  func manyFiles(_ count: Int) -> CheckResult {
    let uses = (1..<count).map { "use \"f\($0).hpol\"" }.joined(separator: "\n")
    return checkInMemory([("main.hpol", Array(uses.utf8))] + (1..<count).map { ("f\($0).hpol", []) })
  }
  #expect(codes(manyFiles(4_096)) == [])
  #expect(codes(manyFiles(4_097)) == [.limitExceeded])
}
