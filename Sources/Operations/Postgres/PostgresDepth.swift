extension PostgresText {
  /// An upper bound of the depth of the tree that PostgreSQL's parser makes of this text, or nil where brackets nest
  /// deeper than `DecodeLimits.syntaxDepth`.
  ///
  /// libpg_query walks its tree by recursion, on the stack of the thread that called it, and checks nothing; so its
  /// depth is bounded before. Depth comes from brackets and `CASE`, and inside one pair of them from chains: of operators
  /// (`1 + 1 + …`, `not not …`), of joins and of set operations. Lists, AND and OR are flat. The bound of a level is the
  /// sum of its longest chains and of its deepest inner level.
  func depthBound() -> Int? {
    var levels = [Level()]
    var deepest = 0
    for index in tokens.indices {
      switch tokens[index].kind {
      case .mark:
        switch bytes[Int(tokens[index].start)] {
        case UInt8(ascii: "("), UInt8(ascii: "["):
          levels.append(Level())
          if levels.count > DecodeLimits.syntaxDepth { return nil }
        case UInt8(ascii: ")"), UInt8(ascii: "]"):
          while levels.count > 1, levels[levels.count - 1].isCase { close(&levels) }
          if levels.count > 1 { close(&levels) }
        case UInt8(ascii: ","):
          levels[levels.count - 1].endJoins()
        case UInt8(ascii: ";") where levels.count == 1:
          deepest = max(deepest, levels[0].depth)
          levels[0] = Level()
        default: break
        }
      case .symbol: levels[levels.count - 1].chain += 1
      case .word where !isSymbol(index - 1, "."):
        if isWord(index, "case") {
          levels.append(Level(isCase: true))
          if levels.count > DecodeLimits.syntaxDepth { return nil }
        } else if isWord(index, "end"), levels[levels.count - 1].isCase {
          close(&levels)
        } else {
          count(index, &levels[levels.count - 1])
        }
      default: break
      }
    }
    while levels.count > 1 { close(&levels) }
    return max(deepest, levels[0].depth)
  }

  private func close(_ levels: inout [Level]) {
    let inner = levels.removeLast().depth
    levels[levels.count - 1].inner = max(levels[levels.count - 1].inner, inner)
  }

  private func count(_ index: Int, _ level: inout Level) {
    if isWord(index, Self.chaining) {
      level.chain += 1
    } else if isWord(index, ["and", "or"]) {
      level.endChain()
    } else if isWord(index, "join") {
      level.endChain()
      level.joins += 1
    } else if isWord(index, ["union", "intersect", "except"]) {
      level.endJoins()
      level.setOperations += 1
    }
  }

  /// Words that make a chain as operators do.
  private static let chaining: [StaticString] = [
    "not", "is", "isnull", "notnull", "collate", "at", "like", "ilike", "similar", "between", "in", "operator",
    "overlaps",
  ]

  /// What is known of one pair of brackets.
  private struct Level {
    var isCase = false
    /// The depth of the deepest level inside.
    var inner = 0
    /// The chain at hand and the longest before.
    var chain = 0
    var longestChain = 0
    var joins = 0
    var mostJoins = 0
    var setOperations = 0

    var depth: Int { 1 + inner + max(chain, longestChain) + max(joins, mostJoins) + setOperations }

    mutating func endChain() {
      longestChain = max(longestChain, chain)
      chain = 0
    }

    mutating func endJoins() {
      endChain()
      mostJoins = max(mostJoins, joins)
      joins = 0
    }
  }
}
