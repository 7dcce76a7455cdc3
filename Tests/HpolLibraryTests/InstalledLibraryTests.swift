import Foundation
import TestSupport
import Testing

/// The library as a program of C has it: installed, found with pkg-config, and linked by gcc.
struct InstalledLibraryTests {
  /// Where it is installed, once for all tests.
  private static let installed: Result<String, any Error> = Result {
    let prefix = buildFolder + "/installed"
    let run = try ShellRun("scripts/install-library \(buildFolder) \(prefix)")
    try #require(run.code == 0, "\(run.error)")
    return prefix
  }

  private let prefix: String
  private let programs = projectFolder + "/Tests/HpolLibraryTests/Programs"
  private let folder: TemporaryFolder

  init() throws {
    prefix = try Self.installed.get()
    folder = try TemporaryFolder()
  }

  /// Runs a script with `$prefix`, `$programs`, `$out` and `hpol` at hand; what it prints.
  private func shell(_ script: String) throws -> String {
    let run = try ShellRun(
      """
      export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib PATH=\(buildFolder):$PATH
      compile() { gcc -std=c11 -O1 -Wall -Wextra -Werror -pedantic -D_POSIX_C_SOURCE=200809L \
        -o $out/$1 $programs/$1.c $(pkg-config --cflags --libs hpol); }
      \(script)
      """, ["prefix": prefix, "programs": programs, "out": folder.path])
    #expect(run.code == 0, "\(run.error)\(run.output.suffix(400))")
    return run.output
  }

  @Test func everyCallDoesWhatTheHeaderSays() throws {
    let output = try shell(
      """
      compile calls
      compile arrow
      hpol build $programs/guard.hpol --output $out/guard.hpolb >&2
      printf 'hpol 1\\ndefault block\\n' > $out/block.hpol
      hpol build $out/block.hpol --output $out/block.hpolb >&2
      cd $out
      hpol keygen release >&2
      for revision in 1 2; do
        hpol build $programs/guard.hpol --output $revision.hpolb --revision $revision --sign release.key >&2
      done
      ./calls guard.hpolb block.hpolb release.pub 1.hpolb 2.hpolb
      ./arrow guard.hpolb
      """)
    #expect(output == "all holds\nall holds\n")
  }

  @Test func decidesWhatEvalDoesToTheByte() throws {
    _ = try shell(
      """
      compile decide
      hpol build policies --output $out/policies.hpolb >&2
      cat fixtures/*/*.jsonl | grep -v '^$' > $out/fixtures.jsonl
      test $(wc -l < $out/fixtures.jsonl) -gt 100
      hpol eval $out/policies.hpolb --fixtures $out/fixtures.jsonl --json > $out/expected
      $out/decide $out/policies.hpolb < $out/fixtures.jsonl > $out/found
      diff $out/expected $out/found >&2
      """)
  }

  @Test func theExampleOfTheReadMeWorks() throws {
    let example = try String(contentsOfFile: projectFolder + "/bindings/c/example.c", encoding: .utf8)
    let shown = try String(contentsOfFile: projectFolder + "/README.md", encoding: .utf8)
    #expect(shown.contains("```c\n" + example.drop { $0 != "\n" }.dropFirst() + "```\n"))
    let output = try shell(
      """
      programs=bindings/c compile example
      hpol build Tests/HpolLibraryTests/Programs/guard.hpol --output $out/guard.hpolb >&2
      for sql in 'DELETE FROM orders' 'SELECT 1'; do
        $out/example $out/guard.hpolb "$sql" || echo blocked
        printf '{"principal":{"user":"eve"},"target":"prod-orders","protocol":"postgres","request":"%s"}' "$sql" \
          | hpol eval $out/guard.hpolb --fixtures - --json
      done
      """
    ).split(separator: "\n")
    #expect(output.count == 5 && output[0] == output[2] && output[1] == "blocked" && output[3] == output[4])
  }

  @Test func theHeaderIsCPlusPlusToo() throws {
    _ = try shell(
      """
      echo '#include <hpol.h>' > $out/a.cc
      echo 'int main() { return hpol_abi_version() == HPOL_ABI_VERSION ? 0 : 1; }' >> $out/a.cc
      g++ -std=c++17 -Wall -Wextra -Werror -pedantic -o $out/a $out/a.cc $(pkg-config --cflags --libs hpol)
      $out/a
      """)
  }

  @Test func exportsWhatTheHeaderDeclaresAndNothingElse() throws {
    let exported = try shell("nm -D --defined-only $prefix/lib/libhpol.so | awk '{ print $3 }' | sort")
    let declared = try shell("grep -o '\\bhpol_[a-z_]*(' $prefix/include/hpol.h | tr -d '(' | sort -u")
    #expect(exported == declared)
  }

  @Test func needsNoSwift() throws {
    let needed = try shell(
      "readelf -d $prefix/lib/libhpol.so | grep NEEDED; readelf -d $prefix/lib/libhpol.so | grep SONAME")
    #expect(!needed.lowercased().contains("swift"), "\(needed)")
    #expect(needed.contains("[libhpol.so.1]"))
  }
}
