import PolicyBytecode

@testable import Operations

extension Decoded {
  /// Its canonical text, or `?REASON`, with `>` for each layer that carried it.
  var redisLine: String {
    let text = reason == .none ? texts(.command).first ?? "" : "?" + reason.word
    return String(repeating: ">", count: texts(.via).count) + text
  }
}

func decodeRedis(
  _ payload: [UInt8], as protocol: OperationProtocol = .redis, demand: FactDemand = .everything
) -> [Decoded] {
  decodeOperations(`protocol`, payload, demand)
}

func decodeRedis(_ payload: String) -> [Decoded] { decodeRedis(Array(payload.utf8)) }

/// A command as an array of RESP.
func resp(_ words: [[UInt8]]) -> [UInt8] {
  var result = Array("*\(words.count)\r\n".utf8)
  for word in words { result += Array("$\(word.count)\r\n".utf8) + word + [0x0D, 0x0A] }
  return result
}

func resp(_ words: String...) -> String { String(decoding: resp(words.map { Array($0.utf8) }), as: UTF8.self) }

/// A script that is run with keys and arguments.
func eval(_ script: String, _ keys: [String] = [], _ arguments: [String] = []) -> [Decoded] {
  let words = ["EVAL", script, String(keys.count)] + keys + arguments
  return decodeRedis(resp(words.map { Array($0.utf8) }))
}
