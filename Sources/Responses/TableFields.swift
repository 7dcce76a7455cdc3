/// One line of a table, without its line break.
typealias TableLine = UnsafeBufferPointer<UInt8>

/// A field of a line: where its value stands, trimmed and without quotes.
struct TableField {
  var range: Range<Int>
  var isQuoted = false
  /// Spaces behind it up to the separator.
  var spare = 0
}

/// What stands between the quotes of a field, as it is read: of two quotes one is meant.
struct QuotedText {
  private(set) var text: [UInt8] = []
  /// Where each byte stands in what is written, and the end of that.
  private(set) var places: [Int] = []

  init(_ written: Slice<UnsafeBufferPointer<UInt8>>) {
    var index = written.startIndex
    while index < written.endIndex {
      text.append(written[index])
      places.append(index)
      let isDoubled = written[index] == UInt8(ascii: "\"") && index + 1 < written.endIndex
      index += isDoubled && written[index + 1] == UInt8(ascii: "\"") ? 2 : 1
    }
    places.append(written.endIndex)
  }
}

/// Takes lines of tables apart.
enum TableFields {
  /// The fields of a line between separators; none if a quote is open at its end.
  static func separated(_ line: TableLine, _ separator: UInt8, into fields: inout [TableField]) {
    fields.removeAll(keepingCapacity: true)
    let quotes = separator == UInt8(ascii: ",") || separator == UInt8(ascii: ";")
    let trims = separator == UInt8(ascii: "|")
    var index = 0
    var stop = line.count
    if trims {
      var last = line.count
      while last > 0, line[last - 1] == 0x20 { last -= 1 }
      var lead = 0
      while lead < last, line[lead] == 0x20 { lead += 1 }
      if last > lead + 1, line[lead] == separator, line[last - 1] == separator {
        index = lead + 1
        stop = last - 1
      }
    }
    while true {
      if quotes, index < stop, line[index] == UInt8(ascii: "\"") {
        var end = index + 1
        while end < stop, line[end] != UInt8(ascii: "\"") || end + 1 < stop && line[end + 1] == UInt8(ascii: "\"") {
          end += line[end] == UInt8(ascii: "\"") ? 2 : 1
        }
        guard end < stop else { return fields.removeAll(keepingCapacity: true) }
        fields.append(TableField(range: index + 1..<end, isQuoted: true))
        index = end
        while index < stop, line[index] != separator { index += 1 }
      } else {
        var end = index
        while end < stop, line[end] != separator { end += 1 }
        var first = index
        var last = end
        if trims {
          while first < last, line[first] == 0x20 { first += 1 }
          while last > first, line[last - 1] == 0x20 { last -= 1 }
        }
        fields.append(TableField(range: first..<last, spare: max(0, end - last - 1)))
        index = end
      }
      guard index < stop else { return }
      index += 1
    }
  }

  /// Takes the spaces around fields away; false: there were none.
  static func trim(_ fields: inout [TableField], _ line: TableLine) -> Bool {
    var isTrimmed = false
    for position in fields.indices where !fields[position].isQuoted {
      var range = fields[position].range
      while !range.isEmpty, line[range.lowerBound] == 0x20 { range = range.lowerBound + 1..<range.upperBound }
      while !range.isEmpty, line[range.upperBound - 1] == 0x20 { range = range.lowerBound..<range.upperBound - 1 }
      isTrimmed = isTrimmed || range != fields[position].range
      fields[position].range = range
    }
    return isTrimmed
  }

  /// What may separate the names of a header, by the first of them, without taking the line apart; nil where the line can
  /// be none.
  static func separatorOfNames(_ line: TableLine) -> UInt8? {
    guard let first = line.first, first &- 0x30 > 9 else { return nil }
    var index = 0
    var isTitle = false
    if first == UInt8(ascii: "\"") {
      index = 1
      while index < line.count, line[index] != first { index += 1 }
      index += 1
    } else {
      while index < line.count {
        if isTitleByte(line[index]) { isTitle = true } else if !isNameByte(line[index]) { break }
        index += 1
      }
    }
    guard index < line.count else { return nil }
    switch line[index] {
    case 0x09, UInt8(ascii: "|"): return line[index]
    // `Dear Ana, …`
    case UInt8(ascii: ","), UInt8(ascii: ";"):
      return isTitle && index + 1 < line.count && line[index + 1] == 0x20 ? nil : line[index]
    default: return nil
    }
  }

