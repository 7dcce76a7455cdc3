import PolicyBytecode
import Testing

/// What the writer encodes the reader gives back; what breaks the format is refused, and the error says why.
@Suite struct BundleTests {
  /// A bundle with one of everything: atom 0 is bound, atoms 1 and 2 belong to operations.
  private static func sample() -> BundleWriter {
    var writer = BundleWriter()
    let place = PlaceRecord(file: 0, line: 3, column: 1)
    writer.sources = [SourceRecord(path: writer.intern("größe.hpol"))]
    writer.digests = [DigestRecord(Array(1...32))]
    var release = Release()
    release.revision = 7
    release.expires = 1_800_000_000
    release.commit = "c0ffee"
    var tests = Release.Tests()
    (tests.tests, tests.requests, tests.fixtures, tests.invariants) = (3, 5, 4, 2)
    (tests.covered, tests.coverable) = (9, 10)
    release.tests = tests
    writer.set(release)
    writer.meta.bindAtoms = 1
    writer.meta.toolVersion = writer.intern("1.0")
    writer.keys = [KeyRecord(fact: .label, key: writer.intern("env"))]
    writer.atoms = [
      AtomRecord(kind: .matched, fact: .label, key: 1, place: place),
      AtomRecord(kind: .matched, fact: .sqlVerb, key: 0, place: place),
      AtomRecord(kind: .inWindows, fact: .time, key: 0, place: place),
    ]
    writer.links = [0, 1]
    writer.matchers = [
      MatcherRecord(fact: .label, key: 1, pattern: 0, atoms: RecordRange(start: 0, count: 1)),
      MatcherRecord(fact: .sqlVerb, key: 0, pattern: 1, atoms: RecordRange(start: 1, count: 1)),
    ]
    writer.networks = [NetworkRecord(high: 0, low: 0, prefixLength: 128)]
    writer.transitions = [TransitionRecord(from: .min, offset: 3600), TransitionRecord(from: 0, offset: 7200)]
    writer.windows = [WindowRecord(start: 0, end: 86_400, days: 1, zone: RecordRange(start: 0, count: 2))]
    writer.code = [
      GraphWord(.bound, atom: 0, whenTrue: GraphWord.yes, whenFalse: GraphWord.no),
      GraphWord(.scanned, atom: 1, whenTrue: 1, whenFalse: GraphWord.no),
      GraphWord(.lazy, atom: 2, whenTrue: GraphWord.yes, whenFalse: GraphWord.no),
    ]
    writer.triggers = [1]
    writer.textLists = [writer.intern("tool"), writer.intern("run_*")]
    var action = ActionRecord(kind: .record)
    action.count = 2
    writer.actions = [action]
    writer.decodes = [DecodeRecord(carrier: .mcp, inner: .shell, selectors: RecordRange(start: 0, count: 2))]
    writer.detectors = [
      DetectorRecord(
        name: writer.intern("id"), regex: writer.intern("\\d+"), check: TextRef(), ignoringCase: false)
    ]
    var rule = RuleRecord(place: place)
    rule.fullName = writer.intern("p/größe")
    rule.displayName = writer.intern("größe")
    rule.protocols = 3
    rule.record = 3
    rule.bindGraph = RecordRange(start: 0, count: 1)
    rule.judgeGraph = RecordRange(start: 1, count: 2)
    rule.triggers = RecordRange(start: 0, count: 1)
    rule.actions = RecordRange(start: 0, count: 1)
    writer.rules = [rule]
    return writer
  }

  private func refusal(of bytes: [UInt8]) -> String? {
    do throws(BundleError) {
      _ = try Bundle(bytes)
      return nil
    } catch {
      return error.message
    }
  }

  @Test func asManyDetectorsAsThereMayBe() throws {
    var writer = Self.sample()
    writer.detectors += Array(repeating: writer.detectors[0], count: BundleFormat.maxDetectors - writer.detectors.count)
    #expect(refusal(of: writer.encode()) == nil)
  }

