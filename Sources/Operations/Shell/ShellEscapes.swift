/// Backslash escapes of `$'…'`, `echo -e` and `printf`.
enum ShellEscapes {
  enum Dialect { case ansiQuotes, echo, format }

  /// The byte that a letter behind a backslash stands for in all of them, where it is one.
  static func simple(_ letter: UInt8) -> UInt8? {
    switch letter {
    case 0x61: 7
    case 0x62: 8
    case 0x65, 0x45: 27
    case 0x66: 12
    case 0x6E: 10
    case 0x72: 13
    case 0x74: 9
    case 0x76: 11
    case Ascii.backslash, Ascii.doubleQuote: letter
    default: nil
    }
  }

  /// The bytes that `text` stands for; `$'…'` ends at an escaped NUL, as the shell's strings do, the others at `\c`.
  static func decode(_ text: some RandomAccessCollection<UInt8>, _ dialect: Dialect) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var index = text.startIndex
    func digits(_ most: Int, _ base: Int) -> Int? {
      var value = 0
      var count = 0
      while count < most, index < text.endIndex, let digit = Ascii.hex(text[index]), digit < base {
        value = value * base + digit
        count += 1
        text.formIndex(after: &index)
      }
      return count == 0 ? nil : value
    }
    while index < text.endIndex {
      let byte = text[index]
      text.formIndex(after: &index)
      guard byte == Ascii.backslash, index < text.endIndex else {
        result.append(byte)
        continue
      }
      let kind = text[index]
      text.formIndex(after: &index)
      var value: Int?
      switch kind {
      case Ascii.quote, Ascii.question: value = dialect == .ansiQuotes ? Int(kind) : nil
      case 0x63:
        switch dialect {
        case .echo, .format: return result
        case .ansiQuotes:
          guard index < text.endIndex else { break }
          value = Int(text[index] & 0x1F)
          text.formIndex(after: &index)
        }
      case 0x78: value = digits(2, 16)
      case 0x75: value = digits(4, 16)
      case 0x55: value = digits(8, 16)
      case 0x30...0x37:
        // `echo` takes three digits behind the 0, the others three with it.
        text.formIndex(before: &index)
        value = digits(dialect == .echo && kind == Ascii.zero ? 4 : 3, 8).map { $0 & 0xFF }
      default: value = simple(kind).map { Int($0) }
      }
      guard let value else {
        result.append(Ascii.backslash)
        result.append(kind)
        continue
      }
      if value == 0, dialect == .ansiQuotes { return result }
      if kind == 0x75 || kind == 0x55 {
        if let scalar = Unicode.Scalar(UInt32(value)) { result += Array(String(Character(scalar)).utf8) }
      } else {
        result.append(UInt8(truncatingIfNeeded: value))
      }
    }
    return result
  }
}
