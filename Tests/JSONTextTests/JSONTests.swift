import JSONText
import Testing

@Test func acceptsJSON() throws {
  let cases: [(String, JSONValue)] = [
    ("null", .null), (" true\n", .boolean(true)), ("false", .boolean(false)),
    ("0", .number("0")), ("-0", .number("-0")), ("12.50e-3", .number("12.50e-3")), ("1E+9", .number("1E+9")),
    ("1e999999", .number("1e999999")),
    (#""""#, .string("")), (#""a\"\\\/\b\f\n\r\t""#, .string("a\"\\/\u{8}\u{C}\n\r\t")),
    (#""\u00e9\uD83D\uDE00\u0000""#, .string("é😀\u{0}")), ("\"é😀漢\"", .string("é😀漢")),
    ("\"longer than eight bytes, plain\"", .string("longer than eight bytes, plain")),
    ("[]", .array([])), ("[1, [2],{}]", .array([.number("1"), .array([.number("2")]), .object([])])),
    (#"{"b":1,"a":{"b":2}}"#, .object([.init("b", .number("1")), .init("a", .object([.init("b", .number("2"))]))])),
    // One key in each object of an array is no repetition.
    (
      #"[{"a":1},{"a":1}]"#,
      .array([.object([.init("a", .number("1"))]), .object([.init("a", .number("1"))])])
    ),
    (#"{"":1,"a":2}"#, .object([.init("", .number("1")), .init("a", .number("2"))])),
  ]
  for (text, value) in cases { #expect(try JSONValue(parsing: text) == value, "\(text)") }
}

@Test func refusesWhatIsNotJSON() {
  let cases: [(String, Int)] = [
    ("", 0), (" ", 1), ("nul", 0), ("truE", 0), ("01", 0), ("-", 1), ("1.", 2), (".5", 0), ("1e", 2), ("+1", 0),
    ("NaN", 0), ("'a'", 0), ("\"a", 0), ("\"a\nb\"", 2), ("\"\u{0}\"", 1), (#""\x""#, 1), (#""\u12""#, 1),
    (#""\uD800""#, 1), (#""\uDC00\uD800""#, 1), (#""\uD800\u0041""#, 1), ("[1", 2), ("[1,]", 3), ("[,1]", 1),
    ("[1 2]", 3),
    (#"{"a"}"#, 4), (#"{"a":}"#, 5), (#"{"a":1,}"#, 7), ("{a:1}", 1), (#"{"a":1 "b":2}"#, 7), ("1 2", 2), ("[]]", 2),
    ("// c\n1", 0), ("\u{FEFF}1", 0), (#"{"a":1,"a":2}"#, 7), (#"{"a":1,"\u0061":2}"#, 7),
    // Many keys are compared another way.
    (#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"b":2}"#, 55), ("]", 0), ("{]", 1), ("[}", 1),
  ]
  for (text, offset) in cases {
    #expect(throws: JSONError.self, "\(text)") { try JSONValue(parsing: text) }
    do { _ = try JSONValue(parsing: text) } catch { #expect(error.offset == offset, "\(text): \(error.message)") }
  }
}

@Test func refusesInvalidUTF8() {
  let sequences: [[UInt8]] = [
    [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xC3], [0xE0, 0x9F, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82],
    [0xF0, 0x8F, 0xBF, 0xBF],
    [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE2, 0x28, 0xA1],
  ]
  for sequence in sequences {
    // At the end of a word of eight bytes and alone.
    for padding in [0, 6, 7, 8] {
      let text = [0x22] + [UInt8](repeating: 0x61, count: padding) + sequence + [0x22]
      #expect(throws: JSONError("invalid UTF-8", at: 1 + padding)) { try JSONValue(parsing: text) }
    }
  }
}

@Test func nestsToItsLimitAndNotDeeper() {
  func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
  #expect(throws: Never.self) { try JSONValue(parsing: nested(JSONLimits.depth)) }
  #expect(throws: JSONError("more than 128 levels of nesting", at: JSONLimits.depth)) {
    try JSONValue(parsing: nested(JSONLimits.depth + 1))
  }
  #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "{\"a\":", count: 100_000)) }
}

@Test func manyKeysWithManyValuesAreReadInOrder() throws {
  let members = (0..<2000).map { JSONValue.Member("key\($0)", .number(String($0))) }
  let value = JSONValue.object(members)
  #expect(try JSONValue(parsing: value.text) == value)
  let twice = JSONValue.object(members + [members[1234]])
  #expect(throws: JSONError.self) { try JSONValue(parsing: twice.text) }
}

@Test func pullsOnlyWhatIsAskedFor() throws {
  let bytes = [UInt8](#"{"id":"a\u0062","skip":[{"x":[1,{}]},"y",null],"n":-12,"list":[true,false]}"#.utf8)
  try bytes.withUnsafeBufferPointer { buffer in
    var scanner = JSONScanner(buffer)
    var seen: [String] = []
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      if scanner.equals(key, "id") {
        seen.append(scanner.text(try scanner.string()))
      } else if scanner.equals(key, "n") {
        let number = try scanner.number()
        seen.append(String(scanner.integer(number) ?? 0))
      } else if scanner.equals(key, "list") {
        try scanner.beginArray()
        while try scanner.nextElement() { seen.append(String(try scanner.boolean())) }
      } else {
        try scanner.skip()
      }
    }
    try scanner.finish()
    #expect(seen == ["ab", "-12", "true", "false"])
  }
}

@Test func writesWhatItReads() throws {
  let text = #"{"a":[1,-2.50,true,null,"\"\\\n\r\t\u0001\u001f é 😀"],"b":{},"c":[[],[{}]]}"#
  #expect(try JSONValue(parsing: text).text == text)
}

@Test func writesDecimals() {
  let cases: [(Double, Int, String)] = [
    (0, 2, "0.00"), (1.005, 1, "1.0"), (12.345, 2, "12.35"), (-0.5, 1, "-0.5"), (99.96, 1, "100.0"), (7, 0, "7"),
    (.infinity, 1, "0"), (.nan, 1, "0"),
  ]
  for (value, digits, text) in cases { #expect(decimalText(value, digits: digits) == text) }
}

/// Whatever the bytes, reading ends without a crash, and what is read is written and read again as the same value.
@Test func survivesRandomText() {
  var generator = SystemRandomNumberGenerator()
  let pieces =
    [
      "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "d83d", "\\ude00", "\"a\":", "\"a\"", "1", "-", "0", ".", "e",
      "true", "null",
      " ", "\n", "é", "😀", "12345678",
    ].map { [UInt8]($0.utf8) } + [[0xFF], [0xC3], [0]]
  for _ in 0..<20_000 {
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 0..<24, using: &generator) {
      bytes += pieces.randomElement(using: &generator) ?? []
    }
    guard let value = try? JSONValue(parsing: bytes) else { continue }
    #expect((try? JSONValue(parsing: value.text)) == value)
  }
}
