import PatternMatching
import PolicyBytecode

/// The moment of a request.
public struct Moment: Sendable {
  /// Seconds since 1970, UTC; nil: the request has none, and tests on `time` are false.
  public var time: Int64?
  /// What `@until` is compared with where the request has no time of its own.
  public var clock: Int64

  public init(time: Int64? = nil, clock: Int64 = 0) {
    self.time = time
    self.clock = clock
  }
}

/// Evaluates the atoms that no scan finds: integers, booleans, networks, hours, quantifiers and PCRE.
struct AtomEvaluator {
  private let bundle: Bundle
  private let table: PatternTable
  var moment: Moment
  /// A PCRE pattern could not be decided, at its match limit most likely: the operation must not pass.
  var isUndecided = false

  init(_ bundle: Bundle, _ table: PatternTable, moment: Moment) {
    self.bundle = bundle
    self.table = table
    self.moment = moment
  }

  /// Whether `atom` holds of the values that `facts` has in two ranges of entries: those that all operations of a
  /// request share, and an operation's own.
  mutating func holds(
    _ atom: AtomRecord, _ facts: borrowing FactBuffer, shared: Range<Int>, own: Range<Int>,
    scratch: inout PatternScratch
  ) -> Bool {
    switch AtomKind(rawValue: atom.kind) {
    case .inWindows: return moment.time.map { inWindows(atom, $0) } ?? false
    case .notAfter: return (moment.time ?? moment.clock) <= atom.value
    default: break
    }
    let needsAll = atom.kind == AtomKind.allMatch.rawValue
    var hasValue = false
    var position = shared.isEmpty ? own.lowerBound : shared.lowerBound
    while position < own.upperBound {
      if position == shared.upperBound { position = own.lowerBound }
      if position >= own.upperBound { break }
      let entry = facts.entries[position]
      position += 1
      guard entry.fact == atom.fact, entry.key == atom.key else { continue }
      hasValue = true
      let passes = holds(atom, of: entry, facts, &scratch)
      if passes != needsAll { return passes }
    }
    return needsAll && hasValue
  }

  private mutating func holds(
    _ atom: AtomRecord, of entry: FactEntry, _ facts: borrowing FactBuffer, _ scratch: inout PatternScratch
  ) -> Bool {
    switch AtomKind(rawValue: atom.kind) {
    case .isPresent: return true
    case .isTrue: return entry.isInline && entry.integer != 0
    case .compare:
      guard entry.isInline else { return false }
      switch atom.comparison {
      case 0: return entry.integer < atom.value
      case 1: return entry.integer <= atom.value
      case 2: return entry.integer > atom.value
      default: return entry.integer >= atom.value
      }
    case .isOneOf:
      guard entry.isInline else { return false }
      return atom.operands.indices.contains { bundle.integers[$0] == entry.integer }
    case .inNetworks:
      guard !entry.isInline, entry.length == 16 else { return false }
      let bytes = facts.bytes(entry)
      var halves: (UInt64, UInt64) = (0, 0)
      for index in 0..<8 {
        halves.0 = halves.0 << 8 | UInt64(bytes[index])
        halves.1 = halves.1 << 8 | UInt64(bytes[index + 8])
      }
      return atom.operands.indices.contains { contains(bundle.networks[$0], halves.0, halves.1) }
    case .matchesLazily, .allMatch:
      guard !entry.isInline else { return false }
      for operand in atom.operands.indices {
        switch table.matches(bundle.patternLists[operand], facts.bytes(entry), scratch: &scratch) {
        case .matched: return true
        case .notMatched: continue
        case .undecided: isUndecided = true
        }
      }
      return false
    case .matched, .inWindows, .notAfter, nil: return false
    }
  }

  private func contains(_ network: NetworkRecord, _ high: UInt64, _ low: UInt64) -> Bool {
    let prefix = network.prefixLength
    let highMask: UInt64 = prefix >= 64 ? .max : ~(UInt64.max >> prefix)
    let lowMask: UInt64 = prefix >= 128 ? .max : prefix <= 64 ? 0 : ~(UInt64.max >> (prefix - 64))
    return high & highMask == network.high & highMask && low & lowMask == network.low & lowMask
  }

  private func inWindows(_ atom: AtomRecord, _ time: Int64) -> Bool {
    atom.operands.indices.contains { isOpen(bundle.windows[$0], time) }
  }

  private func isOpen(_ window: WindowRecord, _ time: Int64) -> Bool {
    let (local, overflow) = time.addingReportingOverflow(offset(window.zone, time))
    if overflow { return false }
    let remainder = local % 86_400
    let day = local / 86_400 - (remainder < 0 ? 1 : 0)
    let second = UInt32(remainder < 0 ? remainder + 86_400 : remainder)
    // Day 0, 1970-01-01, is a Thursday; Monday is bit 0.
    let weekday = UInt32(((day + 3) % 7 + 7) % 7)
    let isToday = window.days >> weekday & 1 != 0
    if window.start < window.end { return isToday && second >= window.start && second < window.end }
    let wasYesterday = window.days >> ((weekday + 6) % 7) & 1 != 0
    return isToday && second >= window.start || wasYesterday && second < window.end
  }

  /// Seconds that local time is ahead of UTC in a zone at `time`.
  private func offset(_ zone: RecordRange, _ time: Int64) -> Int64 {
    if zone.count == 0 { return 0 }
    var low = Int(zone.start)
    var high = Int(zone.start) + Int(zone.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if bundle.transitions[middle].from <= time { low = middle } else { high = middle }
    }
    return bundle.transitions[low].offset
  }
}
