import JSONText
import PolicyBytecode
import PolicyRuntime
import PolicySyntax
import PolicyTestBench

let inspectCommand = Command(
  name: "inspect",
  summary: "look into a bundle: sections, statistics, bytecode, decision graph",
  synopsis: "BUNDLE | POLICY… [--disassemble | --dot [--rule NAME]] [--json]",
  description: """
    Prints what a bundle holds. With --disassemble each rule's triggers and decision graph; with --dot the graphs in
    the DOT language, for `dot -Tsvg`.
    """,
  options: [
    Option(name: "disassemble", letter: "d", help: "list the rules' bytecode"),
    Option(name: "dot", help: "print the decision graph in the DOT language"),
    Option(name: "rule", value: "NAME", help: "with --dot: only this rule"),
    Command.json,
  ],
  examples: [
    ("hpol inspect policies.hpolb", "what is in there?"),
    ("hpol inspect policies --dot --rule rm-root | dot -Tsvg > rm-root.svg", "how is this rule decided?"),
  ],
  run: { (arguments, console) throws(CommandError) in
    try arguments.allowOnlyOne(of: ["disassemble", "dot", "json"])
    guard arguments.has("dot") || !arguments.has("rule") else { throw .usage("`--rule` goes with `--dot`") }
    guard let policy = try LoadedPolicySet.load(arguments.positionals, console) else { return .doesNotHold }
    let bundle = try policy.engine().policy.bundle
    if arguments.has("dot") {
      let rule = arguments.value("rule")
      let names = bundle.rules.flatMap { [bundle.text($0.fullName), bundle.text($0.displayName)] }
      if let rule, !names.contains(rule) {
        let hint = nearest(rule, in: names).map { "; did you mean `\($0)`?" } ?? ""
        throw .failure("no rule is called `\(rule)`\(hint)")
      }
      console.write(bundle.dot(rule: rule))
    } else if arguments.has("disassemble") {
      console.write(bundle.disassembly())
    } else if arguments.has("json") {
      var writer = JSONWriter()
      writeJSON(bundle, &writer)
      console.write(&writer)
    } else {
      console.write(overview(bundle, console.style))
    }
    return .holds
  })

/// The numbers that say how large a policy is and how it will run.
private func statistics(_ bundle: Bundle) -> [(key: String, label: String, value: Int)] {
  let triggered = bundle.rules.count { $0.triggers.count > 0 }
  return [
    ("bytes", "bytes", bundle.count), ("rules", "rules", bundle.rules.count),
    ("triggeredRules", "rules woken by a match", triggered), ("tests", "distinct tests", bundle.atoms.count),
    ("boundTests", "decided once a session", Int(bundle.meta.bindAtoms)),
    ("patterns", "patterns", bundle.matchers.count + bundle.patternLists.count),
    ("graphWords", "words of decision graphs", bundle.code.count),
    ("longestGraph", "longest graph", bundle.rules.map { Int($0.bindGraph.count + $0.judgeGraph.count) }.max() ?? 0),
  ]
}

private func overview(_ bundle: Bundle, _ style: TextStyle) -> String {
  var text = "bundle format \(BundleFormat.version), language \(bundle.meta.languageVersion), "
  text += "written by hpol \(bundle.text(bundle.meta.toolVersion))\n\n"
  var numbers = TextTable([.left, .right], indent: 2)
  for row in statistics(bundle) { numbers.add([row.label, String(row.value)]) }
  text += numbers.text { _, column, cell in column == 0 ? style(.faint, cell) : cell }
  text += "\n\(style(.strong, "sections"))\n"
  var sections = TextTable([.left, .right], indent: 2)
  for kind in SectionKind.allCases where bundle.byteCount(of: kind) > 0 {
    sections.add(["\(kind)", String(bundle.byteCount(of: kind))])
  }
  text += sections.text()
  text += "\n\(style(.strong, "sources"))\n"
  for source in bundle.sources { text += "  \(printable(bundle.text(source.path)))\n" }
  return text
}

private func writeJSON(_ bundle: Bundle, _ writer: inout JSONWriter) {
  writer.object {
    $0.key("format")
    $0.integer(BundleFormat.version)
    $0.key("language")
    $0.integer(bundle.meta.languageVersion)
    $0.key("tool")
    $0.string(bundle.text(bundle.meta.toolVersion))
    $0.key("statistics")
    $0.object {
      for row in statistics(bundle) {
        $0.key(row.key)
        $0.integer(row.value)
      }
    }
    $0.key("sections")
    $0.object {
      for kind in SectionKind.allCases {
        $0.key("\(kind)")
        $0.integer(bundle.byteCount(of: kind))
      }
    }
    $0.key("sources")
    $0.strings(bundle.sources.map { bundle.text($0.path) })
    $0.key("rules")
    $0.array {
      for rule in bundle.rules {
        $0.object {
          $0.key("name")
          $0.string(bundle.text(rule.fullName))
          $0.key("file")
          $0.string(bundle.text(bundle.sources[Int(rule.place.file)].path))
          $0.key("line")
          $0.integer(rule.place.line)
          $0.key("effects")
          $0.string(bundle.effects(rule))
        }
      }
    }
  }
  writer.newline()
}
