/// Chooses for each literal of a table where it is best looked for: the second byte of a pair, its landmark, that begins
/// four bytes.
///
/// A good landmark is a pair that is rare in commands, so that there is little to look up; and the four bytes are rare and
/// with few other literals.
struct GramUses {
  /// How many literals were given a place with the same four bytes.
  private var uses: [UInt32: Int] = [:]

  /// What it costs to look up four bytes, and to compare a literal with them, in nanoseconds.
  private static let (look, comparison) = (2.0, 8.0)
  /// Words that rules speak of are not as rare in commands as their letters would have it.
  private static let leastChance = 1.0 / 16_384

  /// The landmark of a literal; of one that is too short for any the start of the rarest stretch.
  mutating func takeLandmark(of literal: [UInt8]) -> Int {
    guard literal.count >= LandmarkTable.shortest else { return CommandText.bestWindow(literal).start }
    var best = (place: 1, cost: Double.infinity)
    for place in 1..<literal.count - 3 {
      let looks = CommandText.chance(between: literal[place - 1], and: literal[place])
      let found = max(CommandText.chance(CommandText.rarity(of: literal[place - 1..<place + 4])), Self.leastChance)
      let shared = Double(uses[Self.four(literal, place), default: 0])
      let cost = Self.look * looks + Self.comparison * found * (1 + shared)
      if cost < best.cost { best = (place, cost) }
    }
    uses[Self.four(literal, best.place), default: 0] += 1
    return best.place
  }

  private static func four(_ literal: [UInt8], _ place: Int) -> UInt32 {
    literal[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }
}
