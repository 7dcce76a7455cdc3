import PolicyEngine

/// Moments as logs write them.
enum LogTime {
  /// Seconds since 1970 of a time that begins with a date such as `2026-11-20`, `20261120`, `261120` or `20/Nov/2026`,
  /// behind which stand the time of day and perhaps a fraction and a zone. `utcOffset` is taken where no zone, or one of
  /// many meanings, is named; without it such times are nil.
  static func seconds(_ text: some StringProtocol, utcOffset: Int64?) -> Int64? {
    var rest = Substring(text).utf8[...]
    guard let date = date(&rest) else { return nil }
    while let byte = rest.first, byte == 0x20 || byte == UInt8(ascii: "T") || byte == UInt8(ascii: ":") {
      rest.removeFirst()
    }
    let clock = String(Substring(rest.prefix { $0 &- 0x30 < 11 }))
    rest = rest.dropFirst(clock.utf8.count)
    if rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ",") {
      rest = rest.dropFirst().drop { $0 &- 0x30 < 10 }
    }
    let hours = clock.split(separator: ":").first.map { $0.count == 1 ? "0" : "" } ?? ""
    guard let local = Timestamp.seconds("\(date)T\(hours)\(clock)Z") else { return nil }
    let zone = String(Substring(rest.drop { $0 == 0x20 }))
    guard let offset = zone.isEmpty ? utcOffset : Self.offset(zone) ?? utcOffset else { return nil }
    return local - offset
  }

  /// Seconds since 1970 of seconds, milliseconds, microseconds or nanoseconds since then, with or without a fraction.
  static func epoch(_ text: some StringProtocol) -> Int64? {
    let whole = text.prefix { $0 != "." }
    guard !whole.isEmpty, var seconds = Int64(whole), seconds >= 0 else { return nil }
    while seconds > 100_000_000_000 { seconds /= 1000 }
    return seconds
  }

  /// Seconds east of UTC: `Z`, `+01`, `-0330`, `+05:30`, or a zone whose abbreviation has one meaning.
  static func offset(_ zone: String) -> Int64? {
    if let hours = hoursEast[zone] { return hours * 3600 }
    guard let sign = zone.utf8.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
    let digits = zone.dropFirst().filter { $0 != ":" }
    guard digits.utf8.allSatisfy({ $0 &- 0x30 < 10 }), [2, 4].contains(digits.utf8.count), let number = Int64(digits)
    else { return nil }
    let (hours, minutes) = digits.utf8.count == 2 ? (number, 0) : (number / 100, number % 100)
    guard hours < 24, minutes < 60 else { return nil }
    return (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
  }

  private static let hoursEast: [String: Int64] = [
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9,
    "EST": -5, "EDT": -4, "PST": -8, "PDT": -7,
  ]

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The date at the start as `2026-11-20`.
  private static func date(_ rest: inout Substring.UTF8View) -> String? {
    let head = String(Substring(rest.prefix { $0 != 0x20 && $0 != UInt8(ascii: "T") && $0 != UInt8(ascii: ":") }))
    let parts = head.split(whereSeparator: { $0 == "-" || $0 == "/" })
    rest = rest.dropFirst(head.utf8.count)
    switch parts.count {
    case 3 where parts[1].count == 3:
      guard let month = months.firstIndex(of: String(parts[1])) else { return nil }
      return "\(parts[2])-\(month < 9 ? "0" : "")\(month + 1)-\(parts[0])"
    case 3: return head
    case 1 where head.utf8.count == 8: return "\(head.prefix(4))-\(head.dropFirst(4).prefix(2))-\(head.suffix(2))"
    case 1 where head.utf8.count == 6: return "20\(head.prefix(2))-\(head.dropFirst(2).prefix(2))-\(head.suffix(2))"
    default: return nil
    }
  }
}
