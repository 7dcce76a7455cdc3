import PolicyBytecode
import TestSupport
import Testing

@testable import Operations

private func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

@Suite struct RedisLimitTests {
  @Test func wordsAreCounted() {
    let words = { (count: Int) in [[UInt8]](repeating: Array("a".utf8), count: count - 1) }
    let limit = RedisLimits.words
    let most = decodeRedis(resp([Array("del".utf8)] + words(limit)))
    #expect(most.count == 1 && most[0].texts(.redisKey).count == limit - 1)
    #expect(decodeRedis(resp([Array("del".utf8)] + words(limit + 1))).map(\.redisLine) == ["?count"])
    #expect(decodeRedis("del" + repeated(" a", limit - 1)).map(\.reason) == [.none])
    #expect(decodeRedis("del" + repeated(" a", limit)).map(\.reason) == [.count])
  }

  @Test func namesAreBounded() {
    let limit = RedisLimits.nameBytes
    #expect(decodeRedis(repeated("A", limit)).map(\.redisLine) == [repeated("A", limit), "?unsupported"])
    #expect(decodeRedis(repeated("A", limit + 1)).map(\.redisLine) == ["?unsupported"])
  }

  @Test func operationsAreCounted() {
    let limit = DecodeLimits.operations
    let most = decodeRedis(repeated("PING\n", limit - 1))
    #expect(most.count == limit - 1 && most.allSatisfy { $0.reason == .none })
    #expect(decodeRedis(repeated("PING\n", limit)).last?.reason == .count)
    #expect(decodeRedis(repeated("PING\n", limit * 3)).count == limit)
    let script = eval(repeated("redis.call('get','a')", limit))
    #expect(script.count == limit && script.last?.reason == .count)
  }

  @Test func payloadsAreBounded() {
    let limit = DecodeLimits.payloadBytes
    #expect(decodeRedis("SET a " + repeated("b", limit - 6)).map(\.reason) == [.none])
    #expect(decodeRedis("SET a " + repeated("b", limit - 5)).map(\.reason) == [.oversized])
  }

  @Test func scriptsAreBounded() {
    let limit = RedisLimits.scriptBytes
    let script = { (count: Int) in "return 1" + repeated(" ", count - 8) }
    #expect(eval(script(limit)).map(\.reason) == [.none])
    #expect(eval(script(limit + 1)).map(\.reason) == [.none, .oversized])
  }

  @Test func scriptsNestUpToTheirLimit() {
    // The block is the first level, the expression the second.
    let inside = RedisLimits.scriptDepth - 2
    let script = { (count: Int) in "return " + repeated("(", count) + "1" + repeated(")", count) }
    #expect(eval(script(inside)).map(\.reason) == [.none])
    #expect(eval(script(inside + 1)).map(\.reason) == [.none, .depth])
    for opening in [
      "(", "{", "f(", "- ", "not ", "function() return ", "do ", "if x then ", "a[", "x = {", "2^", "a + (", "f{",
      "while x do ", "for i in f do ", "repeat ", "redis.call(", "local function f() ", "a.b(", "1 < 2 * ",
    ] {
      let operations = eval("return " + repeated(opening, 20_000)) + eval(repeated(opening, 20_000))
      #expect(operations.count == 4, "\(opening)")
    }
    // Long chains are no nesting.
    for chain in ["1 + ", "'a' .. ", "a and ", "1 < "] {
      #expect(eval("return " + repeated(chain, 5_000) + "1").map(\.reason) == [.none], "\(chain)")
    }
  }

  @Test func constantsAreBounded() {
    let limit = RedisLimits.scriptConstantBytes
    let script = { (count: Int) in "local a = '\(repeated("a", count - 1))' .. 'b' redis.call('get', a)" }
    #expect(eval(script(limit)).last?.texts(.redisFlag).contains("unlisted-keys") == false)
    #expect(eval(script(limit + 1)).last?.texts(.redisFlag).contains("unlisted-keys") == true)
    let spelled = { (count: Int) in "redis.call('get', \(repeated("x", count)))" }
    #expect(
      eval(spelled(RedisLimits.spellingBytes)).last?.redisLine == ">GET " + repeated("x", RedisLimits.spellingBytes))
    #expect(eval(spelled(RedisLimits.spellingBytes + 1)).last?.redisLine == ">GET ?")
  }

  @Test func expansionIsBounded() {
    // Each call names all keys: 16 bytes make kilobytes.
    let keys = (0..<1_000).map { "key:\($0)" }
    for call in ["redis.call('del', unpack(KEYS))", "redis.call('del', KEYS[i])"] {
      let operations = eval(repeated(call + " ", 2_000), keys)
      #expect(operations.last?.reason == .oversized, "\(call)")
      #expect(operations.count < 100)
    }
  }

  /// Time grows with the payload, whatever repeats in it.
  @Test func timeIsLinear() {
    let lines = [
      "PING\n", "GET a ", "\"a\" ", "a\"b\" ", "\"\\x41", "SET \u{FF} \\", "*1\r\n$4\r\nPING\r\n", "*", "\\",
      "\n", "config x\n", "sort a by b get c store d ", "xread streams a 0 ", "EVAL \"redis.call('get','a')\" 0\n",
      "mset a 1 ",
    ]
    let scripts = [
      "redis.call('get','a') ", "local a='x' ", "a=1 ", "'a'..", "KEYS[1]..", "f(", "{", "do ", "--[[x]]", "[", "[=",
      "\"a\" ",
      "local a=KEYS ", "f(KEYS) ", "a,b,", "x.y", "(1)", "local a=a..a ", "function f() ",
      "redis.call('del',unpack(KEYS)) ",
      "redis.call('del',KEYS[i]) ", "redis.call(", "if a then b() elseif ", "- ", "not ", "1^",
    ]
    let payloads: [(Int) -> [UInt8]] =
      lines.map { unit in { Array(repeated(unit, $0 / unit.utf8.count).utf8) } }
      + scripts.map { unit in
        { size in
          let script = Array(repeated(unit, size / unit.utf8.count).utf8)
          return resp([Array("EVAL".utf8), script, Array("2".utf8), Array("k1".utf8), Array("k2".utf8)])
        }
      }
    for payload in payloads {
      // Four times the payload; sixteen times the time would be quadratic. A slow moment is not held against it.
      let isLinear = (0..<3).contains { _ in
        let times = [8_192, 32_768].map { size in
          let payload = payload(size)
          var context = DecodeContext(demand: .everything)
          return threadSeconds { context.decode(.redis, payload) }
        }
        return times[1] < times[0] * 9 + 0.04
      }
      #expect(isLinear, "\(String(decoding: payload(64), as: UTF8.self))…")
    }
  }
}
