import PatternMatching
import PolicyBytecode

/// A bundle ready to judge: its pattern table verified, the index for binding built, and the cache of residuals.
///
/// Shared between threads. Immutable but for the cache, which a lock guards.
public final class LoadedPolicy: @unchecked Sendable {
  public let bundle: Bundle
  let table: PatternTable
  /// Matchers on facts of the bind phase, with `matcherLinks` as their ordinals' atoms.
  let bindIndex: FactIndex
  let bindMatchers: [UInt32]
  /// Atoms of the bind phase that no scan finds.
  let lazyBindAtoms: [UInt32]
  /// From an atom to the matchers that can make it true: CSR over all atoms.
  let matcherStarts: [UInt32]
  let matcherNumbers: [UInt32]
  private let residuals: Guarded<ResidualCache>
  /// Those that the policy declares, by name.
  private let detectors: [String: DetectorDefinition]

  /// Residuals kept for sessions to come.
  public static let residualLimit = 1024

  /// Verifies what `bundle` left to this module: the pattern table and the references into it.
  public init(_ bundle: Bundle) throws(BundleError) {
    self.bundle = bundle
    let table: PatternTable
    do throws(PatternTableError) {
      table = try PatternTable(bundle.patterns)
    } catch {
      throw BundleError("the section `patterns`: \(error.message)")
    }
    self.table = table
    let patternCount = UInt32(table.count)
    guard bundle.matchers.allSatisfy({ $0.pattern < patternCount }),
      bundle.patternLists.allSatisfy({ $0 < patternCount })
    else { throw BundleError("a matcher names no pattern") }
    // A scan has no way to say that one of them could not be decided.
    guard bundle.matchers.allSatisfy({ !table.isPCRE($0.pattern) }) else {
      throw BundleError("a matcher names a PCRE pattern")
    }

    bindMatchers = bundle.matchers.indices.map(UInt32.init).filter { number in
      let matcher = bundle.matchers[Int(number)]
      return matcher.atoms.indices.contains { bundle.links[$0] < bundle.meta.bindAtoms }
    }
    bindIndex = FactIndex(bindMatchers, of: bundle, table: table)
    lazyBindAtoms = (0..<bundle.meta.bindAtoms).filter { bundle.atoms[Int($0)].kind != AtomKind.matched.rawValue }

    var counts = [UInt32](repeating: 0, count: bundle.atoms.count + 1)
    for link in bundle.links { counts[Int(link) + 1] += 1 }
    for index in 1..<max(counts.count, 1) { counts[index] += counts[index - 1] }
    var fill = counts
    var numbers = [UInt32](repeating: 0, count: bundle.links.count)
    for (number, matcher) in bundle.matchers.enumerated() {
      for link in matcher.atoms.indices {
        let atom = Int(bundle.links[link])
        numbers[Int(fill[atom])] = UInt32(number)
        fill[atom] += 1
      }
    }
    matcherStarts = counts
    matcherNumbers = numbers
    residuals = Guarded(ResidualCache(limit: Self.residualLimit))
    let declared = bundle.detectors.map { record in
      let name = bundle.text(record.name)
      let check = record.check.length == 0 ? nil : bundle.text(record.check)
      return (
        name,
        DetectorDefinition(
          name: name, regex: bundle.text(record.regex), ignoringCase: record.ignoringCase != 0, check: check)
      )
    }
    detectors = Dictionary(declared) { first, _ in first }
  }

  /// Whether any rule asks about responses, so that they must be looked at even where nothing is masked.
  public var hasResponseRules: Bool { bundle.rules.contains { $0.isOnResponse } }

  /// Everything that some rule of the policy can ask of a decoder, or of a response.
  public var demand: FactDemand {
    var facts = FactSet([.unparsed])
    for atom in bundle.atoms {
      guard let fact = Fact(rawValue: atom.fact) else { continue }
      facts.insert(fact)
    }
    return FactDemand(
      facts: facts, keys: keys, detectors: bundle.texts(bundle.meta.textDetectors).map(detector), decodes: decodes)
  }

  private var decodes: [DecodeDefinition] {
    bundle.decodes.compactMap { record in
      let words = bundle.texts(record.selectors)
      guard let carrier = OperationProtocol(rawValue: UInt8(truncatingIfNeeded: record.carrier)),
        let inner = OperationProtocol(rawValue: UInt8(truncatingIfNeeded: record.inner))
      else { return nil }
      return DecodeDefinition(
        carrier: carrier, inner: inner,
        selectors: stride(from: 0, to: words.count - 1, by: 2).map { .init(words[$0], words[$0 + 1]) })
    }
  }

  /// What the policy says of a detector; one that it does not declare is built in.
  public func detector(_ name: String) -> DetectorDefinition {
    detectors[name] ?? DetectorDefinition(name: name)
  }

  /// The tags that some rule sets, sorted.
  public var tags: [String] {
    let kind = ActionKind.tag.rawValue
    return Set(bundle.actions.filter { $0.kind == kind }.map { bundle.text($0.text) }).sorted()
  }

  /// The keyed facts that conditions ask for, in the order of their numbers.
  public var keys: [FactKey] {
    bundle.keys.compactMap { record in
      Fact(rawValue: UInt8(record.fact)).map { FactKey(fact: $0, key: bundle.text(record.key)) }
    }
  }

  /// The residual of a phase for the outcomes `bits` of the bind atoms and operations of `protocol`.
  func residual(_ bits: [UInt64], _ protocol: OperationProtocol, _ phase: RulePhase) -> Residual {
    let key = ResidualCache.Key(bits: bits, protocol: `protocol`.rawValue, phase: phase)
    if let known = residuals.withLock({ $0.find(key) }) { return known }
    let built = Residual(self, bits: bits, protocol: `protocol`, phase: phase)
    return residuals.withLock { $0.insert(built, for: key) }
  }
}

/// The residuals used last, by what binding decided.
struct ResidualCache {
  struct Key: Hashable {
    let bits: [UInt64]
    let `protocol`: UInt8
    let phase: RulePhase
  }

  private let limit: Int
  private var entries: [Key: (residual: Residual, lastUse: UInt64)] = [:]
  private var uses: UInt64 = 0

  init(limit: Int) { self.limit = limit }

  mutating func find(_ key: Key) -> Residual? {
    uses += 1
    guard let index = entries.index(forKey: key) else { return nil }
    entries.values[index].lastUse = uses
    return entries.values[index].residual
  }

  /// Keeps `residual` unless another thread was faster; returns the one that is kept.
  mutating func insert(_ residual: Residual, for key: Key) -> Residual {
    if let known = entries[key] { return known.residual }
    if entries.count >= limit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
      entries.removeValue(forKey: oldest.key)
    }
    uses += 1
    entries[key] = (residual, uses)
    return residual
  }
}
