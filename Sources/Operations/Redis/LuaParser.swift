import PolicyBytecode

/// Parses Lua 5.1 (Reference Manual, section 8) and tells a ``LuaReader`` what happens to names and values.
struct LuaParser {
  private var lexer: LuaLexer
  private var token: LuaToken
  /// Where the last token ended.
  private var end: Int
  private var depth = 0

  init(_ source: [UInt8], from start: Int) throws(LuaError) {
    lexer = LuaLexer(source, from: start)
    token = try lexer.next()
    end = start
  }

  mutating func script(_ reader: inout LuaReader) throws(LuaError) {
    try block(&reader)
    guard token.kind == .end else { throw LuaError(reason: .syntax) }
  }

  // MARK: - Tokens

  private mutating func advance() throws(LuaError) {
    end = token.end
    token = try lexer.next()
  }

  private mutating func accept(_ kind: LuaKind) throws(LuaError) -> Bool {
    guard token.kind == kind else { return false }
    try advance()
    return true
  }

  private mutating func expect(_ kind: LuaKind) throws(LuaError) {
    guard token.kind == kind else { throw LuaError(reason: token.kind == .end ? .truncated : .syntax) }
    try advance()
  }

  private var text: ArraySlice<UInt8> { lexer.source[token.start..<token.end] }

  private mutating func name(_ reader: inout LuaReader) throws(LuaError) -> Int {
    let text = text
    try expect(.name)
    return reader.name(text)
  }

  private mutating func enter() throws(LuaError) {
    depth += 1
    if depth > RedisLimits.scriptDepth { throw LuaError(reason: .depth) }
  }

  // MARK: - Statements

  /// A block in a scope of its own.
  private mutating func block(_ reader: inout LuaReader) throws(LuaError) {
    let scope = reader.scope
    try statements(&reader)
    reader.leave(scope: scope)
  }

  private mutating func statements(_ reader: inout LuaReader) throws(LuaError) {
    try enter()
    while true {
      switch token.kind {
      case .end, .close, .else, .elseif, .until:
        depth -= 1
        return
      case .semicolon: try advance()
      case .return:
        try advance()
        if ![.end, .close, .else, .elseif, .until, .semicolon].contains(token.kind) {
          for argument in try expressions(&reader) { reader.escape(argument.value) }
        }
        _ = try accept(.semicolon)
        depth -= 1
        return
      default: try statement(&reader)
      }
    }
  }

  private mutating func statement(_ reader: inout LuaReader) throws(LuaError) {
    switch token.kind {
    case .break: try advance()
    case .do:
      try advance()
      try block(&reader)
      try expect(.close)
    case .while:
      try advance()
      try condition(&reader)
      try expect(.do)
      try block(&reader)
      try expect(.close)
    case .repeat:
      try advance()
      // The condition sees the block's locals.
      let scope = reader.scope
      try statements(&reader)
      try expect(.until)
      try condition(&reader)
      reader.leave(scope: scope)
    case .if: try branches(&reader)
    case .for: try loop(&reader)
    case .function:
      try advance()
      try namedFunction(&reader)
    case .local:
      try advance()
      try local(&reader)
    default: try expressionStatement(&reader)
    }
  }

  private mutating func condition(_ reader: inout LuaReader) throws(LuaError) {
    reader.escape(try expression(&reader).value)
  }

  private mutating func branches(_ reader: inout LuaReader) throws(LuaError) {
    repeat {
      try advance()
      try condition(&reader)
      try expect(.then)
      try block(&reader)
    } while token.kind == .elseif
    if try accept(.else) { try block(&reader) }
    try expect(.close)
  }

  private mutating func loop(_ reader: inout LuaReader) throws(LuaError) {
    try advance()
    var names = [try name(&reader)]
    var values = [LuaValue.unknown]
    if token.kind == .assign {
      try advance()
      for argument in try expressions(&reader) { reader.escape(argument.value) }
    } else {
      while try accept(.comma) {
        names.append(try name(&reader))
        values.append(.unknown)
      }
      try expect(.in)
      let sources = try expressions(&reader)
      if sources.count == 1, case .iterator(let list) = sources[0].value {
        // The second name goes through the elements, the first through their positions.
        if values.count > 1 { values[1] = reader.count(list) == nil ? .unknown : .element(list) }
      } else {
        for argument in sources { reader.escape(argument.value) }
      }
    }
    try expect(.do)
    let scope = reader.scope
    for (name, value) in zip(names, values) { reader.declare(name, value) }
    try block(&reader)
    reader.leave(scope: scope)
    try expect(.close)
  }

