import CPCRE2

/// What PCRE2 said about a text.
public enum PCREResult: UInt8, Sendable {
  case notMatched, matched
  /// The match limit or the stack was used up: whether it matches is unknown.
  case limitReached
  /// The text is not valid UTF-8, or PCRE2 failed otherwise.
  case failed
}

/// A pattern compiled by PCRE2, to machine code where the platform can.
///
/// `\w \d \s \b` are ASCII; case folds as Unicode does; `$` is the text's end only.
///
/// Unchecked: the compiled code is never changed after `init`, and PCRE2 lets any number of threads read it.
public final class PCREPattern: @unchecked Sendable {
  let code: OpaquePointer
  let isJITCompiled: Bool

  /// Compiles `source`. Throws what PCRE2 has to say against it, with the place.
  public init(_ source: String, foldsCase: Bool) throws(PatternError) {
    let bytes = Array(source.utf8)
    var number: Int32 = 0
    var offset = 0
    var options = UInt32(PCRE2_UTF) | UInt32(PCRE2_DOLLAR_ENDONLY) | PCRE2_NEVER_BACKSLASH_C
    if foldsCase { options |= UInt32(PCRE2_CASELESS) }
    guard let code = pcre2_compile_8(bytes, bytes.count, options, &number, &offset, nil) else {
      let place = min(offset, bytes.count)
      throw PatternError(PCREPattern.message(number), max(0, place - 1), place)
    }
    self.code = code
    isJITCompiled = pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE)) == 0
  }

  deinit { pcre2_code_free_8(code) }

  /// PCRE2's words for an error.
  private static func message(_ number: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let length = pcre2_get_error_message_8(number, &buffer, buffer.count)
    return length > 0 ? String(decoding: buffer[..<Int(length)], as: UTF8.self) : "PCRE2 refuses the pattern"
  }
}

/// The memory that PCRE2 matches in; one for each thread or context, made on first use.
struct PCREContext: ~Copyable {
  private let matchData: OpaquePointer?
  private let context: OpaquePointer?
  private let stack: OpaquePointer?

  /// The bytes that machine code of PCRE2 may use as its stack.
  private static let stackSize = (least: 32 * 1024, most: 512 * 1024)

  init() {
    // The whole match and one group.
    matchData = pcre2_match_data_create_8(2, nil)
    context = pcre2_match_context_create_8(nil)
    stack = pcre2_jit_stack_create_8(PCREContext.stackSize.least, PCREContext.stackSize.most, nil)
    if let context {
      pcre2_set_match_limit_8(context, PatternLimits.pcreMatchLimit)
      pcre2_set_heap_limit_8(context, UInt32(PCREContext.stackSize.most / 1024))
      pcre2_jit_stack_assign_8(context, nil, stack.map { UnsafeMutableRawPointer($0) })
    }
  }

  deinit {
    pcre2_match_data_free_8(matchData)
    pcre2_match_context_free_8(context)
    pcre2_jit_stack_free_8(stack)
  }

  enum Finding {
    case none
    case undecided
    /// The match, and its first group if that took part.
    case found(Range<Int>, group: Range<Int>?)
  }

  /// The first match at or after `start` in a text that is valid UTF-8.
  func find(_ pattern: PCREPattern, _ text: [UInt8], from start: Int) -> Finding {
    guard let matchData, let context else { return .undecided }
    let count = text.withUnsafeBufferPointer { bytes in
      withUnsafePointer(to: 0) { (empty: UnsafePointer<UInt8>) in
        pcre2_match_8(
          pattern.code, bytes.baseAddress ?? empty, bytes.count, start, UInt32(PCRE2_NO_UTF_CHECK), matchData, context)
      }
    }
    if count == PCRE2_ERROR_NOMATCH { return .none }
    guard count >= 0, let places = pcre2_get_ovector_pointer_8(matchData), places[0] <= places[1] else {
      return .undecided
    }
    let hasGroup = count != 1 && places[2] != .max && places[2] <= places[3]
    return .found(Int(places[0])..<Int(places[1]), group: hasGroup ? Int(places[2])..<Int(places[3]) : nil)
  }

  /// Whether `code` matches anywhere in a text that is valid UTF-8.
  func match(_ code: OpaquePointer, isJITCompiled: Bool, _ text: UnsafeBufferPointer<UInt8>) -> PCREResult {
    guard let matchData, let context else { return .failed }
    // A null subject is an error even where its length is 0.
    return withUnsafePointer(to: 0) { (empty: UnsafePointer<UInt8>) in
      let subject = text.baseAddress ?? empty
      let result =
        isJITCompiled
        ? pcre2_jit_match_8(code, subject, text.count, 0, 0, matchData, context)
        : pcre2_match_8(code, subject, text.count, 0, UInt32(PCRE2_NO_UTF_CHECK), matchData, context)
      if result >= 0 { return .matched }
      switch result {
      case PCRE2_ERROR_NOMATCH: return .notMatched
      case PCRE2_ERROR_MATCHLIMIT, PCRE2_ERROR_DEPTHLIMIT, PCRE2_ERROR_HEAPLIMIT, PCRE2_ERROR_JIT_STACKLIMIT:
        return .limitReached
      default: return .failed
      }
    }
  }
}
