import JSONText
import PolicySyntax

extension RunReport {
  /// SARIF 2.1.0, as code scanning services take it: every finding, and every test that does not hold, is a result.
  func sarif() -> [UInt8] {
    var writer = JSONWriter()
    writer.object {
      $0.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
      $0.member("version", "2.1.0")
      $0.key("runs")
      $0.array { $0.object { writeRun(to: &$0) } }
    }
    writer.newline()
    return writer.bytes
  }

  /// The base of relative URIs.
  private static let baseID = "%SRCROOT%"

  private func writeRun(to writer: inout JSONWriter) {
    let rules = SARIFRule.all
    let numbers = Dictionary(uniqueKeysWithValues: rules.enumerated().map { ($1.id, $0) })
    writer.key("tool")
    writer.object {
      $0.key("driver")
      $0.object {
        $0.member("name", "hpol")
        $0.member("version", toolVersion)
        $0.member("semanticVersion", toolVersion)
        $0.key("rules")
        $0.array { for rule in rules { rule.write(to: &$0) } }
      }
    }
    writer.key("columnKind")
    writer.string("unicodeCodePoints")
    writer.key("originalUriBaseIds")
    writer.object {
      $0.key(Self.baseID)
      $0.object {
        $0.key("description")
        $0.object { $0.member("text", "the folder in which hpol was run") }
      }
    }
    writer.key("invocations")
    writer.array {
      $0.object {
        $0.key("executionSuccessful")
        $0.boolean(true)
        $0.key("exitCode")
        $0.integer(holds ? 0 : 1)
      }
    }
    writer.key("results")
    writer.array {
      var fingerprints = FindingFingerprints()
      for finding in findings { write(finding, numbers[finding.rule], fingerprints.next(finding), to: &$0) }
    }
  }

  private func write(_ finding: ReportFinding, _ rule: Int?, _ fingerprint: String, to writer: inout JSONWriter) {
    writer.object {
      $0.member("ruleId", finding.rule)
      if let rule {
        $0.key("ruleIndex")
        $0.integer(rule)
      }
      $0.member("level", finding.severity.rawValue)
      $0.key("message")
      $0.object { $0.member("text", message(of: finding)) }
      $0.key("locations")
      $0.array {
        $0.object {
          $0.key("physicalLocation")
          $0.object { writeLocation(finding.file, finding.region, to: &$0) }
        }
      }
      writeRelated(finding, to: &$0)
      $0.key("partialFingerprints")
      $0.object { $0.member("primaryLocationLineHash", fingerprint) }
      if let fix = finding.fix {
        $0.key("fixes")
        $0.array { write(fix, to: &$0) }
      }
    }
  }

  /// Notes that stand nowhere else are part of the message.
  private func message(of finding: ReportFinding) -> String {
    ([finding.message] + finding.notes.filter { $0.region == nil }.map(\.message)).joined(separator: "\n")
  }

  private func writeRelated(_ finding: ReportFinding, to writer: inout JSONWriter) {
    let placed = finding.notes.filter { $0.region != nil }
    guard !placed.isEmpty else { return }
    writer.key("relatedLocations")
    writer.array {
      for (number, note) in placed.enumerated() {
        $0.object {
          $0.key("id")
          $0.integer(number + 1)
          $0.key("message")
          $0.object { $0.member("text", note.message) }
          $0.key("physicalLocation")
          $0.object { if let file = note.file, let region = note.region { writeLocation(file, region, to: &$0) } }
        }
      }
    }
  }

  private func writeLocation(_ file: String, _ region: ReportFinding.Region, to writer: inout JSONWriter) {
    writeArtifact(file, to: &writer)
    writer.key("region")
    write(region, to: &writer)
  }

  private func writeArtifact(_ file: String, to writer: inout JSONWriter) {
    let path = ReportPath(file, folder: folder)
    writer.key("artifactLocation")
    writer.object {
      $0.member("uri", path.uri)
      if path.relative != nil { $0.member("uriBaseId", Self.baseID) }
    }
  }

  private func write(_ region: ReportFinding.Region, to writer: inout JSONWriter) {
    writer.object {
      $0.key("startLine")
      $0.integer(region.startLine)
      if let column = region.startColumn {
        $0.key("startColumn")
        $0.integer(column)
      }
      $0.key("endLine")
      $0.integer(region.endLine)
      if let column = region.endColumn {
        $0.key("endColumn")
        $0.integer(column)
      }
    }
  }

  private func write(_ fix: Diagnostic.Fix, to writer: inout JSONWriter) {
    let byFile = Dictionary(grouping: fix.edits) { $0.span.file }.sorted { $0.key < $1.key }
    writer.object {
      $0.key("description")
      $0.object { $0.member("text", fix.title) }
      $0.key("artifactChanges")
      $0.array {
        for (file, edits) in byFile {
          $0.object {
            writeArtifact(sources.path(file), to: &$0)
            $0.key("replacements")
            $0.array {
              for edit in edits {
                $0.object {
                  $0.key("deletedRegion")
                  write(region(edit.span), to: &$0)
                  $0.key("insertedContent")
                  $0.object { $0.member("text", edit.replacement) }
                }
              }
            }
          }
        }
      }
    }
  }
}

/// One of a SARIF driver's rules: a diagnostic, with its page, or another thing that is reported.
private struct SARIFRule {
  var id: String
  var name: String
  var title: String
  var explanation: String
  var markdown: String?
  var severity = Severity.error

  static let all: [SARIFRule] =
    DiagnosticCode.allCases.map { code in
      SARIFRule(
        id: code.text, name: pascalCase("\(code)"), title: code.title, explanation: code.explanation,
        markdown: code.page, severity: code.severity)
    }
    + ReportFinding.otherRules.map { rule in
      SARIFRule(id: rule.id, name: pascalCase(rule.id), title: rule.title, explanation: rule.explanation)
    }

  /// `testFails` and `test-fails` are `TestFails`.
  private static func pascalCase(_ name: String) -> String {
    name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  func write(to writer: inout JSONWriter) {
    writer.object {
      $0.member("id", id)
      $0.member("name", name)
      $0.key("shortDescription")
      $0.object { $0.member("text", title) }
      $0.key("fullDescription")
      $0.object { $0.member("text", explanation) }
      $0.key("help")
      $0.object {
        $0.member("text", explanation)
        if let markdown { $0.member("markdown", markdown) }
      }
      $0.key("defaultConfiguration")
      $0.object { $0.member("level", severity.rawValue) }
    }
  }
}

/// Marks that tell a finding again after lines above it have come or gone: a hash of its rule and of the line it is
/// about, and which of such it is in its file.
private struct FindingFingerprints {
  private var seen: [String: Int] = [:]

  mutating func next(_ finding: ReportFinding) -> String {
    // FNV-1a: short, and the same everywhere.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    let line = finding.excerpt.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for byte in "\(finding.rule)\n\(line)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let digits = String(hash, radix: 16)
    let text = String(repeating: "0", count: 16 - digits.count) + digits
    let count = seen["\(finding.file)\n\(text)", default: 0] + 1
    seen["\(finding.file)\n\(text)"] = count
    return "\(text):\(count)"
  }
}
