import Foundation
import PolicySyntax
import Testing

/// The pages in the program are those of `grammar/diagnostics/`; with `HPOL_REWRITE_GOLDEN=1` they are made from them.
@Test func theProgramHoldsThePages() throws {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  func page(_ code: DiagnosticCode) throws -> String {
    try String(contentsOf: root.appendingPathComponent("grammar/diagnostics/\(code.text).md"), encoding: .utf8)
  }
  guard ProcessInfo.processInfo.environment["HPOL_REWRITE_GOLDEN"] == "1" else {
    for code in DiagnosticCode.allCases {
      #expect(try page(code) == code.page + "\n", "HPOL_REWRITE_GOLDEN=1 makes DiagnosticPages.swift anew")
      #expect(!code.title.isEmpty && !code.explanation.isEmpty && !code.explanation.contains("```"))
    }
    return
  }
  var text = """
    // Made from the pages in grammar/diagnostics/ by the test that compares them, where HPOL_REWRITE_GOLDEN=1.

    extension DiagnosticCode {
      /// The code's page in `grammar/diagnostics/`, Markdown, without its last line end.
      public var page: String {
        switch self {

    """
  for code in DiagnosticCode.allCases {
    text += "    case .\(code):\n      return #\"\"\"\n"
    for line in try page(code).split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      text += line.isEmpty ? "\n" : "        \(line)\n"
    }
    text += "        \"\"\"#\n"
  }
  text += "    }\n  }\n}\n"
  try Data(text.utf8).write(to: root.appendingPathComponent("Sources/PolicySyntax/DiagnosticPages.swift"))
}
