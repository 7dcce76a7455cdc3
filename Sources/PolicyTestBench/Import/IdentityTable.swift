import Glibc
import JSONText
import PatternMatching
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// What is known of users that logs only name: their groups, whether they are people, their claims.
///
/// A file of it is one JSON object, user to what is known of them, or JSON Lines with the member `user`. A user is a
/// name or a glob; the name itself goes first, then the globs in their order.
public struct IdentityTable: Sendable {
  private var names: [String: Principal] = [:]
  private var globs: [Principal] = []
  private var patterns: PatternList?

  public init() {}

  /// Reads a file; `path` is for messages.
  public init(_ bytes: [UInt8], path: String) throws(IdentityError) {
    let entries: [(Principal, Int)]
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let bytes = bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
    do throws(LineFailure) {
      entries = try Self.isLines(bytes) ? Self.lines(bytes, path) : Self.object(bytes, path)
    } catch {
      throw IdentityError(message: error.message)
    }
    for (entry, line) in entries {
      let user = entry.user ?? ""
      if user.contains(where: { "*?[\\".contains($0) }) {
        globs.append(entry)
      } else if names.updateValue(entry, forKey: user) != nil {
        throw IdentityError(message: "\(path):\(line): `\(user)` comes twice")
      }
    }
    guard !globs.isEmpty else { return }
    do throws(PatternError) {
      patterns = try PatternList(globs.map { Pattern(.glob, $0.user ?? "") })
    } catch {
      throw IdentityError(message: "\(path): \(error.message)")
    }
  }

  /// Adds what is known of the principal's user; whether groups were stated, if only that there are none.
  func complete(_ principal: inout Principal) -> Bool {
    guard let user = principal.user, let known = entry(user) else { return false }
    principal.groups += known.groups.filter { !principal.groups.contains($0) }
    if !known.actor.isEmpty { principal.actor = known.actor }
    if let client = known.client { principal.client = client }
    let said = Set(principal.claims.map { $0.first ?? "" })
    principal.claims += known.claims.filter { !said.contains($0.first ?? "") }
    return true
  }

  private func entry(_ user: String) -> Principal? {
    if let known = names[user] { return known }
    guard let patterns else { return nil }
    var scratch = PatternScratch()
    let bytes = Array(user.utf8)
    let index = bytes.withUnsafeBufferPointer { text in
      globs.indices.first { patterns.matches($0, text, scratch: &scratch) }
    }
    return index.map { globs[$0] }
  }

  // MARK: Reading

  /// Whether the first value is a line of JSON Lines: its member `user` is a text.
  private static func isLines(_ bytes: [UInt8]) -> Bool {
    guard let line = bytes.split(separator: 0x0A).first(where: { !$0.allSatisfy { $0 == 0x20 || $0 == 0x0D } }) else {
      return false
    }
    return (try? JSONValue(parsing: Array(line)))?["user"]?.string != nil
  }

  private static func object(_ bytes: [UInt8], _ path: String) throws(LineFailure) -> [(Principal, Int)] {
    try read(bytes, path, line: 1) { (scanner) throws(JSONError) in
      var entries: [(Principal, Int)] = []
      try scanner.expect(.object, "a file of identities")
      try scanner.beginObject()
      while let key = try scanner.nextKey() {
        let user = scanner.text(key)
        var entry = blank
        try scanner.principal(&entry)
        if entry.user != nil, entry.user != user {
          throw JSONError("`user` is given twice", at: key.start)
        }
        entry.user = user
        entries.append((entry, 1))
      }
      return entries
    }
  }

  private static func lines(_ bytes: [UInt8], _ path: String) throws(LineFailure) -> [(Principal, Int)] {
    var entries: [(Principal, Int)] = []
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { continue }
      let entry = try read(Array(line), path, line: index + 1) { (scanner) throws(JSONError) in
        var entry = blank
        try scanner.principal(&entry)
        guard entry.user != nil else { throw JSONError("`user` is missing", at: 0) }
        return entry
      }
      entries.append((entry, index + 1))
    }
    return entries
  }

  /// A principal of whom nothing is said, not even that it is a person.
  private static var blank: Principal {
    var blank = Principal()
    blank.actor = ""
    return blank
  }

  private static func read<Value>(
    _ bytes: [UInt8], _ path: String, line: Int, _ body: (inout JSONScanner) throws(JSONError) -> Value
  ) throws(LineFailure) -> Value {
    do throws(JSONError) {
      return try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
        var scanner = JSONScanner(buffer)
        let value = try body(&scanner)
        try scanner.finish()
        return value
      }
    } catch {
      let before = bytes.prefix(error.offset)
      let column = error.offset - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
      throw LineFailure(
        file: path, line: line + before.count { $0 == 0x0A }, column: column, reason: error.message)
    }
  }
}

/// Why a file of identities cannot be used.
public struct IdentityError: Error {
  /// With file and line; lower case, no full stop.
  public var message: String
}

extension LineFailure: Error {}
