import PolicyBytecode

extension DecodeContext {
  /// Decodes a packet of an SFTP client, with its length in front, replacing what the batch held. A packet that does
  /// several things (opens a file to read and to write, sets several attributes) is an operation each.
  public mutating func decodeSFTP(_ packet: [UInt8], _ session: inout SFTPSession) {
    begin(packet)
    guard packet.count <= SSHLimits.packet else { return unparsed(.ssh, .oversized) }
    guard !session.isOtherVersion else { return unparsed(.ssh, .unsupported) }
    var reader = SFTPPacket(packet)
    guard let type = reader.begin() else { return unparsed(.ssh, .truncated) }
    do throws(SFTPError) {
      for request in try SFTPRequests(reader).read(type, &session) { ssh(request) }
    } catch {
      unparsed(.ssh, error.reason)
    }
  }
}

private struct SFTPError: Error {
  var reason: UnparsedReason

  init(_ reason: UnparsedReason) { self.reason = reason }
}

/// What a packet asks for.
private struct SFTPRequests {
  private var packet: SFTPPacket

  init(_ packet: SFTPPacket) { self.packet = packet }

  consuming func read(_ type: UInt8, _ session: inout SFTPSession) throws(SFTPError) -> [SSHRequest] {
    var requests = self
    return try requests.requests(type, &session)
  }

  private mutating func requests(_ type: UInt8, _ session: inout SFTPSession) throws(SFTPError) -> [SSHRequest] {
    let number = try integer()
    switch type {
    case SFTPType.initialise:
      // What stands in the place of a number is the version; extensions follow.
      while !packet.isAtEnd { _ = (try string(), try string()) }
      return [.sftpHousekeeping]
    case SFTPType.open: return try open(number, &session)
    case SFTPType.openDirectory:
      let path = try string()
      session.opens(number, path)
      return try end(.list, [path])
    case SFTPType.close:
      session.closes(try string())
      guard packet.isAtEnd else { throw SFTPError(.syntax) }
      return [.sftpHousekeeping]
    case SFTPType.read:
      let path = try handle(session)
      guard packet.skip(12) else { throw SFTPError(.truncated) }
      return try end(.read, [path])
    case SFTPType.write:
      let path = try handle(session)
      guard packet.skip(8) else { throw SFTPError(.truncated) }
      _ = try string()
      return try end(.write, [path])
    case SFTPType.readDirectory: return try end(.list, [handle(session)])
    case SFTPType.handleStatus: return try end(.stat, [handle(session)])
    case SFTPType.linkStatus, SFTPType.status, SFTPType.realPath, SFTPType.readLink: return try end(.stat, [string()])
    case SFTPType.setStatus: return try attributes(of: string())
    case SFTPType.setHandleStatus: return try attributes(of: handle(session))
    case SFTPType.remove: return try end(.remove, [string()])
    case SFTPType.removeDirectory: return try end(.rmdir, [string()])
    case SFTPType.makeDirectory:
      let path = try string()
      guard packet.attributes() != nil else { throw SFTPError(.syntax) }
      return try end(.mkdir, [path])
    case SFTPType.rename: return try end(.rename, [string(), string()])
    case SFTPType.symbolicLink: return try end(.symlink, [string(), string()])
    case SFTPType.extended: return try extended(session)
    default: throw SFTPError(.unsupported)
    }
  }

  private mutating func open(_ number: UInt32, _ session: inout SFTPSession) throws(SFTPError) -> [SSHRequest] {
    let path = try string()
    let flags = try integer()
    guard packet.attributes() != nil, packet.isAtEnd else { throw SFTPError(.syntax) }
    session.opens(number, path)
    var operations: [SSHRequest.FileOperation] = []
    if flags & 0x01 != 0 { operations.append(.read) }
    // WRITE, APPEND, CREAT, TRUNC; flags that are not known are taken for them.
    if flags & ~0x01 != 0 || flags == 0 { operations.append(.write) }
    return operations.map { .file(.sftp, $0, paths: [path]) }
  }

  private mutating func attributes(of path: [UInt8]) throws(SFTPError) -> [SSHRequest] {
    guard let operations = packet.attributes(), packet.isAtEnd else { throw SFTPError(.syntax) }
    return operations.isEmpty
      ? [.sftpHousekeeping] : operations.map { .file(.sftp, $0, paths: [path]) }
  }

  /// Extensions of OpenSSH (its file PROTOCOL, section 4).
  private mutating func extended(_ session: SFTPSession) throws(SFTPError) -> [SSHRequest] {
    switch String(decoding: try string(), as: UTF8.self) {
    case "posix-rename@openssh.com": return try end(.rename, [string(), string()])
    case "hardlink@openssh.com": return try end(.symlink, [string(), string()])
    case "statvfs@openssh.com", "expand-path@openssh.com", "home-directory": return try end(.stat, [string()])
    case "fstatvfs@openssh.com": return try end(.stat, [handle(session)])
    case "fsync@openssh.com": return try end(.write, [handle(session)])
    case "lsetstat@openssh.com": return try attributes(of: string())
    case "limits@openssh.com":
      guard packet.isAtEnd else { throw SFTPError(.syntax) }
      return [.sftpHousekeeping]
    case "copy-data":
      let source = try handle(session)
      guard packet.skip(16) else { throw SFTPError(.truncated) }
      let target = try handle(session)
      guard packet.skip(8), packet.isAtEnd else { throw SFTPError(.truncated) }
      return [.file(.sftp, .read, paths: [source]), .file(.sftp, .write, paths: [target])]
    default: throw SFTPError(.unsupported)
    }
  }

  private mutating func integer() throws(SFTPError) -> UInt32 {
    guard let value = packet.integer() else { throw SFTPError(.truncated) }
    return value
  }

  private mutating func string() throws(SFTPError) -> [UInt8] {
    guard let value = packet.string() else { throw SFTPError(.truncated) }
    return value
  }

  /// The path that a handle stands for.
  private mutating func handle(_ session: SFTPSession) throws(SFTPError) -> [UInt8] {
    guard let path = session.path(try string()) else { throw SFTPError(.unknownCode) }
    return path
  }

  /// The request, once its fields are read. Mutating, so that they are read before its end is looked for.
  private mutating func end(_ operation: SSHRequest.FileOperation, _ paths: [[UInt8]]) throws(SFTPError) -> [SSHRequest]
  {
    guard packet.isAtEnd else { throw SFTPError(.syntax) }
    return [.file(.sftp, operation, paths: paths)]
  }
}
