extension PatternTable {
  /// Whether the pattern at `index` is for PCRE2, which may fail to decide. `index` must be below ``count``.
  public func isPCRE(_ index: UInt32) -> Bool {
    precondition(index < view.patternCount, "no such pattern")
    return view.record(index).form == CompiledPattern.Form.pcre.rawValue
  }
}
