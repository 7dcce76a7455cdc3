import PolicyRuntime
import Responses
import Testing

@Suite struct TreatmentTests {
  @Test func treatmentsWriteWhatTheySay() {
    let cases: [(String, Mask, String)] = [
      ("to ana@example.com.", detector("email"), "to [email]."),
      ("to ana@example.com.", detector("email", .with("someone")), "to someone."),
      ("to ana@example.com.", detector("email", .with("")), "to ."),
      ("to ana@example.com.", detector("email", .keepFirst(3)), "to ana************."),
      ("to ana@example.com.", detector("email", .keepLast(4)), "to ***********.com."),
      ("to ana@example.com.", detector("email", .keepLast(15)), "to ***************."),
      ("to ana@example.com.", detector("email", .keepLast(14)), "to *na@example.com."),
      ("to ana@example.com.", detector("email", .keepLast(0)), "to ***************."),
      ("4111 1111 1111 1111", detector("credit_card", .keepLast(4)), "**** **** **** 1111"),
      ("4111-1111-1111-1111", detector("credit_card", .keepFirst(6)), "4111-11**-****-****"),
      ("4111111111111111", detector("credit_card", .keepLast(4)), "************1111"),
      ("4111111111111112", detector("credit_card", .keepLast(4)), "4111111111111112"),
      ("name is Zoë Å", regex("Z.*", .keepFirst(1)), "name is Z** *"),
      ("name is Zoë", regex("Z.*", .keepLast(1)), "name is **ë"),
      ("EMP-123456", regex(#"EMP-\d{6}"#), "[redacted]"),
    ]
    for (text, mask, expected) in cases { #expect(masked(text, [mask]) == expected, "\(mask)") }
  }

  @Test func hashesAreEqualForEqualValues() {
    let text = "a@b.example, c@d.example, a@b.example"
    let parts = masked(text, [detector("email", .hash)]).split(separator: ", ")
    #expect(parts.count == 3 && parts[0] == parts[2] && parts[0] != parts[1])
    #expect(parts[0].wholeMatch(of: #/\[hash:[0-9a-f]{12}\]/#) != nil)
    let other = masked(text, maskPlan([detector("email", .hash)], key: MaskKey([1, 2, 3])))
    #expect(!other.contains(parts[0]))
    // The same value has one hash on every road.
    let json = masked(#"{"x":"a@b.example"}"#, [path("$.x", .hash)])
    #expect(json == "{\"x\":\"\(parts[0])\"}")
    let row = masked("id,mail\n1,\"a@b.example\"\n", [column("mail", .hash)])
    #expect(row == "id,mail\n1,\"\(parts[0])\"\n")
  }

  @Test func theStricterTreatmentWins() {
    let value = #"{"v":"ana@example.com"}"#
    let cases: [(Mask.Treatment, Mask.Treatment, String)] = [
      (.redact, .hash, "[redacted]"), (.hash, .redact, "[email]"), (.redact, .redact, "[redacted]"),
      (.with("x"), .with("x"), "x"), (.with("x"), .with("y"), "[redacted]"), (.with("x"), .keepFirst(1), "x"),
      (.keepFirst(1), .keepFirst(1), "a**************"), (.keepFirst(1), .keepFirst(2), "[redacted]"),
      (.keepFirst(1), .keepLast(1), "[redacted]"), (.keepLast(3), .with("x"), "x"), (.keepLast(3), .redact, "[email]"),
    ]
    for (whole, found, expected) in cases {
      let masks = [path("$.v", whole), detector("email", found)]
      let text = masked(value, masks)
      // Of equal hits the detector gives the name.
      let named =
        expected == "[redacted]" ? ["{\"v\":\"[redacted]\"}", "{\"v\":\"[email]\"}"] : ["{\"v\":\"\(expected)\"}"]
      #expect(named.contains(text), "\(whole) \(found): \(text)")
      #expect(masked(value, masks.reversed()) == text)
    }
    let hashed = masked(value, [path("$.v", .hash), detector("email", .with("x"))])
    #expect(hashed.contains("[hash:"))
  }

  @Test func overlappingSpansMerge() {
    #expect(masked("say abcdef now", [regex("abcd", .keepFirst(1)), regex("cdef", .keepFirst(1))]) == "say a***** now")
    #expect(masked("say abcdef now", [regex("abcd", .keepFirst(1)), regex("cdef")]) == "say [redacted] now")
    #expect(masked("say abcdef now", [regex("abc", .with("x")), regex("def", .with("y"))]) == "say xy now")
    // A chain of three, whose ends do not touch.
    let chain = [regex("abc", .with("x")), regex("cd"), regex("def", .hash)]
    #expect(masked("say abcdef now", chain) == "say [redacted] now")
    #expect(masked("say abcdef now", chain.reversed()) == "say [redacted] now")
  }

  @Test func orderDoesNotMatter() {
    for sample in samples {
      let forward = masked(sample, everyMask)
      #expect(masked(sample, everyMask.reversed()) == forward)
      #expect(masked(sample, everyMask + everyMask) == forward)
    }
  }

  @Test func maskingTwiceChangesNothing() {
    let plans: [[Mask]] = [
      everyMask,
      [detector("email", .hash), column("*token", .hash), path("$..key", .hash), path("$.data.*", .hash)],
      [detector("email", .keepFirst(2)), column("*token", .keepLast(1)), path("$..key", .keepLast(2))],
      [detector("email", .with("hidden@example.com")), column("*token", .with("x, \"y\" | z"))],
      [detector("email", .with("ask admin@example.com for it")), detector("password", .with("removed by policy"))],
      [regex(".+"), detector("email")], [regex(#"\w+"#)], [regex(#"\w+"#, .hash)],
    ]
    for masks in plans {
      let plan = maskPlan(masks)
      for sample in samples + [#"{"a":"password=hunter2hunter2 =hunter2hunter2"}"#] {
        let once = masked(sample, plan)
        let twice = masked(once, plan)
        #expect(twice == once, "\(masks)\n\(sample)")
      }
    }
  }

  @Test func replacementsHoldNothingThatIsMasked() {
    let masks = [detector("email"), column("owner", .with("ask admin@example.com"))]
    #expect(masked("id,owner\n1,bob\n", masks) == "id,owner\n1,ask [email]\n")
  }
}
