/// A shell line cut into its simple commands, as far as rewriting needs: where words stand, and which of them mean just
/// their letters. It reads less than the decoder: of what it does not follow it shows no commands.
struct ShellLine {
  struct Word {
    var range: Range<Int>
    /// The word as written.
    var text: String
    /// Only letters that mean themselves wherever they stand in a word.
    var isPlain: Bool
  }

  /// A simple command.
  struct Command {
    /// `NAME=VALUE` words before the program are not among them; neither are redirections.
    var words: [Word]
    /// From the first word, or what is before it, to the end of the last word or redirection.
    var range: Range<Int>
    /// Where the program stands.
    var start: Int { words[0].range.lowerBound }
    /// Another command's output is its input.
    var isFed = false
    /// A program runs it (`sudo rm`): functions, builtins and aliases of the shell are not found there.
    var isCarried = false
    var hasRedirections = false
    var hasAssignments = false
    /// It stands in a list of its own: not in a compound command.
    var isTopLevel = true

    var program: Word { words[0] }
    var arguments: ArraySlice<Word> { words.dropFirst() }
  }

  let bytes: [UInt8]
  private(set) var commands: [Command] = []
  /// The line was followed to its end: no here-document, no comment, nothing left open.
  private(set) var isFollowed = true
  private(set) var hasHereDocument = false
  private(set) var hasComment = false

  init(_ text: String) {
    bytes = [UInt8](text.utf8)
    read()
    if !isFollowed || hasHereDocument { commands = [] }
    addCarried()
  }

