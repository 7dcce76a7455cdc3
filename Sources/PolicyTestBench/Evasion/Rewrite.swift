import PolicyBytecode
import PolicyEngine

/// A request as it is spelled: the protocol and the payload, without who sends it.
public struct Spelling: Hashable, Sendable {
  public var `protocol`: OperationProtocol
  public var payload: RequestPayload

  public init(_ protocol: OperationProtocol, _ payload: RequestPayload) {
    self.protocol = `protocol`
    self.payload = payload
  }

  public init(_ protocol: OperationProtocol, _ text: String) { self.init(`protocol`, .text([UInt8](text.utf8))) }

  /// The payload if it is valid text, else nil.
  var text: String? {
    guard case .text(let bytes) = payload else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}

/// One way to spell a request so that the target does the same.
///
/// A rewrite is a pure function. It gives nothing where it cannot tell that the meaning stays: what it gives may be
/// held against a rule, and a spelling that does something else would accuse the rule wrongly.
public struct Rewrite: Sendable {
  /// What it does, in a few words for the report.
  public let name: String
  /// When the target does the same with both spellings, beyond what ``apply`` looks at itself.
  public let condition: String
  /// Whether the request arrives on another road: then a rule that names its road is not asked.
  public let changesRoad: Bool
  public let apply: @Sendable (Spelling) -> [Spelling]

  public init(
    _ name: String, when condition: String, changesRoad: Bool = false,
    _ apply: @escaping @Sendable (Spelling) -> [Spelling]
  ) {
    self.name = name
    self.condition = condition
    self.changesRoad = changesRoad
    self.apply = apply
  }

  /// A rewrite of text payloads of some protocols.
  public init(
    _ name: String, of protocols: ProtocolSet, when condition: String,
    _ apply: @escaping @Sendable (String) -> [String]
  ) {
    self.init(name, when: condition) { spelling in
      guard protocols.contains(.init(spelling.protocol)), let text = spelling.text else { return [] }
      return apply(text).map { Spelling(spelling.protocol, $0) }
    }
  }

  /// The condition of spellings between which the language makes no difference.
  static let always = "always: both are one to the language"
}

/// The limits of the search.
public enum EvasionLimits {
  /// Bytes of a spelling; longer ones are not tried.
  public static let spellingBytes = 8 << 10
  /// Commands a rule is tried with.
  public static let seeds = 4
  /// Matching commands of a rule that are looked at to choose those.
  public static let candidates = 256
  /// Evasions of a rule that are kept.
  public static let evasions = 100
  /// Requests that no rule stops, kept to tell facts that are too wide.
  public static let innocents = 2000
  /// Rewrites one after the other.
  public static let depth = 6
  /// Spellings a rule.
  public static let spellings = 1_000_000
}

/// A small generator whose numbers depend on its seed alone (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// `name` gives each rule numbers of its own, so that other rules do not change what is tried with it.
  init(seed: UInt64, name: String) {
    state = name.utf8.reduce(seed ^ 0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
