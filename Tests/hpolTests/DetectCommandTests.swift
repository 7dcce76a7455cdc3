import PolicyCompiler
import Testing

@Suite struct DetectCommandTests {
  @Test func printsWhereSpansStand() throws {
    let run = try hpol(["detect"], input: "é mail ana@example.com\nssn 536-90-4399\n")
    #expect(run.code == 0)
    #expect(run.output == "-:1:8: email ana@… (15 characters)\n-:2:5: us_ssn 536-… (11 characters)\n")
  }

  @Test func printsJSONOfRecords() throws {
    let lines = #"{"text":"é ana@example.com"}"# + "\n" + #"{"command":"x"}"# + "\n[]\n"
    let run = try hpol(["detect", "--jsonl", "--json", "-d", "email"], input: lines)
    #expect(run.code == 1)
    #expect(
      run.output == #"{"file":"-","line":1,"spans":[[2,17,"email"]]}"# + "\n" + #"{"file":"-","line":2,"spans":[]}"#
        + "\n")
    #expect(
      run.error.hasPrefix(
        #"{"file":"<stdin>","line":3,"column":1,"reason":"expected an object with the member `text` or `command`"}"#),
      "\(run)")
  }

  /// A name that the compiler knows and the detectors do not would find itself in every text.
  @Test func everyNameIsADetector() throws {
    for name in BuiltinNames.detectors { #expect(try hpol(["detect", "-d", name], input: "plain").output.isEmpty) }
  }
}
