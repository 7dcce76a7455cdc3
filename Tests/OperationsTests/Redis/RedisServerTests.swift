import Foundation
import PolicyBytecode
import TestSupport
import Testing

@testable import Operations

/// A server that answers what it knows of commands.
private struct RedisServer {
  let folder: URL
  let process = Process()

  /// Nil where there is none on this machine.
  init?() throws {
    guard Self.path("redis-server") != nil, Self.path("redis-cli") != nil else { return nil }
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("hpol-redis-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    process.executableURL = URL(fileURLWithPath: Self.path("redis-server") ?? "")
    process.arguments = ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder.path]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    for _ in 0..<100 where !FileManager.default.fileExists(atPath: socket) { usleep(50_000) }
  }

  private var socket: String { folder.appendingPathComponent("s").path }

  func stop() {
    // The signal of `terminate()` may be blocked in the thread at hand, and so in the server.
    _ = try? ask(["SHUTDOWN NOSAVE"])
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }

  private static func path(_ program: String) -> String? {
    ["/usr/bin/", "/usr/local/bin/"].map { $0 + program }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// The lines of the answers to some commands, those that fail as one line that begins with `ERR`.
  func ask(_ commands: [String]) throws -> [String] {
    let client = Process()
    client.executableURL = URL(fileURLWithPath: Self.path("redis-cli") ?? "")
    client.arguments = ["-s", socket]
    // Files rather than pipes, whose ends other processes would inherit.
    let input = folder.appendingPathComponent("input")
    let output = folder.appendingPathComponent("output")
    try Data(commands.joined(separator: "\n").utf8).write(to: input)
    try Data().write(to: output)
    client.standardInput = try FileHandle(forReadingFrom: input)
    client.standardOutput = try FileHandle(forWritingTo: output)
    try client.run()
    client.waitUntilExit()
    let data = try Data(contentsOf: output)
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}

@Suite(.serialized) struct RedisServerTests {
  /// The tables know every command of the server, with its keys and flags.
  @Test func tablesAgreeWithTheServer() throws {
    guard let server = try RedisServer() else {
      print("skipped: there is no redis-server to compare the table of commands with")
      return
    }
    defer { server.stop() }
    let names = try server.ask(["COMMAND LIST"]).map { $0.uppercased().replacing("|", with: " ") }
    #expect(names.count > 200)
    let known = Dictionary(
      uniqueKeysWithValues: RedisCommand.all.map { (String(decoding: $0.name, as: UTF8.self), $0) })
    for name in names { #expect(known[name] != nil, "\(name)") }
    // Of categories for access control, the commands in them. Those with code are in no `write`, and WAIT became
    // `blocking` later.
    for (category, flags) in [
      ("blocking", ["blocking"]), ("pubsub", ["pubsub"]), ("geo", ["geo"]), ("hash", ["hash"]), ("stream", ["stream"]),
      ("transaction", ["transaction"]), ("dangerous", ["dangerous", "admin"]), ("write", ["write"]),
    ] {
      let inside = Set(try server.ask(["ACL CAT \(category)"]).map { $0.uppercased().replacing("|", with: " ") })
      let wanted = RedisFlags(flags.compactMap { RedisFlags(word: Substring($0)) })
      for name in names where !(category == "write" && name.hasPrefix("FUNCTION")) && name != "WAIT" {
        guard let command = known[name], !command.isContainer else { continue }
        #expect(!command.flags.isDisjoint(with: wanted) == inside.contains(name), "\(name) in \(category)")
      }
    }
  }

  /// The keys of commands made of words that mean something to them.
  @Test func keysAgreeWithTheServer() throws {
    guard let server = try RedisServer() else {
      print("skipped: there is no redis-server to compare keys with")
      return
    }
    defer { server.stop() }
    let vocabulary = [
      "a", "b", "STORE", "GET", "BY", "STREAMS", "KEYS", "LIMIT", "COUNT", "GROUP", "1", "2", "3", "0", "km",
    ]
    var random = SplitMix64(seed: 11)
    var lines: [String] = []
    // In an order of our own: the server's changes from start to start.
    for name in try server.ask(["COMMAND LIST"]).sorted() where !name.contains("|") {
      // What the two find where the words make no command differs: there only well-formed ones are compared.
      let isFree = !["eval", "fcall", "xread", "georadius"].contains { name.hasPrefix($0) }
      for _ in 0..<(isFree ? 12 : 0) {
        let words = (0..<Int.random(in: 1...9, using: &random)).map { _ in
          vocabulary.randomElement(using: &random) ?? "a"
        }
        lines.append(([name] + words).joined(separator: " "))
      }
    }
    lines += [
      "eval x 2 a b c", "evalsha x 0 a", "fcall_ro f 1 a b", "xread block 0 count 3 streams a b 0 0",
      "xreadgroup group g c noack streams a >", "georadius g 1 2 3 km store d",
      "georadiusbymember g m 1 m asc storedist d",
      "memory usage k", "object freq k", "xgroup destroy s g", "xinfo stream s",
    ]
    let answers = try server.ask(lines.flatMap { ["ECHO =", "COMMAND GETKEYS \($0)"] })
    let found = answers.split(separator: "=", omittingEmptySubsequences: false).dropFirst()
    #expect(found.count == lines.count)
    var compared = 0
    for (line, keys) in zip(lines, found) {
      var expected = Array(keys)
      if let first = expected.first, first.hasPrefix("ERR") {
        guard first.contains("no key arguments") else { continue }
        expected = []
      }
      compared += 1
      #expect(decodeRedis(line)[0].texts(.redisKey).sorted() == expected.sorted(), "\(line)")
    }
    #expect(compared > 500)
  }
}
