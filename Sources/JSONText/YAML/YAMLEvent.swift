/// A step through a YAML text, in the order of the text (YAML 1.1, as libyaml reads it).
public struct YAMLEvent: Sendable {
  public enum Kind: Sendable {
    case documentStart, documentEnd, scalar, alias, sequenceStart, sequenceEnd, mappingStart, mappingEnd
  }

  /// How a scalar is written.
  public enum Style: Sendable {
    /// Without quotes; may run over several lines in block and in flow context.
    case plain
    /// `'…'`, in which `''` is a quote; may run over several lines.
    case singleQuoted
    /// `"…"`, with backslash escapes; may run over several lines.
    case doubleQuoted
    /// `|`, with its header and the indented lines below it.
    case literal
    /// `>`, with its header and the indented lines below it.
    case folded
  }

  public var kind: Kind
  /// Where the event stands: a half-open range of byte offsets in the text that was given, a byte order mark counted.
  ///
  /// Of a scalar it is the text that spells its value, without anchor and tag:
  /// - plain: from the first to the last character that is no blank; empty for a value left out (`key:`);
  /// - quoted: both quotes included;
  /// - literal and folded: from `|` or `>` to the end of the last line that belongs to the scalar, its line break not
  ///   included. So the header ends at the first line break in the range, and empty lines behind the last line with text
  ///   are outside, though `|+` keeps them.
  ///
  /// Of an alias it is `*name`; of a flow collection's start and end the bracket; elsewhere an empty range.
  public var source: Range<Int>
  /// A scalar's value, line folding and escapes resolved, as UTF-8; an alias's name.
  public var value: [UInt8] = []
  /// A scalar's style.
  public var style = Style.plain
  /// Whether a scalar, an alias or the start of a collection is the key of a mapping's member.
  public var isKey = false
  /// Whether a scalar or an alias stands in, or a collection is, a flow collection (`[…]`, `{…}`).
  public var isFlow = false
  /// Sequences and mappings that are open around it.
  public var depth = 0
  public var anchor: String?
  /// The tag, resolved: `tag:yaml.org,2002:str` for `!!str`; nil if none is written.
  public var tag: String?
  /// Where the tag of a scalar is written.
  public var tagSource: Range<Int>?
}
