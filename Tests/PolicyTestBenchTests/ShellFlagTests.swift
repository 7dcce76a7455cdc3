import Testing

@testable import PolicyTestBench

/// What `shell.flag` has for a word is what the decoder says; of words that are more than that it says nothing.
@Test func flagsAreThoseOfTheDecoder() {
  let cases: [(program: String, word: String, flags: [String]?)] = [
    ("git", "--force", ["-f"]), ("rm", "--recursive", ["-r"]), ("rm", "-R", ["-r"]), ("rm", "-rf", ["-r", "-f"]),
    ("find", "-delete", ["-delete"]), ("no-such-program", "--force", ["--force"]), ("rm", "file", []),
    ("rm", "", nil), ("", "-r", nil), ("rm", "-r;ls", nil), ("$x", "-r", nil), ("-r", "-r", nil), ("r m", "-r", nil),
  ]
  for (program, word, flags) in cases {
    #expect(shellFlags(of: program, for: word) == flags, "\(program) \(word)")
  }
}
