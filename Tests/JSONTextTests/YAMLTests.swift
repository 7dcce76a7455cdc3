import JSONText
import TestSupport
import Testing

private func compact(_ yaml: String) throws -> String {
  try parseYAML(Array(yaml.utf8)).map(\.text).joined(separator: " ")
}

/// The scalars and aliases of a text: style, `key` for keys, the source as it stands, the value where it differs.
private func scalars(_ yaml: [UInt8]) throws -> [String] {
  var reader = try YAMLReader(yaml)
  var found: [String] = []
  while let event = try reader.next() {
    guard event.kind == .scalar || event.kind == .alias else { continue }
    let source = String(decoding: yaml[event.source], as: UTF8.self)
    let value = String(decoding: event.value, as: UTF8.self)
    var line = event.kind == .alias ? "alias" : "\(event.style)"
    if event.isKey { line += " key" }
    if event.isFlow { line += " flow" }
    line += " ‹\(source)›"
    if value != source, event.kind == .scalar { line += "=‹\(value)›" }
    found.append(line)
  }
  return found
}

private func scalars(_ yaml: String) throws -> [String] { try scalars(Array(yaml.utf8)) }

@Test func readsYAMLAsJSON() throws {
  let cases: [(String, String)] = [
    ("", ""), ("# nothing\n", ""), ("---\n", "null"), ("--- a\n--- b\n...\n--- c", #""a" "b" "c""#),
    ("a: 1\nb: [x, \"y\", 'z''']\n", #"{"a":1,"b":["x","y","z'"]}"#), ("- - 1\n  - 2\n- 3", "[[1,2],3]"),
    (
      "a: yes\nb: off\nc: True\nd: ~\ne:\nf: null\ng: ''",
      #"{"a":true,"b":false,"c":true,"d":null,"e":null,"f":null,"g":""}"#
    ),
    ("[0, 010, 0x1F, 0o17, 0b101, -7, +7, 1_000, -0]", "[0,8,31,15,5,-7,7,1000,0]"),
    ("[1.50, .5, 1., -1e3, 1E+2, 6.02e-23, 00.5]", "[1.50,0.5,1,-1e3,1e2,6.02e-23,0.5]"),
    ("[0.5, 0e1, 0E5, 0.10, -0.25, 0X1F, 0B11, 0.]", "[0.5,0e1,0e5,0.10,-0.25,31,3,0]"),
    (
      "[1.2.3, 0x, 1e, ., -, +, 10.0.0.1, 2026-11-20, .inf, 08, 12:30, 1e1e1]",
      #"["1.2.3","0x","1e",".","-","+","10.0.0.1","2026-11-20",".inf",8,"12:30","1e1e1"]"#
    ),
    ("[!!str 5, !!bool yes, !!int \"0x10\", !!float 2, !!null x, ! 7]", #"["5",true,16,2,null,"7"]"#),
    ("true: 1\n2: b\n~: c", #"{"true":1,"2":"b","null":"c"}"#),
    ("a: |\n  x\n   y\n\nb: >-\n  one\n  two\n", #"{"a":"x\n y\n","b":"one two"}"#),
    ("a: &x {k: 1}\nb: *x\n", #"{"a":{"k":1},"b":{"k":1}}"#),
    ("base: &b {k: 1, l: 2}\nuse:\n  <<: *b\n  k: 3\n", #"{"base":{"k":1,"l":2},"use":{"k":3,"l":2}}"#),
    ("a: &a {k: 1}\nb: &b {k: 2, m: 3}\nc: {<<: [*a, *b]}", #"{"a":{"k":1},"b":{"k":2,"m":3},"c":{"k":1,"m":3}}"#),
    ("a: &a {k: 1}\nb: {k: 1, <<: *a, l: 2}", #"{"a":{"k":1},"b":{"k":1,"l":2}}"#),
    ("a: \"<<\"\n\"<<\": 1", #"{"a":"<<","<<":1}"#), ("a: &x 1\nb: &x 2\nc: *x", #"{"a":1,"b":2,"c":2}"#),
    ("\u{FEFF}a: é", #"{"a":"é"}"#), ("{\"a\":[1,null,\"\\u00e9\"]}", #"{"a":[1,null,"é"]}"#),
    ("? a\n: b\n", #"{"a":"b"}"#), ("a: b # c\n", #"{"a":"b"}"#),
  ]
  for (yaml, json) in cases { #expect(try compact(yaml) == json, "\(yaml)") }
}

@Test func refusesWhatYAMLOrJSONDoesNotHave() {
  let cases = [
    "a: b: c", "[a", "{a: 1", "\"a", "'a", "a: *x", "&x [*x]", "a: 1\na: 2", "{1: a, \"1\": b}", "? [a]\n: b",
    "{{a: 1}: 2}", "!thing a", "!!binary aGk=", "!!set {a}", "!!bool 3", "!!int x", "a: <<\n<<: 1", "<<: [1]",
    "a: &a {k: 1}\nb: {k: 2, <<: *a}", "a: &a {k: 1}\nb: &b {k: 2}\nc: {<<: *a, <<: *b}", "\ta: 1",
    "a: @x", "%YAML 9.9\n---\na", "a: \u{1}", "--- a\n--- *x", "a:\n  b: 1\n c: 2", "!!map [a]", "a: \"\\q\"",
  ]
  for yaml in cases { #expect(throws: JSONError.self, "\(yaml)") { try compact(yaml) } }
  #expect(throws: JSONError.self) { try parseYAML([0x61, 0xFF]) }
  #expect(throws: JSONError.self) { try parseYAML([0x61, 0x00]) }
  // An anchor of one document does not hold in the next.
  #expect(throws: JSONError.self) { try compact("--- &x a\n--- *x") }
}

@Test func scalarsStandWhereTheySay() throws {
  let cases: [(String, [String])] = [
    ("a: b c \nd:", ["plain key ‹a›", "plain ‹b c›", "plain key ‹d›", "plain ‹›"]),
    ("é: \"ü\\n\"", ["plain key ‹é›", "doubleQuoted ‹\"ü\\n\"›=‹ü\n›"]),
    (
      "- 'it''s'\n- &n !!str  \"x\"\n- *n", ["singleQuoted ‹'it''s'›=‹it's›", "doubleQuoted ‹\"x\"›=‹x›", "alias ‹*n›"]
    ),
    (
      "{a: [b, \"c\"], d}",
      [
        "plain key flow ‹a›", "plain flow ‹b›", "doubleQuoted flow ‹\"c\"›=‹c›", "plain key flow ‹d›", "plain flow ‹›",
      ]
    ),
    (
      "a: |\n  one\n  two \n\n\nb: 1",
      [
        "plain key ‹a›", "literal ‹|\n  one\n  two ›=‹one\ntwo \n›", "plain key ‹b›", "plain ‹1›",
      ]
    ),
    ("a: >2- # why\n   x\n  y", ["plain key ‹a›", "folded ‹>2- # why\n   x\n  y›=‹ x\ny›"]),
    ("a: |+\n\n\nb: |", ["plain key ‹a›", "literal ‹|+›=‹\n\n›", "plain key ‹b›", "literal ‹|›=‹›"]),
    ("- !!str # note\n  text\n- &x\n- end", ["plain ‹text›", "plain ‹›", "plain ‹end›"]),
    (
      "a: one\n  two\nb: \"x\n  y\"",
      [
        "plain key ‹a›", "plain ‹one\n  two›=‹one two›", "plain key ‹b›", "doubleQuoted ‹\"x\n  y\"›=‹x y›",
      ]
    ),
    ("? |\n  k\n: - v\r\n", ["literal key ‹|\n  k›=‹k\n›", "plain ‹v›"]),
    ("&a k: &b v", ["plain key ‹k›", "plain ‹v›"]),
    ("\u{FEFF}k: v", ["plain key ‹k›", "plain ‹v›"]), ("[\"\\\n \"]", ["doubleQuoted flow ‹\"\\\n \"›=‹›"]),
  ]
  for (yaml, expected) in cases { #expect(try scalars(yaml) == expected, "\(yaml)") }
  // Behind many characters of two, three and four bytes, past every mark of the table of offsets.
  for count in [1, 31, 63, 64, 65, 200] {
    let word = String(repeating: "é漢😀", count: count)
    #expect(try scalars("\(word): v\n# \(word)\nlast: [\(word), x]").last == "plain flow ‹x›")
  }
}

@Test func collectionsStandWhereTheySay() throws {
  let yaml = Array("é: {b: [1]}\nc:\n- d: 1".utf8)
  var reader = try YAMLReader(yaml)
  var found: [String] = []
  while let event = try reader.next() {
    guard event.kind != .scalar else { continue }
    found.append("\(event.kind) \(event.depth) \(event.isFlow) \(String(decoding: yaml[event.source], as: UTF8.self))")
  }
  #expect(
    found == [
      "documentStart 0 false ", "mappingStart 0 false ", "mappingStart 1 true {", "sequenceStart 2 true [",
      "sequenceEnd 2 true ]", "mappingEnd 1 true }", "sequenceStart 1 false ", "mappingStart 2 false ",
      "mappingEnd 2 false ", "sequenceEnd 1 false ", "mappingEnd 0 false ", "documentEnd 0 false ",
    ])
}

@Test func errorsOfYAMLSayWhere() {
  let cases: [(String, Int)] = [("a: *x", 3), ("é: *x", 4), ("a: 1\na: 2", 5), ("é: @x", 4), ("é: \u{1}", 4)]
  for (yaml, offset) in cases {
    do {
      _ = try compact(yaml)
      Issue.record("\(yaml) was read")
    } catch {
      #expect((error as? JSONError)?.offset == offset, "\(yaml): \(error)")
    }
  }
}

@Test func yamlNestsToItsLimitAndNotDeeper() {
  let limit = YAMLLimits.depth
  let flow = { (count: Int) in String(repeating: "[", count: count) + String(repeating: "]", count: count) }
  let block = { (count: Int) in String(repeating: "- ", count: count) + "x" }
  for nested in [flow, block] {
    #expect(throws: Never.self) { try compact(nested(limit)) }
    #expect(throws: JSONError.self) { try compact(nested(limit + 1)) }
    #expect(throws: JSONError.self) { try compact(nested(100_000)) }
  }
  // Levels behind aliases count: each anchor is one deeper than the one before.
  let chain = { (count: Int) in
    "- &a1 [x]\n" + (2...count).map { "- &a\($0) [*a\($0 - 1)]\n" }.joined()
  }
  #expect(throws: Never.self) { try compact(chain(limit - 1)) }
  #expect(throws: JSONError.self) { try compact(chain(limit)) }
}

@Test func aliasesRepeatToTheirLimit() {
  // A scalar of 1,008 bytes costs 1,024.
  let text = String(repeating: "x", count: 1008)
  let aliases = { (count: Int) in "- &a \(text)\n" + String(repeating: "- *a\n", count: count) }
  let most = YAMLLimits.aliasCost / 1024
  #expect(throws: Never.self) { try compact(aliases(most)) }
  #expect(throws: JSONError.self) { try compact(aliases(most + 1)) }
  // Each list holds the one before ten times.
  var bomb = "- &a0 [x]\n"
  for level in 1...20 {
    bomb += "- &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",") + "]\n"
  }
  #expect(throws: JSONError.self) { try compact(bomb) }
}

@Test func directivesAreBounded() {
  let text = { (count: Int) in
    (0..<count).map { "%TAG !t\($0)! tag:example.org,2026:\n" }.joined() + "---\na\n"
  }
  #expect(throws: Never.self) { try compact(text(YAMLLimits.directives)) }
  #expect(throws: JSONError.self) { try compact(text(YAMLLimits.directives + 1)) }
}

@Test func mutatedYAMLNeverCrashes() {
  let seeds = [
    "a: &x {k: [1, \"é\\n\"]}\nb: *x\nc: |\n  one\n  two\n---\n? 'k'\n: >-\n  t\n",
    "- !!str a\n- <<: *b\n- {a: b, c: [d]}\n",
    "\u{FEFF}%YAML 1.1\n--- !t!x\n# é\nkey:\n  - a: b\n    c: d\n...\n",
  ].map { Array($0.utf8) }
  let pieces = [
    "&a ", "*a", "- ", ": ", "? ", "|\n", ">+\n", "[", "]", "{", "}", "\"", "'", "!!int ", "#", "\n", "\n  ", "---\n",
    "\t", "é", "<<: ",
  ]
  var random = SplitMix64(seed: 11)
  for _ in 0..<4_000 {
    var bytes = seeds[Int(random.next() % UInt64(seeds.count))]
    for _ in 0..<Int(random.next() % 4) + 1 {
      let at = Int(random.next() % UInt64(bytes.count))
      switch random.next() % 3 {
      case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes.insert(contentsOf: pieces[Int(random.next() % UInt64(pieces.count))].utf8, at: at)
      default: if bytes.count > 1 { bytes.remove(at: at) }
      }
    }
    _ = try? parseYAML(bytes)
    guard let found = try? scalars(bytes) else { continue }
    #expect(found.count < 1000)
    // What a plain or quoted scalar on one line spells stands in its range.
    var reader = try? YAMLReader(bytes)
    while let event = try? reader?.next() {
      guard event.kind == .scalar, event.tag == nil else { continue }
      let source = bytes[event.source]
      guard !source.contains(0x0A), !source.contains(0x0D) else { continue }
      switch event.style {
      case .plain where source.allSatisfy({ $0 < 0x80 }): #expect(event.value.elementsEqual(source))
      case .doubleQuoted: #expect(source.first == 0x22 && source.last == 0x22 && source.count > 1)
      case .singleQuoted: #expect(source.first == 0x27 && source.last == 0x27 && source.count > 1)
      default: break
      }
    }
  }
}

@Test func readingYAMLIsLinear() {
  let units = [
    "[", "{a: ", "- ", "a: ", "- a\n", "k: [a, b]\n", "- &a x\n- *a\n", "\"", "'x' ", "x ", "|\n x\n", "# c\n", "? ",
    "%",
    "%TAG !a! b\n", "---\n", "!!str ", "&a ", "[a,", "é", "\n", "- \"a\\n\"\n", "{a,", "- |\n\n", ": ", "[[]],",
    "- - - a\n",
  ]
  for unit in units {
    let isLinear = (0..<3).contains { _ in
      let times = [16_384, 65_536].map { size in
        let text = Array(String(repeating: unit, count: size / unit.utf8.count).utf8)
        return threadSeconds { _ = try? parseYAML(text) }
      }
      return times[1] < times[0] * 9 + 0.04
    }
    #expect(isLinear, "\(unit)…")
  }
}
