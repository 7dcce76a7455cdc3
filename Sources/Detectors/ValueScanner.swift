import Glibc

/// Looks into many short texts, one after another: the values of a document. What one look needs is made once, and a text
/// that wakes no detector costs a step a byte.
///
/// The spans are those of ``DetectorSet/spans(in:)``.
public struct ValueScanner: ~Copyable {
  private let set: DetectorSet
  private var scanner: DetectorScanner
  private var customs: CustomScan

  public init(_ set: DetectorSet) {
    self.set = set
    scanner = DetectorScanner(set.tables)
    customs = CustomScan(set.customs)
  }

  /// The spans in the whole of `text`, sorted by start, end and detector. What is before `start` is known to wake nothing.
  public mutating func spans(in text: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> [DetectedSpan] {
    guard set.customs.areRegular else { return set.spans(in: text) }
    var spans: [DetectedSpan] = []
    if !set.customs.isEmpty {
      customs.restart()
      customs.scan(text, origin: 0, from: 0, isFinal: true, &spans)
    }
    if set.tables.wanted != 0 {
      scanner.restart()
      _ = scanner.scan(text, origin: 0, from: start, isFinal: true)
      if !scanner.spans.isEmpty {
        spans += scanner.spans
        scanner.spans.removeAll()
      }
    }
    if spans.count > 1 { spans.sort(by: DetectedSpan.precedes) }
    return spans
  }
}

extension DetectorSet {
  /// Whether `name` itself wakes nothing where it stands as `NAME: ` before a value: then only what the value wakes can
  /// find anything in it.
  public func isQuiet(name: UnsafeBufferPointer<UInt8>) -> Bool {
    guard customs.isEmpty else { return false }
    return isQuietToBuiltins(name)
  }

  /// Whether a detector that is built in may see something else in a value for standing behind `name`.
  public func heeds(name: UnsafeBufferPointer<UInt8>) -> Bool {
    heedsNames && (!isQuietToBuiltins(name) || DetectorScanner.hasTopic(name, tables))
  }

  /// Whether one of those that go by what stands before a value is asked for.
  public var heedsNames: Bool {
    tables.asks(
      .password, .secret, .awsSecretKey, .azureKey, .passport, .dateOfBirth, .creditCard, .usSSN, .nhsNumber, .cpf,
      .phone)
  }

  private func isQuietToBuiltins(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    guard tables.wanted != 0 else { return true }
    guard let gram = quietGram(name, TriggerTable.beforeText) else { return false }
    // A colon before a space is neither of an address nor of a scheme; so the byte need not be asked, words that end in
    // it do.
    let colon = gram << 8 | UInt32(UInt8(ascii: ":") | 0x20)
    return !isSought(colon) && !isSought(colon << 8 | 0x20)
  }

  /// Whether something in `value` wakes a detector. `name` is the last byte of the name before it, nil without one.
  public func wakes(_ value: UnsafeBufferPointer<UInt8>, after name: UInt8?) -> Bool {
    guard customs.isEmpty else { return true }
    guard tables.wanted != 0 else { return false }
    var gram = TriggerTable.beforeText
    if let name { gram = UInt32(name | 0x20) << 16 | UInt32(UInt8(ascii: ":") | 0x20) << 8 | 0x20 }
    return quietGram(value, gram) == nil
  }

  /// The last bytes after a text in which nothing wakes a detector, folded; nil if something does.
  @inline(__always)
  private func quietGram(_ text: UnsafeBufferPointer<UInt8>, _ before: UInt32) -> UInt32? {
    var gram = before
    for byte in text {
      gram = gram << 8 | UInt32(byte | 0x20)
      // What may wake something after other bytes counts as waking: the scan then looks closer.
      if tables.bytes[Int(byte)] & 0xFF != 0 || isSought(gram) { return nil }
    }
    return gram
  }

  @inline(__always)
  private func isSought(_ gram: UInt32) -> Bool {
    let hash = TriggerTable.hash(gram)
    return (tables.filter[Int(hash >> 5)] >> (hash & 31)) & 1 != 0
  }
}

/// What the name of a value by itself makes of it, where the value is there as a whole and its end need not be guessed.
public struct NamedValue: Sendable {
  /// The detectors for which the value may be a hit from end to end.
  public let detectors: [Int]
  /// The name speaks of a password or secret, and the value only tells about it: `password_strength`.
  public let isAbout: Bool
  private let name: SecretName
  private var isPassword: Bool { name.kind == .password }

  /// Nil: the name says nothing, or nobody looks for what it says.
  init?(_ name: UnsafeBufferPointer<UInt8>, _ tables: DetectorTables) {
    guard let known = SecretName.of(name), !known.isPrimaryKey else { return nil }
    self.name = known
    isAbout = Self.isAbout(name)
    let kind = known.kind == .password ? BuiltinDetector.password : .secret
    detectors = isAbout ? [] : tables.places(of: kind)
    guard isAbout || !detectors.isEmpty else { return nil }
  }

