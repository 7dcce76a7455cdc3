import CLibFuzzer
import Fuzzing
import Glibc

/// Runs one target under libFuzzer.
///
///     hpol-fuzz list                       the targets
///     hpol-fuzz write-bundle FILE          write a bundle to start from
///     hpol-fuzz TARGET [OPTION|FILE…]      fuzz, or replay the files; options and files are libFuzzer's
///
/// libFuzzer starts itself again for some of its options, with its own arguments only: the target is handed on in the
/// environment.
enum FuzzProgram {
  static let variable = "HPOL_FUZZ_TARGET"
  nonisolated(unsafe) static var target: (any FuzzTarget)?

  static func run(_ arguments: [String]) -> CInt {
    var rest = Array(arguments.dropFirst())
    if rest == ["list"] {
      for name in FuzzTargets.names { print(name) }
      return 0
    }
    if rest.count == 2, rest[0] == "write-bundle" { return writeBundle(to: rest[1]) }
    if let first = rest.first, FuzzTargets.names.contains(first) {
      setenv(variable, first, 1)
      rest.removeFirst()
    }
    guard let name = getenv(variable), let found = FuzzTargets.named(String(cString: name)) else {
      complain("usage: hpol-fuzz TARGET [libFuzzer's options, folders and files]; `hpol-fuzz list` has the targets")
      return 2
    }
    target = found
    var argv: [UnsafeMutablePointer<CChar>?] = ([arguments[0]] + rest).map { strdup($0) } + [nil]
    return argv.withUnsafeMutableBufferPointer { words in
      var count = CInt(words.count - 1)
      var base = words.baseAddress
      return LLVMFuzzerRunDriver(&count, &base) { bytes, count in
        FuzzProgram.target?.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
        return 0
      }
    }
  }

  private static func writeBundle(to path: String) -> CInt {
    guard let file = fopen(path, "w") else {
      perror(path)
      return 1
    }
    let bytes = fuzzBundle()
    let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count
    return fclose(file) == 0 && isWritten ? 0 : 1
  }
}

exit(FuzzProgram.run(CommandLine.arguments))
