import PolicyBytecode

/// What one request of an SSH connection does (RFC 4254, draft-ietf-secsh-filexfer-02): what the text form of recordings
/// says, and what an embedder takes off the wire.
public enum SSHRequest: Hashable, Sendable {
  /// Words of the fact `ssh.file-operation`.
  public enum FileOperation: String, CaseIterable, Sendable {
    case read, write, remove, rename, list, stat, mkdir, rmdir, symlink, chmod, chown, truncate
  }

  /// Channels that carry operations on files.
  public enum FileChannel: String, Sendable {
    case sftp, scp
    /// A program of its own protocol, such as rsync.
    case exec
  }

  /// Runs a command, which is shell code.
  case exec([UInt8])
  /// Opens a shell.
  case shell
  /// What is typed into a shell.
  case shellInput([UInt8])
  /// Starts a subsystem by its name.
  case subsystem([UInt8])
  /// Does something to files. Relative paths start at the user's home directory.
  case file(FileChannel, FileOperation, paths: [[UInt8]])
  /// An SFTP request that does nothing to a file by its name: it closes a handle, agrees on a version.
  case sftpHousekeeping
  /// Connects from the server to `HOST:PORT` or to the path of a socket (`direct-tcpip`); `*:*` is any.
  case forward(to: [UInt8])
  /// Listens on the server (`tcpip-forward`), and connects from the client to what is named, where it is known.
  case listen(on: [UInt8], to: [UInt8]?)
  case x11
  case agent
  /// Sets a variable of the environment.
  case environment(name: [UInt8], value: [UInt8])
}

/// The limits of the SSH decoder.
public enum SSHLimits {
  /// Bytes of a path.
  public static let path = 4096
  /// Bytes of an SFTP packet: what OpenSSH takes.
  public static let packet = 256 << 10
  /// SFTP handles that are followed in one session; operations on others are `unparsed`.
  public static let handles = 1024
}

extension DecodeContext {
  /// Decodes a request that the embedder has taken off the wire, replacing what the batch held.
  ///
  /// Use this, and not the text form of ``decode(_:_:)``, for what a client sends: there a command might pass for another
  /// kind of request.
  public mutating func decode(_ request: SSHRequest) {
    switch request {
    case .exec(let command): begin(command)
    case .shellInput(let input): begin(input)
    default: begin(request.command)
    }
    ssh(request)
  }

  /// Emits what a request does.
  mutating func ssh(_ request: SSHRequest) {
    guard request.sizes.allSatisfy({ $0 <= DecodeLimits.payloadBytes }) else { return unparsed(.ssh, .oversized) }
    guard request.isText else { return unparsed(.ssh, .encoding) }
    switch request {
    case .exec(let command):
      if let known = SSHExecLine.request(command) { return ssh(known) }
      emit(request)
      nested(.shell, in: .ssh, command)
    case .shellInput(let input):
      emit(.shell)
      shellInput(input)
    case .file(_, _, let paths):
      guard paths.allSatisfy({ $0.count <= SSHLimits.path }) else { return unparsed(.ssh, .oversized) }
      emit(request)
    default: emit(request)
    }
  }

  private mutating func emit(_ request: SSHRequest) {
    operation(.ssh) { facts, demand in
      if demand.contains(.command) { facts.add(.command, request.command) }
      if demand.contains(.sshChannel) { facts.add(.sshChannel, request.channel) }
      if case .file(_, let operation, _) = request, demand.contains(.sshFileOperation) {
        facts.add(.sshFileOperation, operation.rawValue)
      }
      if demand.contains(.sshPath) { for path in request.normalisedPaths { facts.add(.sshPath, path) } }
      if demand.contains(.sshForwardTo), let address = request.destination { facts.add(.sshForwardTo, address) }
    }
  }
}

