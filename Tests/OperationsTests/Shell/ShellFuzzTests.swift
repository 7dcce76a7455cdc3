import PolicyBytecode
import TestSupport
import Testing

@testable import Operations

/// xorshift64*, so that a failure can be repeated.
private struct Random {
  var state: UInt64

  mutating func next(_ bound: Int) -> Int {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return Int((state &* 0x2545_F491_4F6C_DD1D) >> 33) % bound
  }
}

@Suite struct ShellFuzz {
  private static let pieces = [
    "rm", "-rf", "/", " ", " ", " ", "\n", ";", "&", "&&", "||", "|", "|&", "(", ")", "{", "}", "((", "))", "$(", "`",
    "$((",
    "\"", "'", "$'", "$\"", "\\", "\\\n", "#", "$x", "${x}", "${x:-", "}", "${", "x=", "x+=", "x[1]=", "=(", "<", ">",
    ">>",
    "<<", "<<-", "<<<", "EOF\n", "&>", ">&", "<(", ">(", "2>", "{fd}>", "if ", "then ", "else ", "elif ", "fi ",
    "while ",
    "do ", "done ", "for x in ", "case x in ", "esac ", ";;", "[[ ", " ]]", "=~", "function f ", "f()", "!", "time ",
    "coproc ",
    "sudo ", "sh -c ", "eval ", "xargs ", "find . -exec ", "{} ;", "{a,b}", "{1..3}", "{", ",", "@(", "!(", "*", "?",
    "[", "]",
    "~", "cd ", "$1", "$@", "export ", "source ", "trap ", "psql -c ", "echo ", "printf ", "| sh", "env -S ", "é", "\t",
    "\r",
  ]

  @Test func piecesOfSyntaxNeverCrash() {
    var random = Random(state: 0x5EED)
    for _ in 0..<3_000 {
      var line = ""
      for _ in 0..<random.next(24) + 1 { line += Self.pieces[random.next(Self.pieces.count)] }
      let first = decodeShell(line)
      #expect(!first.isEmpty, "\(line)")
      // What is not read as a whole is one operation.
      if first.contains(where: {
        [.syntax, .truncated, .encoding].contains($0.reason) && $0.texts(.viaProgram).isEmpty
      }) {
        #expect(first.count == 1, "\(line)")
      }
      #expect(first.map(\.line) == decodeShell(line).map(\.line))
    }
  }

  @Test func bytesNeverCrash() {
    var random = Random(state: 42)
    for _ in 0..<2_000 {
      let bytes = (0..<random.next(60)).map { _ in UInt8(random.next(256)) }
      #expect(!decodeShell(bytes).isEmpty)
      let printable = (0..<random.next(60)).map { _ in UInt8(0x20 + random.next(95)) }
      #expect(!decodeShell(printable).isEmpty)
    }
  }

  @Test func mutationsNeverCrash() {
    var random = Random(state: 7)
    let seeds = shellTables.flatMap { shellRows($0).map { Array($0.input.utf8) } }
    for _ in 0..<3_000 {
      var bytes = seeds[random.next(seeds.count)]
      guard !bytes.isEmpty else { continue }
      for _ in 0..<random.next(3) + 1 {
        let at = random.next(bytes.count)
        switch random.next(3) {
        case 0: bytes[at] = UInt8(0x20 + random.next(95))
        case 1: bytes.insert(contentsOf: Self.pieces[random.next(Self.pieces.count)].utf8, at: at)
        default: bytes.removeSubrange(at..<min(bytes.count, at + random.next(4) + 1))
        }
        if bytes.isEmpty { break }
      }
      #expect(!decodeShell(bytes).isEmpty)
    }
  }

  /// Time grows with the payload, however it nests and repeats.
  @Test func timeIsLinear() {
    let units = [
      "a b c ", "rm -rf /x;", "x=$x;", "{a,b}", "{", "$(a)", "((", "((a) ", "`a`", "\"a\" ", "'a'", "<<A ", "a[",
      "a[1]=", "<(a) ",
      "f(){ a;};", "for x in a;do b;done;", "if a;then x=1;fi;", "cd /a;", "cd a;", "export a=b;", "$x", "~", "../",
      "a|", "a&&",
      "\\\n", "# ", "x$x=", "sudo ", "echo a|sh;", "(a)", "[[ a ]]&&", "@(", "-e ", "--a=b ", "${x:-a}",
      "case x in x)a;;esac;", "\n",
      "cat <<A\nA\n", "cat <<A\n", "a=(b) ", "$'a'", "find . -exec a {} \\; ",
    ]
    for unit in units {
      for prefix in ["", "rm ", "echo \""] {
        // Four times the payload; sixteen times the time would be quadratic. A slow moment is not held against it.
        let isLinear = (0..<3).contains { _ in
          let times = [4_096, 16_384].map { size in
            let payload = Array((prefix + String(repeating: unit, count: size / unit.utf8.count)).utf8)
            var context = DecodeContext(demand: .everything)
            return threadSeconds { context.decode(.shell, payload) }
          }
          return times[1] < times[0] * 9 + 0.04
        }
        #expect(isLinear, "\(prefix)\(unit)…")
      }
    }
  }

  /// What was read is not copied for each command that comes behind it: sizes of both double twice here.
  @Test func commandsAreLinearBehindLongOnes() {
    let isLinear = (0..<3).contains { _ in
      let times = [1, 4].map { factor in
        let line =
          "echo " + String(repeating: "x", count: factor << 17) + String(repeating: ";a b", count: factor * 1000)
        let payload = Array(line.utf8)
        var context = DecodeContext(demand: .everything)
        return threadSeconds { context.decode(.shell, payload) }
      }
      return times[1] < times[0] * 9 + 0.04
    }
    #expect(isLinear)
  }

  /// A substitution in braces is walked for each word that they make, each time with more behind it.
  @Test func bracesAroundSubstitutionsAreBounded() {
    let line = "x`a{9..2}`b{9..2}{1..9}c`d{1..9}e{1..9}f`{9..2}`g{9..2}h{9..2}i{9..2}`"
    var context = DecodeContext(demand: .everything)
    let seconds = threadSeconds { context.decode(.shell, Array(line.utf8)) }
    #expect(context.batch.count <= DecodeLimits.operations)
    #expect(seconds < 5)
  }
}
