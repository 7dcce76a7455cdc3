/// Dates and moments of the proleptic Gregorian calendar, UTC.
public enum CalendarTime {
  static let secondsPerDay: Int64 = 86_400

  /// Days from 1970-01-01 to a date, or nil if there is no such date. The algorithm is Howard Hinnant's `days_from_civil`.
  static func days(year: Int, month: Int, day: Int) -> Int64? {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day <= lengths[month - 1] else { return nil }
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int64(era * 146_097 + dayOfEra - 719_468)
  }

  /// Days from 1970-01-01 to a date written `2027-03-31`.
  static func days(_ text: String) -> Int64? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, let year = number(parts[0], digits: 4), let month = number(parts[1], digits: 2),
      let day = number(parts[2], digits: 2)
    else { return nil }
    return days(year: year, month: month, day: day)
  }

  /// Seconds since 1970 of a moment written as RFC 3339 has it: `2026-11-20T10:00:00Z`, `2026-11-20T10:00:00.5+01:00`.
  public static func seconds(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"),
      let day = days(String(decoding: bytes[0..<10], as: UTF8.self)),
      let time = secondOfDay(String(decoding: bytes[11..<19], as: UTF8.self)), time < secondsPerDay
    else { return nil }
    var rest = bytes[19...]
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard !digits.isEmpty else { return nil }
      rest = rest.dropFirst(digits.count)
    }
    let start = day * secondsPerDay + time
    if rest.count == 1, rest.first == UInt8(ascii: "Z") || rest.first == UInt8(ascii: "z") { return start }
    guard rest.count == 6, let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
      let offset = secondOfDay(String(decoding: rest.dropFirst(), as: UTF8.self)), offset < secondsPerDay
    else { return nil }
    return sign == UInt8(ascii: "+") ? start - offset : start + offset
  }

  /// Seconds since midnight of `09:00`, `09:00:30` or `24:00`.
  static func secondOfDay(_ text: String) -> Int64? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, let hour = number(parts[0], digits: 2),
      let minute = number(parts[1], digits: 2), minute < 60
    else { return nil }
    var second = 0
    if parts.count == 3 {
      guard let value = number(parts[2], digits: 2), value < 60 else { return nil }
      second = value
    }
    let total = Int64(hour * 3600 + minute * 60 + second)
    return total <= secondsPerDay ? total : nil
  }

  private static func number(_ text: Substring, digits: Int) -> Int? {
    guard text.utf8.count == digits, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    return Int(text)
  }
}
