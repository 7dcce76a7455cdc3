import JSONText
import PolicyBytecode

/// `scp`, `sftp` and `rsync` on a shell line: what they do to files of another host.
extension ShellDecoder {
  mutating func copyOverSSH(_ call: ShellCall, _ context: inout DecodeContext) {
    for option in call.arguments.options where option.letter == UInt8(ascii: "o") {
      if let value = option.value { settingCommand(value, call, &context) }
    }
    if bytes(call.name).elementsEqual("sftp".utf8) { return sftp(call, &context) }
    if ["sftp-server", "internal-sftp"].contains(where: { bytes(call.name).elementsEqual($0.utf8) }) {
      return forward([SSHForwarding.of("subsystem", ["name": "sftp"])], call, &context)
    }
    if isRsyncServer(call) { return rsyncServer(call, &context) }
    let isSCP = bytes(call.name).elementsEqual("scp".utf8)
    let operands = call.arguments.operands.map { Array(bytes(fields[$0].value)) }
    if isSCP {
      // The server's side: `scp -t PATH`.
      let words = call.argv.dropFirst().map { Array(bytes(fields[$0].value)) }
      if let request = SSHExecLine.scp(words[...]), case .file(_, let operation, let paths) = request {
        for path in paths.flatMap({ placed($0) }) {
          forward([SSHFileRequest.of("scp", operation.rawValue, path)], call, &context)
        }
        return
      }
    }
    guard operands.count > 1, let last = operands.last else { return }
    let channel = isSCP ? "scp" : "exec"
    for source in operands.dropLast() {
      if let path = RemotePath(source, isSCP: isSCP) {
        forward([SSHFileRequest.of(channel, "read", path.path)], call, &context)
      }
    }
    if let path = RemotePath(last, isSCP: isSCP) {
      forward([SSHFileRequest.of(channel, "write", path.path)], call, &context)
    }
  }

  /// What a path of the server's side of a copy may be where the line has gone to another directory.
  private mutating func placed(_ path: [UInt8]) -> [[UInt8]] {
    guard let first = path.first, first != Ascii.slash, first != Ascii.tilde else { return [path] }
    return directories.map { $0.isEmpty ? path : ShellPaths.normalised(path[...], in: $0) }
  }

  /// `rsync --server`, as clients send it: it is the first option.
  mutating func isRsyncServer(_ call: ShellCall) -> Bool {
    call.argv.count > 1 && name(of: call, is: "rsync")
      && text(call.argv.lowerBound + 1, is: "--server")
  }

  /// `rsync --server OPTIONS . PATH`, and with `--sender` paths that are read.
  private mutating func rsyncServer(_ call: ShellCall, _ context: inout DecodeContext) {
    let options = call.arguments.options
    // A daemon that is started over SSH has modules of its own.
    guard !options.contains(where: { isNamed($0, "--daemon") }) else { return }
    let paths = call.arguments.operands.dropFirst().map { Array(bytes(fields[$0].value)) }
    // With `-s` they are sent later.
    guard let last = paths.last else { return unknownRequests(call, .unknownCode, &context) }
    if options.contains(where: { isNamed($0, "--sender") }) {
      for path in paths.flatMap({ placed($0) }) { forward([SSHFileRequest.of("exec", "read", path)], call, &context) }
    } else {
      for path in placed(last) { forward([SSHFileRequest.of("exec", "write", path)], call, &context) }
    }
  }

