import JSONText
import PolicySyntax

/// Findings and the sources they point into, as `hpol check --json` prints them: an array, one finding on each line,
/// whose schema is `grammar/check.schema.json`.
public struct DiagnosticJSON {
  private let sources: SourceSet

  public init(_ sources: SourceSet) { self.sources = sources }

  public func write(_ diagnostics: [Diagnostic], to writer: inout JSONWriter) {
    writer.lines(diagnostics) { write($0, &$1) }
    writer.newline()
  }

  /// One finding as an object.
  public func write(_ diagnostic: Diagnostic, _ writer: inout JSONWriter) {
    writer.object {
      $0.member("code", diagnostic.code.text)
      $0.member("severity", diagnostic.severity.rawValue)
      $0.member("message", diagnostic.message)
      write(diagnostic.span, &$0)
      $0.key("notes")
      $0.array {
        for note in diagnostic.notes {
          $0.object {
            $0.member("message", note.message)
            write(note.span, &$0)
          }
        }
      }
      $0.key("fix")
      if let fix = diagnostic.fix { write(fix, &$0) } else { $0.null() }
    }
  }

  private func write(_ fix: Diagnostic.Fix, _ writer: inout JSONWriter) {
    writer.object {
      $0.member("title", fix.title)
      $0.key("edits")
      $0.array {
        for edit in fix.edits {
          $0.object {
            write(edit.span, &$0)
            $0.member("replacement", edit.replacement)
          }
        }
      }
    }
  }

  /// The members `file` and `range` of an object; null where there is no place.
  private func write(_ span: SourceSpan?, _ writer: inout JSONWriter) {
    guard let span else {
      for key in ["file", "range"] {
        writer.key(key)
        writer.null()
      }
      return
    }
    writer.member("file", sources.path(span.file))
    writer.key("range")
    writer.object {
      for (key, offset) in [("start", span.range.start), ("end", span.range.end)] {
        let position = sources.position(offset, in: span.file)
        $0.key(key)
        $0.object {
          $0.member("line", position.line)
          $0.member("column", position.column)
        }
      }
    }
  }
}
