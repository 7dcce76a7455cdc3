/// Text with personal data in it, and the seven patterns that find them: notes as people write them and lines of a log,
/// with dates, amounts, versions, and numbers that only look like cards and accounts.
struct MaskingWorkload {
  struct Detector {
    let name: String
    /// In the syntax that the language and RE2 share.
    let regex: String
    let check: String?
  }

  static let detectors = [
    Detector(name: "mail", regex: #"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b"#, check: nil),
    Detector(name: "ssn", regex: #"\b\d{3}-\d{2}-\d{4}\b"#, check: nil),
    Detector(name: "card", regex: #"\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b"#, check: "luhn"),
    Detector(name: "account", regex: #"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b"#, check: "mod97"),
    Detector(name: "telephone", regex: #"(?:\+\d{1,3}[ .-])?\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b"#, check: nil),
    Detector(name: "address", regex: #"\b(?:\d{1,3}\.){3}\d{1,3}\b"#, check: nil),
    Detector(name: "access-key", regex: #"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"#, check: nil),
  ]

  /// The detectors declared, and a rule that masks what they find.
  static let policy =
    "hpol 1\npolicy masking\ndefault allow\n"
    + detectors.map { detector in
      "detector \(detector.name) = /\(detector.regex)/" + (detector.check.map { " check \($0)" } ?? "") + "\n"
    }.joined()
    + "rule personal-data { mask \(detectors.map(\.name).joined(separator: ", ")) }\n"

  let text: [UInt8]
  /// How many values are in it, and bytes of them.
  let valueCount: Int
  let valueBytes: Int

  /// At least `size` bytes, of which about `share` are personal data.
  init(size: Int, share: Double) {
    var random = SplitMix64(seed: 0x5EED)
    var text: [UInt8] = []
    var (count, bytes) = (0, 0)
    // A sentence or line, and a value, have this many bytes on average.
    let chance = share * 70 / 17.5
    while text.count < size {
      text += Self.line(&random).utf8
      if Double.random(in: 0..<1, using: &random) < chance {
        let value = Self.value(&random)
        text += Self.pick([" from ", " for ", ": ", " (", " "], &random).utf8
        text += value.utf8
        count += 1
        bytes += value.utf8.count
      }
      text += Self.pick([". ", ".\n", "\n", "; "], &random).utf8
    }
    self.text = text
    (valueCount, valueBytes) = (count, bytes)
  }

  private static func pick<Element>(_ elements: [Element], _ random: inout SplitMix64) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &random)]
  }

  private static func number(_ range: Range<Int>, _ random: inout SplitMix64) -> Int {
    Int.random(in: range, using: &random)
  }

  private static func digits(_ count: Int, _ random: inout SplitMix64) -> String {
    (0..<count).map { _ in String(number(0..<10, &random)) }.joined()
  }

  private static let words = """
    the a of and to in we they she it was is had has been will would could not no some any all more most other this that
    these order invoice payment customer account address parcel delivery branch office bank letter phone call question
    answer report week month year morning evening north south street road house garden water paper table window door
    meeting project team manager engineer service server cluster database backup release version update change error
    warning request response queue worker session token cache index page list number amount price total balance due
    paid sent received returned opened closed asked wrote told found lost moved waited started finished again later
    before after between under over without within about through still already often never always quickly slowly new
    old long short small large early late open quiet green blue red café façade naïve señor Zürich €
    """.split(whereSeparator: \.isWhitespace).map(String.init)

  private static func line(_ random: inout SplitMix64) -> String {
    switch number(0..<20, &random) {
    case 0..<15:
      let count = number(6..<18, &random)
      let sentence = (0..<count).map { _ in pick(words, &random) }.joined(separator: " ")
      return sentence.prefix(1).uppercased() + sentence.dropFirst()
    case 15:
      return "2026-11-\(number(10..<31, &random))T1\(number(0..<10, &random)):\(number(10..<60, &random)):07.512Z INFO "
        + "checkout-\(number(1..<9, &random)) served /api/v1/orders/\(number(1000..<99_999, &random))/items in "
        + "\(number(1..<900, &random)) ms"
    case 16:
      return "level=info id=\(number(1..<1_000_000, &random)) status=\(number(200..<600, &random)) took_ms="
        + "\(number(1..<900, &random)) version=\(number(1..<9, &random)).\(number(0..<30, &random)).4"
    case 17:
      return "Invoice \(number(100_000..<999_999, &random)) of 20 November 2026 over \(number(10..<9_999, &random)).50 "
        + "EUR, \(pick(words, &random)) \(pick(words, &random)) \(pick(words, &random))"
    case 18:
      return "commit \(String(random.next(), radix: 16)) \(pick(words, &random)) \(pick(words, &random)) @ "
        + "\(pick(words, &random))-\(number(1..<99, &random)) \(pick(words, &random))"
    default:
      // Shapes without what the checks ask for.
      return pick(
        [
          "Reference 4\(digits(3, &random)) \(digits(4, &random)) \(digits(4, &random)) 000 of \(pick(words, &random))",
          "Part DE\(digits(14, &random))Q is \(pick(words, &random)) \(pick(words, &random))",
          "Tracking \(digits(18, &random)) \(pick(words, &random)) \(pick(words, &random)) \(pick(words, &random))",
        ], &random)
    }
  }

  private static func value(_ random: inout SplitMix64) -> String {
    switch number(0..<7, &random) {
    case 0:
      return "\(pick(words, &random)).\(pick(words, &random))\(number(1..<99, &random))@"
        + pick(["example.com", "mail.example.org", "shop.example.co.uk"], &random)
    case 1: return "\(number(100..<900, &random))-\(number(10..<99, &random))-\(number(1000..<9999, &random))"
    case 2: return card(&random)
    case 3: return account(&random)
    case 4:
      return pick(["", "+1 ", "+44 ", "("], &random) + "\(number(200..<999, &random))-\(number(200..<999, &random))-"
        + digits(4, &random)
    case 5: return (0..<4).map { _ in String(number(1..<255, &random)) }.joined(separator: ".")
    default:
      return "AKIA"
        + (0..<16).map { _ in pick(Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567").map(String.init), &random) }.joined()
    }
  }

  /// Sixteen digits of which the last makes the sum right.
  private static func card(_ random: inout SplitMix64) -> String {
    let start = (0..<15).map { $0 == 0 ? number(3..<6, &random) : number(0..<10, &random) }
    var sum = 0
    for (index, digit) in start.enumerated() {
      let weighed = index % 2 == 0 ? digit * 2 : digit
      sum += weighed > 9 ? weighed - 9 : weighed
    }
    let all = (start + [(10 - sum % 10) % 10]).map(String.init)
    let separator = pick(["", " ", "-"], &random)
    return stride(from: 0, to: 16, by: 4).map { all[$0..<$0 + 4].joined() }.joined(separator: separator)
  }

  /// A German account: the check digits are those that leave 1.
  private static func account(_ random: inout SplitMix64) -> String {
    let bank = digits(18, &random)
    var remainder = 0
    for digit in (bank + "131400").utf8 { remainder = (remainder * 10 + Int(digit - 0x30)) % 97 }
    let check = 98 - remainder
    return "DE" + (check < 10 ? "0" : "") + String(check) + bank
  }
}
