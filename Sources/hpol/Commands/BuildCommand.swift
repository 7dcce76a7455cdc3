import PolicyBytecode
import PolicyCompiler
import PolicyRuntime
import PolicySyntax
import PolicyTestBench

let buildCommand = Command(
  name: "build",
  summary: "compile policies to a bundle",
  synopsis: "POLICY… --output FILE [--require-tests] [--revision N --sign KEY] [--expires DATE] [--commit NAME]",
  description: """
    Checks the policy set and writes it as one bundle, which eval, inspect and gateways load.
    The same sources, options and version of hpol give the same bytes, wherever the sources lie and whenever that is.
    What the options say, the digests of the sources and the results of the tests are kept in the bundle; `hpol inspect`
    shows them.
    """,
  options: [
    Option(name: "output", letter: "o", value: "FILE", help: "the bundle to write"),
    Option(name: "require-tests", help: "run the tests and invariants; build only if there are some and all hold"),
    FixtureArguments.option,
    Option(name: "revision", value: "N", help: "grows from one release to the next; gateways refuse an older one"),
    Option(
      name: "sign", value: "KEY", help: "sign with the private key in this file; - is standard input"),
    Option(name: "expires", value: "DATE", help: "refused from then on: 2027-01-31, or a moment with its offset"),
    Option(name: "commit", value: "NAME", help: "the sources' commit, such as $(git rev-parse HEAD)"),
  ],
  examples: [
    ("hpol build policies --output policies.hpolb", "one file to ship"),
    (
      "hpol build policies -o policies.hpolb --require-tests --revision 42 --sign release.key",
      "a release"
    ),
  ],
  run: { (arguments, console) throws(CommandError) in
    guard let output = arguments.value("output") else { throw .usage("expected `--output FILE`") }
    guard case .sources(let files) = try PolicyArguments(arguments.positionals) else {
      throw .usage("expected `.hpol` files or a folder; `\(arguments.positionals[0])` is a bundle already")
    }
    var release = try releaseOptions(arguments)
    var tested: SourceSet?
    if arguments.has("require-tests") {
      guard let results = try runTests(files, arguments, console) else { return .doesNotHold }
      release.tests = results.tests
      tested = results.sources
    } else if arguments.has("fixtures") {
      throw .usage("`--fixtures` goes with `--require-tests`")
    }
    let build = LoadedPolicySet.build(files, release: release, bundlePaths: portablePaths)
    guard let bundle = build.bundle else {
      LoadedPolicySet.print(build, console)
      return .doesNotHold
    }
    if let tested, !tested.files.map(\.bytes).elementsEqual(build.sources.files.map(\.bytes)) {
      throw .failure("the sources changed while they were tested; build again")
    }
    // What is written must load: the loader trusts nothing, and neither does the builder.
    let loaded = try LoadedPolicySet(bundle: bundle, build: build).loadedPolicy().bundle
    let signed = try arguments.value("sign").map { key throws(CommandError) in
      try TrustOptions.sign(bundle, keyFile: key)
    }
    let written = signed?.bundle ?? bundle
    let inputs = build.sources.files.map(\.path) + arguments.all("sign") + arguments.all("fixtures")
    try writeFile(output, written, besides: inputs)
    let size =
      "\(counted(loaded.rules.count, "rule")), \(counted(loaded.atoms.count, "condition")), \(counted(written.count, "byte"))"
    console.write("\(output): \(size)" + (signed.map { ", signed with the key \($0.keyID)" } ?? "") + "\n")
    return .holds
  })

/// What the options say of the release.
private func releaseOptions(_ arguments: Arguments) throws(CommandError) -> Release {
  var release = Release()
  if let revision = try TrustOptions.revision("revision", arguments) {
    release.revision = revision
  } else if arguments.has("sign") {
    throw .usage(
      "a signed bundle needs a number that grows with each release: `--revision N`, such as $(git rev-list --count HEAD)"
    )
  }
  release.expires = try TrustOptions.moment("expires", arguments)
  if let commit = arguments.value("commit") {
    guard !commit.isEmpty, commit.utf8.count <= BundleFormat.maxCommitBytes else {
      throw .usage("`--commit` takes a name of 1 to \(BundleFormat.maxCommitBytes) bytes")
    }
    release.commit = commit
  }
  return release
}

/// Runs what tests the policy set has. Nil: it has errors, no tests, or one does not hold, which was printed.
private func runTests(
  _ files: [String], _ arguments: Arguments, _ console: Console
) throws(CommandError) -> (tests: Release.Tests, sources: SourceSet)? {
  let start = ContinuousClock.now
  let (build, run) = try PolicyTestRun.building(
    files, try FixtureArguments(arguments), console, coverage: try CoverageOptions(arguments, isAsked: true))
  guard let run, let coverage = run.coverage?.total else {
    LoadedPolicySet.print(build, console)
    return nil
  }
  let report = RunReport(.test, build.sources, run.invariantDiagnostics, run.report, since: start)
  guard report.holds else {
    console.note(String(decoding: report.rendered(.text, console.errorStyle), as: UTF8.self))
    console.error("not built, for its tests do not hold")
    return nil
  }
  let invariants = build.policy?.invariants.count ?? 0
  guard run.report.testRequests + run.report.pinnedFixtures + invariants > 0 else {
    console.error("not built, for there are no tests; write a `test` block beside the rules")
    return nil
  }
  var tests = Release.Tests()
  tests.tests = UInt32(clamping: run.report.tests)
  tests.requests = UInt32(clamping: run.report.testRequests)
  tests.fixtures = UInt32(clamping: run.report.pinnedFixtures)
  tests.invariants = UInt32(clamping: invariants)
  tests.covered = UInt32(clamping: coverage.covered)
  tests.coverable = UInt32(clamping: coverage.total)
  return (tests, build.sources)
}
