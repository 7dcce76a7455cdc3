import PolicyTestBench
import Testing

@testable import hpol

private let options = [
  Option(name: "json", help: ""), Option(name: "output", letter: "o", value: "FILE", help: ""),
  Option(name: "define", value: "X", isRepeatable: true, help: ""),
  Option(name: "color", value: "WHEN", choices: ["auto", "never"], help: ""),
]

@Test func sortsWordsOut() throws {
  let cases: [([String], positionals: [String], json: Bool, output: String?, define: [String])] = [
    ([], [], false, nil, []),
    (["a", "--json", "b"], ["a", "b"], true, nil, []),
    (["-o", "x", "-"], ["-"], false, "x", []),
    (["--output=a=b"], [], false, "a=b", []),
    (["--output", "--json"], [], false, "--json", []),
    (["--define", "1", "--define=2"], [], false, nil, ["1", "2"]),
    (["--", "--json", "-o"], ["--json", "-o"], false, nil, []),
    (["--output="], [], false, "", []),
  ]
  for (words, positionals, json, output, define) in cases {
    let arguments = try Arguments(words, options: options)
    #expect(arguments.positionals == positionals && arguments.has("json") == json, "\(words)")
    #expect(arguments.value("output") == output && arguments.all("define") == define, "\(words)")
  }
}

@Test func saysWhatIsWrongWithTheWords() {
  let cases: [([String], String)] = [
    (["--jsn"], "unknown option `--jsn`; did you mean `--json`?"),
    (["--frobnicate"], "unknown option `--frobnicate`"), (["-x"], "unknown option `-x`"),
    (["--outptu=x"], "unknown option `--outptu`; did you mean `--output`?"),
    (["--json=yes"], "`--json` takes no value"), (["--output"], "`--output` needs a value: FILE"),
    (["-o"], "`--output` needs a value: FILE"), (["--json", "--json"], "`--json` is given twice"),
    (["--color", "red"], "`--color` is one of auto, never, not `red`"),
  ]
  for (words, message) in cases {
    #expect(throws: UsageError(message), "\(words)") { try Arguments(words, options: options) }
  }
}

@Test func everyCommandHasHelpWithAnExample() {
  for command in CommandLineTool.commands {
    let page = command.help(.plain)
    #expect(page.contains("usage: hpol \(command.name)") && page.contains("--help"))
    #expect(!command.examples.isEmpty && command.examples.allSatisfy { $0.line.contains("hpol \(command.name)") })
    let headings = (command.options + Command.common).map(\.name)
    #expect(Set(headings).count == headings.count)
    #expect(page.split(separator: "\n").allSatisfy { $0.count <= 120 }, "\(command.name)")
  }
}
