extension Bundle {
  /// Proves what readers of the records rely on: every reference in bounds, every graph forward-only with its atoms
  /// of the right kind, every enumeration known, every text UTF-8, matchers in the order that indexes are made in.
  ///
  /// It takes time in proportion to the bundle, whatever is in it: ranges that records own do not overlap.
  func verify() throws(BundleError) {
    try verifyTexts()
    try verifyAtoms()
    try verifyRules()
    try verifyActions()
    try verifyRelease()
  }

  private func check(_ holds: Bool, _ message: @autoclosure () -> String) throws(BundleError) {
    if !holds { throw BundleError(message()) }
  }

  private func check(_ range: RecordRange, in count: Int, _ what: @autoclosure () -> String) throws(BundleError) {
    try check(Int(range.start) + Int(range.count) <= count, "\(what()) lies outside its section")
  }

  /// Records own their ranges of another section: together, `sum`, they cannot be longer than it is.
  private func checkOwned(_ sum: Int, in count: Int, _ what: @autoclosure () -> String) throws(BundleError) {
    try check(sum <= count, "\(what()) overlap")
  }

  private func check(_ ref: TextRef, _ what: @autoclosure () -> String) throws(BundleError) {
    let end = Int(ref.offset) + Int(ref.length)
    try check(end <= strings.count, "\(what()) lies outside `strings`")
    // The section is UTF-8 as a whole; a reference must also begin and end between characters.
    let isContinuation = { (offset: Int) in offset < self.strings.count && self.strings[offset] & 0xC0 == 0x80 }
    try check(!isContinuation(Int(ref.offset)) && !isContinuation(end), "\(what()) splits a character")
  }

  private func verifyTexts() throws(BundleError) {
    try check(String(validating: strings, as: UTF8.self) != nil, "the section `strings` is not UTF-8")
    try check(meta.toolVersion, "the tool's version")
    try check(meta.textDetectors, in: textLists.count, "the list of detectors")
    for ref in textLists { try check(ref, "a text of a list") }
    let listed =
      actions.reduce(0) { $0 + Int($1.list.count) } + decodes.reduce(0) { $0 + Int($1.selectors.count) }
    try checkOwned(listed + Int(meta.textDetectors.count), in: textLists.count, "lists of texts")
    try check(keys.count <= BundleFormat.maxKeys, "there are too many keys")
    for key in keys {
      try check(key.key, "a key")
      try check(key.fact < UInt32(FactSchema.table.count), "a key is of an unknown fact")
      let schema = FactSchema.table[Int(key.fact)]
      try check(schema.isKeyed, "`\(schema.name)` takes no key")
    }
    for source in sources { try check(source.path, "a source's path") }
    // Each is compiled when it is asked for.
    let asked = texts(meta.textDetectors)
    try check(asked.count <= BundleFormat.maxDetectors, "there are too many detectors")
    try check(Set(asked).count == asked.count, "a detector is listed twice")
    try check(detectors.count <= BundleFormat.maxDetectors, "there are too many detectors")
    for detector in detectors {
      try check(detector.name, "a detector's name")
      try check(detector.regex, "a detector's regex")
      try check(detector.check, "a detector's check")
      try check(detector.ignoringCase < 2 && detector.reserved == 0, "a detector has an unknown flag")
    }
    for decode in decodes {
      let protocols = UInt16(OperationProtocol.allCases.count)
      try check(decode.carrier < protocols && decode.inner < protocols, "a decode names an unknown protocol")
      try check(decode.selectors, in: textLists.count, "a decode's selectors")
      try check(decode.selectors.count % 2 == 0, "a decode's selectors are not pairs")
    }
    for bits in [meta.decisions, meta.unparsed, meta.records] {
      for shift in stride(from: UInt16(0), to: 16, by: 2) { try check(bits >> shift & 3 < 3, "a default is unknown") }
    }
  }

