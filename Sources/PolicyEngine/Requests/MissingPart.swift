/// A part of a request that its recording lacks, though there was one: what rests on it is not evaluable. The words are
/// those of the member `missing` of a fixture.
public enum MissingPart: String, CaseIterable, Sendable {
  /// What the target answered.
  case response
  /// Who asked, and the groups they are in.
  case user, groups
  /// When, and from where.
  case time, source
  /// Values that the statement was given apart from its text, or that the log left out.
  case literals
  /// What was sent besides the line that was logged, such as headers or a body.
  case headers, body
  /// What was on the screen as the line was typed: whether it went to a shell, to a program or to a password prompt.
  case screen
}