extension SSHRequest {
  /// The word of the fact `ssh.channel`.
  var channel: String {
    switch self {
    case .exec: "exec"
    case .shell, .shellInput: "shell"
    case .subsystem: "subsystem"
    case .file(let channel, _, _): channel.rawValue
    case .sftpHousekeeping: "sftp"
    case .forward, .listen: "forward"
    case .x11: "x11"
    case .agent: "agent"
    case .environment: "env"
    }
  }

  /// `CHANNEL` and what it is about.
  var command: [UInt8] {
    var words = [Array(channel.utf8)]
    switch self {
    case .exec(let command): words.append(command)
    case .subsystem(let name): words.append(Self.word(name))
    case .file(_, let operation, _): words += [Array(operation.rawValue.utf8)] + normalisedPaths.map(Self.word)
    case .forward(let address): words.append(Self.word(Self.address(address)))
    case .listen(let address, let destination):
      words += [Array("listen".utf8), Self.word(Self.address(address))]
      if let destination { words += [Array("to".utf8), Self.word(Self.address(destination))] }
    case .environment(let name, let value): words.append(Self.word(name + [Ascii.equals] + value))
    case .shell, .shellInput, .sftpHousekeeping, .x11, .agent: break
    }
    return Array(words.joined(separator: [Ascii.space]))
  }

  /// The value of `ssh.forward-to`: of a listener without a destination, where it listens.
  var destination: [UInt8]? {
    switch self {
    case .forward(let address): Self.address(address)
    case .listen(let address, let destination): Self.address(destination ?? address)
    default: nil
    }
  }

  var normalisedPaths: [[UInt8]] {
    guard case .file(_, _, let paths) = self else { return [] }
    return paths.map(Self.path)
  }

  /// A path of the server, lexically normalised; a relative one starts at `~`.
  static func path(_ path: [UInt8]) -> [UInt8] {
    if path.first == Ascii.slash || path.first == Ascii.tilde { return ShellPaths.normalised(path[...], in: []) }
    return ShellPaths.normalised([Ascii.tilde, Ascii.slash] + path[...], in: [])
  }

  /// An address with its host as ``HTTPHost`` writes it and its port without zeros in front; the path of a socket.
  static func address(_ address: [UInt8]) -> [UInt8] {
    guard address.first != Ascii.slash else { return ShellPaths.normalised(address[...], in: []) }
    let lower = address.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
    guard let colon = lower.lastIndex(of: Ascii.colon) else { return lower }
    var host = Array(lower[..<colon])
    var port = lower[(colon + 1)...]
    // `::1:22`
    if host.contains(Ascii.colon), host.first != Ascii.openBracket {
      host = [Ascii.openBracket] + host + [Ascii.closeBracket]
    }
    guard let known = try? HTTPHost.canonical(host[...]) else { return lower }
    if port.allSatisfy(Ascii.isDigit) { while port.count > 1, port.first == Ascii.zero { port = port.dropFirst() } }
    return known + [Ascii.colon] + port
  }

  /// A word as the canonical text of shell writes it.
  private static func word(_ text: [UInt8]) -> [UInt8] {
    let needsQuotes =
      text.isEmpty || text.contains { Ascii.isSpace($0) || $0 == Ascii.quote || $0 == Ascii.doubleQuote }
    guard needsQuotes else { return text }
    var result = [Ascii.quote]
    for byte in text {
      if byte == Ascii.quote { result += [Ascii.quote, Ascii.backslash, Ascii.quote] }
      result.append(byte)
    }
    return result + [Ascii.quote]
  }

  private var texts: [[UInt8]] {
    switch self {
    case .exec(let text), .shellInput(let text), .subsystem(let text), .forward(let text): [text]
    case .file(_, _, let paths): paths
    case .listen(let address, let destination): [address, destination ?? []]
    case .environment(let name, let value): [name, value]
    case .shell, .sftpHousekeeping, .x11, .agent: []
    }
  }

  fileprivate var sizes: [Int] { texts.map(\.count) }

  /// Whether all texts are UTF-8 without NUL.
  fileprivate var isText: Bool {
    texts.allSatisfy { text in !text.contains(0) && String(validating: text, as: UTF8.self) != nil }
  }
}
