import Operations
import Synchronization

/// What MCP servers have said of their tools, by the target's name: shared by the engines that judge for one gateway.
public final class ToolMemory: Sendable {
  private let catalogs = Mutex<[String: MCPToolCatalog]>([:])

  public init() {}

  subscript(target: String) -> MCPToolCatalog {
    get { catalogs.withLock { $0[target] ?? MCPToolCatalog() } }
    set { catalogs.withLock { $0[target] = newValue } }
  }

  func removeAll() { catalogs.withLock { $0.removeAll(keepingCapacity: true) } }
}