  private func verifyAtoms() throws(BundleError) {
    try check(atoms.count < 1 << 28, "there are too many atoms")
    try check(Int(meta.bindAtoms) <= atoms.count, "there are fewer atoms than bind atoms")
    let isKeyed = FactSchema.table.map(\.isKeyed)
    let isBound = FactSchema.table.map { $0.phase == .bind }
    var sums = (patterns: 0, integers: 0, networks: 0, windows: 0)
    for (index, atom) in atoms.enumerated() {
      let fact = Int(atom.fact)
      guard let kind = AtomKind(rawValue: atom.kind), fact < isKeyed.count else {
        throw BundleError("atom \(index) is of an unknown kind")
      }
      try check(isKeyed[fact] == (atom.key != 0), "atom \(index) lacks a key or has one too many")
      try check(
        atom.key == 0 || Int(atom.key) <= keys.count && keys[Int(atom.key) - 1].fact == UInt32(atom.fact),
        "atom \(index) has the key of another fact")
      try check(isBound[fact] == (index < Int(meta.bindAtoms)), "atom \(index) is in the wrong phase")
      try check(atom.comparison < 4 && atom.reserved == 0, "atom \(index) compares in an unknown way")
      try check(atom.text, "the text of atom \(index)")
      try check(atom.place)
      let count = Int(atom.operands.count)
      let operandLimit: Int
      switch kind {
      case .matchesLazily, .allMatch: (operandLimit, sums.patterns) = (patternLists.count, sums.patterns + count)
      case .isOneOf: (operandLimit, sums.integers) = (integers.count, sums.integers + count)
      case .inNetworks: (operandLimit, sums.networks) = (networks.count, sums.networks + count)
      case .inWindows: (operandLimit, sums.windows) = (windows.count, sums.windows + count)
      case .matched, .isTrue, .isPresent, .compare, .notAfter: operandLimit = 0
      }
      try check(atom.operands, in: operandLimit, "the operands of atom \(index)")
    }
    // What all tests of a decision cost is in proportion to the bundle.
    try checkOwned(sums.patterns, in: patternLists.count, "lists of patterns")
    try checkOwned(sums.integers, in: integers.count, "lists of numbers")
    try checkOwned(sums.networks, in: networks.count, "lists of networks")
    try checkOwned(sums.windows, in: windows.count, "lists of windows")
    // Those of no matcher too, for the loader counts them all.
    try check(links.allSatisfy { Int($0) < atoms.count }, "a link names no atom")
    try verifyMatchers()
    for network in networks { try check(network.prefixLength <= 128, "a network's prefix is longer than 128 bits") }
    try verifyWindows()
    try check(transitions.allSatisfy { abs($0.offset) <= 86_400 }, "a zone is more than a day from UTC")
  }

  /// Matchers stand by fact and key, each with links of its own, one after the other.
  private func verifyMatchers() throws(BundleError) {
    var end = 0
    var previous: (fact: UInt16, key: UInt16) = (0, 0)
    for matcher in matchers {
      try check(matcher.atoms, in: links.count, "the links of a matcher")
      try check(Int(matcher.atoms.start) == end, "the links of matchers do not follow each other")
      end += Int(matcher.atoms.count)
      try check(matcher.atoms.count > 0, "a matcher has no links")
      try check(previous <= (matcher.fact, matcher.key), "the matchers are not in order")
      previous = (matcher.fact, matcher.key)
      for link in matcher.atoms.indices {
        let atom = atoms[Int(links[link])]
        try check(
          atom.kind == AtomKind.matched.rawValue && UInt16(atom.fact) == matcher.fact && atom.key == matcher.key,
          "a matcher links to an atom of another kind or fact")
      }
    }
    try check(end == links.count, "there are links of no matcher")
  }

  private func verifyWindows() throws(BundleError) {
    // For each transition, where the ones in order that it ends begin: windows may share zones.
    var starts: [Int] = []
    for index in transitions.indices {
      let isLater = index > 0 && transitions[index - 1].from < transitions[index].from
      starts.append(isLater ? starts[index - 1] : index)
    }
    for window in windows {
      try check(window.start <= 86_400 && window.end <= 86_400, "a window lies outside the day")
      try check(window.days < 128 && window.reserved == 0, "a window has an unknown day")
      try check(window.zone, in: transitions.count, "the zone of a window")
      let end = Int(window.zone.start) + Int(window.zone.count)
      try check(
        window.zone.count == 0 || starts[end - 1] <= Int(window.zone.start), "a zone's transitions are not in order")
    }
  }

  private func check(_ place: PlaceRecord) throws(BundleError) {
    try check(Int(place.file) < sources.count, "a place names no source")
  }

