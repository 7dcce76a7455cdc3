import PatternMatching

struct PatternLanguage {
  init(_ p: Pattern) throws(PatternError) { throw PatternError("x", 0, 0) }
  func isSubset(of o: PatternLanguage) -> Bool? { nil }
  func intersects(_ o: PatternLanguage) -> Bool? { nil }
}
