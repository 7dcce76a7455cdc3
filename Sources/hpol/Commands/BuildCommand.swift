import PolicyBytecode
import PolicyRuntime
import PolicyTestBench

let buildCommand = Command(
  name: "build",
  summary: "compile policies to a bundle",
  synopsis: "POLICY… --output FILE",
  description: """
    Checks the policy set and writes it as one bundle, which eval, inspect and gateways load.
    The same sources and the same version of hpol give the same bytes, wherever the sources lie.
    """,
  options: [Option(name: "output", letter: "o", value: "FILE", help: "the bundle to write")],
  examples: [("hpol build policies --output policies.hpolb", "one file to ship")],
  run: { (arguments, console) throws(CommandError) in
    guard let output = arguments.value("output") else { throw .usage("expected `--output FILE`") }
    guard case .sources = try PolicyArguments(arguments.positionals) else {
      throw .usage("expected `.hpol` files or a folder; `\(arguments.positionals[0])` is a bundle already")
    }
    guard let policy = try LoadedPolicySet.load(arguments.positionals, console, bundlePaths: portablePaths) else {
      return .doesNotHold
    }
    // What is written must load: the loader trusts nothing, and neither does the builder.
    let engine = try policy.engine()
    try writeFile(output, policy.bundle)
    let bundle = engine.policy.bundle
    console.write(
      "\(output): \(counted(bundle.rules.count, "rule")), \(counted(bundle.atoms.count, "test")), \(bundle.count) bytes\n"
    )
    return .holds
  })
