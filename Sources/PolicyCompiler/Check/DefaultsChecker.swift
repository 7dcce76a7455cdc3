import PolicyBytecode
import PolicySyntax

/// Gathers the `default` lines of all files; two that differ for one key are an error.
struct DefaultsChecker {
  private struct Key: Hashable {
    var key: DefaultDeclaration.Key
    /// nil: the general default.
    var `protocol`: OperationProtocol?
  }

  let bag: DiagnosticBag
  private var seen: [Key: (value: String, span: SourceSpan)] = [:]
  private(set) var defaults = CheckedDefaults()

  init(bag: DiagnosticBag) { self.bag = bag }

  mutating func add(_ declaration: DefaultDeclaration, in file: UInt32) {
    let span = SourceSpan(file: file, declaration.range)
    let value = declaration.value
    let isKnown =
      declaration.key == .record ? RecordLevel(word: value.text) != nil : value.text == "allow" || value.text == "block"
    guard isKnown else {
      let words = declaration.key == .record ? RecordLevel.allCases.map(\.word) : ["allow", "block"]
      bag.report(
        .unknownValue, "`\(value.text)` is no default; write \(quotedList(words, joiner: "or"))",
        at: SourceSpan(file: file, value.range))
      return
    }
    if declaration.protocols.isEmpty { set(Key(key: declaration.key), value.text, span) }
    for name in declaration.protocols {
      if let found = protocolNamed(name, file, bag) {
        set(Key(key: declaration.key, protocol: found), value.text, span)
      }
    }
  }

  private mutating func set(_ key: Key, _ value: String, _ span: SourceSpan) {
    if let first = seen[key] {
      if first.value != value {
        bag.report(
          .conflictingDefaults, "this default is `\(value)` here and `\(first.value)` elsewhere; keep one", at: span,
          notes: [.init("the other is here", at: first.span)])
      }
      return
    }
    seen[key] = (value, span)
    let decision: Decision = value == "allow" ? .allow : .block
    let level = RecordLevel(word: value) ?? RecordLevel.none
    if key.key != .record { defaults.declarations.append(.init(decision: decision, span: span)) }
    switch (key.key, key.protocol) {
    case (.decision, nil): defaults.decision = decision
    case (.decision, let protocolKey?): defaults.byProtocol[protocolKey] = decision
    case (.unparsed, nil): defaults.unparsed = decision
    case (.unparsed, let protocolKey?): defaults.unparsedByProtocol[protocolKey] = decision
    case (.record, nil): defaults.record = level
    case (.record, let protocolKey?): defaults.recordByProtocol[protocolKey] = level
    }
  }
}
