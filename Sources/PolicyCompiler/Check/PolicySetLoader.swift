import PolicySyntax

/// Reads the files of a policy set: those given and, each once, all they `use`; and the files that lists are read from.
struct PolicySetLoader {
  let reader: SourceReader
  let bag: DiagnosticBag
  private(set) var sources = SourceSet()
  private(set) var files: [ParsedFile] = []
  /// How many of them, the first, were given; the others are used by them.
  private(set) var rootCount = 0
  /// The values of list files, by the canonical path.
  private var listFiles: [String: [String]?] = [:]
  private var indexByPath: [String: Int] = [:]
  private let canonicalRoot: String

  init(reader: SourceReader, bag: DiagnosticBag) {
    self.reader = reader
    self.bag = bag
    canonicalRoot = reader.canonicalPath(reader.root)
  }

  /// Loads the given files and those they use.
  mutating func load(roots: [String]) {
    for path in roots where indexByPath[reader.canonicalPath(path)] == nil {
      do throws(SourceReadError) {
        add(path, try reader.read(path))
      } catch {
        add(path, [])
        bag.report(
          .fileNotFound, message(error, path), at: SourceSpan(file: UInt32(files.count - 1), SourceRange(0, 0)))
      }
    }
    rootCount = files.count
    var next = 0
    while next < files.count {
      for declaration in files[next].ast.declarations {
        if case .use(let use) = declaration { load(use, from: UInt32(next)) }
      }
      next += 1
    }
  }

  private mutating func load(_ use: UseDeclaration, from file: UInt32) {
    guard let path = path(use.path, from: file), indexByPath[reader.canonicalPath(path)] == nil else { return }
    guard files.count < CheckLimits.files else {
      if files.count == CheckLimits.files {
        bag.report(
          .limitExceeded, "a policy set has at most \(CheckLimits.files) files",
          at: SourceSpan(file: file, use.path.range))
      }
      return
    }
    if let bytes = read(path, use.path, from: file) { add(path, bytes) }
  }

  private mutating func add(_ path: String, _ bytes: [UInt8]) {
    let index = sources.add(path: path, bytes: bytes)
    indexByPath[reader.canonicalPath(path)] = Int(index)
    let parsed = parsePolicy(bytes, file: index)
    bag.add(parsed.diagnostics)
    files.append(parsed)
  }

  /// The path that a literal in `file` names, or nil if it leads out of the root.
  private func path(_ literal: StringLiteral, from file: UInt32) -> String? {
    let span = SourceSpan(file: file, literal.range)
    let path =
      literal.value.hasPrefix("/") ? literal.value : SourcePath.resolved(literal.value, from: sources.path(file))
    if literal.value.isEmpty {
      bag.report(.fileNotFound, "the path is empty", at: span)
      return nil
    }
    if literal.value.hasPrefix("/") {
      bag.report(
        .fileOutsideRoot, "`\(literal.value)` is absolute; paths are relative to the file they stand in", at: span)
      return nil
    }
    guard SourcePath.isInside(reader.canonicalPath(path), canonicalRoot) else {
      bag.report(.fileOutsideRoot, "`\(literal.value)` leads out of the policy set's folder", at: span)
      return nil
    }
    return path
  }

  private func read(_ path: String, _ literal: StringLiteral, from file: UInt32) -> [UInt8]? {
    do throws(SourceReadError) {
      return try reader.read(path)
    } catch {
      var text = message(error, literal.value)
      if error == .notFound {
        let near = nearest(SourcePath.lastPart(of: path), in: reader.names(SourcePath.folder(of: path)).sorted())
        text += near.map { "; did you mean `\($0)`?" } ?? ""
      }
      bag.report(.fileNotFound, text, at: SourceSpan(file: file, literal.range))
      return nil
    }
  }

  private func message(_ error: SourceReadError, _ path: String) -> String {
    switch error {
    case .notFound: "there is no file `\(path)`"
    case .unreadable(let reason): "`\(path)` cannot be read: \(reason)"
    }
  }

  /// The values in the file of `list x from "…"`, or nil if they cannot be had; each file is read and reported once.
  mutating func listValues(_ literal: StringLiteral, from file: UInt32) -> [String]? {
    guard let path = path(literal, from: file) else { return nil }
    let key = reader.canonicalPath(path)
    if let known = listFiles[key] { return known }
    let values = read(path, literal, from: file).flatMap {
      parseList($0, name: literal.value, at: SourceSpan(file: file, literal.range))
    }
    listFiles[key] = values
    return values
  }

  /// One value a line; blank lines and, at a line's start or after white space, `#` comments are left out.
  private func parseList(_ bytes: [UInt8], name: String, at span: SourceSpan) -> [String]? {
    guard bytes.count <= CheckLimits.listFileBytes else {
      bag.report(.limitExceeded, "`\(name)` is larger than \(CheckLimits.listFileBytes) bytes", at: span)
      return nil
    }
    var values: [String] = []
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let bytes = bytes.starts(with: mark) ? bytes[mark.count...] : bytes[...]
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      var value = line[...]
      let comment = line.indices.first { position in
        line[position] == UInt8(ascii: "#") && (position == line.startIndex || isBlank(line[position - 1]))
      }
      if let comment { value = line[..<comment] }
      while let last = value.last, isBlank(last) { value.removeLast() }
      while let first = value.first, isBlank(first) { value.removeFirst() }
      if value.isEmpty { continue }
      guard let text = String(validating: value, as: UTF8.self), value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
        bag.report(.badListFile, "line \(index + 1) of `\(name)` is not plain UTF-8 text", at: span)
        return nil
      }
      values.append(text)
    }
    return values
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }
}