  /// Whether all of `value` is what its name says.
  public func covers(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
    guard !isAbout, value.count >= 4, !Self.isMasked(value), !Self.isTemplate(value) else { return false }
    return isPassword ? !name.isDirectory(value[0]) && Self.mayBePassword(value) : isRandom(value)
  }

  /// `password_strength`, `passwordChangedAt`: tells about one.
  private static func isAbout(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    var end = name.count
    while end > 0, name[end - 1] | 0x20 < 0x61 || name[end - 1] | 0x20 > 0x7A { end -= 1 }
    var start = end
    while start > 0, (name[start - 1] | 0x20) &- 0x61 < 26 {
      start -= 1
      if name[start] < 0x61, start > 0, name[start - 1] &- 0x61 < 26 { break }
    }
    let word = String(decoding: name[start..<end].map { $0 | 0x20 }, as: UTF8.self)
    return start > 0 && tellingWords.contains(word)
  }

  private static let tellingWords: Set<String> = [
    "at", "date", "time", "changed", "updated", "created", "modified", "expired", "strength", "score", "rule", "rules",
    "question", "confirmed", "valid", "help", "description", "title", "complexity", "lifetime", "method", "mode",
  ]

  private static func mayBePassword(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
    if value.count <= 12 {
      let word = value.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
      if word.withUnsafeBufferPointer({
        $0.baseAddress.map { SecretName.schemaWords.contains($0, word.count) } ?? false
      }) {
        return false
      }
    }
    return value.contains { $0 &- 0x30 > 9 && ![0x2B, 0x2C, 0x2D, 0x2E].contains($0) }
  }

  /// As random as a key, whatever its signs. A name with hyphens, a path and an address are none.
  private func isRandom(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
    guard value.count >= (name.isWeak ? 32 : 10), value.count <= DetectorLimits.matchBytes else { return false }
    var counts = InlineArray<128, UInt16>(repeating: 0)
    var (digits, letters, signs, words, changes) = (0, 0, 0, 1, 0)
    var previous: UInt8 = 0
    for byte in value {
      guard byte > 0x20, byte < 0x7F else { return false }
      counts[Int(byte)] += 1
      if byte &- 0x30 < 10 {
        digits += 1
      } else if (byte | 0x20) &- 0x61 < 26 {
        letters += 1
        if (previous | 0x20) &- 0x61 < 26, (previous ^ byte) & 0x20 != 0 { changes += 1 }
      } else {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): words += 1
        case UInt8(ascii: "/"):
          if previous == byte { return false }
          words += 1
        case UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "="): break
        default: signs += 1
        }
      }
      previous = byte
    }
    guard letters > 0, value.first != UInt8(ascii: "/"), signs > 0 || changes > 4 || digits > 1 else { return false }
    let total = Double(value.count)
    var entropy = 0.0
    for index in counts.indices where counts[index] > 0 {
      let share = Double(counts[index]) / total
      entropy -= share * log2(share)
    }
    return value.count >= 20 ? entropy >= 3 : entropy >= 2.9 && words <= 2 && digits + signs > 1
  }

  /// Nothing but `*`, `x` and dots, or eight of one of them in a row.
  private static func isMasked(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
    var isAll = true
    var run = 0
    var previous: UInt8 = 0
    for byte in value {
      switch byte {
      case UInt8(ascii: "*"), UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "."):
        run = byte == previous ? run + 1 : 1
        if run == 8 { return true }
      case 0xE2, 0x80, 0xA2, 0x97, 0x8F: run = 0
      default:
        isAll = false
        run = 0
      }
      previous = byte
    }
    return isAll
  }

  /// Nothing but one `${…}`, `$(…)`, `{{…}}`, `<…>` or `%(…)s`, or `$NAME` of a secret.
  private static func isTemplate(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
    func isWithin(_ open: StaticString, _ close: StaticString) -> Bool {
      let (first, last) = (open.utf8CodeUnitCount, close.utf8CodeUnitCount)
      guard value.count > first + last else { return false }
      let opening = UnsafeBufferPointer(start: open.utf8Start, count: first)
      let closing = UnsafeBufferPointer(start: close.utf8Start, count: last)
      guard value.starts(with: opening), value.suffix(last).elementsEqual(closing) else { return false }
      return !value[first..<value.count - last].contains(closing[0])
    }
    if isWithin("${{", "}}") || isWithin("${", "}") || isWithin("$(", ")") || isWithin("{{", "}}") { return true }
    if isWithin("<", ">") || isWithin("%(", ")s") { return true }
    guard value.first == UInt8(ascii: "$") else { return false }
    let name = value.dropFirst()
    return name.allSatisfy { $0 &- 0x41 < 26 || $0 == UInt8(ascii: "_") }
      && SecretName.of(UnsafeBufferPointer(rebasing: name)) != nil
  }
}

extension DetectorSet {
  /// Whether names of values matter: a detector of passwords or secrets is asked for.
  public var looksAtNames: Bool { tables.asks(.password, .secret) }

  /// What `name` by itself makes of its value.
  public func namedValue(_ name: UnsafeBufferPointer<UInt8>) -> NamedValue? { NamedValue(name, tables) }
}