  private func verifyRules() throws(BundleError) {
    try check(rules.count <= BundleFormat.maxRules, "there are too many rules")
    let words = rules.reduce(0) { $0 + Int($1.bindGraph.count) + Int($1.judgeGraph.count) }
    try checkOwned(words, in: code.count, "the graphs of rules")
    try checkOwned(rules.reduce(0) { $0 + Int($1.triggers.count) }, in: triggers.count, "the triggers of rules")
    try checkOwned(rules.reduce(0) { $0 + Int($1.actions.count) }, in: actions.count, "the actions of rules")
    for (index, rule) in rules.enumerated() {
      try check(rule.fullName, "the name of rule \(index)")
      try check(rule.displayName, "the name of rule \(index)")
      try check(rule.title, "the title of rule \(index)")
      try check(rule.place)
      try check(rule.flags < 8 && rule.protocols < 256, "rule \(index) has unknown flags")
      try check(rule.decision <= 3 && rule.record <= 3 && rule.obligations < 4, "rule \(index) has unknown effects")
      try check(rule.actions, in: actions.count, "the actions of rule \(index)")
      try check(rule.triggers, in: triggers.count, "the triggers of rule \(index)")
      try verifyGraph(rule.bindGraph, isBind: true, index)
      try verifyGraph(rule.judgeGraph, isBind: false, index)
      for trigger in rule.triggers.indices {
        let atom = Int(triggers[trigger])
        try check(
          atom >= Int(meta.bindAtoms) && atom < atoms.count && atoms[atom].kind == AtomKind.matched.rawValue,
          "a trigger of rule \(index) is not an atom that the scan finds")
      }
    }
  }

  /// A graph ends: each step goes forward and stays inside, or is terminal.
  private func verifyGraph(_ graph: RecordRange, isBind: Bool, _ rule: Int) throws(BundleError) {
    try check(graph, in: code.count, "the graph of rule \(rule)")
    try check(Int(graph.count) <= BundleFormat.maxGraphWords, "the graph of rule \(rule) is too large")
    for position in graph.indices {
      let word = code[position]
      let left = graph.indices.upperBound - position
      for step in [word.whenTrue, word.whenFalse] {
        try check(
          step == GraphWord.no || step == GraphWord.yes || Int(step) < left,
          "a jump in the graph of rule \(rule) leaves it")
      }
      try check(word.atom < atoms.count, "the graph of rule \(rule) tests no atom")
      let isBound = word.atom < Int(meta.bindAtoms)
      let expected: GraphWord.Operation =
        isBound ? .bound : atoms[word.atom].kind == AtomKind.matched.rawValue ? .scanned : .lazy
      try check(word.operation == expected.rawValue, "the graph of rule \(rule) tests an atom in the wrong way")
      try check(!isBind || isBound, "the bind graph of rule \(rule) tests an operation")
    }
  }

  private func verifyActions() throws(BundleError) {
    for (index, action) in actions.enumerated() {
      guard let kind = ActionKind(rawValue: action.kind) else { throw BundleError("action \(index) is unknown") }
      try check(action.text, "the text of action \(index)")
      try check(action.replacement, "the replacement of action \(index)")
      try check(action.list, in: textLists.count, "the list of action \(index)")
      try check(MaskMethod(rawValue: action.method) != nil, "action \(index) masks in an unknown way")
      try check(action.hasText < 2, "action \(index) has an unknown flag")
      if kind == .record { try check(action.count < 3, "action \(index) records at an unknown level") }
    }
  }

  private func verifyRelease() throws(BundleError) {
    try check(digests.isEmpty || digests.count == sources.count, "there is not one digest a source")
    for release in releases {
      try check(release.commit, "the commit")
      try check(Int(release.commit.length) <= BundleFormat.maxCommitBytes, "the commit's name is too long")
      try check(release.expires >= 0, "the bundle expires before 1970")
      try check(release.isTested < 2 && release.reserved == 0, "the release has an unknown flag")
      try check(release.covered <= release.coverable, "the tests cover more than there is")
      let counts =
        release.tests | release.requests | release.fixtures | release.invariants | release.covered | release.coverable
      try check(release.isTested == 1 || counts == 0, "there are results of tests that were not run")
    }
  }
}

/// Whether `bytes` are well-formed UTF-8.
public func isValidUTF8(_ bytes: some Sequence<UInt8>) -> Bool {
  var decoder = UTF8()
  var iterator = bytes.makeIterator()
  while true {
    switch decoder.decode(&iterator) {
    case .scalarValue: continue
    case .emptyInput: return true
    case .error: return false
    }
  }
}
