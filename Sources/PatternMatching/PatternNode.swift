/// A parsed pattern: a regular expression over code points.
indirect enum PatternNode: Hashable, Sendable {
  /// The empty text.
  case empty
  /// One code point of the set.
  case set(CodePointSet)
  case sequence([PatternNode])
  case alternation([PatternNode])
  /// At least `minimum` times, at most `maximum` times.
  case repeated(PatternNode, minimum: Int, maximum: Int?)
  case assertion(PatternAssertion)

  /// Any run of code points.
  static let anything = PatternNode.repeated(.set(.all), minimum: 0, maximum: nil)

  /// The text itself, ASCII case folded if wished.
  static func literal(_ text: String, foldingCase: Bool) -> PatternNode {
    .sequence(
      text.unicodeScalars.map {
        let set = CodePointSet($0.value)
        return .set(foldingCase ? set.foldingCase : set)
      })
  }

  /// Whether every match begins with an assertion of the text's start.
  var beginsAtTextStart: Bool {
    switch self {
    case .assertion(.textStart): true
    case .sequence(let parts): parts.first?.beginsAtTextStart ?? false
    case .alternation(let branches): branches.allSatisfy(\.beginsAtTextStart)
    case .repeated(let inner, let minimum, _): minimum > 0 && inner.beginsAtTextStart
    case .empty, .set, .assertion: false
    }
  }

  /// Whether every match stops with an assertion of the text's end.
  var stopsAtTextEnd: Bool {
    switch self {
    case .assertion(.textEnd): true
    case .sequence(let parts): parts.last?.stopsAtTextEnd ?? false
    case .alternation(let branches): branches.allSatisfy(\.stopsAtTextEnd)
    case .repeated(let inner, let minimum, _): minimum > 0 && inner.stopsAtTextEnd
    case .empty, .set, .assertion: false
    }
  }

  /// How often `.` itself is written: a set of nothing else, at any depth.
  var writtenDots: Int {
    switch self {
    case .empty, .assertion: 0
    case .set(let set): set == .dot ? 1 : 0
    case .sequence(let parts), .alternation(let parts): parts.reduce(0) { $0 + $1.writtenDots }
    case .repeated(let inner, _, let maximum): inner.writtenDots * (maximum == 1 ? 1 : 2)
    }
  }
}

/// What must hold at a place in the text; reads nothing.
enum PatternAssertion: UInt8, Hashable, Sendable {
  case textStart, textEnd
  /// Between an ASCII word character and something else.
  case wordBoundary
  case notWordBoundary
}