  private mutating func namedFunction(_ reader: inout LuaReader) throws(LuaError) {
    let target = try name(&reader)
    var hasFields = false
    var isMethod = false
    while !isMethod, token.kind == .dot || token.kind == .colon {
      isMethod = token.kind == .colon
      hasFields = true
      try advance()
      try expect(.name)
    }
    if hasFields { reader.escape(reader.value(target)) } else { reader.assign(target) }
    try function(isMethod: isMethod, &reader)
  }

  private mutating func local(_ reader: inout LuaReader) throws(LuaError) {
    if try accept(.function) {
      reader.declare(try name(&reader), .unknown)
      return try function(isMethod: false, &reader)
    }
    var names: [Int] = []
    repeat { names.append(try name(&reader)) } while try accept(.comma)
    let values = try accept(.assign) ? try expressions(&reader) : []
    for argument in values.dropFirst(names.count) { reader.escape(argument.value) }
    for (position, name) in names.enumerated() {
      // The last expression may give values for all names that are left.
      let last = min(position, values.count - 1)
      reader.declare(name, last < 0 ? .unknown : reader.element(values[last].value, position - last))
    }
  }

  private mutating func expressionStatement(_ reader: inout LuaReader) throws(LuaError) {
    var target = try suffixed(&reader)
    guard token.kind == .assign || token.kind == .comma else {
      guard target.form == .call else { throw LuaError(reason: token.kind == .end ? .truncated : .syntax) }
      return
    }
    while true {
      switch target.form {
      case .name(let name): reader.assign(name)
      case .field: reader.escape(target.base)
      case .call, .other: throw LuaError(reason: .syntax)
      }
      guard try accept(.comma) else { break }
      target = try suffixed(&reader)
    }
    try expect(.assign)
    for argument in try expressions(&reader) { reader.escape(argument.value) }
  }

  // MARK: - Expressions

  private mutating func expressions(_ reader: inout LuaReader) throws(LuaError) -> [LuaArgument] {
    var arguments: [LuaArgument] = []
    repeat {
      let start = token.start
      var (value, isOpen) = try expression(&reader)
      if token.kind == .comma {
        // Only the last expression gives more than one value.
        value = reader.element(value)
        isOpen = false
      }
      arguments.append(LuaArgument(value: value, isOpen: isOpen, source: start..<end))
    } while try accept(.comma)
    return arguments
  }

  private mutating func expression(
    _ reader: inout LuaReader, above limit: Int = 0
  ) throws(LuaError) -> (value: LuaValue, isOpen: Bool) {
    try enter()
    defer { depth -= 1 }
    var (left, isOpen) = try operand(&reader)
    while let power = Self.binary(token.kind), power.left > limit {
      let isConcat = token.kind == .concat
      try advance()
      let right = reader.element(try expression(&reader, above: power.right).value)
      left = reader.element(left)
      isOpen = false
      if isConcat, case .text(let head, _) = left, case .text(let tail, _) = right,
        head.count + tail.count <= RedisLimits.scriptConstantBytes
      {
        left = .text(head + tail, isMade: true)
      } else {
        reader.escape(left)
        reader.escape(right)
        left = .unknown
      }
    }
    return (left, isOpen)
  }

  /// How strongly an operator binds on each side. `..` binds to the right in Lua; it is read from the left, which makes
  /// the same text without nesting.
  private static func binary(_ kind: LuaKind) -> (left: Int, right: Int)? {
    switch kind {
    case .or: (1, 1)
    case .and: (2, 2)
    case .less, .greater, .lessOrEqual, .greaterOrEqual, .unequal, .equal: (3, 3)
    case .concat: (5, 5)
    case .plus, .minus: (6, 6)
    case .star, .slash, .percent: (7, 7)
    case .power: (10, 9)
    default: nil
    }
  }

  /// How strongly `not`, `#` and `-` bind.
  private static let unaryPower = 8

