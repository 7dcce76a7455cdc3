/// Tables that are drawn with the characters of Unicode's block "Box Drawing" (U+2500 to U+257F): `psql` with
/// `linestyle unicode`, DuckDB, ClickHouse.
enum BoxDrawing {
  /// `line` with the lines drawn in ASCII and every byte where it was, a character being three bytes; nil: it has none.
  static func plain(_ line: TableLine) -> [UInt8]? {
    guard let first = next(line, 0) else { return nil }
    var out = Array(line)
    var index: Int? = first
    while let start = index {
      let parts: (UInt8, UInt8) =
        switch (line[start + 1], line[start + 2]) {
        // Vertical: light, heavy, double.
        case (0x94, 0x82), (0x94, 0x83), (0x95, 0x91): (UInt8(ascii: "|"), 0x20)
        // Horizontal.
        case (0x94, 0x80), (0x94, 0x81), (0x95, 0x90): (UInt8(ascii: "-"), UInt8(ascii: "-"))
        default: (UInt8(ascii: "+"), UInt8(ascii: "-"))
        }
      out[start] = parts.0
      out[start + 1] = parts.1
      out[start + 2] = parts.1
      index = next(line, start + 3)
    }
    return out
  }

  private static func next(_ line: TableLine, _ from: Int) -> Int? {
    var index = from
    while index + 2 < line.count {
      if line[index] == 0xE2, line[index + 1] == 0x94 || line[index + 1] == 0x95 { return index }
      index += 1
    }
    return nil
  }

  /// Whether a line above a table has names in it: `+-----id---+-----mail---+`.
  static func isNamed(_ line: TableLine) -> Bool {
    guard line.starts(with: "+--".utf8), line.reversed().starts(with: "--+".utf8) else { return false }
    return line.contains { ![0x20, 0x2B, 0x2D].contains($0) }
  }

  /// The names in such a line between bars.
  static func names(_ line: TableLine) -> [UInt8] {
    var out = Array(line)
    for index in out.indices {
      if out[index] == UInt8(ascii: "+") {
        out[index] = UInt8(ascii: "|")
      } else if out[index] == UInt8(ascii: "-"), !isWithinName(line, index) {
        out[index] = 0x20
      }
    }
    return out
  }

  /// A single hyphen within a name; a drawn line is three bytes at least.
  private static func isWithinName(_ line: TableLine, _ index: Int) -> Bool {
    index > 0 && index + 1 < line.count && line[index - 1] != UInt8(ascii: "-") && line[index + 1] != UInt8(ascii: "-")
  }
}
