import PolicyBytecode
import Testing

@testable import Operations

private func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

@Suite struct ShellLimitTests {
  @Test func syntaxNestsUpToItsLimit() {
    // The text itself is the first level, the list of a subshell the next.
    let inside = DecodeLimits.syntaxDepth - 1
    // Spaces keep `((` from being arithmetic.
    let line = { (count: Int) in repeated("( ", count) + "rm x" + repeated(" )", count) }
    #expect(decodeShell(line(inside)).map(\.summary) == ["rm x"])
    #expect(decodeShell(line(inside + 1)).map(\.summary) == ["?depth"])
    // Far past the limit nothing overflows, whatever nests.
    let openings = [
      "(", "( ", "{ ", "$(", "\"$(", "${a:-", "$((", "if ", "while ", "`", "<(", "a=(", "[[ ( ", "$[", "f() ",
      "case x in x) ",
      "! ", "time ", "a | ! ", "@(", "{a,", "((", "$((a[", "sh -c ",
    ]
    for opening in openings {
      #expect(!decodeShell(repeated(opening, 20_000)).isEmpty, "\(opening)")
    }
  }

  @Test func operationsAreCounted() {
    let limit = DecodeLimits.operations
    let full = decodeShell(repeated("a;", limit - 1))
    #expect(full.count == limit - 1 && full.allSatisfy { $0.reason == .none })
    let over = decodeShell(repeated("a;", limit))
    #expect(over.count == limit && over.last?.reason == .count)
    #expect(decodeShell(repeated("a;", limit * 4)).count == limit)
  }

  @Test func payloadsAreBounded() {
    let limit = DecodeLimits.payloadBytes
    #expect(decodeShell("a " + repeated("b", limit - 2)).map(\.reason) == [.none])
    #expect(decodeShell("a " + repeated("b", limit - 1)).map(\.reason) == [.oversized])
  }

  @Test func wrappersAreBounded() {
    let limit = ShellLimits.wrappers
    let most = decodeShell(repeated("nice ", limit) + "rm")
    #expect(most.count == limit + 1 && most.last?.summary == "rm")
    let over = decodeShell(repeated("nice ", limit + 1) + "rm")
    #expect(over.last?.reason == .depth)
    #expect(decodeShell(repeated("sudo ", 5_000) + "rm").last?.reason == .depth)
  }

  @Test func bracesAreBounded() {
    let choices = { (count: Int) in "echo {1..\(count)}" }
    #expect(decodeShell(choices(ShellLimits.braceWords)).first?.texts(.shellArgument).count == ShellLimits.braceWords)
    let over = decodeShell(choices(ShellLimits.braceWords + 1))
    #expect(over.first?.texts(.shellArgument) == ["{1..\(ShellLimits.braceWords + 1)}"])
    // Two choices, ten times: as many as the limit; once more is too many, and the word is not known.
    #expect(decodeShell("echo " + repeated("{a,b}", 10)).first?.texts(.shellArgument).count == 1024)
    let product = decodeShell("echo " + repeated("{a,b}", 11))
    #expect(product.first?.texts(.shellArgument).count == 1)
    #expect(product.first?.isTrue(.shellUnknown) == true)
    // A program that comes out of too many braces is not known either.
    #expect(decodeShell(repeated("{a,b}", 11)).map(\.reason) == [.unknownProgram])
  }

  @Test func expansionIsBounded() {
    // Each variable doubles the one before.
    var line = "a0=0123456789abcdef;"
    for index in 1...40 { line += "a\(index)=$a\(index - 1)$a\(index - 1);" }
    #expect(decodeShell(line + "echo $a40").last?.reason == .oversized)
  }

  @Test func candidatesAreBounded() {
    let words = (1...100).map { "/d\($0)" }.joined(separator: " ")
    let paths = decodeShell("for x in \(words); do rm $x; done").first?.texts(.shellPath) ?? []
    #expect(paths.count == ShellLimits.values + 1)
  }

  @Test func directoriesAreBounded() {
    let directory = { (count: Int) in "/" + repeated("d", count - 1) }
    let limit = ShellLimits.directoryBytes
    #expect(decodeShell("cd \(directory(limit)); rm x").last?.texts(.shellPath) == [directory(limit) + "/x"])
    #expect(decodeShell("cd \(directory(limit + 1)); rm x").last?.texts(.shellPath) == ["x"])
  }

  @Test func hostileBytes() {
    #expect(decodeShell([0x6C, 0x73, 0x00]).map(\.reason) == [.encoding])
    #expect(decodeShell([0x6C, 0x73, 0x20, 0xFF]).map(\.reason) == [.encoding])
    #expect(decodeShell([0x6C, 0x73, 0x20, 0xC3, 0xA9]).map(\.reason) == [.none])
    #expect(decodeShell([]).map(\.summary) == [""])
  }

  @Test func unknownWordsAreTriedSoDeep() {
    func nested(_ depth: Int) -> String {
      (1..<depth).reduce("rm ${none:--rf} /") { code, _ in
        "sh ${none:--c} '" + code.replacing("'", with: "'\\''") + "'"
      }
    }
    for (depth, isSeen) in [(ShellLimits.readingDepth, true), (ShellLimits.readingDepth + 1, false)] {
      #expect(decodeShell(nested(depth)).contains { $0.summary == "rm -rf /" } == isSeen, "\(depth)")
    }
  }

  /// Trying words that are not known costs no more than other expansion may.
  @Test func triesOfUnknownWordsAreLimited() {
    let words = (0..<20).map { "a\($0)$x" }
    #expect(decodeShell("rm " + words.joined(separator: " ")).count == 1 + words.count)
    let long = (0..<2000).map { "a\($0)$x" + repeated("/b", 100) }
    #expect(decodeShell("rm " + long.joined(separator: " ")).contains { $0.reason == .oversized })
    #expect(decodeShell("rm " + repeated("a$x", 100_000)).map(\.reason) == [.none, .none])
    #expect(decodeShell("rm " + repeated("/$x", 100_000)).last?.texts(.shellPath) == ["/"])
  }

  @Test func printedTextIsLimited() {
    let line = { (count: Int) in "printf '" + repeated("a", 4096) + "%s ' " + repeated("b ", count) + "| sh" }
    let most = ShellLimits.expandedBytes / 4096
    #expect(!decodeShell(line(most / 4)).contains { $0.reason == .unknownCode })
    #expect(decodeShell(line(most)).contains { $0.reason == .unknownCode })
  }
}
