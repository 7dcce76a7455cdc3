/// The limits of reading YAML.
public enum YAMLLimits {
  /// Sequences and mappings inside each other, as in JSON.
  public static let depth = JSONLimits.depth
  /// Lines of one text that begin with `%`: libyaml compares each directive of a document with all before it.
  public static let directives = 16
  /// What all aliases of one text may add to it: 16 for each node they repeat, and its bytes.
  public static let aliasCost = 1 << 20
}