  @Test func roundTrip() throws {
    let bytes = Self.sample().encode()
    #expect(bytes == Self.sample().encode())
    let bundle = try Bundle(bytes)
    #expect(Array(bundle.bytes) == bytes)
    #expect(bundle.text(bundle.rules[0].displayName) == "größe")
    #expect(bundle.text(bundle.sources[0].path) == "größe.hpol")
    #expect(bundle.texts(bundle.decodes[0].selectors) == ["tool", "run_*"])
    #expect(bundle.code[1].whenTrue == 1 && bundle.code[1].atom == 1)
    #expect(bundle.transitions.map(\.offset) == [3600, 7200])
    #expect(bundle.byteCount(of: .rules) == 80)
    #expect(bundle.release.revision == 7 && bundle.release.expires == 1_800_000_000)
    #expect(bundle.release.commit == "c0ffee" && bundle.release.tests?.fixtures == 4)
    #expect(bundle.release.tests?.covered == 9 && bundle.release.tests?.coverable == 10)
    #expect(bundle.digests.map(\.bytes) == [Array(1...32)])
    #expect(bundle.signature == nil && bundle.version == BundleFormat.version)
  }

  /// Equal texts share a place; texts of other bytes do not, canonically equivalent or not.
  @Test func interning() {
    var writer = BundleWriter()
    #expect(writer.intern("a") == writer.intern("a"))
    #expect(writer.intern("\u{EB}") != writer.intern("e\u{308}"))
    #expect(writer.intern("").length == 0)
  }

  @Test func damagedHeadersAreRefused() {
    let good = Self.sample().encode()
    func changed(_ offset: Int, _ value: UInt8) -> [UInt8] {
      var bytes = good
      bytes[offset] = value
      return bytes
    }
    let table = BundleFormat.headerBytes
    let cases: [(bytes: [UInt8], message: String)] = [
      ([], "not an hpol bundle"),
      (Array("hpol 1\ndefault allow\n".utf8), "a policy and no bundle; `hpol build`"),
      (Array(good[..<31]), "cut short: its header alone has 32 bytes"),
      (changed(0, 0), "not an hpol bundle"),
      (changed(8, 3), "format version 3"),
      (changed(8, 0), "format version 0"),
      (good + [0], "the 1 after them are no signature"),
      (good + BundleSignature.magic, "the 8 after them are no signature"),
      (good + [UInt8](repeating: 0, count: BundleSignature.byteCount), "the 104 after them are no signature"),
      (Array(good.dropLast()), "but it is \(good.count - 1)"),
      (changed(24, 1), "reserved field of the header"),
      (changed(8, 1), "section table is not complete"),
      (changed(12, 21), "section table is not complete"),
      (changed(12, 255), "section table is not complete"),
      (changed(table, 2), "section 0 is not `meta`"),
      (changed(table + 4, 1), "section 0 is not `meta`"),
      // The second section made to overlap the first, and to leave a gap.
      (changed(table + 24 + 8, good[table + 8]), "`strings` lies outside"),
      (changed(table + 24 + 8, good[table + 24 + 8] + 8), "`strings` lies outside"),
      // A length that runs out of the bundle, and out of 64 bits.
      (changed(table + 21 * 24 + 17, 0xFF), "lies outside the bundle"),
      (changed(table + 21 * 24 + 23, 0xFF), "lies outside the bundle"),
      (changed(table + 21 * 24 + 16, 0), "bytes after the last section"),
    ]
    for (index, test) in cases.enumerated() {
      #expect(
        refusal(of: test.bytes)?.contains(test.message) == true, "case \(index): \(refusal(of: test.bytes) ?? "")")
    }
    for count in stride(from: 0, to: good.count, by: 7) { #expect(refusal(of: Array(good[..<count])) != nil) }
  }

