import Operations
import PolicyBytecode
import Synchronization

/// What MCP servers have said of their tools, by the target's name: shared by the engines that judge for one gateway.
///
/// A definition that was forgotten would let a changed tool pass for a new one. So nothing is forgotten; where there is
/// no room for a target or a tool, nothing is known of it, and it counts as destructive and as changed.
public final class ToolMemory: Sendable {
  /// Targets that are kept.
  public static let targetLimit = 4096
  /// Bytes of the name of a target that is kept.
  public static let targetBytes = 1024
  /// Tools of all targets that are kept.
  public static let toolLimit = 1 << 16

  private struct State {
    var catalogs: [ExactText: MCPToolCatalog] = [:]
    var toolCount = 0
    /// A target that listed tools found no room: any that is not kept may be it.
    var isIncomplete = false
  }

  private let targetLimit: Int
  private let toolLimit: Int
  private let state = Mutex(State())

  public init(targetLimit: Int = targetLimit, toolLimit: Int = toolLimit) {
    self.targetLimit = targetLimit
    self.toolLimit = toolLimit
  }

  /// What is known of the tools of a target.
  subscript(target: String) -> MCPToolCatalog {
    state.withLock { state in
      state.catalogs[ExactText(target)]
        ?? MCPToolCatalog(isIncomplete: state.isIncomplete || target.utf8.count > Self.targetBytes)
    }
  }

  /// Takes in what a target says of its tools; what is known of them then. Two threads may do so at a time: neither
  /// forgets what the other has learnt.
  func learn(_ listing: MCPToolListing, of target: String) -> MCPToolCatalog {
    guard !listing.isEmpty, target.utf8.count <= Self.targetBytes else { return self[target] }
    let name = ExactText(target)
    return state.withLock { state in
      guard state.catalogs[name] != nil || state.catalogs.count < targetLimit else {
        state.isIncomplete = true
        return MCPToolCatalog(isIncomplete: true)
      }
      var catalog = state.catalogs.removeValue(forKey: name) ?? MCPToolCatalog()
      let count = catalog.count
      catalog.learn(listing, room: toolLimit - state.toolCount)
      state.toolCount += catalog.count - count
      state.catalogs[name] = catalog
      return catalog
    }
  }

  func removeAll() { state.withLock { $0 = State() } }
}
