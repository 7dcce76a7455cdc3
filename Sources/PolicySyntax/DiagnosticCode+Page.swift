extension DiagnosticCode {
  /// What the heading of its page says: lower case, no full stop.
  public var title: String {
    let heading = page.prefix { $0 != "\n" }
    guard let colon = heading.firstIndex(of: ":") else { return "" }
    return String(heading[heading.index(colon, offsetBy: 2)...])
  }

  /// The paragraphs of its page before the first example, each in one line, parted by empty ones.
  public var explanation: String {
    var paragraphs: [String] = [""]
    for line in page.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2) {
      if line.hasPrefix("```") { break }
      if line.isEmpty {
        paragraphs.append("")
      } else {
        paragraphs[paragraphs.count - 1] += (paragraphs[paragraphs.count - 1].isEmpty ? "" : " ") + line
      }
    }
    return paragraphs.filter { !$0.isEmpty }.joined(separator: "\n\n")
  }
}
