import PolicyBytecode

@testable import Operations

/// A decoded Redis operation.
struct RedisOperation {
  var `protocol`: OperationProtocol
  var reason: UnparsedReason
  var facts: [Fact: [String]] = [:]

  func texts(_ fact: Fact) -> [String] { facts[fact] ?? [] }

  /// Its canonical text, or `?REASON`, with `>` for each layer that carried it.
  var line: String {
    let text = reason == .none ? texts(.command).first ?? "" : "?" + reason.word
    return String(repeating: ">", count: texts(.via).count) + text
  }
}

func decodeRedis(
  _ payload: [UInt8], as protocol: OperationProtocol = .redis, demand: FactDemand = .everything
) -> [RedisOperation] {
  var context = DecodeContext(demand: demand)
  context.decode(`protocol`, payload)
  return (0..<context.batch.count).map { index in
    let operation = context.batch.operations[index]
    var decoded = RedisOperation(protocol: operation.protocol, reason: operation.unparsed)
    for at in Int(operation.firstEntry)..<Int(operation.endEntry) {
      let entry = context.batch.facts.entries[at]
      guard let fact = Fact(rawValue: entry.fact) else { continue }
      decoded.facts[fact, default: []].append(entry.isInline ? String(entry.integer) : context.batch.facts.text(entry))
    }
    return decoded
  }
}

func decodeRedis(_ payload: String) -> [RedisOperation] { decodeRedis(Array(payload.utf8)) }

/// A command as an array of RESP.
func resp(_ words: [[UInt8]]) -> [UInt8] {
  var result = Array("*\(words.count)\r\n".utf8)
  for word in words { result += Array("$\(word.count)\r\n".utf8) + word + [0x0D, 0x0A] }
  return result
}

func resp(_ words: String...) -> String { String(decoding: resp(words.map { Array($0.utf8) }), as: UTF8.self) }

/// A script that is run with keys and arguments.
func eval(_ script: String, _ keys: [String] = [], _ arguments: [String] = []) -> [RedisOperation] {
  let words = ["EVAL", script, String(keys.count)] + keys + arguments
  return decodeRedis(resp(words.map { Array($0.utf8) }))
}
