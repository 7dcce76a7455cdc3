import Operations
import PolicyBytecode
import PolicyCompiler
import PolicyRuntime
import PolicySyntax
import PolicyTestBench

/// The parser, the formatter, the checker and the compiler of policies.
///
/// - The tree holds every byte of the file; diagnostics point into it.
/// - What can be formatted stays formatted, and stays valid.
/// - What is checked without an error compiles, within the limits, to a bundle that loads; twice to the same one.
final class PolicyFuzzing: FuzzTarget {
  func check(_ input: [UInt8]) {
    let parsed = parsePolicy(input, file: 0)
    require(parsed.tree.bytes == input, "the tree holds every byte")
    for diagnostic in parsed.diagnostics { checkSpan(diagnostic.span.range, input.count) }
    checkFormat(input)
    let build = build(input)
    for diagnostic in build.diagnostics where diagnostic.span.file == 0 {
      checkSpan(diagnostic.span.range, input.count)
    }
    let hasErrors = build.diagnostics.contains { $0.severity == .error }
    require(parsed.isValid || hasErrors, "an error of the syntax is one of the policy")
    guard let bundle = build.bundle else { return require(hasErrors, "a policy without errors compiles") }
    require(!hasErrors, "a policy with errors does not compile")
    do throws(BundleError) {
      _ = try LoadedPolicy(Bundle(bundle))
    } catch {
      fail("what was compiled loads: \(error.message)")
    }
    require(self.build(input).bundle == bundle, "compiling again gives the same bundle")
  }

  private func build(_ input: [UInt8]) -> PolicyBuild {
    PolicyBuild(
      roots: ["main.hpol"], reader: .inMemory(["main.hpol": input]), now: 1_800_000_000, toolVersion: "fuzz")
  }

  private func checkSpan(_ range: SourceRange, _ size: Int) {
    require(range.start <= range.end && Int(range.end) <= size, "a span lies in its file")
  }

  private func checkFormat(_ input: [UInt8]) {
    guard let formatted = try? formatPolicy(input) else { return }
    require(parsePolicy(formatted, file: 0).isValid, "what was formatted is valid")
    guard let again = try? formatPolicy(formatted) else { fail("what was formatted can be formatted") }
    require(again == formatted, "what was formatted stays as it is")
  }
}