  private mutating func sftp(_ call: ShellCall, _ context: inout DecodeContext) {
    guard let host = call.arguments.operands.first.map({ Array(bytes(fields[$0].value)) }) else { return }
    if let server = call.arguments.value(UInt8(ascii: "s")) {
      // With a slash it is a command of the other host's, else a subsystem.
      if server.isUnknown || bytes(server.value).contains(Ascii.slash) {
        codeArgument([server], call, &context)
      } else {
        forward(
          [SSHForwarding.of("subsystem", ["name": String(decoding: bytes(server.value), as: UTF8.self)])], call,
          &context)
      }
    }
    // A path behind the host is fetched, a directory changed to.
    var directory: [UInt8] = []
    if let path = RemotePath(host, isSCP: true)?.path, !path.elementsEqual([Ascii.tilde]) {
      if path.last == Ascii.slash {
        directory = path
      } else {
        forward([SSHFileRequest.of("sftp", "read", path)], call, &context)
      }
    }
    // The commands are in a file, which is not looked into.
    if let batch = call.arguments.value(UInt8(ascii: "b")), !isStandardInput(batch) { return }
    switch input.kind {
    case .inherited, .file: break
    case .unknown: unknownRequests(call, .unknownCode, &context)
    case .literal:
      var batch = SFTPBatch(directory: directory)
      for line in Array(bytes(input.text)).split(separator: Ascii.newline) {
        guard !isDone(context) else { return }
        spend(line.count + (batch.directory?.count ?? 0), &context)
        guard !isExhausted else { return }
        guard let requests = batch.requests(line) else {
          unknownRequests(call, .syntax, &context)
          continue
        }
        forward(requests, call, &context)
        if let code = batch.code { carrying(call, &context) { $0.code(code, .process, &$1) } }
      }
    }
  }
}

/// Requests in the text form of recordings.
enum SSHFileRequest {
  static func of(_ channel: String, _ operation: String, _ path: [UInt8], to target: [UInt8]? = nil) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("channel", .string(channel)), .init("operation", .string(operation)),
      .init("path", .string(String(decoding: path, as: UTF8.self))),
    ]
    if let target { members.append(.init("to", .string(String(decoding: target, as: UTF8.self)))) }
    return .object(members)
  }
}

/// An operand that names a file of another host: `[USER@]HOST:PATH`, `scp://[USER@]HOST[:PORT][/PATH]`.
private struct RemotePath {
  var path: [UInt8]

  init?(_ operand: [UInt8], isSCP: Bool) {
    let scheme = ["scp://", "sftp://"].first { operand.starts(with: $0.utf8) }
    if let scheme {
      let rest = operand.dropFirst(scheme.utf8.count)
      let slash = rest.firstIndex(of: Ascii.slash) ?? rest.endIndex
      path = Array(rest[slash...].dropFirst())
    } else {
      // A colon behind a slash is part of a local name.
      var start = operand.startIndex
      if let at = operand.firstIndex(of: Ascii.at) { start = at + 1 }
      let end = operand.firstIndex(of: Ascii.slash) ?? operand.endIndex
      guard start < end else { return nil }
      let colon: Int?
      if operand[start] == Ascii.openBracket, let bracket = operand.firstIndex(of: Ascii.closeBracket) {
        colon = bracket + 1 < operand.count && operand[bracket + 1] == Ascii.colon ? bracket + 1 : nil
      } else {
        colon = operand[..<end].firstIndex(of: Ascii.colon)
      }
      guard let colon, colon > 0 else { return nil }
      path = Array(operand[(colon + 1)...])
      // `HOST::MODULE` is rsync's own protocol.
      if !isSCP, path.first == Ascii.colon { return nil }
    }
    if path.isEmpty { path = [Ascii.tilde] }
  }
}

/// Commands of `sftp -b` (OpenBSD manual, sftp(1), "Interactive commands").
private struct SFTPBatch {
  /// The directory on the server: `""` is where the session starts; nil once it is too long to be followed.
  private(set) var directory: [UInt8]?
  /// Shell code of the last line: `!COMMAND`.
  private(set) var code: [UInt8]?

  init(directory: [UInt8]) { self.directory = directory }

