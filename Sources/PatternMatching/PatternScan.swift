import CTextScan

/// A match of one of several patterns.
public struct FoundPattern: BitwiseCopyable, Hashable, Sendable {
  /// The number of the pattern.
  public var pattern: Int
  public var match: PatternMatch
}

/// Seeks several patterns in a stream at once, and finds of each what ``PatternSearch`` would.
///
/// Vector instructions find the places where the bytes are of the classes that a pattern's ``PatternProbe`` names. From
/// such a place it is a look back to where a match may begin, and from each place there on the pattern's automaton tells
/// whether one does and where the longest ends. All that is passed over is certain to begin no match, so what is found does
/// not depend on how the stream was cut. A pattern is left to a ``PatternSearch`` where bytes would be looked at too often,
/// or a match grows longer than the limit, until nothing of it is under way; and all the time if it has no probe.
public struct PatternScan: ~Copyable {
  /// The search of one pattern.
  private struct Course {
    let classes: UnsafePointer<UInt8>?
    let cells: UnsafePointer<UInt32>?
    let edge: Int
    let starts: InlineArray<4, UInt32>
    /// Bytes before the place that is looked for.
    let least: Int
    let most: Int
    let isEndless: Bool
    let bit: UInt8

    /// No further match begins below this offset.
    var next = 0
    /// One may begin below this one.
    var end = 0
    /// The walk at `next` has come to the end of what is at hand.
    var isWaiting = false
    var offset = 0
    var row: UInt32 = 0
    var matchEnd = -1
    /// Bytes that may be walked over before it is left to a search, and the offset up to which they were granted.
    var credit = 0
    var granted = 0
    /// Follows all ways at once.
    var search: UnsafeMutablePointer<PatternSearch>?
    var isSearching = false

    static let mostCredit = 1 << 14
    static let creditPerByte = 8
  }

  private let patterns: SoughtPatterns
  private let matchLimit: Int
  /// In the order of the patterns' ``SoughtPatterns/order``.
  private let courses: UnsafeMutablePointer<Course>
  /// Places found, of one slice.
  private let places: UnsafeMutablePointer<UInt64>
  /// Below this offset all places have been looked for.
  private var probed = 0
  private var raw: [PatternMatch] = []

  // What is at hand: `text[i - origin]` is the stream's byte `i`.
  private var text: UnsafePointer<UInt8>
  private var origin = 0
  private var available = 0
  private var isFinal = false

  /// The offset below which no further match will begin. The byte before it and all that follow must be there when more is
  /// looked at.
  public private(set) var settled = 0

  /// Bytes that are looked at in one go: no more than ``runLimit``, so that a longer run reaches over the end of one.
  private let sliceBytes: Int

  /// So many bytes of what may stand before a place, without one, and a search is asked: with the beginning of a place
  /// behind it, it may be a match that is as long as the limit.
  private let runLimit: Int

  /// A match of `matchLimit` bytes and more is found in pieces. The limit is above ``PatternProbe/width``.
  public init(_ patterns: SoughtPatterns, matchLimit: Int) {
    precondition(matchLimit > PatternProbe.width, "no match would be whole")
    self.patterns = patterns
    runLimit = matchLimit - PatternProbe.width
    self.matchLimit = matchLimit
    sliceBytes = min(runLimit, 4096)
    text = UnsafePointer(bitPattern: 1)!
    let count = patterns.order.count
    courses = .allocate(capacity: max(count, 1))
    places = .allocate(capacity: sliceBytes)
    for index in 0..<count {
      let program = patterns.programs[patterns.order[index]]
      let isGrouped = index < patterns.groupedCount
      let automaton = isGrouped ? program.automaton : nil
      (courses + index).initialize(
        to: Course(
          classes: automaton?.classes, cells: automaton?.cells, edge: (automaton?.width ?? 1) - 1,
          starts: automaton?.starts ?? InlineArray(repeating: 0), least: program.probe?.least ?? 0,
          most: program.probe?.most ?? .max, isEndless: isGrouped && program.probe?.most ?? .max > runLimit,
          bit: 1 << UInt8(index % SoughtPatterns.groupSize)))
    }
    restart()
  }

