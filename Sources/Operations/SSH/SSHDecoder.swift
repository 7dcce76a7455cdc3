import JSONText
import PolicyBytecode

/// Decodes a payload of the protocol `ssh` in the text form of recordings: the command of an `exec` request as it is, or
/// a JSON object that names its channel (`grammar/operations.md`).
func decodeSSH(_ payload: [UInt8], _ context: inout DecodeContext) {
  guard isObject(payload) else { return context.ssh(.exec(payload)) }
  do throws(JSONError) {
    let value = try JSONValue(parsing: payload)
    guard let request = SSHRequest(value) else { return context.unparsed(.ssh, .syntax) }
    context.ssh(request)
  } catch {
    context.unparsed(.ssh, .syntax)
  }
}

/// Whether a payload is meant as an object with a member `channel`, rather than as a shell's `{ …; }`.
private func isObject(_ payload: [UInt8]) -> Bool {
  let text = payload.drop(while: Ascii.isSpace)
  guard text.first == Ascii.openBrace, text.dropFirst().drop(while: Ascii.isSpace).first == Ascii.doubleQuote else {
    return false
  }
  if let value = try? JSONValue(parsing: payload) { return value["channel"] != nil }
  // Not JSON: a shell's line, unless it was to name a channel.
  let name = Array("\"channel\"".utf8)
  return text.dropFirst().drop(while: Ascii.isSpace).starts(with: name)
}

extension SSHRequest {
  /// What the text form says; nil if it is none.
  init?(_ value: JSONValue) {
    func text(_ key: String) -> [UInt8]? { value[key]?.string.map { Array($0.utf8) } }
    switch value["channel"]?.string {
    case "exec":
      if value["operation"] != nil {
        self.init(value, .exec)
      } else if let command = text("command") {
        self = .exec(command)
      } else {
        return nil
      }
    case "shell":
      guard value["input"] != nil else {
        self = .shell
        return
      }
      guard let input = text("input") else { return nil }
      self = .shellInput(input)
    case "sftp": self.init(value, .sftp)
    case "scp": self.init(value, .scp)
    case "subsystem":
      guard let name = text("name") else { return nil }
      self = .subsystem(name)
    case "forward": self.init(forwarding: value)
    case "x11": self = .x11
    case "agent": self = .agent
    case "env":
      guard let name = text("name") else { return nil }
      self = .environment(name: name, value: text("value") ?? [])
    default: return nil
    }
  }

  private init?(_ value: JSONValue, _ channel: FileChannel) {
    guard let word = value["operation"]?.string, let operation = Self.operation(word),
      let path = value["path"]?.string
    else { return nil }
    var paths = [Array(path.utf8)]
    if let target = value["to"] {
      guard let target = target.string else { return nil }
      paths.append(Array(target.utf8))
    } else if operation == .rename {
      return nil
    }
    self = .file(channel, operation, paths: paths)
  }

  /// A word of `ssh.file-operation`, or what SFTP calls it.
  private static func operation(_ word: String) -> FileOperation? {
    switch word {
    case "opendir", "readdir": .list
    case "lstat", "fstat", "realpath", "readlink", "statvfs": .stat
    case "link", "hardlink": .symlink
    case "unlink": .remove
    default: FileOperation(rawValue: word)
    }
  }

  private init?(forwarding value: JSONValue) {
    func address(_ key: String) -> [UInt8]? {
      guard let text = value[key]?.string, Self.isAddress(text) else { return nil }
      return Array(text.utf8)
    }
    var to = address("to")
    if value["to"] == nil, let host = value["host"]?.string, case .number(let port) = value["port"], !host.isEmpty {
      to = Array("\(host.contains(":") ? "[\(host)]" : host):\(port)".utf8)
    }
    if value["listen"] != nil {
      guard let listen = address("listen"), value["to"] == nil || to != nil else { return nil }
      self = .listen(on: listen, to: to)
    } else {
      guard let to else { return nil }
      self = .forward(to: to)
    }
  }

  /// `HOST:PORT`, or the path of a socket.
  private static func isAddress(_ text: String) -> Bool {
    if text.hasPrefix("/") { return true }
    guard let colon = text.utf8.lastIndex(of: Ascii.colon) else { return false }
    return colon > text.utf8.startIndex && text.utf8.index(after: colon) < text.utf8.endIndex
  }
}
