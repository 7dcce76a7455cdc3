import PolicyBytecode

/// Reads the transitions of a zone from a TZif file (RFC 9636), the footer's rule expanded to the end of
/// ``lastYear``, so that a bundle needs no zone data where it runs. Nil: the bytes are not a TZif file.
func zoneTransitions(_ file: [UInt8]) -> [TransitionRecord]? {
  var reader = TZifReader(bytes: file)
  return reader.read()
}

/// The last year for which a zone's rule is expanded.
private let lastYear = 2100

private struct TZifReader {
  let bytes: [UInt8]
  var position = 0

  mutating func read() -> [TransitionRecord]? {
    guard let first = header() else { return nil }
    guard first.version >= 2 else { return body(first, timeBytes: 4) }
    position += first.bodyBytes(timeBytes: 4)
    guard let second = header(), var transitions = body(second, timeBytes: 8) else { return nil }
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\n") else { return transitions }
    let footer = bytes[(position + 1)...].prefix { $0 != UInt8(ascii: "\n") }
    if let rule = ZoneRule(Array(footer)) { rule.extend(&transitions) }
    return transitions
  }

  private struct Header {
    var version: Int
    var utIndicators: Int
    var standardIndicators: Int
    var leaps: Int
    var times: Int
    var types: Int
    var characters: Int

    func bodyBytes(timeBytes: Int) -> Int {
      times * timeBytes + times + types * 6 + characters + leaps * (timeBytes + 4) + standardIndicators + utIndicators
    }
  }

  private mutating func header() -> Header? {
    guard position + 44 <= bytes.count, Array(bytes[position..<position + 4]) == Array("TZif".utf8) else { return nil }
    let version = bytes[position + 4] == 0 ? 1 : Int(bytes[position + 4]) - 48
    var counts: [Int] = []
    for index in 0..<6 { counts.append(Int(integer(position + 20 + index * 4, 4))) }
    position += 44
    let header = Header(
      version: version, utIndicators: counts[0], standardIndicators: counts[1], leaps: counts[2], times: counts[3],
      types: counts[4], characters: counts[5])
    guard counts.allSatisfy({ $0 >= 0 && $0 < 1 << 20 }), header.types > 0 else { return nil }
    return header
  }

  private mutating func body(_ header: Header, timeBytes: Int) -> [TransitionRecord]? {
    let start = position
    guard start + header.bodyBytes(timeBytes: timeBytes) <= bytes.count else { return nil }
    let typeIndices = start + header.times * timeBytes
    let types = typeIndices + header.times
    func offset(_ type: Int) -> Int64? { type < header.types ? integer(types + type * 6, 4) : nil }
    guard let initial = offset(0) else { return nil }
    var transitions = [TransitionRecord(from: .min, offset: initial)]
    for index in 0..<header.times {
      guard let after = offset(Int(bytes[typeIndices + index])) else { return nil }
      let from = integer(start + index * timeBytes, timeBytes)
      guard from > transitions[transitions.count - 1].from else { continue }
      transitions.append(TransitionRecord(from: from, offset: after))
    }
    position = start + header.bodyBytes(timeBytes: timeBytes)
    return transitions
  }

  /// A big-endian two's complement integer.
  private func integer(_ offset: Int, _ width: Int) -> Int64 {
    var value: UInt64 = 0
    for index in 0..<width { value = value << 8 | UInt64(bytes[offset + index]) }
    return width == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
  }
}

/// The rule of a TZif footer: `CET-1CEST,M3.5.0,M10.5.0/3` (POSIX.1 `TZ`). A zone without daylight saving needs no
/// rule, for its last transition holds for ever.
private struct ZoneRule {
  /// A date of change, as `Mm.w.d`, `Jn` or `n`, and the local second of that day.
  private enum Day {
    case monthWeek(month: Int, week: Int, weekday: Int)
    case julian(Int)
    case zeroBased(Int)
  }
  private var standardOffset: Int64 = 0
  private var daylightOffset: Int64 = 0
  private var start: (Day, Int64) = (.julian(1), 0)
  private var end: (Day, Int64) = (.julian(1), 0)
  private let text: [UInt8]
  private var position = 0

  init?(_ text: [UInt8]) {
    self.text = text
    guard skipName(), let west = time() else { return nil }
    standardOffset = -west
    guard position < text.count, skipName() else { return nil }
    daylightOffset = standardOffset + 3600
    if position < text.count, text[position] != UInt8(ascii: ",") {
      guard let west = time() else { return nil }
      daylightOffset = -west
    }
    guard let first = change(), let second = change() else { return nil }
    start = first
    end = second
  }