  deinit {
    for index in 0..<patterns.order.count {
      courses[index].search?.deinitialize(count: 1)
      courses[index].search?.deallocate()
    }
    courses.deallocate()
    places.deallocate()
  }

  /// Makes ready for another stream.
  public mutating func restart() {
    probed = 0
    settled = 0
    for index in 0..<patterns.order.count {
      let course = courses + index
      (course.pointee.next, course.pointee.end) = (0, 0)
      (course.pointee.isWaiting, course.pointee.isSearching) = (false, false)
      (course.pointee.credit, course.pointee.granted) = (Course.mostCredit, 0)
      if index >= patterns.groupedCount { beginSearch(index) }
    }
  }

  /// Looks at what has come of the stream. `text`, whose first byte has offset `origin`, ends with all that has not been
  /// looked at. Appends what is certain, in order for each pattern.
  public mutating func scan(
    _ text: UnsafeBufferPointer<UInt8>, origin: Int, isFinal: Bool, _ found: inout [FoundPattern]
  ) {
    if let base = text.baseAddress { self.text = base }
    self.origin = origin
    available = origin + text.count
    self.isFinal = isFinal
    for index in 0..<patterns.order.count where courses[index].isSearching || courses[index].isWaiting {
      resume(index, &found)
    }
    // The last places have not all their bytes yet.
    let last = max(probed, isFinal ? available : available - (PatternProbe.width - 1))
    while probed < last {
      let end = min(probed + sliceBytes, last)
      for number in 0..<patterns.groupCount { look(patterns.groups + number, end, &found) }
      probed = end
    }
    settle()
  }

  // MARK: Places

  /// Looks for places up to `end`, and for matches around them.
  private mutating func look(_ group: UnsafePointer<SoughtPatterns.Group>, _ end: Int, _ found: inout [FoundPattern]) {
    let (first, last) = (group.pointee.first, group.pointee.first + group.pointee.count)
    for index in first..<last where courses[index].isEndless { followRun(index, group, end, &found) }
    // The first byte of the stream has none before it, the last ones not all behind.
    let from = max(probed, 1)
    let whole = min(end, available - (PatternProbe.width - 1))
    if probed == 0, end > 0 { visitBySteps(group, 0, &found) }
    if from < whole {
      let count = withUnsafePointer(to: group.pointee.probes) {
        text_scan_find_probes($0, text, available - origin, from - origin, whole - origin, places)
      }
      for number in 0..<count {
        let place = places[number]
        visit(group, Int(truncatingIfNeeded: place >> 8) &+ origin, UInt8(truncatingIfNeeded: place), &found)
      }
    }
    for place in max(from, whole)..<max(from, whole, end) { visitBySteps(group, place, &found) }
    for index in first..<last { pass(index, group, end, &found) }
  }

  private mutating func visitBySteps(
    _ group: UnsafePointer<SoughtPatterns.Group>, _ place: Int, _ found: inout [FoundPattern]
  ) {
    visit(group, place, group.pointee.patterns(at: text + (place - origin), available - place), &found)
  }

  @inline(__always)
  private mutating func visit(
    _ group: UnsafePointer<SoughtPatterns.Group>, _ place: Int, _ bits: UInt8, _ found: inout [FoundPattern]
  ) {
    var bits = bits
    while bits != 0 {
      let index = group.pointee.first &+ bits.trailingZeroBitCount
      bits &= bits &- 1
      let course = courses + index
      let end = place &- course.pointee.least &+ 1
      if course.pointee.isSearching || course.pointee.isWaiting {
        course.pointee.end = max(course.pointee.end, end)
        continue
      }
      let start = back(course, group, place)
      if end > start {
        course.pointee.next = start
        course.pointee.end = end
        run(index, &found)
      }
    }
  }

