import JSONText
import PolicyEngine
import PolicySyntax

extension MutationReport {
  /// The report of `hpol mutate --json`: one object, the form of which is `grammar/mutate.schema.json`.
  public func write(to writer: inout JSONWriter, showing extras: Set<Extra> = []) {
    writer.object {
      $0.member("available", available)
      write(total, to: &$0)
      $0.key("declarations")
      $0.array {
        for (declaration, counts) in declarations {
          $0.object {
            write(declaration, to: &$0)
            write(counts, to: &$0)
          }
        }
      }
      $0.key("results")
      $0.array {
        for (declaration, _) in declarations {
          for result in shown(declaration, extras) { write(result, to: &$0) }
        }
      }
    }
    writer.newline()
  }

  private func write(_ counts: Counts, to writer: inout JSONWriter) {
    for (key, value) in [
      ("mutants", counts.mutants), ("killed", counts.killed), ("survived", counts.survived),
      ("equivalent", counts.equivalent), ("refused", counts.refused),
    ] {
      writer.key(key)
      writer.integer(value)
    }
    writer.key("score")
    // Whole percent, cut: what is not whole is never called 100.
    if let score = counts.score { writer.integer(Int(score)) } else { writer.null() }
  }

  private func write(_ declaration: Mutant.Declaration, to writer: inout JSONWriter) {
    for (key, value) in [
      ("kind", declaration.kind.rawValue), ("name", declaration.name), ("file", sources.path(declaration.span.file)),
    ] {
      writer.key(key)
      writer.string(value)
    }
    writer.member("line", sources.position(declaration.span.range.start, in: declaration.span.file).line)
  }

  private func write(_ result: MutationRun.Result, to writer: inout JSONWriter) {
    let edit = result.mutant.edit
    let change = result.mutant.change(in: sources)
    writer.object {
      for (key, value) in [
        ("fate", result.fate.word), ("operator", result.mutant.operation.rawValue),
        ("declaration", result.mutant.declaration.title), ("file", sources.path(edit.span.file)),
      ] {
        $0.key(key)
        $0.string(value)
      }
      $0.member("line", change.line)
      $0.key("edit")
      $0.object {
        $0.member("start", Int(edit.span.range.start))
        $0.member("end", Int(edit.span.range.end))
        $0.member("replacement", edit.replacement)
      }
      $0.member("before", change.before)
      $0.member("after", change.after)
      if case .equivalent(let reason) = result.fate {
        $0.member("reason", reason)
      }
      guard case .survived(let survival) = result.fate else { return }
      $0.key("test")
      if let test = survival.test {
        $0.object {
          $0.member("identity", test.identity)
          $0.member("request", test.request)
          if !test.before.isEmpty {
            $0.key("before")
            $0.array {
              for line in test.before {
                $0.object {
                  $0.member("identity", line.identity)
                  $0.member("request", line.request)
                }
              }
            }
          }
          $0.member("fixture", survival.isOfFixture)
          $0.member("rulesOnly", survival.isOfRulesOnly)
        }
      } else {
        $0.null()
      }
      if let needs = survival.needs {
        $0.member("needs", needs)
      }
    }
  }
}
