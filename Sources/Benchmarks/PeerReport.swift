#if HPOL_PEERS
  import Glibc
  import JSONText

  /// What the race with the peers found: printed, and kept as JSON with the machine it was found on.
  struct PeerReport {
    let races: [PeerBench.Race]
    let versions: String

    private static let path = "bench/results/peers.json"

    static func print(_ race: PeerBench.Race) {
      let traffic = race.hasSessions ? "sessions of 100 requests" : "every request from someone else"
      Swift.print(
        "\n\(race.ruleCount) rules for \(race.isWide ? "10 to 25" : "1 to 3") of \(Workload.groupCount) groups, \(traffic)"
      )
      Swift.print(
        column("ns a decision", 36)
          + ["min", "median", "p99", "p99 / min", "ratio", "differ", "allocations"].map { column($0, 12) }.joined())
      for result in race.results {
        let cells = [
          fixed(result.least, 1), fixed(result.median, 1), fixed(result.p99, 0), fixed(result.p99 / result.least, 1),
          fixed(result.least / race.bestPeer, 2), String(result.disagreements), fixed(result.allocations, 3),
        ]
        Swift.print(column(result.name, 36) + cells.map { column($0, 12) }.joined())
      }
    }

    /// Writes the report, for whoever is in the project's folder.
    func write() {
      var writer = JSONWriter()
      writer.object { writer in
        writer.key("machine")
        writer.object { writer in
          writer.key("processor")
          writer.string(Self.line("/proc/cpuinfo", "model name"))
          writer.key("cores")
          writer.integer(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
          writer.key("memory")
          writer.string(Self.line("/proc/meminfo", "MemTotal"))
          writer.key("libraries")
          writer.string(versions)
        }
        writer.key("races")
        writer.lines(races) { race, writer in
          writer.object { writer in
            writer.key("rules")
            writer.integer(race.ruleCount)
            writer.key("groups_a_rule")
            writer.string(race.isWide ? "10-25" : "1-3")
            writer.key("traffic")
            writer.string(race.hasSessions ? "sessions" : "one-shot")
            writer.key("contenders")
            writer.array { writer in
              for result in race.results { Self.write(result, race.bestPeer, &writer) }
            }
          }
        }
      }
      mkdir("bench", 0o755)
      mkdir("bench/results", 0o755)
      guard let file = fopen(Self.path, "w") else { return Swift.print("cannot write \(Self.path)") }
      fwrite(writer.bytes, 1, writer.bytes.count, file)
      fputs("\n", file)
      fclose(file)
      Swift.print("\nreport: \(Self.path)")
    }

    private static func write(_ result: PeerBench.Result, _ best: Double, _ writer: inout JSONWriter) {
      writer.object { writer in
        writer.key("name")
        writer.string(result.name)
        for (key, value) in [
          ("min_ns", result.least), ("median_ns", result.median), ("p99_ns", result.p99),
          ("allocations", result.allocations),
        ] {
          writer.key(key)
          writer.decimal(value, digits: 1)
        }
        writer.key("ratio")
        writer.decimal(result.least / best, digits: 2)
        writer.key("disagreements")
        writer.integer(result.disagreements)
      }
    }

    /// What stands behind `name` in a file of the kernel's.
    private static func line(_ path: String, _ name: String) -> String {
      guard let file = fopen(path, "r") else { return "unknown" }
      defer { fclose(file) }
      var buffer = [CChar](repeating: 0, count: 4096)
      while fgets(&buffer, Int32(buffer.count), file) != nil {
        let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard text.hasPrefix(name), let colon = text.firstIndex(of: ":") else { continue }
        return text[text.index(after: colon)...].split(whereSeparator: \.isWhitespace).joined(separator: " ")
      }
      return "unknown"
    }
  }
#endif
