import PolicyEngine

extension Timestamp {
  /// `2026-11-20T10:04:05Z`; seconds since 1970, UTC.
  public static func text(_ seconds: Int64) -> String {
    let (day, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
    // Civil from days (Hinnant): years begin in March, so that leap days come last.
    let days = (second < 0 ? day - 1 : day) + 719_468
    let rest = second < 0 ? second + 86_400 : second
    let era = (days >= 0 ? days : days - 146_096) / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    func digits(_ value: Int64, _ width: Int = 2) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    return
      "\(digits(year, 4))-\(digits(month < 10 ? month + 3 : month - 9))-\(digits(dayOfYear - (153 * month + 2) / 5 + 1))"
      + "T\(digits(rest / 3600)):\(digits(rest / 60 % 60)):\(digits(rest % 60))Z"
  }
}
