import BundleTrust
import JSONText
import PolicyBytecode
import PolicyRuntime
import PolicySyntax
import PolicyTestBench

let inspectCommand = Command(
  name: "inspect",
  summary: "look into a bundle: release, sections, statistics, bytecode, decision graph",
  synopsis: "BUNDLE | POLICY… [--disassemble | --dot [--rule NAME]] [--json]",
  description: """
    Prints what a bundle holds: its revision, signature, sources and results of tests, and how large it is. With
    --disassemble each rule's triggers and decision graph; with --dot the graphs in the DOT language, for `dot -Tsvg`.
    """,
  options: [
    Option(name: "disassemble", letter: "d", help: "list the rules' bytecode"),
    Option(name: "dot", help: "print the decision graph in the DOT language"),
    Option(name: "rule", value: "NAME", help: "with --dot: only this rule"),
    Command.json,
    TrustOptions.trust,
  ],
  examples: [
    ("hpol inspect policies.hpolb", "what is in there?"),
    ("hpol inspect policies --dot --rule rm-root | dot -Tsvg > rm-root.svg", "how is this rule decided?"),
  ],
  run: { (arguments, console) throws(CommandError) in
    try arguments.allowOnlyOne(of: ["disassemble", "dot", "json"])
    guard arguments.has("dot") || !arguments.has("rule") else { throw .usage("`--rule` goes with `--dot`") }
    guard
      let policy = try LoadedPolicySet.load(
        arguments.positionals, console, trusting: TrustOptions.keys(arguments))
    else { return .doesNotHold }
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
  var text = "bundle format \(bundle.version), language \(bundle.meta.languageVersion), "
  text += "written by hpol \(printable(bundle.text(bundle.meta.toolVersion)))\n\n"
  text += style(.strong, "release") + "\n"
  var release = TextTable([.left, .left], indent: 2)
  for (label, value) in releaseRows(bundle) { release.add([label, value]) }
  text += release.text { _, column, cell in column == 0 ? style(.faint, cell) : cell }
  text += "\n\(style(.strong, "statistics"))\n"
  var numbers = TextTable([.left, .right], indent: 2)
  for row in statistics(bundle) { numbers.add([row.label, grouped(row.value)]) }
  text += numbers.text { _, column, cell in column == 0 ? style(.faint, cell) : cell }
  text += "\n\(style(.strong, "sections"))\n"
  var sections = TextTable([.left, .right], indent: 2)
  for kind in SectionKind.allCases where bundle.byteCount(of: kind) > 0 {
    sections.add(["\(kind)", grouped(bundle.byteCount(of: kind))])
  }
  text += sections.text()
  text += "\n\(style(.strong, "sources"))\n"
  var sources = TextTable([.left, .left], indent: 2)
  for (index, source) in bundle.sources.enumerated() {
    sources.add([printable(bundle.text(source.path)), digest(index, bundle).map { "sha256 " + $0 } ?? ""])
  }
  text += sources.text { _, column, cell in column == 1 ? style(.faint, cell) : cell }
  return text
}

private func releaseRows(_ bundle: Bundle) -> [(label: String, value: String)] {
  let release = bundle.release
  var rows = [
    ("revision", release.revision == 0 ? "none" : String(release.revision)),
    ("signed with", bundle.signature.map { "the key " + PublicKey(of: $0).id } ?? "no key"),
    ("expires", release.expires.map(timestamp) ?? "never"),
    ("commit", release.commit.isEmpty ? "none given" : printable(release.commit)),
  ]
  guard let tests = release.tests else { return rows + [("tests", "not run")] }
  let counts = [
    "\(counted(Int(tests.tests), "test")) with \(counted(Int(tests.requests), "request"))",
    counted(Int(tests.fixtures), "pinned fixture"), counted(Int(tests.invariants), "invariant"),
  ]
  rows.append(("tests", "all hold: " + counts.joined(separator: ", ")))
  let tally = CoverageReport.Tally(covered: Int(tests.covered), total: Int(tests.coverable))
  rows.append(
    ("coverage", "\(decimalText(tally.percent, digits: 1)) %: \(grouped(tally.covered)) of \(grouped(tally.total))"))
  return rows
}

/// The SHA-256 of a source, if the bundle has it.
private func digest(_ source: Int, _ bundle: Bundle) -> String? {
  source < bundle.digests.count ? hexadecimal(bundle.digests[source].bytes) : nil
}

private func writeJSON(_ bundle: Bundle, _ writer: inout JSONWriter) {
  writer.object {
    $0.key("format")
    $0.integer(bundle.version)
    $0.key("language")
    $0.integer(bundle.meta.languageVersion)
    $0.key("tool")
    $0.string(bundle.text(bundle.meta.toolVersion))
    $0.key("release")
    $0.object { writeRelease(bundle, &$0) }
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
    $0.array {
      for (index, source) in bundle.sources.enumerated() {
        $0.object {
          $0.key("path")
          $0.string(bundle.text(source.path))
          if let digest = digest(index, bundle) {
            $0.key("sha256")
            $0.string(digest)
          }
        }
      }
    }
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

/// The members that say where a bundle comes from; those of which nothing is known are left out.
private func writeRelease(_ bundle: Bundle, _ writer: inout JSONWriter) {
  let release = bundle.release
  writer.key("revision")
  writer.integer(release.revision)
  if let signature = bundle.signature {
    writer.key("key")
    writer.string(PublicKey(of: signature).id)
  }
  if let expires = release.expires {
    writer.key("expires")
    writer.string(timestamp(expires))
  }
  if !release.commit.isEmpty {
    writer.key("commit")
    writer.string(release.commit)
  }
  guard let tests = release.tests else { return }
  writer.key("tests")
  writer.object {
    for (key, value) in [
      ("tests", tests.tests), ("requests", tests.requests), ("fixtures", tests.fixtures),
      ("invariants", tests.invariants), ("covered", tests.covered), ("coverable", tests.coverable),
    ] {
      $0.key(key)
      $0.integer(value)
    }
  }
}
