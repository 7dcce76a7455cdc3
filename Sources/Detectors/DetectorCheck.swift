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
  func accepts(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    if self == .mod97 { return DetectorCheck.acceptsMod97(text) }
    // None asks for more digits.
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var count = 0
    for byte in text where byte &- 0x30 < 10 {
      guard count < digits.count else { return false }
      digits[count] = byte &- 0x30
      count += 1
    }
    return acceptsDigits(digits.span.extracting(first: count))
  }

  /// Whether digits, given as numbers, pass.
  func acceptsDigits(_ digits: Span<UInt8>) -> Bool {
    // The same digit all over passes some of the checks and is a placeholder.
    guard !DetectorCheck.isUniform(digits) else { return false }
    switch self {
    case .luhn: return (12...19).contains(digits.count) && DetectorCheck.luhnSum(digits) % 10 == 0
    case .mod11:
      guard digits.count == 10 else { return false }
      return (11 - DetectorCheck.weighedSum(digits, 9) % 11) % 11 == Int(digits[9])
    case .cpf:
      guard digits.count == 11 else { return false }
      for count in 9...10 where DetectorCheck.weighedSum(digits, count) * 10 % 11 % 10 != Int(digits[count]) {
        return false
      }
      return true
    case .mod97: return false
    }
  }

  private static func isUniform(_ digits: Span<UInt8>) -> Bool {
    for index in digits.indices where digits[index] != digits[0] { return false }
    return true
  }

  private static func luhnSum(_ digits: Span<UInt8>) -> Int {
    var sum = 0
    for index in digits.indices {
      let weighed = (digits.count - index) % 2 == 0 ? Int(digits[index]) * 2 : Int(digits[index])
      sum += weighed > 9 ? weighed - 9 : weighed
    }
    return sum
  }

  /// The first `count` digits, the last of them twice, the one before it three times and so on.
  private static func weighedSum(_ digits: Span<UInt8>, _ count: Int) -> Int {
    var sum = 0
    for index in 0..<count { sum += Int(digits[index]) * (count + 1 - index) }
    return sum
  }

  /// Whether eleven digits are a Polish PESEL of somebody born since 1900: the date of birth, with 20 more in its month
  /// since 2000, and a check digit.
  static func isPESEL(_ digits: Span<UInt8>) -> Bool {
    let (month, day) = (Int(digits[2]) * 10 + Int(digits[3]), Int(digits[4]) * 10 + Int(digits[5]))
    guard (1...12).contains(month) || (21...32).contains(month), (1...31).contains(day) else { return false }
    let weights: InlineArray<4, Int> = [1, 3, 7, 9]
    var sum = 0
    for index in 0..<10 { sum += Int(digits[index]) * weights[index % 4] }
    return (10 - sum % 10) % 10 == Int(digits[10])
  }

  private static func acceptsMod97(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var characters = InlineArray<34, UInt8>(repeating: 0)
    var count = 0
    for byte in text where byte != UInt8(ascii: " ") && byte != UInt8(ascii: "-") {
      guard count < characters.count, byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 else { return false }
      characters[count] = byte | 0x20
      count += 1
    }
    guard count >= 15 else { return false }
    var number: UInt64 = 0
    for index in 4..<count + 4 {
      let character = UInt64(characters[index < count ? index : index - count])
      number = character < 0x61 ? number * 10 + (character & 0xF) : number * 100 + character - 0x57
      // Divided before it grows too large.
      if number >> 56 != 0 { number %= 97 }
    }
    return number % 97 == 1
  }

  /// The remainder by 97 of a number that goes on with a digit, or with the two digits of a letter in lower case.
  static func mod97(_ remainder: Int, _ character: UInt8) -> Int {
    character < 0x61 ? (remainder * 10 + Int(character & 0xF)) % 97 : (remainder * 100 + Int(character) - 0x57) % 97
  }
}