  @Test func hostileRecordsAreRefused() {
    let outside = RecordRange(start: 1, count: .max)
    let longText = TextRef(offset: 1, length: .max)
    let cases: [(change: (inout BundleWriter) -> Void, message: String)] = [
      // Graphs: a jump past the end, one back (as a distance it wraps to a long way forward), other tests than the
      // atoms have.
      ({ $0.code[1] = GraphWord(.scanned, atom: 1, whenTrue: 2, whenFalse: 0) }, "a jump in the graph"),
      ({ $0.code[2] = GraphWord(.lazy, atom: 2, whenTrue: 1, whenFalse: 0) }, "a jump in the graph"),
      ({ $0.code[2] = GraphWord(.lazy, atom: 2, whenTrue: 0xFFFE, whenFalse: 0) }, "a jump in the graph"),
      ({ $0.code[0] = GraphWord(.bound, atom: 0, whenTrue: 1, whenFalse: 0) }, "a jump in the graph"),
      ({ $0.code[1] = GraphWord(.scanned, atom: 3, whenTrue: 1, whenFalse: 0) }, "tests no atom"),
      ({ $0.code[1] = GraphWord(.scanned, atom: 0x0FFF_FFFF, whenTrue: 1, whenFalse: 0) }, "tests no atom"),
      ({ $0.code[1] = GraphWord(.lazy, atom: 1, whenTrue: 1, whenFalse: 0) }, "in the wrong way"),
      ({ $0.code[1] = GraphWord(.bound, atom: 1, whenTrue: 1, whenFalse: 0) }, "in the wrong way"),
      ({ $0.code[2] = GraphWord(.scanned, atom: 2, whenTrue: 0, whenFalse: 0) }, "in the wrong way"),
      ({ $0.code[0] = GraphWord(.scanned, atom: 1, whenTrue: 0, whenFalse: 0) }, "bind graph of rule 0 tests an op"),
      ({ $0.rules[0].judgeGraph = RecordRange(start: 3, count: 1) }, "the graph of rule 0 lies outside"),
      ({ $0.rules[0].judgeGraph = outside }, "the graphs of rules overlap"),
      ({ $0.rules.append($0.rules[0]) }, "the graphs of rules overlap"),
      (
        { writer in
          let word = GraphWord(.lazy, atom: 2, whenTrue: GraphWord.yes, whenFalse: GraphWord.no)
          writer.code += Array(repeating: word, count: BundleFormat.maxGraphWords)
          writer.rules[0].judgeGraph = RecordRange(start: 1, count: UInt32(BundleFormat.maxGraphWords + 1))
        }, "the graph of rule 0 is too large"
      ),
      // Rules.
      ({ $0.rules[0].flags = 8 }, "rule 0 has unknown flags"),
      ({ $0.rules[0].protocols = 256 }, "rule 0 has unknown flags"),
      ({ $0.rules[0].decision = 4 }, "rule 0 has unknown effects"),
      ({ $0.rules[0].record = 4 }, "rule 0 has unknown effects"),
      ({ $0.rules[0].obligations = 4 }, "rule 0 has unknown effects"),
      ({ $0.rules[0].actions.start = 1 }, "the actions of rule 0"),
      ({ $0.rules[0].actions = outside }, "the actions of rules overlap"),
      ({ $0.rules[0].triggers.start = 1 }, "the triggers of rule 0"),
      ({ $0.rules[0].triggers = outside }, "the triggers of rules overlap"),
      ({ $0.triggers = [0] }, "a trigger of rule 0"),
      ({ $0.triggers = [2] }, "a trigger of rule 0"),
      ({ $0.triggers = [.max] }, "a trigger of rule 0"),
      ({ $0.rules[0].place.file = 1 }, "a place names no source"),
      ({ $0.rules[0].fullName = longText }, "lies outside `strings`"),
      // Texts: outside, and ending or beginning within the `ö` of the first one.
      ({ $0.meta.toolVersion = longText }, "the tool's version lies outside"),
      ({ $0.sources[0].path = TextRef(offset: 0, length: 3) }, "a source's path splits a character"),
      ({ $0.sources[0].path = TextRef(offset: 3, length: 1) }, "a source's path splits a character"),
      ({ $0.textLists[0] = longText }, "a text of a list"),
      ({ $0.detectors[0].regex = longText }, "a detector's regex"),
      ({ $0.decodes[0].carrier = 8 }, "a decode names an unknown protocol"),
      ({ $0.decodes[0].selectors = RecordRange(start: 0, count: 1) }, "a decode's selectors are not pairs"),
      ({ $0.decodes[0].selectors.start = 1 }, "a decode's selectors"),
      ({ $0.decodes[0].selectors = outside }, "lists of texts overlap"),
      ({ $0.decodes.append($0.decodes[0]) }, "lists of texts overlap"),
      ({ $0.detectors[0].ignoringCase = 2 }, "a detector has an unknown flag"),
      (
        { writer in
          writer.textLists += [writer.textLists[0], writer.textLists[0]]
          writer.meta.textDetectors = RecordRange(start: 2, count: 2)
        }, "a detector is listed twice"
      ),
      (
        { $0.detectors += Array(repeating: $0.detectors[0], count: BundleFormat.maxDetectors) },
        "there are too many detectors"
      ),
      ({ $0.meta.decisions = 3 << 14 }, "a default is unknown"),
      ({ $0.meta.unparsed = 3 }, "a default is unknown"),
      ({ $0.meta.records = 3 << 2 }, "a default is unknown"),
      // Keys and atoms.
      ({ $0.keys[0].fact = 255 }, "a key is of an unknown fact"),
      (
        { $0.keys += Array(repeating: $0.keys[0], count: BundleFormat.maxKeys) }, "there are too many keys"
      ),
      ({ $0.keys[0].fact = UInt32(Fact.user.rawValue) }, "`user` takes no key"),
      ({ $0.keys[0].fact = UInt32(Fact.claim.rawValue) }, "atom 0 has the key of another fact"),
      ({ $0.atoms[0].key = 2 }, "atom 0 has the key of another fact"),
      ({ $0.atoms[0].key = 0 }, "atom 0 lacks a key"),
      ({ $0.atoms[1].key = 1 }, "atom 1 lacks a key or has one too many"),
      ({ $0.atoms[1].kind = 99 }, "atom 1 is of an unknown kind"),
      ({ $0.atoms[1].fact = 255 }, "atom 1 is of an unknown kind"),
      ({ $0.atoms[2].comparison = 4 }, "atom 2 compares in an unknown way"),
      ({ $0.atoms[2].reserved = 1 }, "atom 2 compares in an unknown way"),
      ({ $0.atoms[2].operands = outside }, "the operands of atom 2"),
      (
        { writer in
          writer.atoms[2].operands = RecordRange(start: 0, count: 1)
          writer.atoms.append(writer.atoms[2])
        }, "lists of windows overlap"
      ),
      ({ $0.atoms[2].text = longText }, "the text of atom 2"),
      ({ $0.meta.bindAtoms = 2 }, "atom 1 is in the wrong phase"),
      ({ $0.meta.bindAtoms = 4 }, "fewer atoms than bind atoms"),
      // Matchers.
      ({ $0.links[1] = 3 }, "a link names no atom"),
      ({ $0.links.append(3) }, "a link names no atom"),
      ({ $0.links.append(1) }, "there are links of no matcher"),
      ({ $0.matchers[1].atoms.start = 0 }, "the links of matchers do not follow each other"),
      ({ $0.matchers[1].atoms.count = 0 }, "a matcher has no links"),
      (
        { writer in
          writer.links = [1, 0]
          writer.matchers.reverse()
          for index in 0...1 { writer.matchers[index].atoms = RecordRange(start: UInt32(index), count: 1) }
        }, "the matchers are not in order"
      ),
      ({ $0.links[1] = 0 }, "a matcher links to an atom of another kind or fact"),
      ({ $0.links[1] = 2 }, "a matcher links to an atom of another kind or fact"),
      ({ $0.matchers[1].fact = UInt16(Fact.command.rawValue) }, "a matcher links to an atom of another"),
      ({ $0.matchers[1].atoms = outside }, "the links of a matcher"),
      // Operands.
      ({ $0.networks[0].prefixLength = 129 }, "a network's prefix"),
      ({ $0.windows[0].end = 86_401 }, "a window lies outside the day"),
      ({ $0.windows[0].zone = outside }, "the zone of a window"),
      ({ $0.windows[0].days = 128 }, "a window has an unknown day"),
      ({ $0.windows[0].reserved = 1 }, "a window has an unknown day"),
      (
        { writer in
          writer.transitions.insert(TransitionRecord(from: .max, offset: 0), at: 1)
          writer.windows[0].zone = RecordRange(start: 1, count: 2)
        }, "a zone's transitions are not in order"
      ),
      ({ $0.transitions[1].from = .min }, "a zone's transitions are not in order"),
      ({ $0.transitions[1].offset = 86_401 }, "a zone is more than a day from UTC"),
      // Actions.
      ({ $0.actions[0].kind = 10 }, "action 0 is unknown"),
      ({ $0.actions[0].count = 3 }, "action 0 records at an unknown level"),
      ({ $0.actions[0].method = 5 }, "action 0 masks in an unknown way"),
      ({ $0.actions[0].hasText = 2 }, "action 0 has an unknown flag"),
      (
        { writer in
          writer.textLists.append(TextRef())
          writer.actions[0].list = RecordRange(start: 3, count: 1)
        }, "the list of action 0"
      ),
      ({ $0.actions[0].text = longText }, "the text of action 0"),
      // The release.
      ({ $0.digests.append(DigestRecord([])) }, "there is not one digest a source"),
      ({ $0.release.commit = longText }, "the commit lies outside"),
      ({ $0.release.expires = -1 }, "the bundle expires before 1970"),
      ({ $0.release.isTested = 2 }, "the release has an unknown flag"),
      ({ $0.release.reserved = 1 }, "the release has an unknown flag"),
      ({ $0.release.covered = 11 }, "the tests cover more than there is"),
      ({ $0.release.isTested = 0 }, "results of tests that were not run"),
      (
        { $0.release.commit = $0.intern(String(repeating: "c", count: BundleFormat.maxCommitBytes + 1)) },
        "the commit's name is too long"
      ),
    ]
    for (index, test) in cases.enumerated() {
      var writer = Self.sample()
      test.change(&writer)
      let message = refusal(of: writer.encode())
      #expect(message?.contains(test.message) == true, "case \(index), `\(test.message)`: \(message ?? "accepted")")
    }
  }

  /// Offsets that UTC is at most a day from, and graphs of the largest size, are accepted.
  @Test func limitsAreInclusive() {
    var writer = Self.sample()
    writer.transitions[1].offset = -86_400
    let word = GraphWord(.lazy, atom: 2, whenTrue: GraphWord.yes, whenFalse: GraphWord.no)
    writer.code += Array(repeating: word, count: BundleFormat.maxGraphWords)
    writer.rules[0].judgeGraph = RecordRange(start: 1, count: UInt32(BundleFormat.maxGraphWords))
    writer.release.commit = writer.intern(String(repeating: "c", count: BundleFormat.maxCommitBytes))
    writer.keys += Array(repeating: writer.keys[0], count: BundleFormat.maxKeys - 1)
    #expect(refusal(of: writer.encode()) == nil)
  }

  @Test func stringsMustBeUTF8() throws {
    var bytes = Self.sample().encode()
    let offset = try #require(bytes.firstIndex(of: 0xC3))
    bytes[offset] = 0xFF
    #expect(refusal(of: bytes) == "the section `strings` is not UTF-8")
  }
}
