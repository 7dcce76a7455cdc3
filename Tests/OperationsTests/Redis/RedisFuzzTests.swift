import PolicyBytecode
import TestSupport
import Testing

@testable import Operations

@Suite struct RedisFuzzTests {
  private static let pieces = [
    "GET ", "SET ", "EVAL ", "CONFIG ", "SORT ", "MIGRATE ", "XREAD ", "STREAMS ", "KEYS ", "STORE ", "ZUNION ", "\"",
    "'",
    "\\", "\\x4", "\\x41", "\r\n", "\n", "\r", " ", "*1\r\n", "*2\r\n", "$3\r\n", "$-1\r\n", "$4\r\nPING\r\n", "*", "$",
    "0",
    "1", "2", "-1", "9999999999", "a", "é", "\0",
  ]
  private static let code = [
    "redis", ".call", ".pcall", "(", ")", "'GET'", "'FLUSHALL'", ",", "KEYS", "ARGV", "[1]", "[i]", "local ", "x", "=",
    "==",
    "..", "...", "function ", "end ", "if ", "then ", "else ", "for ", "in ", "do ", "while ", "repeat ", "until ",
    "return ",
    "{", "}", "[[", "]]", "[=[", "--", "--[[", "\n", "\\", "\"", "'", "1", "0x", "1e", "#", "-", "not ", "unpack(",
    "ipairs(",
    ":", ";", "_G", "and ", "or ", "nil ", "true ",
  ]

  private func joined(_ pieces: [String], _ random: inout SplitMix64) -> String {
    (0..<Int.random(in: 1...24, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
  }

  @Test func piecesNeverCrash() {
    var random = SplitMix64(seed: 0x5EED)
    for _ in 0..<4_000 {
      let payload = joined(Self.pieces, &random)
      let operations = decodeRedis(payload)
      #expect(!operations.isEmpty)
      #expect(operations.map(\.redisLine) == decodeRedis(payload).map(\.redisLine))
    }
  }

  @Test func scriptsNeverCrash() {
    var random = SplitMix64(seed: 42)
    for _ in 0..<4_000 {
      #expect(eval(joined(Self.code, &random), ["k1", "k2"], ["a1"]).first?.texts(.redisCommand) == ["EVAL"])
    }
  }

  @Test func mutationsNeverCrash() {
    var random = SplitMix64(seed: 7)
    let seeds =
      RedisDecoderTests.payloads.map { Array($0.0.utf8) } + RedisDecoderTests.commands.map { Array($0.0.utf8) }
      + RedisScriptTests.scripts.map { resp([Array("EVAL".utf8), Array($0.0.utf8), Array("1".utf8), Array("k".utf8)]) }
    for _ in 0..<6_000 {
      guard var bytes = seeds.randomElement(using: &random), !bytes.isEmpty else { continue }
      for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
        default: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...4, using: &random)))
        }
      }
      #expect(!decodeRedis(bytes).isEmpty)
    }
  }

  /// Whatever words are sent, the canonical text is text, and reading it again gives the same text.
  @Test func canonicalTextReadsAsItself() {
    var random = SplitMix64(seed: 3)
    let bytes: [UInt8] = Array("ab \"'\\\r\n\t\u{7F}xé".utf8) + [0, 0xFF, 0xC3, 0xF0, 0x80]
    for _ in 0..<3_000 {
      let words = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        (0..<Int.random(in: 0...6, using: &random)).map { _ in bytes.randomElement(using: &random) ?? 0 }
      }
      let text = decodeRedis(resp([Array("DEL".utf8)] + words))[0].redisLine
      #expect(decodeRedis(text).map(\.redisLine) == [text])
    }
  }
}
