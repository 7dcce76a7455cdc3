extension Bundle {
  /// The rules as a listing: what wakes each, and its two graphs, a line a test.
  ///
  ///     rule production/rm-root: block
  ///       wakes on  shell.path in ["/", "/*"]
  ///       judge  0  shell.program is "rm"    yes → 1    no → no
  public func disassembly() -> String {
    var out = ""
    for rule in rules {
      out += "rule \(text(rule.fullName)): \(effects(rule))\n"
      let protocols = ProtocolSet(rawValue: UInt8(rule.protocols))
      if protocols != .all {
        out += "  for       \(protocols.isEmpty ? "nothing" : protocols.members.map(\.name).joined(separator: ", "))\n"
      }
      for (number, trigger) in rule.triggers.indices.enumerated() {
        out += (number == 0 ? "  wakes on  " : "            ") + text(atoms[Int(triggers[trigger])].text) + "\n"
      }
      out += listing("bind ", rule.bindGraph) + listing("judge", rule.judgeGraph)
    }
    return out
  }

  /// The decision graph of all rules, or of the one called `name`, in the DOT language.
  public func dot(rule name: String? = nil) -> String {
    var out = "digraph policy {\n  rankdir=LR\n  node [shape=box, fontname=\"monospace\"]\n"
    for (number, rule) in rules.enumerated() {
      let isChosen = name.map { $0 == text(rule.fullName) || $0 == text(rule.displayName) } ?? true
      guard isChosen else { continue }
      out += "  subgraph cluster_\(number) {\n    label=\(escaped(text(rule.fullName)))\n"
      out += "    yes\(number) [label=\(escaped(effects(rule))), shape=oval, style=bold]\n"
      let graphs = [("b", rule.bindGraph), ("j", rule.judgeGraph)].filter { $0.1.count > 0 }
      if graphs.isEmpty { out += "    start\(number) [shape=point]\n    start\(number) -> yes\(number)\n" }
      for (index, (prefix, graph)) in graphs.enumerated() {
        let then = index + 1 < graphs.count ? "\(graphs[index + 1].0)\(number)_0" : "yes\(number)"
        for position in 0..<Int(graph.count) {
          let word = code[Int(graph.start) + position]
          let node = "\(prefix)\(number)_\(position)"
          let style = prefix == "b" ? ", style=filled, fillcolor=lightgrey" : ""
          out += "    \(node) [label=\(escaped(text(atoms[word.atom].text)))\(style)]\n"
          for (step, label) in [(word.whenTrue, "yes"), (word.whenFalse, "no")] where step != GraphWord.no {
            let target = step == GraphWord.yes ? then : "\(prefix)\(number)_\(position + Int(step))"
            out += "    \(node) -> \(target) [label=\(label)\(label == "no" ? ", style=dashed" : "")]\n"
          }
        }
      }
      out += "  }\n"
    }
    return out + "}\n"
  }

  /// What a rule does, in words.
  public func effects(_ rule: RuleRecord) -> String {
    var words = rule.actions.indices.map { effect(actions[$0]) }
    if rule.isOnResponse { words.append("on response") }
    if rule.isObserved { words.append("observed") }
    return words.joined(separator: ", ")
  }

  /// What an action does, in a few words.
  public func effect(_ action: ActionRecord) -> String {
    let name = text(action.text)
    let list = texts(action.list).joined(separator: ", ")
    return switch ActionKind(rawValue: action.kind) {
    case .block: "block"
    case .allow: "allow"
    case .approve: "approve by \(list)" + (action.count > 1 ? " count \(action.count)" : "")
    case .record: "record \(action.count == 0 ? "none" : action.count == 1 ? "commands" : "full")"
    case .tag: "tag \(name)"
    case .maskDetector: "mask \(name)"
    case .maskColumn: "mask column \(list)"
    case .maskJSON: "mask json \(name)"
    case .maskHeader: "mask header \(list)"
    case .maskRegex: "mask /\(name)/"
    case nil: "?"
    }
  }

  private func listing(_ label: String, _ graph: RecordRange) -> String {
    var out = ""
    let width = graph.indices.map { text(atoms[code[$0].atom].text).unicodeScalars.count }.max() ?? 0
    for position in 0..<Int(graph.count) {
      let word = code[Int(graph.start) + position]
      let test = text(atoms[word.atom].text)
      let step = { (step: UInt16) -> String in
        step == GraphWord.no ? "no" : step == GraphWord.yes ? "yes" : "\(position + Int(step))"
      }
      let number = String(position)
      out += "  \(label)" + String(repeating: " ", count: max(4 - number.count, 1)) + number + "  " + test
      out += String(repeating: " ", count: width - test.unicodeScalars.count)
      out += "   holds → \(step(word.whenTrue))   else → \(step(word.whenFalse))\n"
    }
    return out
  }

  private func escaped(_ label: String) -> String {
    var out = "\""
    for character in label {
      switch character {
      case "\"", "\\": out += "\\" + String(character)
      case "\n": out += "\\n"
      default: out.append(character)
      }
    }
    return out + "\""
  }
}
