import PolicyBytecode

/// A few patterns compiled when a policy is loaded, each tried by itself: globs of columns, of headers, of `decode`
/// declarations. What a policy has thousands of stands in a ``PatternTable`` of its bundle.
///
/// Immutable after `init`; the memory of a match is the caller's ``PatternScratch``, so it may be shared.
public final class PatternList: @unchecked Sendable {
  private let table: PatternTable
  private let words: UnsafeMutableRawBufferPointer

  public var count: Int { table.count }

  /// Compiles `patterns`; throws what is wrong with the first that is none.
  public init(_ patterns: [Pattern]) throws(PatternError) {
    var builder = PatternTableBuilder()
    for pattern in patterns { _ = builder.add(try PatternCompiler().compile(pattern)) }
    let bytes = builder.encode()
    words = .allocate(byteCount: max(bytes.count, 4), alignment: 8)
    words.copyBytes(from: bytes)
    do throws(PatternTableError) {
      table = try PatternTable(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(words)[..<bytes.count]))
    } catch {
      words.deallocate()
      throw PatternError(error.message, 0, 0)
    }
  }

  deinit { words.deallocate() }

  /// Whether the pattern at `index` matches `text`; one that cannot be decided counts as matched.
  public func matches(
    _ index: Int, _ text: UnsafeBufferPointer<UInt8>, scratch: inout PatternScratch
  ) -> Bool {
    table.matches(UInt32(index), text, scratch: &scratch) != .notMatched
  }

  /// Whether any of the patterns in `range` matches `text`.
  public func matchesAny(
    of range: Range<Int>, _ text: UnsafeBufferPointer<UInt8>, scratch: inout PatternScratch
  ) -> Bool {
    for index in range where matches(index, text, scratch: &scratch) { return true }
    return false
  }
}
