/// Passwords in the notations of single languages and programs: typed declarations, Dockerfiles, netrc, data sources.
extension DetectorScanner {
  /// The end of a type and `=`, where a value in quotes follows; nil if there stands something else.
  mutating func typedEnd(_ start: Int) -> Int? {
    guard isIn(start, .letter) else { return nil }
    var offset = run(start, [.word, .dot], limit: DetectorLimits.nameBytes)
    if at(offset) == UInt8(ascii: "?") || at(offset) == UInt8(ascii: "!") { offset += 1 }
    offset = run(offset, .space, limit: 4)
    guard at(offset) == UInt8(ascii: "=") else { return nil }
    offset = run(offset + 1, .space, limit: 4)
    return isQuote(at(offset)) ? offset : nil
  }

  /// Whether a space is enough between a name and its value: `ENV DB_PASSWORD x` of a Dockerfile, `requirepass x` of Redis,
  /// `login y password x` of a netrc file.
  mutating func isSetting(_ start: Int, _ end: Int) -> Bool {
    if matches(start, "requirepass"), end == start + 11 { return true }
    if matches(start, "masterauth"), end == start + 10 { return true }
    if matches(start - 4, "env "), beginsWord(start - 4) {
      return run(start, [.upper, .digit, .underscore], limit: DetectorLimits.nameBytes) == end
    }
    guard matches(start, "password"), end == start + 8 else { return false }
    var offset = runBack(start, .space, limit: 16)
    let login = offset
    while login - offset < DetectorLimits.localPartBytes, at(offset - 1) > 0x20 { offset -= 1 }
    let nameStart = offset
    offset = runBack(offset, .space, limit: 16)
    guard login < start, nameStart < login, offset < nameStart, matches(offset - 5, "login") else { return false }
    // On a line of its own, or after `machine HOST`.
    offset -= 5
    var host = runBack(offset, .space, limit: 16)
    for place in host..<offset where at(place) == 0x0A { return true }
    while offset - host < DetectorLimits.nameBytes, at(host - 1) > 0x20 { host -= 1 }
    return matches(host, "default") || matches(runBack(host, .space, limit: 16) - 7, "machine")
  }

  /// `name:password@tcp(host)` of Go's drivers: what stands between the colon and the `@` at `sign`.
  mutating func recogniseDataSource(_ sign: Int) {
    let network = run(sign + 1, .alphanumeric, limit: 8)
    guard at(network) == UInt8(ascii: "(") else { return }
    var colon = -1
    var offset = sign - 1
    while sign - offset < DetectorLimits.localPartBytes, at(offset) > 0x20, !isQuote(at(offset)) {
      if at(offset) == UInt8(ascii: ":") { colon = offset }
      offset -= 1
    }
    guard colon >= 0, isIn(colon - 1, .word), sign - colon > 2, !isTemplate(colon + 1, sign), !isMasked(colon + 1, sign)
    else { return }
    emit(.password, colon + 1, sign)
  }

  /// `jdbc:oracle:thin:name/password@host`; the gram is `:thi`.
  mutating func recogniseOracle(_ colon: Int) {
    guard matches(colon - 6, "oracle:thin:") else { return }
    let slash = run(colon + 6, [.word, .hyphen, .dot], limit: DetectorLimits.localPartBytes)
    guard slash > colon + 6, at(slash) == UInt8(ascii: "/") else { return }
    let start = slash + 1
    var end = start
    while end - start < DetectorLimits.valueBytes, at(end) > 0x20, at(end) != UInt8(ascii: "@"), !isQuote(at(end)) {
      end += 1
    }
    guard at(end) == UInt8(ascii: "@"), end > start, !isTemplate(start, end), !isMasked(start, end) else { return }
    emit(.password, start, end)
  }
}