  private mutating func operand(_ reader: inout LuaReader) throws(LuaError) -> (value: LuaValue, isOpen: Bool) {
    switch token.kind {
    case .not, .minus, .length:
      let kind = token.kind
      try advance()
      let value = reader.element(try expression(&reader, above: Self.unaryPower).value)
      if kind == .length, case .list(let list) = value {
        return (reader.count(list).map { .text(Array(String($0).utf8)) } ?? .unknown, false)
      }
      if kind == .minus, case .text(let digits, _) = value, let number = RedisKeys.number(digits[...]), number > 0 {
        return (.text([Ascii.dash] + digits), false)
      }
      reader.escape(value)
      return (.unknown, false)
    case .number:
      let digits = text
      try advance()
      return (RedisKeys.number(digits) == nil ? .unknown : .text(Array(digits)), false)
    case .string:
      let value = token.value
      try advance()
      return (value.map { .text($0) } ?? .unknown, false)
    case .nil, .true, .false:
      try advance()
      return (.unknown, false)
    case .dots:
      try advance()
      return (.unknown, true)
    case .openBrace:
      try table(&reader)
      return (.unknown, false)
    case .function:
      try advance()
      try function(isMethod: false, &reader)
      return (.unknown, false)
    default:
      let result = try suffixed(&reader)
      return (result.value, result.form == .call)
    }
  }

  /// A name or a parenthesis with what follows: fields, elements, calls.
  private struct Suffixed {
    enum Form: Equatable { case name(Int), field, call, other }
    var value: LuaValue
    var form: Form
    /// Of a field or an element, what it is one of.
    var base = LuaValue.unknown
  }

  private mutating func suffixed(_ reader: inout LuaReader) throws(LuaError) -> Suffixed {
    var result: Suffixed
    if try accept(.open) {
      let value = reader.element(try expression(&reader).value)
      try expect(.shut)
      result = Suffixed(value: value, form: .other)
    } else {
      let name = try name(&reader)
      // What is assigned to is not read.
      let isTarget = token.kind == .assign
      result = Suffixed(value: isTarget ? .unknown : reader.value(name), form: .name(name))
    }
    while true {
      switch token.kind {
      case .dot:
        try advance()
        let key = Array(text)
        try expect(.name)
        result = Suffixed(value: reader.index(result.value, .text(key)), form: .field, base: result.value)
      case .openBracket:
        try advance()
        let key = reader.element(try expression(&reader).value)
        try expect(.closeBracket)
        result = Suffixed(value: reader.index(result.value, key), form: .field, base: result.value)
      case .colon:
        try advance()
        try expect(.name)
        reader.escape(result.value)
        let arguments = try arguments(&reader)
        result = Suffixed(value: reader.called(.unknown, arguments), form: .call)
      case .open, .string, .openBrace:
        let function = result.value
        result = Suffixed(value: reader.called(function, try arguments(&reader)), form: .call)
      default: return result
      }
    }
  }

  private mutating func arguments(_ reader: inout LuaReader) throws(LuaError) -> [LuaArgument] {
    let start = token.start
    switch token.kind {
    case .open:
      try advance()
      if try accept(.shut) { return [] }
      let arguments = try expressions(&reader)
      try expect(.shut)
      return arguments
    case .string, .openBrace:
      let (value, _) = try operand(&reader)
      return [LuaArgument(value: value, isOpen: false, source: start..<end)]
    default: throw LuaError(reason: .syntax)
    }
  }

  private mutating func table(_ reader: inout LuaReader) throws(LuaError) {
    try enter()
    defer { depth -= 1 }
    try expect(.openBrace)
    while token.kind != .closeBrace {
      if try accept(.openBracket) {
        reader.escape(try expression(&reader).value)
        try expect(.closeBracket)
        try expect(.assign)
        reader.escape(try expression(&reader).value)
      } else {
        var lookahead = lexer
        if token.kind == .name, try lookahead.next().kind == .assign {
          try advance()
          try advance()
        }
        reader.escape(try expression(&reader).value)
      }
      if token.kind != .comma, token.kind != .semicolon { break }
      try advance()
    }
    try expect(.closeBrace)
  }

  private mutating func function(isMethod: Bool, _ reader: inout LuaReader) throws(LuaError) {
    let scope = reader.scope
    if isMethod { reader.declare(reader.name(Array("self".utf8)[...]), .unknown) }
    try expect(.open)
    if token.kind != .shut {
      repeat {
        if try accept(.dots) { break }
        reader.declare(try name(&reader), .unknown)
      } while try accept(.comma)
    }
    try expect(.shut)
    try block(&reader)
    try expect(.close)
    reader.leave(scope: scope)
  }
}
