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

  /// Whether a value is surely meant as a path.
  static func isEvident(_ text: ArraySlice<UInt8>) -> Bool {
    switch text.first {
    case Ascii.slash, Ascii.tilde: true
    case Ascii.dot: text.starts(with: "./".utf8) || text.starts(with: "../".utf8)
    case Ascii.dollar: text.starts(with: homeSpellings[0]) || text.starts(with: homeSpellings[1])
    default: false
    }
  }

  /// The last component of a program's path.
  static func baseName(_ path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var end = path.endIndex
    while end > path.startIndex + 1, path[end - 1] == Ascii.slash { end -= 1 }
    let trimmed = path[..<end]
    guard let slash = trimmed.lastIndex(of: Ascii.slash), trimmed.count > 1 else { return trimmed }
    return trimmed[(slash + 1)...]
  }
}