  /// What a line asks for; nil if it cannot be read.
  mutating func requests(_ line: ArraySlice<UInt8>) -> [JSONValue]? {
    code = nil
    let text = line.drop { Ascii.isSpace($0) || $0 == Ascii.dash || $0 == Ascii.at }
    guard let first = text.first, first != Ascii.hash else { return [] }
    if first == Ascii.bang {
      code = Array(text.dropFirst())
      return []
    }
    guard var words = Self.words(text), !words.isEmpty else { return nil }
    let name = String(decoding: words.removeFirst(), as: UTF8.self).lowercased()
    let operands = words.filter { $0.first != Ascii.dash || $0.count < 2 }
    switch name {
    case "bye", "exit", "quit", "help", "?", "version", "progress", "pwd", "lcd", "lchdir", "lls", "lmkdir", "lpwd",
      "lumask":
      return []
    case "cd", "chdir":
      guard let target = operands.first else {
        directory = []
        return []
      }
      directory = resolved(target).flatMap { $0.count <= ShellLimits.directoryBytes ? $0 : nil }
      return directory == nil ? nil : []
    case "get", "reget", "mget": return one("read", operands.first)
    case "put", "reput", "mput":
      guard let source = operands.first else { return nil }
      let base = Array(ShellPaths.baseName(source[...]))
      var target = operands.count > 1 ? operands[1] : base
      if target.last == Ascii.slash { target += base }
      return one("write", target)
    case "ls", "dir": return one("list", operands.first ?? [Ascii.dot])
    case "df": return one("stat", operands.first ?? [Ascii.dot])
    case "rm", "delete": return one("remove", operands.first)
    case "mkdir", "rmdir": return one(name, operands.first)
    case "rename", "mv":
      guard operands.count == 2 else { return nil }
      return two("rename", operands)
    case "ln", "symlink":
      guard operands.count == 2 else { return nil }
      return two("symlink", operands)
    case "copy", "cp":
      guard operands.count == 2 else { return nil }
      guard let source = one("read", operands[0]), let target = one("write", operands[1]) else { return nil }
      return source + target
    case "chmod": return operands.count == 2 ? one("chmod", operands[1]) : nil
    case "chown", "chgrp": return operands.count == 2 ? one("chown", operands[1]) : nil
    default: return nil
    }
  }

  private func one(_ operation: String, _ path: [UInt8]?) -> [JSONValue]? {
    guard let path = path.flatMap(resolved) else { return nil }
    return [SSHFileRequest.of("sftp", operation, path)]
  }

  private func two(_ operation: String, _ operands: [[UInt8]]) -> [JSONValue]? {
    guard let path = resolved(operands[0]), let target = resolved(operands[1]) else { return nil }
    return [SSHFileRequest.of("sftp", operation, path, to: target)]
  }

  private func resolved(_ path: [UInt8]) -> [UInt8]? {
    let isAbsolute = path.first == Ascii.slash || path.first == Ascii.tilde
    guard let directory = isAbsolute ? [] : directory else { return nil }
    return ShellPaths.normalised(path[...], in: directory)
  }

  /// Words between blanks; quotes and backslashes protect.
  private static func words(_ line: ArraySlice<UInt8>) -> [[UInt8]]? {
    var words: [[UInt8]] = []
    var word: [UInt8]?
    var quote: UInt8 = 0
    var bytes = line.makeIterator()
    while let byte = bytes.next() {
      if byte == Ascii.backslash, quote != Ascii.quote {
        guard let next = bytes.next() else { return nil }
        if word == nil { word = [] }
        word?.append(next)
      } else if byte == quote {
        quote = 0
      } else if quote == 0, byte == Ascii.quote || byte == Ascii.doubleQuote {
        quote = byte
        word = word ?? []
      } else if quote == 0, Ascii.isSpace(byte) {
        if let done = word { words.append(done) }
        word = nil
      } else if word == nil {
        word = [byte]
      } else {
        word?.append(byte)
      }
    }
    guard quote == 0 else { return nil }
    if let word { words.append(word) }
    return words
  }
}
