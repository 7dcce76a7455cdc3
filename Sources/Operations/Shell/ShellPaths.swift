/// Paths as policies see them: lexically normalised.
enum ShellPaths {
  /// Joins `path` to `directory` unless it is absolute, and resolves empty components, `.` and `..` lexically. `..`
  /// does not cancel a component whose value is unknown. `~`, `$HOME` and `${HOME}` become `~`.
  static func normalised(_ path: ArraySlice<UInt8>, in directory: [UInt8]) -> [UInt8] {
    var text = home(path)
    if let first = text.first, first != Ascii.slash, first != Ascii.tilde, !directory.isEmpty {
      text = directory + [Ascii.slash] + text
    }
    let isAbsolute = text.first == Ascii.slash
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    if isAbsolute { result.append(Ascii.slash) }
    // Where the components kept so far start.
    var starts: [Int] = []
    var index = 0
    while index < text.count {
      var end = index
      while end < text.count, text[end] != Ascii.slash { end += 1 }
      let component = text[index..<end]
      index = end + 1
      if component.isEmpty || component.elementsEqual([Ascii.dot]) { continue }
      if component.elementsEqual([Ascii.dot, Ascii.dot]) {
        if let last = starts.last {
          let previous = result[last...]
          let isFixed =
            previous.first == Ascii.tilde && last == 0 || previous.contains(Ascii.dollar)
            || previous.contains(Ascii.backquote) || previous.elementsEqual([Ascii.dot, Ascii.dot])
          if !isFixed {
            result.removeLast(result.count - last)
            // The slash in front goes too, unless it is the root.
            if result.count > 1 { result.removeLast() }
            starts.removeLast()
            continue
          }
        } else if isAbsolute {
          continue
        }
      }
      if let last = result.last, last != Ascii.slash { result.append(Ascii.slash) }
      starts.append(result.count)
      result += component
    }
    return result.isEmpty ? [Ascii.dot] : result
  }

  private static let homeSpellings: [[UInt8]] = [Array("$HOME".utf8), Array("${HOME}".utf8)]

  private static func home(_ path: ArraySlice<UInt8>) -> [UInt8] {
    guard path.first == Ascii.dollar else { return Array(path) }
    for spelling in homeSpellings where path.starts(with: spelling) {
      let rest = path.dropFirst(spelling.count)
      if rest.isEmpty || rest.first == Ascii.slash { return [Ascii.tilde] + rest }
    }
    return Array(path)
  }

  /// Whether a relative or absolute path is normalised as it stands, in a directory that is not known.
  static func isNormal(_ path: ByteRange, in text: [UInt8]) -> Bool {
    var start = Int(path.start)
    let end = Int(path.end)
    if text[start] == Ascii.dollar, isEvident(path, in: text) { return false }
    if text[start] == Ascii.slash {
      if path.count == 1 { return true }
      start += 1
    }
    while true {
      var next = start
      while next < end, text[next] != Ascii.slash { next += 1 }
      switch next - start {
      case 0: return false
      case 1: if text[start] == Ascii.dot { return path.count == 1 }
      case 2: if text[start] == Ascii.dot, text[start + 1] == Ascii.dot { return false }
      default: break
      }
      if next == end { return true }
      start = next + 1
    }
  }

  /// Whether a value is surely meant as a path.
  static func isEvident(_ value: ByteRange, in text: [UInt8]) -> Bool {
    guard value.count > 0 else { return false }
    return switch text[Int(value.start)] {
    case Ascii.slash, Ascii.tilde: true
    case Ascii.dot: text.begins(with: "./", at: value) || text.begins(with: "../", at: value)
    case Ascii.dollar: text.begins(with: "$HOME", at: value) || text.begins(with: "${HOME}", at: value)
    default: false
    }
  }

  /// The last component of a program's path, a range of `text`.
  static func baseName(_ path: ByteRange, in text: [UInt8]) -> ByteRange {
    var end = Int(path.end)
    while end > Int(path.start) + 1, text[end - 1] == Ascii.slash { end -= 1 }
    var start = end
    while start > Int(path.start), text[start - 1] != Ascii.slash { start -= 1 }
    // `/` itself is the name of the root.
    return start == end ? ByteRange(Int(path.start), end) : ByteRange(start, end)
  }

  /// The last component of a path.
  static func baseName(_ path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let text = Array(path)
    let name = baseName(ByteRange(0, text.count), in: text)
    return text[name.range]
  }
}
