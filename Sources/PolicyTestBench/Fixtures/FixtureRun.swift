import JSONText
import PolicyEngine
import PolicyRuntime

/// A line of a recording, and what was found about the fixture that it holds.
public enum FixtureLine<Finding> {
  case fixture(Fixture, Finding, file: String, line: Int)
  case unreadable(LineFailure)
}

/// What one thread of a ``FixtureRun`` does with fixtures. One thread at a time touches it.
public protocol FixtureVisitor: AnyObject, Sendable {
  /// What is found about a fixture.
  associatedtype Finding
  /// What a stretch of lines comes to.
  associatedtype Part

  /// Looks at a fixture. Those whose verdicts depend on earlier ones are stateful: they all come to one visitor, in the
  /// order of the files.
  func judge(_ fixture: Fixture, isStateful: Bool) -> Finding

  /// Makes of lines, which follow one another, what is handed on.
  func part(_ lines: [FixtureLine<Finding>]) -> Part
}

/// Reads files of fixtures and does something with each on all cores, in memory that does not grow with them; what comes
/// of it is handed on in the order of the files.
///
/// Invariant of the unchecked conformance: a visitor belongs to one thread, the ordered one to the thread whose turn it
/// is; `deliver` is called by the thread whose turn it is.
public final class FixtureRun<Visitor: FixtureVisitor>: @unchecked Sendable {
  private let needs: TrafficNeeds
  private let blocks: SharedBlocks
  private let deliver: (Visitor.Part, _ bytesRead: Int) -> Void
  private let judging = Turns()
  private let delivering = Turns()
  private let orderedVisitor: Visitor

  private init(
    _ needs: TrafficNeeds, _ blocks: SharedBlocks, _ orderedVisitor: Visitor,
    _ deliver: @escaping (Visitor.Part, Int) -> Void
  ) {
    self.needs = needs
    self.blocks = blocks
    self.orderedVisitor = orderedVisitor
    self.deliver = deliver
  }

  /// Reads all there is; a file that cannot be opened ends the run with an error.
  ///
  /// - Parameters:
  ///   - policy: what verdicts depend on; nil: they do not depend on what came before.
  ///   - lineLimit: the bytes of the longest line; it and `blockBytes` are there for tests.
  ///   - make: gives a visitor for a thread.
  ///   - deliver: is given what the stretches of lines come to, in their order, with the bytes read so far as they are
  ///     on disk.
  /// - Returns: all visitors.
  @discardableResult
  public static func run(
    _ paths: [String], under policy: LoadedPolicy?, threads: Int = availableCores(),
    lineLimit: Int = LineReader.lineBytes, blockBytes: Int = BlockReader.blockBytes, make: () -> Visitor,
    deliver: (Visitor.Part, _ bytesRead: Int) -> Void
  ) throws(FileError) -> [Visitor] {
    let blocks = SharedBlocks(paths, lineLimit: lineLimit, blockBytes: blockBytes)
    let visitors = (0...threads).map { _ in make() }
    withoutActuallyEscaping(deliver) { deliver in
      let run = FixtureRun(policy.map(PolicyJudge.needs) ?? TrafficNeeds(), blocks, visitors[threads], deliver)
      let workers = visitors.dropLast().map { visitor in Thread { run.work(visitor) } }
      for worker in workers { worker.join() }
    }
    if let error = blocks.error { throw error }
    return visitors
  }

  /// A line of the block at hand; a fixture that has to wait for its turn lacks its finding.
  private enum Line {
    case fixture(Fixture, Visitor.Finding?, LinePlace)
    case unreadable(LineFailure)
  }

  /// What each thread does until nothing is left.
  private func work(_ visitor: Visitor) {
    var parser = FixtureParser()
    let block = blocks.makeBlock()
    while blocks.take(block) {
      var lines: [Line] = []
      var waiting: [Int] = []
      blocks.forEachLine(of: block) { bytes, _, place in
        do throws(JSONError) {
          let fixture = try parser.fixture(bytes)
          let isStateful = needs.isStateful(fixture)
          if isStateful { waiting.append(lines.count) }
          lines.append(.fixture(fixture, isStateful ? nil : visitor.judge(fixture, isStateful: false), place))
        } catch {
          lines.append(.unreadable(failure(place, error.offset + 1, error.message)))
        }
      } unreadable: { place, reason in
        lines.append(.unreadable(failure(place, 1, reason)))
      }
      if needs.hasState { judge(&lines, waiting, in: block.number) }
      let part = visitor.part(lines.compactMap(judged))
      delivering.wait(for: block.number)
      deliver(part, block.bytesRead)
      delivering.end()
    }
  }

  /// Judges the fixtures that waited, when it is the block's turn.
  private func judge(_ lines: inout [Line], _ waiting: [Int], in block: Int) {
    judging.wait(for: block)
    for index in waiting {
      guard case .fixture(let fixture, _, let place) = lines[index] else { continue }
      lines[index] = .fixture(fixture, orderedVisitor.judge(fixture, isStateful: true), place)
    }
    judging.end()
  }

  private func judged(_ line: Line) -> FixtureLine<Visitor.Finding>? {
    switch line {
    case .fixture(let fixture, let finding?, let place):
      .fixture(fixture, finding, file: blocks.names[place.file], line: place.line)
    case .fixture: nil
    case .unreadable(let failure): .unreadable(failure)
    }
  }

  private func failure(_ place: LinePlace, _ column: Int, _ reason: String) -> LineFailure {
    LineFailure(file: blocks.names[place.file], line: place.line, column: column, reason: reason)
  }
}

/// Judges fixtures for a visitor: those that are stateful in their sessions.
public struct FixtureJudge {
  private var sessions = SessionTags()

  public init() {}

  public mutating func judge(_ fixture: Fixture, isStateful: Bool, by judge: Judge) -> Outcome {
    isStateful ? sessions.judge(fixture, by: judge) : judge(JudgedRequest(fixture), [])
  }
}