  /// Where a match may begin that has its place at `place` or, with none in between, after it.
  @inline(__always)
  private func back(_ course: UnsafeMutablePointer<Course>, _ group: UnsafePointer<SoughtPatterns.Group>, _ place: Int)
    -> Int
  {
    let (most, bit) = (course.pointee.most, course.pointee.bit)
    let least = max(course.pointee.next, most < place ? place &- most : 0)
    var start = place
    while start > least, group.pointee.before[Int(text[start &- 1 &- origin])] & bit != 0 { start &-= 1 }
    return max(start, least)
  }

  /// Goes on with what bytes before ``probed`` may begin, for as long as no place has come: past the limit it is found.
  private mutating func followRun(
    _ index: Int, _ group: UnsafePointer<SoughtPatterns.Group>, _ end: Int, _ found: inout [FoundPattern]
  ) {
    let course = courses + index
    var offset = probed
    while !course.pointee.isSearching, !course.pointee.isWaiting, course.pointee.next < offset {
      let stop = min(end, course.pointee.next + runLimit)
      while offset < stop, group.pointee.before[Int(text[offset - origin])] & course.pointee.bit != 0 { offset += 1 }
      guard offset - course.pointee.next >= runLimit else { return }
      searchRun(index, upTo: offset, &found)
    }
  }

  /// Gives up what begins no match, now that all places before `end` have been looked at.
  @inline(__always)
  private mutating func pass(
    _ index: Int, _ group: UnsafePointer<SoughtPatterns.Group>, _ end: Int, _ found: inout [FoundPattern]
  ) {
    let course = courses + index
    guard !course.pointee.isSearching, !course.pointee.isWaiting else { return }
    course.pointee.next = back(course, group, end)
    if course.pointee.isEndless { searchRun(index, upTo: end, &found) }
  }

  /// Leaves a run of bytes that is as long as the limit, and in which no place was found, to a search.
  private mutating func searchRun(_ index: Int, upTo end: Int, _ found: inout [FoundPattern]) {
    let course = courses + index
    while !course.pointee.isSearching, !course.pointee.isWaiting, end - course.pointee.next >= runLimit {
      beginSearch(index)
      search(index, &found)
      run(index, &found)
    }
  }

  // MARK: Matches

  /// Goes on with a pattern that waited for bytes.
  private mutating func resume(_ index: Int, _ found: inout [FoundPattern]) {
    let course = courses + index
    if course.pointee.isSearching { search(index, &found) } else { walk(index, &found) }
    run(index, &found)
    if index < patterns.groupedCount {
      let group = patterns.groups + index / SoughtPatterns.groupSize
      if !course.pointee.isSearching, !course.pointee.isWaiting { course.pointee.next = back(course, group, probed) }
    }
  }

  /// Tries all places where a match may begin.
  @inline(__always)
  private mutating func run(_ index: Int, _ found: inout [FoundPattern]) {
    let course = courses + index
    while course.pointee.next < course.pointee.end, !course.pointee.isSearching, !course.pointee.isWaiting {
      let next = course.pointee.next
      let row = course.pointee.starts[Int(neighbour(before: next).rawValue)]
      if row == 0 {
        course.pointee.next = next &+ 1
        continue
      }
      let granted = (next &- course.pointee.granted) &* Course.creditPerByte
      course.pointee.credit = min(course.pointee.credit &+ granted, Course.mostCredit)
      course.pointee.granted = next
      if course.pointee.credit < 0 {
        beginSearch(index)
        search(index, &found)
        continue
      }
      course.pointee.row = row
      course.pointee.offset = next
      course.pointee.matchEnd = -1
      walk(index, &found)
    }
  }

  @inline(__always)
  private func neighbour(before offset: Int) -> TextNeighbour {
    offset == 0 ? .edge : TextNeighbour(text[offset &- 1 &- origin])
  }

