import CTextScan

/// Patterns that are sought in streams together, ready for it; made once, read by every ``PatternScan``.
///
/// Unchecked: nothing is written after `init`.
public final class SoughtPatterns: @unchecked Sendable {
  /// Up to eight patterns whose places one pass finds: a bit for each.
  struct Group {
    var probes = text_scan_probes()
    /// For each byte the patterns in which it may stand before the place.
    var before = InlineArray<256, UInt8>(repeating: 0)
    /// The first of the patterns in ``order``, and how many there are.
    var first = 0
    var count = 0
  }

  let programs: [PatternProgram]
  /// Their numbers: first those of the groups, then those whose matches may be anywhere.
  let order: [Int]
  let groups: UnsafePointer<Group>
  let groupCount: Int
  /// How many of ``order`` stand in groups.
  let groupedCount: Int

  static let groupSize = 8

  /// Patterns are known by their numbers in `programs`.
  public init(_ programs: [PatternProgram]) {
    self.programs = programs
    let grouped = programs.indices.filter { programs[$0].probe != nil && programs[$0].automaton != nil }
    order = grouped + programs.indices.filter { programs[$0].probe == nil || programs[$0].automaton == nil }
    groupedCount = grouped.count
    groupCount = (grouped.count + Self.groupSize - 1) / Self.groupSize
    let groups = UnsafeMutablePointer<Group>.allocate(capacity: max(groupCount, 1))
    for number in 0..<groupCount {
      var group = Group()
      group.first = number * Self.groupSize
      group.count = min(Self.groupSize, grouped.count - group.first)
      for index in 0..<group.count {
        if let probe = programs[grouped[group.first + index]].probe { group.add(probe, 1 << UInt8(index)) }
      }
      (groups + number).initialize(to: group)
    }
    self.groups = UnsafePointer(groups)
  }

  deinit { groups.deallocate() }

  /// Whether there are none.
  public var isEmpty: Bool { programs.isEmpty }
}

extension SoughtPatterns.Group {
  fileprivate mutating func add(_ probe: PatternProbe, _ bit: UInt8) {
    for byte in 0..<256 {
      for place in 0...PatternProbe.width where probe.classes[byte] >> UInt16(place) & 1 != 0 {
        text_scan_add(&probes, Int32(place), UInt8(byte), bit)
      }
    }
    for byte in 0..<256 where probe.before[byte] { before[byte] |= bit }
  }

  /// The patterns for which the bytes from a place on may be those sought, as far as there are any: bits.
  func patterns(at bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt8 {
    var bits: UInt8 = 0xFF
    withUnsafeBytes(of: probes.of) { tables in
      for place in 0..<min(count, PatternProbe.width) { bits &= tables[(place + 1) * 256 + Int(bytes[place])] }
    }
    return bits
  }
}
