import PolicySyntax
import PolicyTestBench

let formatCommand = Command(
  name: "fmt",
  summary: "lay policies out in the one way",
  synopsis: "[--check | --diff] FILE… | --stdin",
  description: """
    Rewrites `.hpol` files, those of folders included, in the layout that all policies share; comments stay. A file with
    syntax errors is reported and left alone.
    """,
  options: [
    Option(name: "check", help: "write nothing; list the files that would change, exit code 1 if there are any"),
    Option(name: "diff", help: "write nothing; show what would change, exit code 1 if anything would"),
    Option(name: "stdin", help: "format standard input to standard output"),
  ],
  examples: [
    ("hpol fmt policies", "rewrite what is not in the layout, and name it"),
    ("hpol fmt --diff policies", "show what that would change"),
  ],
  run: { (arguments, console) throws(CommandError) in
    let modes = ["check", "diff", "stdin"].filter(arguments.has)
    guard modes.count <= 1 else { throw .usage("`--\(modes[0])` and `--\(modes[1])` exclude each other") }
    if arguments.has("stdin") {
      guard arguments.positionals.isEmpty else { throw .usage("`--stdin` takes no files") }
      let source = try readFile("-", limit: sourceBytes)
      guard let formatted = format(source, "<stdin>", console) else { return .doesNotHold }
      console.write(formatted)
      return .holds
    }
    guard case .sources(let files) = try PolicyArguments(arguments.positionals) else {
      throw .usage("expected `.hpol` files or a folder; `\(arguments.positionals[0])` is a bundle")
    }
    var holds = true
    for path in files {
      let source = try readFile(path, limit: sourceBytes)
      guard let formatted = format(source, path, console) else {
        holds = false
        continue
      }
      guard formatted != source else { continue }
      if arguments.has("diff") {
        holds = false
        console.write(
          colored(
            UnifiedDiff.text(path, String(decoding: source, as: UTF8.self), String(decoding: formatted, as: UTF8.self)),
            console.style))
      } else if arguments.has("check") {
        holds = false
        console.write("\(path)\n")
      } else {
        try writeFile(path, formatted)
        console.write("\(path)\n")
      }
    }
    return holds ? .holds : .doesNotHold
  })

/// Enough to see that a file is larger than the language allows.
private let sourceBytes = 64 << 20

/// The text in its layout. Nil: it has errors, which were printed.
private func format(_ source: [UInt8], _ path: String, _ console: Console) -> [UInt8]? {
  var sources = SourceSet()
  let file = sources.add(path: path, bytes: source)
  do throws(FormatError) {
    return try formatPolicy(source, file: file)
  } catch {
    let renderer = DiagnosticRenderer(sources: sources, isColored: console.errorStyle.usesColour)
    console.note(renderer.render(error.diagnostics))
    return nil
  }
}

private func colored(_ diff: String, _ style: TextStyle) -> String {
  guard style.usesColour else { return diff }
  return diff.split(separator: "\n", omittingEmptySubsequences: false).map { line in
    switch line.first {
    case "+": style(.good, String(line))
    case "-": style(.bad, String(line))
    case "@": style(.name, String(line))
    default: String(line)
    }
  }.joined(separator: "\n")
}
