import Foundation
import PolicyBytecode
import Testing

@testable import PolicyTestBench

/// Rewrites of SQL, Redis commands and HTTP requests mean the same to real servers: each spelling of a request leaves
/// PostgreSQL, MariaDB and Redis in the state in which the request leaves them, and gets the same answer of nginx; kubectl
/// asks the same of a cluster.
@Suite struct EvasionServerTests {
  /// A spelling that is to do what another one does.
  private struct Case {
    var rewrite: String
    var seed: Int
    var text: String
  }

  /// What the server makes of each of the texts, one line a text.
  private func ask(_ server: String, _ texts: [String], suffix: String = "") throws -> [String] {
    // The way to a Unix socket has 107 bytes at most.
    let folder = URL(fileURLWithPath: "/tmp/hpol-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    defer { try? FileManager.default.removeItem(at: folder) }
    for (number, text) in texts.enumerated() {
      try Data(text.utf8).write(to: folder.appendingPathComponent("\(number)\(suffix)"))
    }
    let driver = Process()
    driver.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Servers/ask-server.py")
    driver.arguments = ["python3", script.path, server, folder.path]
    let output = Pipe()
    driver.standardOutput = output
    try driver.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    driver.waitUntilExit()
    try #require(driver.terminationStatus == 0, "the \(server) server could not be asked; `make test` installs it")
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    try #require(lines.count == texts.count)
    return lines
  }

  /// Tries each rewrite on each seed; `excluded` names rewrites that need what the servers here are not.
  private func expectSame(
    _ server: String, _ seeds: [Spelling], _ rewrites: [Rewrite], excluded: Set<String> = [], atLeast: Int,
    suffix: String = "", text: (Spelling) -> String? = { $0.text }
  ) throws {
    var cases: [Case] = []
    for (number, seed) in seeds.enumerated() {
      cases.append(Case(rewrite: "as it is", seed: number, text: try #require(text(seed))))
    }
    for (number, seed) in seeds.enumerated() {
      for rewrite in rewrites where !excluded.contains(rewrite.name) {
        for spelling in rewrite.apply(seed) where spelling.protocol == seed.protocol {
          if let text = text(spelling) { cases.append(Case(rewrite: rewrite.name, seed: number, text: text)) }
        }
      }
    }
    #expect(cases.count >= atLeast, "\(cases.count)")
    let answers = try ask(server, cases.map(\.text), suffix: suffix)
    // Requests that do nothing would all do the same.
    #expect(Set(answers[..<seeds.count]).count == seeds.count, "\(answers[..<seeds.count])")
    for (index, one) in cases.enumerated() where answers[index] != answers[one.seed] {
      Issue.record("\(one.rewrite): \(one.text)\n  \(answers[index])\n  instead of \(answers[one.seed])")
    }
  }

  @Test func postgresDoesTheSame() throws {
    let seeds = [
      "DROP TABLE orders", "DELETE FROM orders", "DELETE FROM orders WHERE note = 'old'",
      "UPDATE orders SET note = 'new' WHERE id = 1", "INSERT INTO orders VALUES (3, 'more')",
      "CREATE TABLE extra (id int)", "ALTER TABLE orders RENAME TO sold", "SELECT * FROM orders",
    ]
    try expectSame(
      "postgres", seeds.map { Spelling(.postgres, $0) }, SQLRewrites.all + LookalikeRewrites.all, atLeast: 250)
  }

  @Test func truncateDoesTheSame() throws {
    try expectSame("postgres", [Spelling(.postgres, "TRUNCATE orders")], SQLRewrites.all, atLeast: 30)
  }

  @Test func mariaDoesTheSame() throws {
    let seeds = [
      "DROP TABLE orders", "DELETE FROM orders", "DELETE FROM orders WHERE note = 'old'",
      "UPDATE orders SET note = 'new' WHERE id = 1", "INSERT INTO orders VALUES (3, 'more')",
      "CREATE TABLE extra (id int)", "SELECT * FROM orders WHERE note = 'sentinel'",
    ]
    try expectSame("mysql", seeds.map { Spelling(.mysql, $0) }, SQLRewrites.all + LookalikeRewrites.all, atLeast: 150)
  }

  @Test func redisDoesTheSame() throws {
    let seeds = ["FLUSHALL", "DEL a", "SET c 'x y'", "HDEL h f", "RENAME a z", "CONFIG SET maxmemory 100mb"]
    try expectSame("redis", seeds.map { Spelling(.redis, $0) }, RedisRewrites.all, atLeast: 150)
  }

  @Test func nginxDoesTheSame() throws {
    let seeds = [
      "GET /admin/users HTTP/1.1\r\nHost: shop.example.com\r\nConnection: close\r\n\r\n",
      "DELETE /admin/users HTTP/1.1\r\nHost: shop.example.com\r\nX-Team: a\r\nConnection: close\r\n\r\n",
    ]
    try expectSame(
      "http", seeds.map { Spelling(.http, $0) }, HTTPRewrites.all, excluded: ["parameters of path segments"],
      atLeast: 30
    ) { spelling in
      guard let request = HTTPSpelling(spelling) else { return nil }
      let head = ["\(request.method) \(request.target) HTTP/1.1"] + request.headers.map { $0.joined(separator: ":") }
      return head.joined(separator: "\r\n") + "\r\n\r\n"
    }
  }

  @Test func curlReachesTheSameHost() throws {
    let seeds = [
      "curl -s http://localhostHOST/admin/users", "curl -s -X DELETE -H 'X-Team: b' http://127.0.0.1HOST/admin/users",
      "wget -qO- --header 'X-Team: c' http://localhostHOST/admin/users",
    ]
    // `HOST` is where the port will stand.
    try expectSame(
      "http", seeds.map { Spelling(.shell, $0.replacingOccurrences(of: "HOST", with: ":1")) }, LookalikeRewrites.all,
      atLeast: 10, suffix: ".sh"
    ) { $0.text?.replacingOccurrences(of: ":1/", with: "HOST/") }
  }

  /// kubectl asks the same of the API, wherever its flags stand.
  @Test(.enabled(if: EvasionServerTests.hasKubectl, "kubectl is not here")) func kubectlAsksTheSame() throws {
    let seeds = [
      "kubectl delete pod web-1 -n shop --force --wait=false", "kubectl -n shop get pods -l app=web -o name",
      "kubectl delete pods --all --namespace=shop --wait=false --grace-period 5",
      "kubectl --namespace shop label po/web-1 tier=x --overwrite --dry-run=server",
    ]
    try expectSame(
      "kubectl", seeds.map { Spelling(.shell, $0) }, KubernetesRewrites.all, excluded: ["by the path of the object"],
      atLeast: 80)
  }

  private static var hasKubectl: Bool {
    ["/usr/bin/kubectl", "/usr/local/bin/kubectl"].contains(where: FileManager.default.isExecutableFile)
  }

  @Test func flagsOfKubectlMove() {
    func spellings(_ name: String, _ line: String) -> [String] {
      KubernetesRewrites.all.filter { $0.name == name }.flatMap { $0.apply(Spelling(.k8s, line)) }.compactMap(\.text)
    }
    let line = "kubectl delete pod web-1 -n shop --force"
    #expect(
      spellings("flags before the verb", line) == [
        "kubectl -n shop --force=true delete pod web-1", "kubectl -n shop delete pod web-1 --force",
        "kubectl --force=true delete pod web-1 -n shop",
      ])
    #expect(
      spellings("flags between the verb and the operands", line) == ["kubectl delete -n shop --force pod web-1"])
    #expect(
      spellings("flags after the operands", "kubectl --namespace shop rollout restart --v=1 deploy/web")
        == ["kubectl rollout restart deploy/web --namespace shop --v=1"])
    // What a command in a container gets is not kubectl's, and of what is not known nobody knows what it takes.
    for line in ["kubectl exec web-1 ls -l", "kubectl delete pod --strange x -n shop", "kubectl get po -n a -n b"] {
      #expect(spellings("flags after the operands", line) == [], "\(line)")
    }
    #expect(
      spellings("flags before the verb", "kubectl exec web-1 -n shop -- ls -l")
        == ["kubectl -n shop exec web-1 -- ls -l"])
  }
}
