import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// Changes a known request so that tests which do not hold of it come to hold: one fact after the other, by the text that
/// the request has for it.
struct RequestRepair {
  let request: JudgedRequest
  /// The facts of its operations, as decoded for every fact.
  let operations: [DecodedOperation]
  let sampler: PatternSampler

  /// Repaired requests are this many at most.
  private static let limit = 12

  /// The request with `missing` made true; `goal` is all that is to hold.
  func repaired(_ missing: [SignedTest], for goal: RequestGoal) -> [JudgedRequest] {
    var changed = request
    changed.principal = request.principal.adjusted(to: goal, sampler)
    var found = [changed]
    for test in missing where test.predicate.fact.schema.phase == .operation {
      found = found.flatMap { one in repaired(one, test, goal) }
      if found.count > Self.limit { found.removeLast(found.count - Self.limit) }
    }
    return found
  }

  /// The ways to make one test on the payload true.
  private func repaired(_ request: JudgedRequest, _ test: SignedTest, _ goal: RequestGoal) -> [JudgedRequest] {
    let fact = test.predicate.fact
    if test.predicate.test == .isTrue {
      return flagged(fact, !test.isNegated, request.payload).map { request.with($0) }
    }
    if fact.schema.type == .integer {
      guard let number = goal.number(fact) else { return [] }
      return replacing(oldValues(of: fact), by: String(number), in: request) + appended(" LIMIT \(number)", to: request)
    }
    let old = oldValues(of: fact)
    if test.isNegated, test.predicate.isAll, fact.schema.isList {
      return goal.outsider(test).map { added($0, to: fact, of: request) } ?? []
    }
    if test.isNegated {
      guard case .matches(let patterns) = test.predicate.test else { return [] }
      let unwanted = old.filter { value in patterns.contains { sampler.matches($0, value) } }
      let substitute = goal.substitute(fact, key: test.predicate.key)
      let isWord = [.shellFlag, .shellArgument].contains(fact)
      let without = isWord ? [removed(unwanted, from: request)].compactMap { $0 } : []
      return without + (substitute.map { replacing(unwanted, by: $0, in: request) } ?? [])
    }
    var found: [JudgedRequest] = []
    for value in wantedValues(test, goal) {
      found += replacing(old, by: value, in: request) + added(value, to: fact, of: request)
      switch fact {
      case .httpHeader:
        guard let key = test.predicate.key, case .http(let method, let path, let headers, let body) = request.payload
        else { break }
        let others = headers.filter { $0.first?.lowercased() != key.lowercased() }
        found.append(
          request.with(.http(method: method, path: path, headers: others + [[key, value]], body: body)))
      case .httpMethod:
        guard case .http(_, let path, let headers, let body) = request.payload else { break }
        found.append(request.with(.http(method: value, path: path, headers: headers, body: body)))
      default: break
      }
    }
    return found
  }

  /// The request with one more value of a list.
  private func added(_ value: String, to fact: Fact, of request: JudgedRequest) -> [JudgedRequest] {
    switch fact {
    case .shellFlag, .shellArgument, .shellPath, .redisKey:
      return appended(" " + PayloadSynthesis.shellWord(value), to: request)
    case .shellWrites: return appended(" > " + PayloadSynthesis.shellWord(value), to: request)
    case .shellInputFrom: return prefixed(value + " x | ", request)
    case .sqlTable, .sqlReads, .sqlWrites:
      return oldValues(of: fact).compactMap { old in
        request.payload.replacing(old, by: old + ", " + value).map { request.with($0) }
      }
    default: return []
    }
  }

  /// The request without some words; a flag also goes from among others in one word.
  private func removed(_ words: [String], from request: JudgedRequest) -> JudgedRequest? {
    guard case .text(let bytes) = request.payload else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    let kept = text.split(separator: " ", omittingEmptySubsequences: false).compactMap { word -> String? in
      if words.contains(String(word)) { return nil }
      guard word.hasPrefix("-"), !word.hasPrefix("--") else { return String(word) }
      let letters = word.dropFirst().filter { letter in !words.contains("-\(letter)") }
      return letters.isEmpty ? nil : "-" + letters
    }
    return request.with(RequestPayload(text: kept.joined(separator: " ")))
  }

  private func wantedValues(_ test: SignedTest, _ goal: RequestGoal) -> [String] {
    guard case .matches(let patterns) = test.predicate.test else { return ["x"] }
    return sampler.texts([patterns], avoiding: goal.avoided(test.predicate.fact, test.predicate.key), limit: 2)
  }

  /// The values that the request's operations have for a fact, the longest first.
  private func oldValues(of fact: Fact) -> [String] {
    var values: [String] = []
    for operation in operations {
      if fact == .command, let command = operation.command { values.append(command) }
      for (own, value) in operation.facts where own == fact {
        switch value {
        case .text(let text): values.append(text)
        case .list(let list): values += list
        case .integer(let number): values.append(String(number))
        case .boolean: break
        }
      }
    }
    return distinct(values.filter { !$0.isEmpty }).sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
  }

