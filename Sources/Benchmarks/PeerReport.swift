#if HPOL_PEERS
  import JSONText

  /// What the race with the peers found: printed, and kept as JSON with the machine it was found on.
  struct PeerReport {
    let races: [PeerBench.Race]
    let versions: String

    static func print(_ race: PeerBench.Race) {
      let traffic = race.hasSessions ? "sessions of 100 requests" : "every request from someone else"
      Swift.print(
        "\n\(race.ruleCount) rules for \(race.isWide ? "10 to 25" : "1 to 3") of \(Workload.groupCount) groups, \(traffic)"
      )
      Swift.print(
        column("ns a decision", 36)
          + ["min", "median", "p99", "p99/median", "ratio", "cold", "ratio", "differ", "allocations"]
          .map { column($0, 12) }.joined())
      for result in race.results {
        let cells = [
          fixed(result.least, 1), fixed(result.median, 1), fixed(result.p99, 0), fixed(result.p99 / result.median, 1),
          fixed(race.ratio(result, \.least), 2), fixed(result.leastCold, 1), fixed(race.ratio(result, \.leastCold), 2),
          String(result.disagreements), fixed(result.allocations, 3),
        ]
        Swift.print(column(result.name, 36) + cells.map { column($0, 12) }.joined())
      }
    }

    /// Writes the report, for whoever is in the project's folder.
    func write() {
      MachineReport.write("peers", libraries: versions) { writer in
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
              for result in race.results { Self.write(result, race, &writer) }
            }
          }
        }
      }
    }

    private static func write(_ result: PeerBench.Result, _ race: PeerBench.Race, _ writer: inout JSONWriter) {
      writer.object { writer in
        writer.key("name")
        writer.string(result.name)
        for (key, value) in [
          ("min_ns", result.least), ("median_ns", result.median), ("p99_ns", result.p99),
          ("cold_ns", result.leastCold), ("allocations", result.allocations),
        ] {
          writer.key(key)
          writer.decimal(value, digits: 1)
        }
        writer.key("ratio")
        writer.decimal(race.ratio(result, \.least), digits: 2)
        writer.key("cold_ratio")
        writer.decimal(race.ratio(result, \.leastCold), digits: 2)
        writer.key("disagreements")
        writer.integer(result.disagreements)
      }
    }
  }
#endif
