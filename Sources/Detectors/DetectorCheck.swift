import Glibc

/// What the text that a detector's pattern matches must pass besides. The raw value is the word after `check`.
enum DetectorCheck: String {
  /// ISO/IEC 7812-1, annex B.
  case luhn
  /// ISO/IEC 7064 MOD 97-10, as IBAN uses it: four characters moved to the end, letters as two digits.
  case mod97
  /// The last of ten digits weighs the others (NHS number).
  case mod11
  /// The two check digits of a Brazilian CPF.
  case cpf
  /// An IPv4 or IPv6 address.
  case address
  /// As many digits as a telephone number has, and more than a plain number's look.
  case phone
  /// Looks random: at least ``leastEntropy`` bits a character.
  case entropy

  /// Shannon entropy of a random token of 20 characters, less a margin; English prose has less.
  private static let leastEntropy = 3.3

  func accepts(_ text: ArraySlice<UInt8>) -> Bool {
    let digits = text.compactMap { $0 >= 0x30 && $0 <= 0x39 ? Int($0 - 0x30) : nil }
    switch self {
    case .luhn: return acceptsLuhn(digits)
    case .mod97: return acceptsMod97(text)
    case .mod11: return acceptsMod11(digits)
    case .cpf: return acceptsCPF(digits)
    case .address: return acceptsAddress(text)
    case .phone:
      let isMarked = text.contains(UInt8(ascii: "+")) || text.contains(UInt8(ascii: "("))
      let groups = text.split { $0 < 0x30 || $0 > 0x39 }.count
      return (8...15).contains(digits.count) && (isMarked || groups >= 3)
    case .entropy: return entropy(text) >= Self.leastEntropy
    }
  }

  private func acceptsLuhn(_ digits: [Int]) -> Bool {
    guard (12...19).contains(digits.count), Set(digits).count > 1 else { return false }
    var sum = 0
    for (index, digit) in digits.reversed().enumerated() {
      let weighed = index % 2 == 1 ? digit * 2 : digit
      sum += weighed > 9 ? weighed - 9 : weighed
    }
    return sum % 10 == 0
  }

  private func acceptsMod97(_ text: ArraySlice<UInt8>) -> Bool {
    let characters = text.filter { $0 != UInt8(ascii: " ") }
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

  private func acceptsMod11(_ digits: [Int]) -> Bool {
    guard digits.count == 10, Set(digits).count > 1 else { return false }
    let sum = zip(digits, stride(from: 10, through: 2, by: -1)).reduce(0) { $0 + $1.0 * $1.1 }
    return (11 - sum % 11) % 11 == digits[9]
  }

  private func acceptsCPF(_ digits: [Int]) -> Bool {
    guard digits.count == 11, Set(digits).count > 1 else { return false }
    return [9, 10].allSatisfy { count in
      let sum = zip(digits[..<count], stride(from: count + 1, through: 2, by: -1)).reduce(0) { $0 + $1.0 * $1.1 }
      return sum * 10 % 11 % 10 == digits[count]
    }
  }

  /// IPv4 is as the pattern has it; of IPv6 the groups are counted.
  private func acceptsAddress(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.contains(UInt8(ascii: ":")) else { return true }
    let groups = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    let halves = String(decoding: text, as: UTF8.self).split(separator: "::", omittingEmptySubsequences: false)
    guard halves.count <= 2, !text.starts(with: Array(":::".utf8)) else { return false }
    let filled = groups.count { !$0.isEmpty }
    return halves.count == 2 ? filled <= 7 && filled >= 1 : filled == 8 && groups.count == 8
  }

  private func entropy(_ text: ArraySlice<UInt8>) -> Double {
    var counts = [Int](repeating: 0, count: 256)
    for byte in text { counts[Int(byte)] += 1 }
    let total = Double(text.count)
    return counts.filter { $0 > 0 }.reduce(0) { sum, count in
      let share = Double(count) / total
      return sum - share * log2(share)
    }
  }
}
