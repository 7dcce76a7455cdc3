import PolicyBytecode
import PolicyCompiler
import PolicyEngine

extension Principal {
  /// This principal, changed where tests on who asks, through which connection and when do not hold of it.
  func adjusted(to goal: RequestGoal, _ sampler: PatternSampler) -> Principal {
    var result = self
    for test in goal.tests {
      let fact = test.predicate.fact
      switch fact {
      case .user: result.user = test.text(result.user, goal, sampler)
      case .client: result.client = test.text(result.client, goal, sampler)
      case .target: result.target = test.text(result.target, goal, sampler)
      case .actor: result.actor = test.text(result.actor, goal, sampler) ?? actor
      case .group: result.groups = test.list(result.groups, goal, sampler)
      case .claim, .label:
        guard let key = test.predicate.key else { break }
        let pairs = fact == .claim ? result.claims : result.labels
        let values = test.list(pairs.filter { $0.first == key }.compactMap(\.last), goal, sampler)
        let others = pairs.filter { $0.first != key }
        let all = others + values.map { [key, $0] }
        if fact == .claim { result.claims = all } else { result.labels = all }
      case .source: result.source = goal.address ?? result.source
      case .time: result.time = test.moment ?? result.time
      default: break
      }
    }
    return result
  }
}

extension SignedTest {
  /// `current` if it passes the test, else a value that does.
  fileprivate func text(_ current: String?, _ goal: RequestGoal, _ sampler: PatternSampler) -> String? {
    guard case .matches(let patterns) = predicate.test else {
      return isNegated ? nil : current ?? goal.substitute(predicate.fact)
    }
    let isMatch = current.map { value in patterns.contains { sampler.matches($0, value) } } ?? false
    return isMatch != isNegated ? current : goal.substitute(predicate.fact)
  }

  /// The list with a value that the test asks for, or without those that it forbids.
  fileprivate func list(_ current: [String], _ goal: RequestGoal, _ sampler: PatternSampler) -> [String] {
    guard case .matches(let patterns) = predicate.test else {
      return isNegated ? [] : current.isEmpty ? [goal.substitute(predicate.fact, key: predicate.key) ?? "x"] : current
    }
    func matches(_ value: String) -> Bool { patterns.contains { sampler.matches($0, value) } }
    if isNegated, predicate.isAll {
      return current.allSatisfy(matches) ? current + [goal.outsider(self)].compactMap { $0 } : current
    }
    if isNegated { return current.filter { !matches($0) } }
    if predicate.isAll {
      let kept = current.filter(matches)
      return kept.isEmpty ? goal.values(predicate.fact, key: predicate.key) : kept
    }
    if current.contains(where: matches) { return current }
    let avoided = goal.avoided(predicate.fact, predicate.key)
    return current + sampler.texts([patterns], avoiding: avoided, limit: 1)
  }

  /// A moment inside a window, or outside all that are usual.
  fileprivate var moment: Int64? {
    // 2026-11-16 is a Monday.
    let monday: Int64 = 1_794_787_200
    guard case .withinTimes(let windows) = predicate.test, let window = windows.first else { return nil }
    if isNegated { return monday + 6 * 86_400 + 3 * 3600 }
    let day: Int64 = (0..<7).first(where: { window.days >> UInt8($0) & 1 != 0 }) ?? 0
    let length = window.end > window.start ? window.end - window.start : 86_400 - window.start + window.end
    return monday + day * 86_400 + Int64(window.start + length / 2)
  }
}

extension RequestGoal {
  /// An address inside the networks that are asked for and outside those that are not; nil where none is asked for.
  fileprivate var address: String? {
    func networks(_ isNegated: Bool) -> [[Network]] {
      tests.filter { $0.predicate.fact == .source && $0.isNegated == isNegated }.compactMap { test in
        if case .withinNetworks(let networks) = test.predicate.test { networks } else { nil }
      }
    }
    let (wanted, unwanted) = (networks(false), networks(true))
    guard !wanted.isEmpty || !unwanted.isEmpty else { return nil }
    // 198.51.100.7, which is nobody's.
    let outside: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF, 198, 51, 100, 7]
    let candidates = wanted.joined().map(\.address) + [outside]
    let fitting = candidates.first { address in
      wanted.allSatisfy { $0.contains { $0.holds(address) } } && !unwanted.joined().contains { $0.holds(address) }
    }
    let host = fitting.map { Network(address: $0, prefixLength: 128).description }
    return host?.split(separator: "/").first.map(String.init)
  }
}

extension Network {
  /// Whether an address, as 16 bytes, is in it.
  fileprivate func holds(_ other: [UInt8]) -> Bool {
    (0..<Int(prefixLength)).allSatisfy { bit in
      let difference: UInt8 = address[bit / 8] ^ other[bit / 8]
      return difference & (0x80 >> UInt8(bit % 8)) == 0
    }
  }
}
