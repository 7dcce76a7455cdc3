/// The forms in which `hpol check` and `hpol test` report.
public enum ReportFormat: String, CaseIterable, Sendable {
  case text, json, junit, tap, sarif, github
}

extension RunReport {
  /// The whole report in a form. `style` decorates text.
  public func rendered(_ format: ReportFormat, _ style: TextStyle = .plain) -> [UInt8] {
    switch format {
    case .text: [UInt8](text(style).utf8)
    case .json: json()
    case .junit: [UInt8](junit().utf8)
    case .tap: [UInt8](tap().utf8)
    case .sarif: sarif()
    case .github: [UInt8](gitHubCommands().utf8)
    }
  }
}