  /// The line is one simple command and nothing else.
  var only: Command? {
    guard let first = commands.first, !first.isCarried, commands.allSatisfy({ $0.range == first.range }),
      first.range == 0..<bytes.count
    else { return nil }
    return first
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// Whether the line sets a variable of that name, whose value another use of the name would take away.
  func sets(_ name: String) -> Bool { text(0..<bytes.count).contains(name + "=") }

  /// The line with a part replaced.
  func replacing(_ range: Range<Int>, with text: String) -> String {
    String(decoding: bytes[..<range.lowerBound] + Array(text.utf8) + bytes[range.upperBound...], as: UTF8.self)
  }

  /// The line with each of these parts replaced; they stand in order.
  func replacing(_ parts: [(range: Range<Int>, text: String)]) -> String {
    var result: [UInt8] = []
    var end = 0
    for part in parts {
      result += bytes[end..<part.range.lowerBound] + Array(part.text.utf8)
      end = part.range.upperBound
    }
    return String(decoding: result + bytes[end...], as: UTF8.self)
  }

  // MARK: - Reading

  private static let transparent: Set<String> = [
    "if", "then", "elif", "else", "while", "until", "do", "!", "{",
  ]
  private static let closing: Set<String> = ["fi", "done", "}", "esac"]
  private static let opaque: Set<String> = ["for", "case", "select", "function", "[[", "((", "coproc"]

  private mutating func read() {
    var words: [Word] = []
    var start: Int?
    var end = 0
    var isFed = false
    var isOpaque = false
    var depth = 0
    var hasRedirections = false
    var hasAssignments = false
    var index = 0

    func close(_ line: inout ShellLine) {
      if !words.isEmpty, !isOpaque, let start {
        line.commands.append(
          Command(
            words: words, range: start..<end, isFed: isFed, hasRedirections: hasRedirections,
            hasAssignments: hasAssignments, isTopLevel: depth == 0))
      }
      words = []
      start = nil
      hasRedirections = false
      hasAssignments = false
    }

    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case 0x20, 0x09: index += 1
      case UInt8(ascii: "\\") where index + 1 < bytes.count && bytes[index + 1] == 0x0A: index += 2
      case UInt8(ascii: "#"):
        hasComment = true
        while index < bytes.count, bytes[index] != 0x0A { index += 1 }
      case 0x0A, UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: ")"):
        if byte == UInt8(ascii: "&"), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: ">") {
          guard let next = redirection(index) else { return isFollowed = false }
          if start == nil { start = index }
          hasRedirections = true
          index = next
          end = next
          continue
        }
        if byte == UInt8(ascii: "("), !words.isEmpty { return isFollowed = false }
        close(&self)
        if byte == UInt8(ascii: "(") { depth += 1 }
        if byte == UInt8(ascii: ")") { depth -= 1 }
        let isDouble = index + 1 < bytes.count && bytes[index + 1] == byte
        isFed = byte == UInt8(ascii: "|") && !isDouble
        if byte != 0x0A, byte != UInt8(ascii: "&") || isDouble { isOpaque = false }
        isOpaque = false
        index += isDouble && (byte == UInt8(ascii: "&") || byte == UInt8(ascii: "|")) ? 2 : 1
        if isFed, index < bytes.count, bytes[index] == UInt8(ascii: "&") { index += 1 }
      case UInt8(ascii: "<"), UInt8(ascii: ">"):
        guard let next = redirection(index) else { return isFollowed = false }
        if start == nil { start = index }
        hasRedirections = true
        index = next
        end = next
      default:
        guard let word = word(index) else { return isFollowed = false }
        let isRedirected =
          word.range.upperBound < bytes.count
          && [UInt8(ascii: "<"), UInt8(ascii: ">")].contains(bytes[word.range.upperBound])
          && word.text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
        if isRedirected {
          if start == nil { start = index }
          index = word.range.upperBound
          continue
        }
        index = word.range.upperBound
        if words.isEmpty {
          if Self.transparent.contains(word.text) {
            depth += ["if", "while", "until", "{"].contains(word.text) ? 1 : 0
            continue
          }
          if Self.closing.contains(word.text) {
            depth -= 1
            isOpaque = true
            continue
          }
          if Self.opaque.contains(word.text) {
            if word.text != "for" { return isFollowed = false }
            depth += 1
            isOpaque = true
            continue
          }
          if start == nil { start = word.range.lowerBound }
          if isAssignment(word.text) {
            hasAssignments = true
            end = index
            continue
          }
        }
        if !isOpaque { words.append(word) }
        end = index
      }
    }
    close(&self)
    if depth != 0 { isFollowed = false }
  }

  private func isAssignment(_ text: String) -> Bool {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { return false }
    let name = text[..<equals].drop { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
    return (name.isEmpty || name == "+" || name.first == "[") && text.first?.isNumber == false
  }

  /// Passes a redirection and its target; nil for what is not followed.
  private mutating func redirection(_ start: Int) -> Int? {
    var index = start
    while index < bytes.count, "<>&|".utf8.contains(bytes[index]) { index += 1 }
    let sign = text(start..<index)
    if sign == "<<" { hasHereDocument = true }
    if sign == "<", index < bytes.count, bytes[index] == UInt8(ascii: "(") { return nil }
    if sign == ">", index < bytes.count, bytes[index] == UInt8(ascii: "(") { return nil }
    while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
    guard index < bytes.count, bytes[index] != 0x0A, let target = word(index) else { return nil }
    return target.range.upperBound
  }

  /// The word that starts at `start`; nil if it is left open or empty.
  private func word(_ start: Int) -> Word? {
    var index = start
    var isPlain = true
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 0x20 || byte == 0x09 || byte == 0x0A || ";&|()<>".utf8.contains(byte) {
        // A process substitution is a word that is not followed.
        if byte == UInt8(ascii: "("), index > start { return nil }
        break
      }
      if Self.isLiteral(byte) {
        index += 1
        continue
      }
      isPlain = false
      guard let next = passed(index) else { return nil }
      index = next
    }
    guard index > start else { return nil }
    return Word(range: start..<index, text: text(start..<index), isPlain: isPlain)
  }

  /// Whether a byte means itself wherever it stands in a word.
  static func isLiteral(_ byte: UInt8) -> Bool {
    byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || "_./:=,@%+-".utf8.contains(byte)
  }

  /// The end of the quoted, escaped or expanded part that starts at `start`.
  private func passed(_ start: Int) -> Int? {
    switch bytes[start] {
    case UInt8(ascii: "\\"): return start + 1 < bytes.count ? start + 2 : nil
    case UInt8(ascii: "'"): return bytes[(start + 1)...].firstIndex(of: UInt8(ascii: "'")).map { $0 + 1 }
    case UInt8(ascii: "\""), UInt8(ascii: "`"): return closed(start + 1, by: bytes[start])
    case UInt8(ascii: "$"):
      guard start + 1 < bytes.count else { return start + 1 }
      switch bytes[start + 1] {
      case UInt8(ascii: "'"): return closed(start + 2, by: UInt8(ascii: "'"))
      case UInt8(ascii: "("): return closed(start + 2, by: UInt8(ascii: ")"))
      case UInt8(ascii: "{"): return closed(start + 2, by: UInt8(ascii: "}"))
      default: return start + 1
      }
    default: return start + 1
    }
  }

  private func closed(_ start: Int, by end: UInt8) -> Int? {
    var index = start
    while index < bytes.count {
      if bytes[index] == end { return index + 1 }
      if bytes[index] == UInt8(ascii: "\\") {
        index += 2
      } else if end == UInt8(ascii: "'") || end == UInt8(ascii: "`") {
        index += 1
      } else if bytes[index] == UInt8(ascii: "(") && end == UInt8(ascii: ")") {
        guard let next = closed(index + 1, by: end) else { return nil }
        index = next
      } else if "$`".utf8.contains(bytes[index]) || end != UInt8(ascii: "\"") && "\"'".utf8.contains(bytes[index]) {
        guard let next = passed(index) else { return nil }
        index = next
      } else {
        index += 1
      }
    }
    return nil
  }

  // MARK: - Carried commands

  private static let carriers: Set<String> = ["sudo", "doas", "nice", "nohup", "env", "command", "exec", "setsid"]

  /// What `sudo rm -rf x` runs is a command, too.
  private mutating func addCarried() {
    for command in commands {
      var rest = command
      while rest.words.count > 1, Self.carriers.contains(rest.words[0].text), !rest.words[1].text.hasPrefix("-"),
        !rest.words[1].text.contains("=")
      {
        rest.words.removeFirst()
        rest.isCarried = true
        commands.append(rest)
      }
    }
  }
}

extension String {
  /// In single quotes, as a shell reads it back.
  var shellQuoted: String {
    "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }

  /// As an argument of a shell line: in quotes where it needs them.
  var shellWord: String {
    let isPlain =
      !isEmpty
      && utf8.allSatisfy { byte in
        byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || "_./:=,@%+-".utf8.contains(byte)
      }
    return isPlain ? self : shellQuoted
  }
}
