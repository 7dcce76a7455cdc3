import Testing

@testable import PolicyTestBench

@Suite struct ChangedLinesTests {
  @Test func hunksAreRead() {
    let diff = """
      diff --git a/p.hpol b/p.hpol
      --- a/p.hpol
      +++ b/p.hpol
      @@ -3 +3 @@ rule x
      -a
      +b
      @@ -7,0 +8,2 @@
      +c
      +d
      @@ -20,2 +21,0 @@
      -e
      -@@ f

      """
    var changed = ChangedLines()
    let isRead = changed.add(1, diff: Array(diff.utf8))
    #expect(isRead)
    for line in 1...30 {
      #expect(changed.touches(1, line...line, seams: false) == [3, 8, 9].contains(line), "\(line)")
      #expect(!changed.touches(0, line...line, seams: true))
    }
    #expect(changed.touches(1, 21...22, seams: true) && !changed.touches(1, 21...22, seams: false))
    #expect(!changed.touches(1, 22...25, seams: true) && !changed.touches(1, 18...21, seams: true))
    changed.addWhole(0)
    #expect(changed.touches(0, 4000...4000, seams: false))
  }

  @Test(arguments: [
    "@@ -1 @@", "@@ -1 +x @@", "@@ -1 +1,y @@", "@@ -1 +1,2,3 @@", "@@ -1 1 @@", "@@ -1 +-1 @@", "@@ -1 +1,-1 @@",
    "@@ -1 +9223372036854775807,2 @@", "@@ -1 +99999999999999999999 @@", "@@ ",
  ]) func hunksThatAreNoneAreRefused(head: String) {
    var changed = ChangedLines()
    let isRead = changed.add(0, diff: Array(head.utf8))
    #expect(!isRead)
  }

  @Test func onlyWhatIsChangedCounts() throws {
    let rules = """
      list verbs = [drop,
        truncate]
      rule a { when sql.verb in verbs
        unless group is "dba"
        block }
      rule b { when sql.verb is delete block }
      """
    func report(_ hunk: String) throws -> CoverageReport {
      var changed = ChangedLines()
      let isRead = changed.add(0, diff: Array(hunk.utf8))
      #expect(isRead)
      return try coverage(rules, #"as user "a" on postgres "d" "DROP TABLE t" => block"#, changed: changed)
    }
    // The policy's first three lines are the header.
    #expect(try report("@@ -1 +1 @@").total == .init())
    #expect(try report("@@ -5 +5 @@").messages == ["`truncate` never matches"])
    let clause = try report("@@ -7 +7 @@")
    #expect(clause.ruleTally == .init(covered: 1, total: 1) && clause.messages == ["`group is \"dba\"` is never true"])
    // A line taken out of a rule changes the rule.
    let seam = try report("@@ -8 +7,0 @@")
    #expect(seam.total == .init(covered: 1, total: 1))
  }
}
