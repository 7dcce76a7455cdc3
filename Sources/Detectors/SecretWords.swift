/// The words in a name that stand for something secret, by their last letters. They live as long as the program.
struct SecretWords {
  nonisolated(unsafe) static let all = SecretWords()

  private struct Entry {
    var start: Int
    var count: Int
    var kind: SecretName.Kind
    /// It must be a word of the name of its own.
    var standsAlone: Bool
  }

  /// Those with the same last letter stand together, the preferred first; those of `l` are from `starts[l]` on.
  private let entries: UnsafePointer<Entry>
  private let starts: UnsafePointer<Int>
  private let letters: UnsafePointer<UInt8>

  private init() {
    var (entries, starts, letters): ([Entry], [Int], [UInt8]) = ([], [], [])
    for last in 0..<26 {
      starts.append(entries.count)
      for (text, kind, standsAlone) in SecretWords.words {
        let word = Array(text.utf8)
        guard word[word.count - 1] == UInt8(0x61 + last) else { continue }
        entries.append(Entry(start: letters.count, count: word.count, kind: kind, standsAlone: standsAlone))
        letters += word
      }
    }
    starts.append(entries.count)
    self.entries = SecretWords.flat(entries)
    self.starts = SecretWords.flat(starts)
    self.letters = SecretWords.flat(letters)
  }

  private static func flat<Element>(_ elements: [Element]) -> UnsafePointer<Element> {
    let flat = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
    flat.initialize(from: elements, count: elements.count)
    return UnsafePointer(flat)
  }

  /// The last word in a text of lower-case letters and digits; `isStart` tells where words begin.
  func last(
    in text: UnsafePointer<UInt8>, _ isStart: UnsafePointer<UInt8>, _ count: Int
  ) -> (kind: SecretName.Kind, start: Int, end: Int)? {
    var end = count
    while end >= 3 {
      let letter = text[end - 1] &- 0x61
      if letter < 26 {
        for number in starts[Int(letter)]..<starts[Int(letter) + 1] {
          let entry = entries[number]
          let start = end - entry.count
          guard start >= 0 else { continue }
          var index = entry.count - 2
          while index >= 0, text[start + index] == letters[entry.start + index] { index -= 1 }
          guard index < 0 else { continue }
          let isWhole = isStart[start] != 0 && (end == count || isStart[end] != 0 || text[end] &- 0x30 < 10)
          if isWhole || !entry.standsAlone { return (entry.kind, start, end) }
        }
      }
      end -= 1
    }
    return nil
  }

  /// In order of preference where two end at one place.
  private static let words: [(String, SecretName.Kind, Bool)] =
    [
      "password", "passwd", "passphrase", "passcode", "passwort", "pwd", "sshpass", "requirepass",
      "rediscliauth", "masterauth",
    ].map { ($0, .password, false) }
    + [("pass", .password, true)]
    + [
      "secret", "token", "apikey", "accesskey", "authkey", "privatekey", "secretkey", "encryptionkey", "signingkey",
      "masterkey", "accountkey", "servicekey", "clientkey", "licensekey", "appkey", "applicationkey", "deploykey",
      "credential", "rootkey", "adminkey", "hmackey", "jwtkey", "sessionkey", "webhookkey", "integrationkey", "sendkey",
    ].map { ($0, .secret, false) }
    + ["creds", "cred", "key"].map { ($0, .secret, true) }
}
