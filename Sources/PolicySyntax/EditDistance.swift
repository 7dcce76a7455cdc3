/// The candidate most like the word, for "did you mean": at most a third of its letters apart, counted as insertions,
/// deletions, replacements and swaps of neighbours (optimal string alignment). Of several equally near the first wins.
public func nearest(_ word: String, in candidates: some Sequence<String>) -> String? {
  let letters = Array(word.utf8)
  // Longer words than any name make the table costly and the guess worthless.
  guard letters.count > 1, letters.count <= 64 else { return nil }
  var best: (word: String, distance: Int)?
  for candidate in candidates where candidate != word {
    let others = Array(candidate.utf8)
    let allowed = max(1, max(letters.count, others.count) / 3)
    guard abs(letters.count - others.count) <= allowed, others.count <= 64 else { continue }
    let distance = editDistance(letters, others)
    if distance <= allowed, distance < min(letters.count, others.count), distance < best?.distance ?? .max {
      best = (candidate, distance)
    }
  }
  return best?.word
}

private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in 0..<a.count {
    var row = [i + 1]
    for j in 0..<b.count {
      var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
      row.append(cost)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
