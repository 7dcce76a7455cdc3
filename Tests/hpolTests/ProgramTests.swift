import Foundation
import JSONText
import PolicyTestBench
import Testing

/// What a run of the built program left behind.
struct ProgramRun {
  var code: Int32
  var output: String
  var error: String
}

/// Runs the `hpol` that was built beside the tests.
func hpol(
  _ arguments: [String], input: String = "", environment: [String: String] = [:], folder: String? = nil
) throws -> ProgramRun {
  let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  let program = URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("hpol")
  return try run(program.path, arguments, input: input, environment: environment, folder: folder)
}

/// Runs a program, in `folder` if one is given.
func run(
  _ program: String, _ arguments: [String], input: String = "", environment: [String: String] = [:],
  folder: String? = nil
) throws -> ProgramRun {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
  let (standardInput, output, error) = (Pipe(), Pipe(), Pipe())
  (process.standardInput, process.standardOutput, process.standardError) = (standardInput, output, error)
  try process.run()
  try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
  try standardInput.fileHandleForWriting.close()
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  let errorText = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  #expect(
    process.terminationReason == .exit, "\(program) \(arguments) was ended by signal \(process.terminationStatus)")
  return ProgramRun(code: process.terminationStatus, output: text, error: errorText)
}

@Test func theProgramExplainsItself() throws {
  for words in [[], ["help"], ["--help"]] {
    let run = try hpol(words)
    #expect(run.code == 0 && run.output.contains("usage: hpol COMMAND") && run.error.isEmpty)
    #expect(!run.output.contains("\u{1B}"))
  }
  #expect(try hpol(["--version"]).output == "hpol 0.1.0 (language 1, bundle format 2)\n")
  #expect(try hpol(["help", "decode"]).output == hpol(["decode", "--help"]).output)
  #expect(try hpol(["decode", "--help", "--color=always"], environment: ["NO_COLOR": "1"]).output.contains("\u{1B}["))
}

@Test func usageErrorsExitWithTwo() throws {
  let cases: [([String], String)] = [
    (["deocde"], "hpol: error: unknown command `deocde`; did you mean `decode`?\n  see `hpol help`\n"),
    (
      ["decode", "--jsno"], "hpol: error: unknown option `--jsno`; did you mean `--json`?\n  see `hpol decode --help`\n"
    ),
    (["--verbose"], "hpol: error: unknown option `--verbose`\n  see `hpol help`\n"),
    (["help", "nothing"], "hpol: error: unknown command `nothing`\n  see `hpol help`\n"),
    (["decode", "/nonexistent"], "hpol: error: cannot read `/nonexistent`: no such file or directory\n"),
    (
      ["decode", "-p", "shell", "rm", "x"],
      "hpol: error: expected one command; put it in quotes: rm x\n  see `hpol decode --help`\n"
    ),
    (
      ["eval", "x.hpol", "-f", "-", "--json", "--summary"],
      #"{"error":"`--json` and `--summary` exclude each other"}"# + "\n"
    ),
    (
      ["inspect", "x.hpol", "--dot", "--json"],
      #"{"error":"`--dot` and `--json` exclude each other"}"# + "\n"
    ),
    (["inspect", "x.hpol", "--rule", "r"], "hpol: error: `--rule` goes with `--dot`\n  see `hpol inspect --help`\n"),
  ]
  for (words, message) in cases {
    let run = try hpol(words)
    #expect(run.code == 2 && run.output.isEmpty && run.error == message, "\(words): \(run)")
  }
}

@Test func decodeReadsLinesAndReportsThoseItCannot() throws {
  let run = try hpol(
    ["decode", "--json"],
    input: """
      {"id":"a","protocol":"shell","command":"rm -rf /"}
      {"id":2,"protocol":"postgres","command":"\\u0000"}
      nonsense

      {"id":3,"protocol":"cobol","command":""}
      """)
  #expect(run.code == 1)
  let lines = try run.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
  #expect(lines.map { $0["id"] } == [.string("a"), .number("2")])
  #expect(lines[1]["unparsed"] == .boolean(true) && lines[1]["operations"]?.array?.count == 1)
  #expect(
    run.error == """
      {"file":"<stdin>","line":3,"column":1,"reason":"expected a value"}
      {"file":"<stdin>","line":5,"column":20,"reason":"`protocol` is `cobol`, not one of postgres, mysql, redis, k8s, ssh, shell, http, mcp"}
      {"error":"2 lines could not be used"}

      """)
}

@Test func decodeReadsOnePayload() throws {
  let argument = try hpol(["decode", "--json", "-p", "postgres", "--", "-- a comment"])
  let input = try hpol(["decode", "--json", "-p", "postgres"], input: "-- a comment")
  #expect(argument.code == 0 && argument.output == input.output)
  let oversized = try hpol(["decode", "--json", "-p", "shell"], input: String(repeating: "a", count: 1 << 20) + "b")
  #expect(oversized.output.hasPrefix(#"{"id":null,"unparsed":true,"reasons":["oversized"],"#))
}

/// A reader that closes the pipe early ends the program quietly.
@Test func aClosedPipeIsNoCrash() throws {
  let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  let program = URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("hpol").path
  let shell = Process()
  shell.executableURL = URL(fileURLWithPath: "/bin/bash")
  let line = #"{"id":1,"protocol":"shell","command":"ls -l"}"#
  shell.arguments = [
    "-c", "yes '\(line)' | head -20000 | '\(program)' decode --json | head -1 >/dev/null; exit ${PIPESTATUS[2]}",
  ]
  let error = Pipe()
  shell.standardError = error
  try shell.run()
  let text = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  shell.waitUntilExit()
  #expect(shell.terminationStatus == 128 + SIGPIPE && text.isEmpty)
}
