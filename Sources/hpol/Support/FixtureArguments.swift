import Glibc
import PolicyRuntime
import PolicyTestBench

/// The fixtures that `--fixtures` names: files, `-`, or folders, searched for `.jsonl` files, compressed ones included.
struct FixtureArguments {
  static let fileEndings = [".jsonl", ".jsonl.gz", ".jsonl.zst"]
  static let option = option()

  /// The option, which a command may have called otherwise before.
  static func option(formerly formerName: String? = nil) -> Option {
    Option(
      name: "fixtures", formerName: formerName, letter: "f", value: "FILE", isRepeatable: true,
      help: "recorded requests: a .jsonl file (.gz, .zst), a folder of them, or - for standard input")
  }

  let paths: [String]
  /// How many read and judge them, where their number does not matter to what comes of it.
  let threads: Int

  /// Those that an option names.
  init(_ arguments: Arguments) throws(CommandError) {
    var found: [String] = []
    for path in arguments.all("fixtures") {
      if path != "-", isFolder(path) {
        let files = try filesBelow(path, endings: Self.fileEndings)
        guard !files.isEmpty else { throw .failure("`\(path)` holds no `.jsonl` file") }
        found += files
      } else {
        if let objection = StrangeFile.objection(to: path) { throw .failure("`\(path)` \(objection)") }
        found.append(path)
      }
    }
    paths = found
    threads = try ThreadOption.value(arguments)
  }

  /// Does something with each fixture on all threads, and hands on what came of it in the order of the files.
  @discardableResult
  func run<Visitor: FixtureVisitor>(
    _ console: Console, under policy: LoadedPolicy?, label: String = "judging", make: () -> Visitor,
    deliver: (Visitor.Part) -> Void
  ) throws(CommandError) -> [Visitor] {
    guard !paths.isEmpty else { return [] }
    let bar = ProgressBar(label, paths, console)
    defer { bar.finish() }
    do throws(FileError) {
      return try FixtureRun.run(paths, under: policy, threads: threads, make: make) { part, bytesRead in
        deliver(part)
        bar.show(bytesRead)
      }
    } catch {
      throw CommandError(error)
    }
  }

  /// Hands on each fixture with its `file:line`, in order. What cannot be read is reported and counted.
  func forEach(
    _ console: Console, _ body: (Fixture, String) -> Void, unreadable: (LineFailure) -> Void
  ) throws(CommandError) {
    let bar = ProgressBar("judging", paths, console)
    defer { bar.finish() }
    var before = 0
    for path in paths {
      do throws(FileError) {
        var reader = try FixtureReader(path: path)
        while let line = try reader.nextFixture() {
          switch line {
          case .failure(let failure): unreadable(failure)
          case .value(let fixture, let number):
            body(fixture, "\(path == "-" ? "<stdin>" : path):\(number)")
            bar.show(before + reader.bytesRead)
          }
        }
        before += reader.bytesRead
      } catch {
        throw CommandError(error)
      }
    }
  }
}
