/// Reads `mon-fri 09:00-17:00 Europe/Berlin`: days, hours, a zone. Days may be left out (every day), be single, ranges or
/// both with commas between; `24:00` ends a day; hours may be left out (the whole day).
struct TimeWindowParser {
  private static let dayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  /// Whether a zone of that name is in the time zone database.
  var zoneExists: (String) -> Bool

  struct Problem: Error {
    var message: String
    /// The window as it is to be written, where that is plain.
    var replacement: String?
  }

  /// Reads the text; where it is nearly right, the problem says how it is written.
  func parse(_ text: String) throws(Problem) -> TimeWindow {
    do throws(Problem) {
      return try read(text)
    } catch {
      let hasZone = text.split(separator: " ").last.map { Self.isPlausibleZone(String($0)) && zoneExists(String($0)) }
      guard let meant = Self.respelt(text, hasZone: hasZone == true), meant != text, (try? read(meant)) != nil else {
        throw error
      }
      guard hasZone == true else {
        throw Problem(message: "the window needs a time zone: `\(meant)`, or your own instead of `UTC`")
      }
      throw Problem(message: "`\(text)` is written `\(meant)`", replacement: meant)
    }
  }

  /// Days in lower case and cut to three letters, hours with their minutes, and a zone where there is none; nil if a
  /// word is neither.
  private static func respelt(_ text: String, hasZone: Bool) -> String? {
    var words = text.split(separator: " ").map(String.init)
    let zone = hasZone ? words.popLast() : nil
    var respelt: [String] = []
    for word in words {
      let lowered = word.lowercased()
      let ends = lowered.split(separator: "-", omittingEmptySubsequences: false)
      if ends.count == 2, ends.allSatisfy({ $0.first?.isNumber == true }) {
        let hours = ends.map { $0.contains(":") ? String($0) : $0 + ":00" }
        respelt.append(hours.map { $0.count == 4 ? "0" + $0 : $0 }.joined(separator: "-"))
      } else {
        let days = lowered.split(separator: ",", omittingEmptySubsequences: false).map { item in
          item.split(separator: "-", omittingEmptySubsequences: false).map { $0.prefix(3) }.joined(separator: "-")
        }
        respelt.append(days.joined(separator: ","))
      }
    }
    return respelt.isEmpty ? nil : (respelt + [zone ?? "UTC"]).joined(separator: " ")
  }

  private func read(_ text: String) throws(Problem) -> TimeWindow {
    var words = text.split(separator: " ").map(String.init)
    guard let zone = words.popLast(), !words.isEmpty else {
      throw Problem(message: "a time window is written like `mon-fri 09:00-17:00 Europe/Berlin`")
    }
    guard Self.isPlausibleZone(zone) else {
      throw Problem(message: "`\(zone)` is no time zone; end the window with one, such as `Europe/Berlin` or `UTC`")
    }
    guard zoneExists(zone) else { throw Problem(message: "there is no time zone `\(zone)`") }
    var days: UInt8 = 0b111_1111
    var hours: (start: Int64, end: Int64) = (0, CalendarTime.secondsPerDay)
    if let last = words.last, last.contains(":") {
      hours = try self.hours(last)
      words.removeLast()
    }
    if let first = words.first {
      guard words.count == 1 else {
        throw Problem(message: "`\(words[1])` is too much; write days, hours and a zone, with commas between days")
      }
      days = try self.days(first)
    }
    return TimeWindow(days: days, start: UInt32(hours.start), end: UInt32(hours.end), zone: zone)
  }

  private func hours(_ text: String) throws(Problem) -> (start: Int64, end: Int64) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 else { throw Problem(message: "`\(text)` is no span of hours; write it like `09:00-17:00`") }
    guard let start = CalendarTime.secondOfDay(parts[0]), start < CalendarTime.secondsPerDay else {
      throw Problem(message: "`\(parts[0])` is no time of day; write it like `09:00`")
    }
    guard let end = CalendarTime.secondOfDay(parts[1]) else {
      throw Problem(message: "`\(parts[1])` is no time of day; write it like `17:00`, at most `24:00`")
    }
    guard start != end else { throw Problem(message: "`\(text)` is empty; the whole day is `00:00-24:00`") }
    return (start, end)
  }

  private func days(_ text: String) throws(Problem) -> UInt8 {
    var days: UInt8 = 0
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = item.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
      guard let first = ends.first, let last = ends.last, ends.count <= 2 else {
        throw Problem(message: "`\(item)` is no range of days; write it like `mon-fri`")
      }
      var day = try self.day(first)
      let end = try self.day(last)
      days |= 1 << UInt8(day)
      while day != end {
        day = (day + 1) % 7
        days |= 1 << UInt8(day)
      }
    }
    return days
  }

  private func day(_ text: String) throws(Problem) -> Int {
    guard let index = Self.dayNames.firstIndex(of: text) else {
      let names = Self.dayNames.map { "`\($0)`" }.joined(separator: ", ")
      throw Problem(message: "`\(text)` is no day; the days are \(names)")
    }
    return index
  }

  /// Whether the text has the shape of an IANA zone name.
  private static func isPlausibleZone(_ text: String) -> Bool {
    guard let first = text.utf8.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) else { return false }
    return text.utf8.count <= 64 && !text.contains("//") && !text.hasSuffix("/")
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "-"),
          UInt8(ascii: "+"):
          true
        default: false
        }
      }
  }
}
