/// Moments as RFC 3339 writes them.
public enum Timestamp {
  /// Seconds since 1970-01-01T00:00:00Z of a text such as `2026-11-20T10:04:05Z`, or nil. Fractions of a second are
  /// dropped; a leap second is the first second after it.
  public static func seconds(_ text: some StringProtocol) -> Int64? {
    var rest = ArraySlice(text.utf8)
    guard let year = number(&rest, 4), take(&rest, "-"), let month = number(&rest, 2), take(&rest, "-"),
      let day = number(&rest, 2), take(&rest, "Tt "), let hour = number(&rest, 2), take(&rest, ":"),
      let minute = number(&rest, 2), take(&rest, ":"), let second = number(&rest, 2)
    else { return nil }
    if take(&rest, ".") {
      guard number(&rest, 1) != nil else { return nil }
      while number(&rest, 1) != nil {}
    }
    guard (1...12).contains(month), (1...daysInMonth(year, month)).contains(day), hour < 24, minute < 60, second <= 60,
      let offset = zoneOffset(&rest), rest.isEmpty
    else { return nil }
    return days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset
  }

  /// Seconds east of UTC.
  private static func zoneOffset(_ rest: inout ArraySlice<UInt8>) -> Int64? {
    if take(&rest, "Zz") { return 0 }
    let isWest = rest.first == UInt8(ascii: "-")
    guard take(&rest, "+-"), let hours = number(&rest, 2), take(&rest, ":"), let minutes = number(&rest, 2),
      hours < 24, minutes < 60
    else { return nil }
    return (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
  }

  private static func take(_ rest: inout ArraySlice<UInt8>, _ choices: StaticString) -> Bool {
    guard let byte = rest.first, (0..<choices.utf8CodeUnitCount).contains(where: { choices.utf8Start[$0] == byte })
    else { return false }
    rest.removeFirst()
    return true
  }

  private static func number(_ rest: inout ArraySlice<UInt8>, _ digits: Int) -> Int64? {
    guard rest.count >= digits, rest.prefix(digits).allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
    let value = rest.prefix(digits).reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
    rest.removeFirst(digits)
    return value
  }

  private static func daysInMonth(_ year: Int64, _ month: Int64) -> Int64 {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }

  /// Days since 1970-01-01 in the Gregorian calendar (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468
  }
}
