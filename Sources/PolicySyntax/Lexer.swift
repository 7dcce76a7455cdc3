/// Cuts valid UTF-8 into tokens. It reports nothing: what is wrong is in the kind of the token.
struct Lexer {
  let source: [UInt8]
  var position = 0
  /// How often a JSON object was looked for to the end of the file in vain; each time costs the rest of the file.
  private var unclosedObjects = 0
  private let unclosedObjectLimit = 16

  init(_ source: [UInt8]) { self.source = source }

  /// The next token; at the end an empty `endOfFile`.
  mutating func next() -> Token {
    let start = position
    let kind = scan()
    return Token(kind, SourceRange(UInt32(start), UInt32(position)))
  }

  /// The byte so far ahead, as the scalar of that value so that it compares with literals.
  private func peek(_ distance: Int = 0) -> Unicode.Scalar? {
    let index = position + distance
    return index < source.count ? Unicode.Scalar(source[index]) : nil
  }

  private mutating func scan() -> TokenKind {
    guard let byte = peek() else { return .endOfFile }
    switch byte {
    case " ", "\t", "\r", "\n":
      skip { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\n" }
      return .whitespace
    case "#":
      let isDocumentation = peek(1) == "#"
      skipLine()
      return isDocumentation ? .docComment : .comment
    case "a"..."z", "A"..."Z", "_": return word()
    case "0"..."9": return number()
    case "\"": return peek(1) == "\"" && peek(2) == "\"" ? blockString() : string()
    case "'": return rawString()
    case "/" where peek(1) == "/":
      // A comment of another language; an empty regular expression has no use.
      skipLine()
      return .unknown
    case "/": return regex()
    default: return punctuation(byte)
    }
  }

  private mutating func skip(while condition: (Unicode.Scalar) -> Bool) {
    while let byte = peek(), condition(byte) { position += 1 }
  }

  /// Moves to the line feed that ends the line (or the carriage return before it), or to the end.
  private mutating func skipLine() {
    skip { $0 != "\n" }
    if position > 0, position < source.count, source[position - 1] == UInt8(ascii: "\r") { position -= 1 }
  }

  private mutating func word() -> TokenKind {
    while true {
      skip(while: isWordByte)
      guard let joint = peek(), joint == "." || joint == "/", let after = peek(1), isLetter(after) else { return .word }
      position += 1
    }
  }

  private mutating func number() -> TokenKind {
    let start = position
    skip { isWordByte($0) || $0 == "." }
    let text = source[start..<position].map { Unicode.Scalar($0) }
    if text.contains("."), peek() == "/", let after = peek(1), isDigit(after) {
      // The prefix length of a bare CIDR, so that it is not read as a regular expression.
      position += 1
      skip(while: isDigit)
      return .malformedNumber
    }
    if text.allSatisfy(isDigit) { return .integer }
    if let unit = text.last, unit == "s" || unit == "m" || unit == "h" || unit == "d",
      text.dropLast().allSatisfy(isDigit)
    {
      return .duration
    }
    let isDate =
      text.count == 10
      && zip(text, "0000-00-00".unicodeScalars).allSatisfy { $1 == "-" ? $0 == "-" : isDigit($0) }
    return isDate ? .date : .malformedNumber
  }

  private mutating func string() -> TokenKind {
    position += 1
    while let byte = peek(), byte != "\n" {
      position += 1
      if byte == "\"" { return .string }
      if byte == "\\", let escaped = peek(), escaped != "\n" { position += 1 }
    }
    return .unterminatedString
  }

  private mutating func rawString() -> TokenKind {
    position += 1
    skip { $0 != "'" && $0 != "\n" }
    guard peek() == "'" else { return .unterminatedString }
    position += 1
    return .rawString
  }

  private mutating func blockString() -> TokenKind {
    position += 3
    while let byte = peek() {
      if byte == "\"", peek(1) == "\"", peek(2) == "\"" {
        position += 3
        return .blockString
      }
      position += byte == "\\" && peek(1) != nil ? 2 : 1
    }
    return .unterminatedString
  }

  private mutating func regex() -> TokenKind {
    position += 1
    while let byte = peek(), byte != "\n" {
      position += 1
      if byte == "/" { return .regex }
      if byte == "\\", let escaped = peek(), escaped != "\n" { position += 1 }
    }
    return .unterminatedRegex
  }

  private mutating func punctuation(_ byte: Unicode.Scalar) -> TokenKind {
    let following = peek(1)
    func pair(_ second: Unicode.Scalar, _ kind: TokenKind) -> (TokenKind, Int)? {
      following == second ? (kind, 2) : nil
    }
    let (kind, length): (TokenKind, Int)
    switch byte {
    case "[": (kind, length) = (.leftBracket, 1)
    case "]": (kind, length) = (.rightBracket, 1)
    case "(": (kind, length) = (.leftParenthesis, 1)
    case ")": (kind, length) = (.rightParenthesis, 1)
    case "{": (kind, length) = (.leftBrace, 1)
    case "}": (kind, length) = (.rightBrace, 1)
    case ",": (kind, length) = (.comma, 1)
    case "@": (kind, length) = (.at, 1)
    case ":": (kind, length) = (.colon, 1)
    case "<": (kind, length) = pair("=", .lessOrEqual) ?? pair(">", .foreign) ?? (.less, 1)
    case ">": (kind, length) = pair("=", .greaterOrEqual) ?? (.greater, 1)
    case "=":
      (kind, length) = pair(">", .arrow) ?? pair("=", .foreign) ?? pair("~", .foreign) ?? (.equal, 1)
    case "!": (kind, length) = pair("=", .foreign) ?? (.foreign, 1)
    case "&": (kind, length) = pair("&", .foreign) ?? (.foreign, 1)
    case "|": (kind, length) = pair("|", .foreign) ?? (.foreign, 1)
    case "-" where following == ">": (kind, length) = (.foreign, 2)
    case "\u{EF}" where position == 0 && following == "\u{BB}" && peek(2) == "\u{BF}": (kind, length) = (.whitespace, 3)
    default: (kind, length) = (.unknown, scalarLength(source[position]))
    }
    position = min(position + length, source.count)
    return kind
  }

  /// Reads a JSON object as one raw token; `position` stands at its `{`. It ends at the brace that closes the first,
  /// strings aside, or, where none does, at the end of the line.
  mutating func nextJSON() -> Token {
    let start = position
    var depth = 0
    var isInString = false
    while unclosedObjects < unclosedObjectLimit, let byte = peek() {
      position += 1
      switch byte {
      case "\\" where isInString: if let escaped = peek(), escaped != "\n" { position += 1 }
      case "\"": isInString.toggle()
      case "\n": isInString = false
      case "{" where !isInString: depth += 1
      case "}" where !isInString:
        depth -= 1
        if depth == 0 { return Token(.json, SourceRange(UInt32(start), UInt32(position))) }
      default: break
      }
    }
    unclosedObjects += 1
    position = start
    skipLine()
    return Token(.json, SourceRange(UInt32(start), UInt32(position)))
  }
}

func isDigit(_ byte: Unicode.Scalar) -> Bool { byte >= "0" && byte <= "9" }
func isLetter(_ byte: Unicode.Scalar) -> Bool {
  byte >= "a" && byte <= "z" || byte >= "A" && byte <= "Z" || byte == "_"
}
func isWordByte(_ byte: Unicode.Scalar) -> Bool { isLetter(byte) || isDigit(byte) || byte == "-" }

/// Bytes of the UTF-8 sequence that begins with this byte.
func scalarLength(_ first: UInt8) -> Int {
  switch first {
  case 0xC0..<0xE0: 2
  case 0xE0..<0xF0: 3
  case 0xF0...: 4
  default: 1
  }
}