  /// Whether the fields of a line may be the names in the header of separated values: `user_id`, `User name`, `price ($)`
  /// or whatever stands in quotes. Prose has blanks behind its commas: where fields have none around them, `isTight`, they
  /// may be titles, or nothing, as above the numbers of rows; at least `least` are something.
  static func areNames(_ fields: [TableField], _ line: TableLine, isTight: Bool, least: Int = 2) -> Bool {
    var named = 0
    for field in fields where !field.range.isEmpty {
      let name = line[field.range]
      guard field.isQuoted || isName(name) || isTight && isTitle(name) else { return false }
      named += 1
    }
    return named >= least && (isTight || named == fields.count)
  }

  private static func isName(_ name: Slice<TableLine>) -> Bool {
    guard let first = name.first, first < 0x30 || first > 0x39 else { return false }
    for byte in name where !isNameByte(byte) { return false }
    return true
  }

  /// Whether `name` may be a title of a column: a letter, and words and signs that are no prose's.
  private static func isTitle(_ name: Slice<TableLine>) -> Bool {
    guard let first = name.first, first >= 0x80 || (first | 0x20) &- 0x61 < 26 else { return false }
    for byte in name where !isNameByte(byte) && !isTitleByte(byte) { return false }
    return true
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    isBareByte(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  private static func isTitleByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
      UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: ":"),
      UInt8(ascii: "?"), UInt8(ascii: "@"), UInt8(ascii: "["), UInt8(ascii: "]"):
      true
    default: false
    }
  }

  /// Whether a line is what `kubectl` prints above its columns: names in capitals, two spaces or more between some.
  static func isAlignedHeader(_ line: TableLine) -> Bool {
    guard let first = line.first, (0x41...0x5A).contains(first) else { return false }
    var gaps = false
    var previous: UInt8 = 0
    for byte in line {
      switch byte {
      case 0x20: gaps = gaps || previous == 0x20
      case 0x41...0x5A, 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "("), UInt8(ascii: ")"),
        UInt8(ascii: "%"), UInt8(ascii: "/"), UInt8(ascii: "."):
        break
      default: return false
      }
      previous = byte
    }
    return gaps
  }

  /// Fields between two spaces or more; gives where they begin, in characters.
  static func aligned(_ line: TableLine, into fields: inout [TableField]) -> [Int] {
    fields.removeAll(keepingCapacity: true)
    var starts: [Int] = []
    var characters = 0
    var start: Int?
    var end = 0
    for index in line.indices {
      if line[index] == 0x20 {
        if let first = start, index + 1 < line.count, line[index + 1] == 0x20 {
          fields.append(TableField(range: first..<end))
          start = nil
        }
      } else {
        if start == nil {
          start = index
          starts.append(characters)
        }
        end = index + 1
      }
      if line[index] & 0xC0 != 0x80 { characters += 1 }
    }
    if let first = start { fields.append(TableField(range: first..<end)) }
    for position in fields.indices {
      let next = position + 1 < fields.count ? fields[position + 1].range.lowerBound : line.count
      fields[position].spare = max(0, next - fields[position].range.upperBound - 2)
    }
    return starts
  }

  /// Where the runs of hyphens begin that are drawn below a header.
  static func starts(ofRuler ruler: TableLine) -> [Int] {
    ruler.indices.filter { ruler[$0] == UInt8(ascii: "-") && ($0 == 0 || ruler[$0 - 1] == 0x20) }
  }

  /// The cells between the offsets of a header, in characters; none if text stands across one.
  static func cells(_ line: TableLine, _ starts: [Int], into fields: inout [TableField]) {
    fields.removeAll(keepingCapacity: true)
    var bounds: [Int] = []
    var characters = 0
    for index in line.indices where line[index] & 0xC0 != 0x80 {
      if bounds.count < starts.count, characters == starts[bounds.count] {
        guard bounds.isEmpty || line[index - 1] == 0x20 else { return }
        bounds.append(index)
      }
      characters += 1
    }
    guard bounds.first == 0 else { return }
    while bounds.count < starts.count { bounds.append(line.count) }
    for (position, start) in bounds.enumerated() {
      let next = position + 1 < bounds.count ? bounds[position + 1] : line.count
      var (first, end) = (start, next)
      while end > start, line[end - 1] == 0x20 { end -= 1 }
      while first < end, line[first] == 0x20 { first += 1 }
      fields.append(TableField(range: first..<end, spare: max(0, next - end - 1)))
    }
  }
}
