/// Moments as RFC 3339 writes them.
public enum Timestamp {
  /// Seconds since 1970-01-01T00:00:00Z of a text such as `2026-11-20T10:04:05Z`, or nil. Fractions of a second are
  /// dropped; a leap second is the first second after it.
  public static func seconds(_ text: some StringProtocol) -> Int64? {
    var text = String(text)
    return text.withUTF8 { seconds(utf8: $0) }
  }

  /// The same of bytes.
  public static func seconds(utf8 bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
    var rest = Digits(bytes: bytes)
    guard let year = rest.number(4), rest.take("-"), let month = rest.number(2), rest.take("-"),
      let day = rest.number(2), rest.take("Tt "), let hour = rest.number(2), rest.take(":"),
      let minute = rest.number(2), rest.take(":"), let second = rest.number(2)
    else { return nil }
    if rest.take(".") {
      guard rest.number(1) != nil else { return nil }
      while rest.number(1) != nil {}
    }
    guard (1...12).contains(month), (1...daysInMonth(year, month)).contains(day), hour < 24, minute < 60, second <= 60,
      let offset = rest.zoneOffset(), rest.isAtEnd
    else { return nil }
    return days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset
  }

  /// Takes digits and signs off the front of bytes.
  private struct Digits {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ choices: StaticString) -> Bool {
      guard position < bytes.count else { return false }
      for index in 0..<choices.utf8CodeUnitCount where choices.utf8Start[index] == bytes[position] {
        position += 1
        return true
      }
      return false
    }

    mutating func number(_ digits: Int) -> Int64? {
      guard bytes.count - position >= digits else { return nil }
      var value: Int64 = 0
      for index in position..<position + digits {
        let digit = bytes[index] &- 0x30
        guard digit < 10 else { return nil }
        value = value * 10 + Int64(digit)
      }
      position += digits
      return value
    }

    /// Seconds east of UTC.
    mutating func zoneOffset() -> Int64? {
      if take("Zz") { return 0 }
      let isWest = position < bytes.count && bytes[position] == UInt8(ascii: "-")
      guard take("+-"), let hours = number(2), take(":"), let minutes = number(2), hours < 24, minutes < 60
      else { return nil }
      return (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
    }
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
