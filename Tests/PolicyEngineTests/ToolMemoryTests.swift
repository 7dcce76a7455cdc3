import JSONText
import Operations
import PolicyBytecode
import TestSupport
import Testing

@testable import PolicyEngine

/// What is kept of listings is bounded, and what finds no room counts as changed.
struct ToolMemoryTests {
  private func listing(_ tools: [String], _ description: String = "d") -> MCPToolListing {
    MCPToolListing(
      .object([
        .init(
          "tools",
          .array(
            tools.map { .object([.init("name", .string($0)), .init("description", .string(description))]) }))
      ]))
  }

  private func isChanged(_ memory: ToolMemory, _ target: String, _ tool: String = "t") -> Bool {
    memory[target].isChanged(Array(tool.utf8))
  }

  @Test func targets() {
    let memory = ToolMemory(targetLimit: 2)
    for target in ["a", "b"] { #expect(!memory.learn(listing(["t"]), of: target).isIncomplete) }
    #expect(!isChanged(memory, "a") && !isChanged(memory, "b"))
    // Nobody has listed tools in vain yet; what lists none takes no room.
    #expect(!memory.learn(listing([]), of: "c").isIncomplete)
    #expect(!isChanged(memory, "c"))
    #expect(memory.learn(listing(["t"]), of: "c").isIncomplete)
    #expect(isChanged(memory, "c") && memory["c"].isDestructive([]))
    // Those that are kept are still held to what they said first.
    #expect(!isChanged(memory, "a"))
    #expect(memory.learn(listing(["t"], "other"), of: "a").isChanged(Array("t".utf8)))
    #expect(isChanged(memory, "a") && !isChanged(memory, "b"))
    memory.removeAll()
    #expect(!isChanged(memory, "c") && !memory.learn(listing(["t"]), of: "c").isIncomplete)
  }

  @Test func toolsOfAllTargets() {
    let memory = ToolMemory(toolLimit: 3)
    _ = memory.learn(listing(["t", "u"]), of: "a")
    #expect(!memory.learn(listing(["t"]), of: "b").isIncomplete)
    #expect(memory.learn(listing(["t", "u"]), of: "b").isIncomplete)
    #expect(!isChanged(memory, "b") && isChanged(memory, "b", "u") && !isChanged(memory, "a", "u"))
    #expect(memory.learn(listing(["t"]), of: "c").isIncomplete && isChanged(memory, "c"))
  }

  @Test func namesOfTargets() {
    let memory = ToolMemory()
    let longest = String(repeating: "n", count: ToolMemory.targetBytes)
    #expect(!memory.learn(listing(["t"]), of: longest).isIncomplete && !isChanged(memory, longest))
    #expect(memory.learn(listing(["t"]), of: longest + "n").isIncomplete && isChanged(memory, longest + "n"))
    #expect(!isChanged(memory, "other"))
    // Names are the same only by their bytes.
    _ = memory.learn(listing(["t"]), of: "caf\u{E9}")
    _ = memory.learn(listing(["t"], "other"), of: "cafe\u{301}")
    #expect(!isChanged(memory, "caf\u{E9}"))
  }

  /// Each learns on its own copy of what was known: one used to put back what another had learnt meanwhile.
  @Test func whatThreadsLearnAtATimeAddsUp() async {
    let memory = ToolMemory()
    await withTaskGroup(of: Void.self) { group in
      for thread in 0..<4 {
        group.addTask {
          for number in 0..<100 { _ = memory.learn(self.listing(["\(thread)/\(number)"]), of: "a") }
        }
      }
    }
    #expect(memory["a"].count == 400)
  }

  @Test func theLimitsHold() {
    let memory = ToolMemory()
    for target in 0..<ToolMemory.targetLimit { _ = memory.learn(listing(["t"]), of: "\(target)") }
    #expect(!isChanged(memory, "other"))
    _ = memory.learn(listing(["t"]), of: "other")
    #expect(isChanged(memory, "other") && !isChanged(memory, "0"))

    let full = ToolMemory()
    let tools = (0..<MCPLimits.tools).map { "t\($0)" }
    let targets = ToolMemory.toolLimit / MCPLimits.tools
    for target in 0..<targets { #expect(!full.learn(listing(tools), of: "\(target)").isIncomplete) }
    #expect(full.learn(listing(["t"]), of: "other").isIncomplete)
  }
}
