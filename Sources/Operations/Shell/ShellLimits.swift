/// The shell decoder's own limits. Past one, the payload or the command at hand is `unparsed`.
enum ShellLimits {
  /// Bytes of a payload with all the texts in it that are read in an unescaped form.
  static let sourceBytes = 8 << 20
  /// Bytes that the expansion of all words of a payload yields.
  static let expandedBytes = 8 << 20
  /// Words that the braces of one word may expand to.
  static let braceWords = 1024
  /// Wrappers and code around one command: `sudo env nice … rm`.
  static let wrappers = 16
  /// Bytes of a working directory that is followed; of a longer one nothing is known.
  static let directoryBytes = 1024
  /// Places that the working directory may be, as far as they are followed.
  static let candidates = 8
  /// Bytes of memory that a decoder keeps from one payload to the next.
  static let keptBytes = 256 << 10
  /// Values that a variable may have, as far as they are followed.
  static let values = 64
  /// Values that unknown words of one command are tried with.
  static let readings = 4
  /// Unknown words of one command that are tried one after the other.
  static let readingWords = 32
  /// Commands within each other whose unknown words are tried so: `sh ${none:--c} 'rm ${none:--rf} /'` has two.
  static let readingDepth = 4
}
