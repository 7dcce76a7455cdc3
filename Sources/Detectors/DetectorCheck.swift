/// What a text that has the right shape must pass besides. The raw value is the word after `check`.
enum DetectorCheck: String {
  /// ISO/IEC 7812-1, annex B.
  case luhn
  /// ISO/IEC 7064 MOD 97-10, as IBAN uses it: four characters moved to the end, letters as two digits.
  case mod97
  /// The last of ten digits weighs the others (NHS number).
  case mod11
  /// The two check digits of a Brazilian CPF.
  case cpf

  /// Whether `text` passes; what separates its digits, or letters, does not count.
  func accepts(_ text: ArraySlice<UInt8>) -> Bool {
    if self == .mod97 { return DetectorCheck.acceptsMod97(text) }
    return acceptsDigits(text.compactMap { $0 &- 0x30 < 10 ? $0 - 0x30 : nil }[...])
  }

  /// Whether digits, given as numbers, pass.
  func acceptsDigits(_ digits: ArraySlice<UInt8>) -> Bool {
    // The same digit all over passes some of the checks and is a placeholder.
    guard let first = digits.first, digits.contains(where: { $0 != first }) else { return false }
    switch self {
    case .luhn: return (12...19).contains(digits.count) && DetectorCheck.luhnSum(digits) % 10 == 0
    case .mod11:
      guard digits.count == 10 else { return false }
      let sum = zip(digits, stride(from: 10, through: 2, by: -1)).reduce(0) { $0 + Int($1.0) * $1.1 }
      return (11 - sum % 11) % 11 == Int(digits[digits.startIndex + 9])
    case .cpf:
      guard digits.count == 11 else { return false }
      return [9, 10].allSatisfy { count in
        let sum = zip(digits.prefix(count), stride(from: count + 1, through: 2, by: -1))
          .reduce(0) { $0 + Int($1.0) * $1.1 }
        return sum * 10 % 11 % 10 == Int(digits[digits.startIndex + count])
      }
    case .mod97: return DetectorCheck.acceptsMod97(digits.map { $0 + 0x30 }[...])
    }
  }

  private static func luhnSum(_ digits: ArraySlice<UInt8>) -> Int {
    var sum = 0
    for (index, digit) in digits.reversed().enumerated() {
      let weighed = index % 2 == 1 ? Int(digit) * 2 : Int(digit)
      sum += weighed > 9 ? weighed - 9 : weighed
    }
    return sum
  }

  private static func acceptsMod97(_ text: ArraySlice<UInt8>) -> Bool {
    let characters = text.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "-") }
    guard (15...34).contains(characters.count) else { return false }
    var remainder = 0
    for character in characters[4...] + characters[..<4] {
      switch character {
      case 0x30...0x39: remainder = (remainder * 10 + Int(character - 0x30)) % 97
      case 0x41...0x5A: remainder = (remainder * 100 + Int(character - 0x41) + 10) % 97
      case 0x61...0x7A: remainder = (remainder * 100 + Int(character - 0x61) + 10) % 97
      default: return false
      }
    }
    return remainder == 1
  }
}
