/// Which numbers card schemes give out: ISO/IEC 7812 prefixes and lengths, as the schemes publish them.
enum CardIssuer {
  case known
  /// The range is wide and the number short, or other numbers look alike: a word about cards must stand near.
  case needsContext

  /// Nil: no scheme has such numbers.
  static func of(_ digits: Span<UInt8>) -> CardIssuer? {
    let count = digits.count
    guard count >= 12 else { return nil }
    let two = Int(digits[0]) * 10 + Int(digits[1])
    let three = two * 10 + Int(digits[2])
    let four = three * 10 + Int(digits[3])
    switch digits[0] {
    // UATP, and JCB's older range.
    case 1:
      if count == 15 { return four == 1800 ? .known : .needsContext }
      return nil
    case 2:
      if four == 2131, count == 15 { return .known }
      // Mastercard; Mir.
      return (2221...2720).contains(four) && count == 16 || (2200...2204).contains(four) && (16...19).contains(count)
        ? .known : nil
    case 3:
      if two == 34 || two == 37 { return count == 15 ? .known : nil }
      // JCB.
      if (3528...3589).contains(four) { return (16...19).contains(count) ? .known : nil }
      if two == 35 { return count == 16 ? .needsContext : nil }
      // Diners Club.
      if (300...305).contains(three) || three == 309 || two == 36 || two == 38 || two == 39 {
        return count == 14 ? .known : (16...19).contains(count) ? .needsContext : nil
      }
      return nil
    // Visa.
    case 4: return count == 16 || count == 13 ? .known : count == 19 ? .known : nil
    case 5:
      if (51...55).contains(two) { return count == 16 ? .known : nil }
      return maestro(count)
    case 6:
      // Discover, UnionPay, RuPay.
      if four == 6011 || two == 65 || two == 62 || two == 60 || (644...649).contains(three) {
        if (16...19).contains(count) { return .known }
      }
      return maestro(count)
    // RuPay, Troy.
    case 8: return (two == 81 || two == 82) && count == 16 ? .known : nil
    case 9: return four == 9792 && count == 16 ? .known : nil
    default: return nil
    }
  }

  private static func maestro(_ count: Int) -> CardIssuer? {
    count == 16 ? .known : (12...19).contains(count) ? .needsContext : nil
  }

  /// Whether the counts of digits at the ends of the first `groups` groups are those that cards are printed in.
  static func isGrouped(_ counts: InlineArray<12, UInt8>, _ groups: Int) -> Bool {
    let last = counts[groups - 1]
    switch groups {
    case 1: return (14...16).contains(last)
    case 3: return counts[0] == 4 && counts[1] == 10 && (last == 15 || last == 14)
    case 4: return counts[0] == 4 && counts[1] == 8 && counts[2] == 12 && (last == 16 || last == 13)
    case 5: return counts[0] == 4 && counts[1] == 8 && counts[2] == 12 && counts[3] == 16 && last == 19
    default: return false
    }
  }
}
