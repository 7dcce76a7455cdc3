import PolicyBytecode

/// What the policy says of one operation.
///
/// Three words, of which the first is copied whole for operations that no rule speaks of: put together field by field it
/// takes as long as the way to it.
public struct OperationVerdict: BitwiseCopyable, Sendable {
  /// From the low end 8 bits each: the decision, the level to record at, ``Flag``s.
  private var word: UInt32
  /// The rules that apply, in ``Interpreter/fired``; observed ones among them.
  public var firstFired: UInt32
  public var endFired: UInt32

  private enum Flag {
    static let isByRule: UInt32 = 1 << 16
    static let limitReached: UInt32 = 1 << 17
    static let needsUnparsedTest: UInt32 = 1 << 18
  }

  /// Decision and level as their raw values; beyond them is the highest.
  init(
    decision: UInt8, record: UInt8, isByRule: Bool = false, limitReached: Bool = false, needsUnparsedTest: Bool = false,
    firstFired: UInt32 = 0, endFired: UInt32 = 0
  ) {
    word = UInt32(decision) | UInt32(record) << 8
    if isByRule { word |= Flag.isByRule }
    if limitReached { word |= Flag.limitReached }
    if needsUnparsedTest { word |= Flag.needsUnparsedTest }
    self.firstFired = firstFired
    self.endFired = endFired
  }

  public var decision: Decision {
    switch word & 0xFF {
    case 0: .allow
    case 1: .approve
    default: .block
    }
  }

  public var record: RecordLevel {
    switch word >> 8 & 0xFF {
    case 0: .none
    case 1: .commands
    default: .full
    }
  }

  /// Whether a rule decided, rather than a default.
  public var isByRule: Bool { word & Flag.isByRule != 0 }
  /// A PCRE pattern reached its match limit, which blocks.
  public var limitReached: Bool { word & Flag.limitReached != 0 }
  /// The operation is unparsed and its default blocks that: of `allow` rules only those that test `unparsed` count.
  public var needsUnparsedTest: Bool { word & Flag.needsUnparsedTest != 0 }
}