  /// Follows the automaton from where it stands until it leads nowhere, the match is too long, or bytes lack.
  @inline(__always)
  private mutating func walk(_ index: Int, _ found: inout [FoundPattern]) {
    let course = courses + index
    guard let classes = course.pointee.classes, let cells = course.pointee.cells else { return }
    let (text, origin) = (text, origin)
    let start = course.pointee.next
    let limit = start &+ matchLimit
    let stop = min(available, limit)
    let from = course.pointee.offset
    var (offset, row, matchEnd) = (from, Int(course.pointee.row), course.pointee.matchEnd)
    while offset < stop {
      let cell = cells[row &+ Int(classes[Int(text[offset &- origin])])]
      if cell & 1 != 0 { matchEnd = offset }
      row = Int(cell >> 1)
      if row == 0 { break }
      offset &+= 1
    }
    course.pointee.credit &-= offset &- from
    course.pointee.isWaiting = false
    if row != 0 {
      if offset == limit {
        beginSearch(index)
        search(index, &found)
        return
      }
      if !isFinal {
        course.pointee.isWaiting = true
        (course.pointee.offset, course.pointee.row, course.pointee.matchEnd) = (offset, UInt32(row), matchEnd)
        return
      }
      if cells[row &+ course.pointee.edge] & 1 != 0 { matchEnd = offset }
    }
    if matchEnd > start {
      let match = PatternMatch(start: start, end: matchEnd, isCut: false)
      found.append(FoundPattern(pattern: patterns.order[index], match: match))
      course.pointee.next = matchEnd
    } else {
      course.pointee.next = start &+ 1
    }
  }

  // MARK: Searches

  /// Leaves a pattern to a search from `next` on.
  private func beginSearch(_ index: Int) {
    let course = courses + index
    course.pointee.isSearching = true
    let search: UnsafeMutablePointer<PatternSearch>
    if let known = course.pointee.search {
      search = known
    } else {
      search = .allocate(capacity: 1)
      search.initialize(to: PatternSearch(patterns.programs[patterns.order[index]], matchLimit: matchLimit))
      course.pointee.search = search
    }
    search.pointee.restart(at: course.pointee.next, after: neighbour(before: course.pointee.next))
  }

  /// Lets the search of a pattern take what is at hand, until nothing is under way if there is another way to go on.
  private mutating func search(_ index: Int, _ found: inout [FoundPattern]) {
    let course = courses + index
    guard let search = course.pointee.search else { return }
    let from = search.pointee.offset - origin
    let bytes = UnsafeBufferPointer(start: text + from, count: available - origin - from)
    if index < patterns.groupedCount {
      search.pointee.writeUntilIdle(bytes, &raw)
      course.pointee.isSearching = !search.pointee.isIdle
    } else {
      search.pointee.write(bytes, &raw)
    }
    if isFinal, course.pointee.isSearching {
      search.pointee.finish(&raw)
      course.pointee.isSearching = false
    }
    course.pointee.next = search.pointee.offset
    course.pointee.isWaiting = false
    for match in raw { found.append(FoundPattern(pattern: patterns.order[index], match: match)) }
    raw.removeAll(keepingCapacity: true)
  }

  // MARK: What is over

  private mutating func settle() {
    var least = available
    if !isFinal {
      for index in 0..<patterns.order.count {
        let course = courses + index
        if course.pointee.isSearching {
          least = min(least, course.pointee.search?.pointee.settled ?? 0)
        } else if course.pointee.isWaiting {
          least = min(least, course.pointee.next)
        } else {
          least = min(least, back(course, patterns.groups + index / SoughtPatterns.groupSize, available))
        }
      }
      // What the last places may be as far as they have come.
      for number in 0..<patterns.groupCount {
        let group = patterns.groups + number
        for place in probed..<max(probed, available) {
          var bits = group.pointee.patterns(at: text + (place - origin), available - place)
          while bits != 0 {
            let course = courses + (group.pointee.first + bits.trailingZeroBitCount)
            bits &= bits - 1
            if !course.pointee.isSearching, !course.pointee.isWaiting { least = min(least, back(course, group, place)) }
          }
        }
      }
    }
    settled = max(settled, least)
    // What is below begins nothing, so no place there matters.
    probed = max(probed, settled)
    for index in 0..<patterns.order.count where !courses[index].isSearching && !courses[index].isWaiting {
      courses[index].next = max(courses[index].next, settled)
    }
  }
}