  /// The request with one of the texts, or all of them, replaced wherever it stands as a word of its own.
  private func replacing(_ texts: [String], by value: String, in request: JudgedRequest) -> [JudgedRequest] {
    let changed = texts.filter { $0 != value }.compactMap { request.payload.replacing($0, by: value) }
    guard texts.count > 1 else { return changed.map { request.with($0) } }
    var all: RequestPayload? = request.payload
    for text in texts where text != value { all = all?.replacing(text, by: value) ?? all }
    return distinct(changed + [all].compactMap { $0 }).map { request.with($0) }
  }

  private func appended(_ text: String, to request: JudgedRequest) -> [JudgedRequest] {
    guard case .text(let bytes) = request.payload else { return [] }
    return [request.with(.text(bytes + text.utf8))]
  }

  private func prefixed(_ text: String, _ request: JudgedRequest) -> [JudgedRequest] {
    guard case .text(let bytes) = request.payload else { return [] }
    return [request.with(.text(text.utf8 + bytes))]
  }

  /// The payload with a boolean fact made true or false.
  private func flagged(_ fact: Fact, _ isTrue: Bool, _ payload: RequestPayload) -> [RequestPayload] {
    guard case .text(let bytes) = payload, let text = String(validating: bytes, as: UTF8.self) else { return [] }
    func cut(_ words: [String]) -> [String] { words.compactMap { text.prefix(before: $0) } }
    switch (fact, isTrue) {
    case (.sqlWhere, true), (.sqlWhereConstant, false): return [RequestPayload(text: text + " WHERE id = 7")]
    case (.sqlWhere, false): return cut([" WHERE ", " where "]).map(RequestPayload.init(text:))
    case (.sqlWhereConstant, true):
      return (cut([" WHERE ", " where "]) + [text]).map { RequestPayload(text: $0 + " WHERE 1 = 1") }
    case (.shellPrivileged, true): return [RequestPayload(text: "sudo " + text)]
    case (.shellPrivileged, false):
      return payload.replacing("sudo ", by: "").map { [$0] } ?? []
    case (.shellUnknown, true): return [RequestPayload(text: text + " \"$X\"")]
    case (.unparsed, true): return [RequestPayload(text: text + " \"'")]
    default: return []
    }
  }
}

extension JudgedRequest {
  fileprivate func with(_ payload: RequestPayload) -> JudgedRequest {
    var result = self
    result.payload = payload
    return result
  }
}

extension RequestPayload {
  /// The payload with `old` replaced by `new` wherever it stands, in its own spelling or else in another case; nil where
  /// it does not, or where the payload would lose its form.
  func replacing(_ old: String, by new: String) -> RequestPayload? {
    switch self {
    case .text(let bytes):
      guard let text = String(validating: bytes, as: UTF8.self), let changed = text.replacing(old, by: new) else {
        return nil
      }
      return RequestPayload(text: changed)
    case .message(let value):
      guard let changed = value.text.replacing(old, by: new), let read = try? JSONValue(parsing: changed) else {
        return nil
      }
      return .message(read)
    case .http(let method, let path, let headers, let body):
      let newPath = path.replacing(old, by: new)
      let newBody = body.flatMap { $0.replacing(old, by: new) }
      let newHeaders = headers.map { $0.map { $0 == old ? new : $0 } }
      guard newPath != nil || newBody != nil || newHeaders != headers else { return nil }
      return .http(method: method, path: newPath ?? path, headers: newHeaders, body: newBody ?? body)
    }
  }
}

extension String {
  /// The text with every `old` replaced; nil if it holds none in any case.
  fileprivate func replacing(_ old: String, by new: String) -> String? {
    let (bytes, wanted) = (Array(utf8), Array(old.utf8))
    guard !wanted.isEmpty, wanted.count <= bytes.count else { return nil }
    for fold in [false, true] {
      func same(_ a: UInt8, _ b: UInt8) -> Bool {
        a == b || fold && a ^ b == 0x20 && a | 0x20 >= 0x61 && a | 0x20 <= 0x7A
      }
      var result: [UInt8] = []
      var position = 0
      var isFound = false
      while position < bytes.count {
        let end = position + wanted.count
        if end <= bytes.count, zip(bytes[position..<end], wanted).allSatisfy(same) {
          // A keyword stays in the case it was written in.
          let isUpper = fold && !bytes[position..<end].contains { $0 >= 0x61 && $0 <= 0x7A }
          result += (isUpper ? new.uppercased() : new).utf8
          position = end
          isFound = true
        } else {
          result.append(bytes[position])
          position += 1
        }
      }
      if isFound { return String(decoding: result, as: UTF8.self) }
    }
    return nil
  }

  /// The text up to where `word` stands for the first time; nil if it does not.
  fileprivate func prefix(before word: String) -> String? {
    indices.first { self[$0...].hasPrefix(word) }.map { String(self[..<$0]) }
  }
}
