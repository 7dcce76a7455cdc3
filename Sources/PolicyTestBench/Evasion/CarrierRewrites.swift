import JSONText
import PolicyBytecode

/// All rewrites for a policy.
struct RewriteTable {
  let rewrites: [Rewrite]

  /// `decodes` are what the policy declares that payloads hold.
  init(decodes: [DecodeDefinition]) {
    let plain =
      ShellRewrites.all + SQLRewrites.all + KubernetesRewrites.all + HTTPRewrites.all + RedisRewrites.all
      + LookalikeRewrites.all
    rewrites =
      plain + MCPRewrites.all + CarrierRewrites.inClients(SQLRewrites.all)
      + (decodes.contains { $0.carrier == .mcp } ? MCPRewrites.carried(decodes, plain) : [])
      + CarrierRewrites.roads(ToolDeclarations(decodes))
  }
}

/// Rewrites that send the same on another road, and those of what a line carries.
enum CarrierRewrites {
  static func roads(_ declarations: ToolDeclarations) -> [Rewrite] {
    [
      road("through psql", from: .postgres, to: .shell, when: "psql reaches the same database") { text in
        // psql's own commands and variables are no SQL.
        text.contains("\\") || text.contains(":") || text.contains("\0")
          ? []
          : [
            "psql -c \(text.shellQuoted)", "psql -h db -d app --command=\(text.shellQuoted)",
            "echo \(text.shellQuoted) | psql", "psql <<< \(text.shellQuoted)", "psql <<'_E'\n\(text)\n_E\n",
          ]
      },
      road("through mysql", from: .mysql, to: .shell, when: "mysql reaches the same database") { text in
        text.contains("\\") || text.contains("\0") || text.lowercased().contains("delimiter") || text.hasPrefix("/*")
          ? []
          : [
            "mysql -e \(text.shellQuoted)", "mysql -h db app --execute=\(text.shellQuoted)",
            "echo \(text.shellQuoted) | mysql app", "mariadb <<< \(text.shellQuoted)",
          ]
      },
      road("through redis-cli", from: .redis, to: .shell, when: "redis-cli reaches the same server") { text in
        guard let words = RedisRewrites.words(text),
          words.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isNewline) })
        else { return [] }
        let line = words.map(\.shellWord).joined(separator: " ")
        return ["redis-cli \(line)", "redis-cli -h cache -n 0 \(line)"]
          + (words.allSatisfy { $0 == $0.shellWord } ? ["echo \(words.joined(separator: " ")) | redis-cli"] : [])
      },
      road("kubectl on a shell line", from: .k8s, to: .shell, when: "the machine's kubectl reaches the same cluster") {
        text in
        KubectlCall(text) == nil ? [] : [text]
      },
      Rewrite("through curl", when: "curl reaches the same server", changesRoad: true) { spelling in
        guard spelling.protocol == .http, let request = HTTPSpelling(spelling),
          let host = request.headers.first(where: { $0[0].lowercased() == "host" })?[1], request.target.hasPrefix("/"),
          !host.contains(where: \.isWhitespace)
        else { return [] }
        // curl resolves dot segments unless it is told not to.
        var line = "curl --path-as-is -X \(request.method)"
        for header in request.headers where header[0].lowercased() != "host" {
          line += " -H \("\(header[0]): \(header[1])".shellWord)"
        }
        if let body = request.body { line += " --data-raw \(body.shellWord)" }
        return [Spelling(.shell, line + " \("https://\(host)\(request.target)".shellQuoted)")]
      },
      road("executed through SSH", from: .shell, to: .ssh, when: "the account may log in there") { text in
        // A recording's other requests are JSON objects.
        text.hasPrefix("{") ? [] : [text]
      },
      Rewrite("through a tool", when: "the server's tool runs what it is given", changesRoad: true) { spelling in
        guard let text = spelling.text else { return [] }
        return declarations.examples.filter { $0.inner == spelling.protocol }.map { example in
          let call = JSONValue.object([
            .init("name", .string(example.tool)), .init("arguments", .object([.init(example.argument, .string(text))])),
          ])
          return Spelling(
            .mcp,
            .message(
              .object([
                .init("jsonrpc", .string("2.0")), .init("id", .number("1")), .init("method", .string("tools/call")),
                .init("params", call),
              ])))
        }
      },
    ]
  }

  private static func road(
    _ name: String, from origin: OperationProtocol, to carrier: OperationProtocol, when condition: String,
    _ apply: @escaping @Sendable (String) -> [String]
  ) -> Rewrite {
    Rewrite(name, when: condition, changesRoad: true) { spelling in
      guard spelling.protocol == origin, let text = spelling.text else { return [] }
      return apply(text).map { Spelling(carrier, $0) }
    }
  }

  /// The rewrites of SQL, for what a shell line gives `psql -c` and `mysql -e`.
  static func inClients(_ rewrites: [Rewrite]) -> [Rewrite] {
    rewrites.map { rewrite in
      Rewrite(rewrite.name, of: .shell, when: rewrite.condition) { text in
        let line = ShellLine(text)
        return line.commands.flatMap { command -> [String] in
          guard let dialect = clients[command.program.text],
            let flag = command.arguments.firstIndex(where: { $0.text == (dialect == .postgres ? "-c" : "-e") }),
            flag + 1 < command.words.count,
            let statement = literal(command.words[flag + 1].text)
          else { return [] }
          return rewrite.apply(Spelling(dialect, statement)).compactMap(\.text).compactMap { changed in
            // What the client would read itself is left out.
            changed.contains("\\") || changed.contains(":")
              ? nil : line.replacing(command.words[flag + 1].range, with: changed.shellQuoted)
          }
        }
      }
    }
  }

  private static let clients: [String: OperationProtocol] = ["psql": .postgres, "mysql": .mysql, "mariadb": .mysql]

  /// What stands between plain quotes.
  private static func literal(_ word: String) -> String? {
    guard word.count > 2, let quote = word.first, quote == word.last, quote == "'" || quote == "\"" else { return nil }
    let inner = word.dropFirst().dropLast()
    return inner.contains { $0 == quote || quote == "\"" && "$`\\".contains($0) } ? nil : String(inner)
  }
}
