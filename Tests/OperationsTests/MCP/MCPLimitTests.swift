import JSONText
import PolicyBytecode
import TestSupport
import Testing

@testable import Operations

private func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

@Suite struct MCPLimitTests {
  @Test func nesting() {
    // The message, `params` and `arguments` are three levels.
    let call = { (count: Int) in
      #"{"method":"tools/call","params":{"name":"x","arguments":{"a":"# + repeated("[", count) + repeated("]", count)
        + "}}}"
    }
    #expect(outline(.mcp, call(JSONLimits.depth - 3)).first?.hasPrefix("mcp tools/call x") == true)
    #expect(outline(.mcp, call(JSONLimits.depth - 2)) == ["mcp ?depth"])
    #expect(outline(.mcp, repeated("[", 500_000)) == ["mcp ?depth"])
    #expect(outline(.mcp, repeated(#"{"a":"#, 100_000)) == ["mcp ?depth"])
  }

  @Test func batches() {
    let batch = { (count: Int) in "[" + repeated(#"{"method":"ping"},"#, count - 1) + #"{"method":"ping"}]"# }
    #expect(outline(.mcp, batch(MCPLimits.batch)) == [String](repeating: "mcp ping", count: MCPLimits.batch))
    let over = outline(.mcp, batch(MCPLimits.batch + 1))
    #expect(over.count == MCPLimits.batch + 1 && over.last == "mcp ?count")
  }

  @Test func payloads() {
    let message = { (count: Int) in
      let start = #"{"method":"ping","params":{"a":""#
      return start + repeated("x", count - start.utf8.count - 3) + "\"}}"
    }
    #expect(outline(.mcp, message(DecodeLimits.payloadBytes)).first?.hasPrefix("mcp ping") == true)
    #expect(outline(.mcp, message(DecodeLimits.payloadBytes + 1)) == ["mcp ?oversized"])
    var context = DecodeContext(demand: .everything)
    context.decodeAnswer(.mcp, Array(message(DecodeLimits.payloadBytes + 1).utf8))
    #expect(context.outline == ["mcp ?oversized"])
  }

  @Test func words() {
    let decodes = [declaration("command", as: .shell)]
    let arguments = { (count: Int) in #"{"command":["a"\#(repeated(",1", count - 1))]}"# }
    #expect(toolCall("run", arguments(MCPLimits.words), decodes).last?.hasPrefix("shell a 1") == true)
    #expect(toolCall("run", arguments(MCPLimits.words + 1), decodes).last == "shell ?unsupported < mcp")
  }

  @Test func operations() {
    let decodes = [declaration("$.commands[*]", as: .shell)]
    let arguments = #"{"commands":["a"\#(repeated(#","a""#, DecodeLimits.operations))]}"#
    let operations = toolCall("run", arguments, decodes)
    #expect(operations.count == DecodeLimits.operations && operations.last?.hasPrefix("mcp ?count") != true)
    #expect(operations.last == "shell ?count < mcp")
  }

  // MARK: - Hostile input

  private static let pieces = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "null", "true", "1e9", "-", " ", "\n", "é",
    #""method":"#, #""tools/call""#, #""params":{"#, #""name":"x""#, #""arguments":{"#, #""command":"ls""#,
    #""sql":"select 1""#, #""result":{"#, #""inputRequests":{"#, #""uri":"file:///%2e""#, #""ref":{"#, #""_meta":{"#,
  ]

  @Test func nothingCrashes() {
    var random = SplitMix64(seed: 0x3C9)
    let decodes = [declaration("command", as: .shell), declaration("$..sql", as: .postgres)]
    var context = DecodeContext(demand: FactDemand(facts: .all, decodes: decodes))
    let seeds = [
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{"command":["ls","-l"],"sql":"select 1"}}}"#,
      #"{"id":1,"result":{"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create","params":{"message":"m"}}}}}"#,
      #"[{"method":"resources/read","params":{"uri":"file:///a/../b"}},{"tools":[{"name":"a"}]}]"#,
    ].map { Array($0.utf8) }
    for round in 0..<6_000 {
      var bytes = round % 3 == 0 ? [] : random.pick(seeds)
      for _ in 0..<random.below(round % 3 == 0 ? 24 : 4) + 1 {
        let at = random.below(bytes.count + 1)
        switch random.below(4) {
        case 0: bytes.insert(UInt8(random.below(256)), at: at)
        case 1: bytes.removeSubrange(at..<min(bytes.count, at + random.below(6)))
        default: bytes.insert(contentsOf: random.pick(Self.pieces).utf8, at: at)
        }
      }
      context.decode(.mcp, bytes)
      #expect(context.batch.count > 0)
      let first = context.outline
      context.decode(.mcp, bytes)
      #expect(context.outline == first)
      context.decodeAnswer(.mcp, bytes)
      if let value = try? JSONValue(parsing: bytes) {
        context.tools.learn(MCPToolListing(value))
        _ = hidingTools({ _ in true }, in: value)
      }
    }
  }

