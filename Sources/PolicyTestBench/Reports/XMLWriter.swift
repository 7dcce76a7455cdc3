/// Writes XML, an element a line.
struct XMLWriter {
  private(set) var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  private var depth = 0

  init(doctype: String? = nil) {
    if let doctype { text += "<!DOCTYPE \(doctype)>\n" }
  }

  mutating func element(_ name: String, _ attributes: [(String, String)] = [], _ body: (inout XMLWriter) -> Void) {
    text += indent + tag(name, attributes) + ">\n"
    depth += 1
    body(&self)
    depth -= 1
    text += indent + "</\(name)>\n"
  }

  mutating func element(_ name: String, _ attributes: [(String, String)] = []) {
    text += indent + tag(name, attributes) + "/>\n"
  }

  mutating func element(_ name: String, _ attributes: [(String, String)] = [], text content: String) {
    text += indent + tag(name, attributes) + ">\(escaped(content, keepsLines: true))</\(name)>\n"
  }

  private var indent: String { String(repeating: "  ", count: depth) }

  private func tag(_ name: String, _ attributes: [(String, String)]) -> String {
    "<" + name + attributes.map { " \($0.0)=\"\(escaped($0.1))\"" }.joined()
  }

  /// What XML cannot hold becomes U+FFFD. Line ends and tabs, which readers of attributes take for blanks, are named.
  private func escaped(_ text: String, keepsLines: Bool = false) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n" where keepsLines: result += "\n"
      case "\n", "\r", "\t": result += "&#\(scalar.value);"
      case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