  private mutating func take(_ character: Character) -> Bool {
    guard position < text.count, text[position] == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func skipName() -> Bool {
    let first = position
    if take("<") {
      while position < text.count, !take(">") { position += 1 }
    } else {
      while position < text.count, text[position] | 0x20 >= UInt8(ascii: "a"),
        text[position] | 0x20 <= UInt8(ascii: "z")
      {
        position += 1
      }
    }
    return position > first
  }

  private mutating func number() -> Int? {
    var value: Int?
    while position < text.count, text[position] >= 48, text[position] < 58, (value ?? 0) < 10_000 {
      value = (value ?? 0) * 10 + Int(text[position] - 48)
      position += 1
    }
    return value
  }

  /// `[+-]hh[:mm[:ss]]`, in seconds.
  private mutating func time() -> Int64? {
    let isNegative = take("-")
    if !isNegative { _ = take("+") }
    guard let hours = number() else { return nil }
    var seconds = hours * 3600
    if take(":") { seconds += (number() ?? 0) * 60 }
    if take(":") { seconds += number() ?? 0 }
    return Int64(isNegative ? -seconds : seconds)
  }

  private mutating func change() -> (Day, Int64)? {
    guard take(",") else { return nil }
    let day: Day
    if take("M") {
      guard let month = number(), take("."), let week = number(), take("."), let weekday = number(),
        (1...12).contains(month), (1...5).contains(week), weekday < 7
      else { return nil }
      day = .monthWeek(month: month, week: week, weekday: weekday)
    } else if take("J") {
      guard let number = number() else { return nil }
      day = .julian(number)
    } else {
      guard let number = number() else { return nil }
      day = .zeroBased(number)
    }
    guard take("/") else { return (day, 7200) }
    guard let seconds = time() else { return nil }
    return (day, seconds)
  }

  /// Adds the changes after the last transition.
  func extend(_ transitions: inout [TransitionRecord]) {
    let last = transitions[transitions.count - 1].from
    // A file may hold any time at all; zones have rules from the 20th century on.
    let firstYear = last == .min ? 1970 : max(civilYear(last), 1900)
    guard firstYear <= lastYear else { return }
    for year in firstYear...lastYear {
      let changes = [
        TransitionRecord(from: seconds(of: start, year) - standardOffset, offset: daylightOffset),
        TransitionRecord(from: seconds(of: end, year) - daylightOffset, offset: standardOffset),
      ]
      for change in changes.sorted(by: { $0.from < $1.from })
      where change.from > transitions[transitions.count - 1].from {
        transitions.append(change)
      }
    }
  }

  private func seconds(of change: (Day, Int64), _ year: Int) -> Int64 {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let day: Int
    switch change.0 {
    case .zeroBased(let number): day = daysFromCivil(year, 1, 1) + number
    case .julian(let number): day = daysFromCivil(year, 1, 1) + number - 1 + (isLeap && number > 59 ? 1 : 0)
    case .monthWeek(let month, let week, let weekday):
      let first = daysFromCivil(year, month, 1)
      // Day 0, 1970-01-01, is a Thursday: weekday 4 where Sunday is 0.
      let firstWeekday = ((first + 4) % 7 + 7) % 7
      var candidate = first + (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
      let next = month == 12 ? daysFromCivil(year + 1, 1, 1) : daysFromCivil(year, month + 1, 1)
      if candidate >= next { candidate -= 7 }
      day = candidate
    }
    return Int64(day) * 86_400 + change.1
  }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
///
/// Source: Howard Hinnant, "chrono-compatible low-level date algorithms".
public func daysFromCivil(_ year: Int, _ month: Int, _ day: Int) -> Int {
  let shifted = month <= 2 ? year - 1 : year
  let era = (shifted >= 0 ? shifted : shifted - 399) / 400
  let yearOfEra = shifted - era * 400
  let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
  let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/// The year in which a moment (seconds since 1970, UTC) lies.
private func civilYear(_ seconds: Int64) -> Int {
  let days = Int((Double(seconds) / 86_400).rounded(.down))
  var year = 1970 + Int((Double(days) / 365.2425).rounded(.down))
  while daysFromCivil(year + 1, 1, 1) <= days { year += 1 }
  while daysFromCivil(year, 1, 1) > days { year -= 1 }
  return year
}