  /// Four times the input takes about four times the time, whatever it is made of.
  @Test func timeIsLinear() {
    let decodes = [declaration("$..command", as: .redis), declaration("sql", as: .redis)]
    let shapes: [(prefix: String, unit: (Int) -> String, suffix: String)] = [
      (#"{"method":"tools/call","params":{"name":"x","arguments":{"#, { #""\#($0)":1,"# }, #""z":1}}}"#),
      (
        #"{"method":"tools/call","params":{"name":"x","arguments":{"#, { #""\#(999_999 - $0)":{"b":1,"a":2},"# },
        #""z":1}}}"#
      ),
      (#"{"method":"tools/call","params":{"name":"x","arguments":{"a":""#, { _ in #"\u0041\n"# }, #""}}}"#),
      (#"{"method":"tools/call","params":{"name":"x","arguments":{"command":["#, { _ in #""a b","# }, #""z"]}}}"#),
      ("[", { _ in #"{"method":"ping"},"# }, #"{}]"#),
      (#"{"method":"resources/read","params":{"uri":"file:///"#, { _ in "a/../" }, #""}}"#),
      (#"{"method":"resources/read","params":{"uri":"file:///"#, { _ in "%2e%2e/" }, #""}}"#),
      (
        #"{"id":1,"result":{"inputRequests":{"#, { #""\#($0)":{"method":"a","params":{"b":1}},"# },
        #""z":{"method":"a"}}}}"#
      ),
      (#"{"a":""#, { _ in "{[" }, ""),
    ]
    for (prefix, unit, suffix) in shapes {
      let isLinear = (0..<3).contains { _ in
        let times = [1_500, 6_000].map { count in
          let payload = Array((prefix + (0..<count).map(unit).joined() + suffix).utf8)
          var context = DecodeContext(demand: FactDemand(facts: .all, decodes: decodes))
          return threadSeconds {
            context.decode(.mcp, payload)
            context.decodeAnswer(.mcp, payload)
          }
        }
        return times[1] < times[0] * 9 + 0.04
      }
      #expect(isLinear, "\(prefix)…")
    }
    // Objects in objects, all of them to be sorted.
    let nested = { (count: Int) in
      let unit = repeated(#"{"b":1,"a":"#, 100) + "1" + repeated("}", 100)
      return Array(#"{"method":"x","params":{"a":[\#(repeated(unit + ",", count))1]}}"#.utf8)
    }
    let isLinear = (0..<3).contains { _ in
      let times = [50, 200].map { count in
        var context = DecodeContext(demand: .everything)
        let payload = nested(count)
        return threadSeconds { context.decode(.mcp, payload) }
      }
      return times[1] < times[0] * 9 + 0.04
    }
    #expect(isLinear)
  }
}
