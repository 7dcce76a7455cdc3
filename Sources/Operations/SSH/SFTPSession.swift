import PolicyBytecode

/// What an SFTP connection has open: requests name a file by a handle that an answer gave out.
///
/// The protocol is version 3 (draft-ietf-secsh-filexfer-02), which is what OpenSSH speaks, with its extensions.
public struct SFTPSession: Sendable {
  private var handles: [[UInt8]: [UInt8]] = [:]
  /// Paths of OPEN and OPENDIR by the request's number, until the answer comes.
  private var pending: [UInt32: [UInt8]] = [:]
  /// The server agreed on a version that is not read here.
  private(set) var isOtherVersion = false

  public init() {}

  /// Takes in a packet of the server, with its length in front.
  public mutating func reply(_ packet: [UInt8]) {
    var reader = SFTPPacket(packet)
    guard let type = reader.begin() else { return }
    if type == SFTPType.version {
      isOtherVersion = reader.integer() != 3
      return
    }
    guard let number = reader.integer(), let path = pending.removeValue(forKey: number) else { return }
    if type == SFTPType.handle, let handle = reader.string(), handles.count < SSHLimits.handles {
      handles[handle] = path
    }
  }

  func path(_ handle: [UInt8]) -> [UInt8]? { handles[handle] }

  mutating func opens(_ number: UInt32, _ path: [UInt8]) {
    if pending.count < SSHLimits.handles { pending[number] = path }
  }

  mutating func closes(_ handle: [UInt8]) { handles[handle] = nil }
}

/// Types of packets.
enum SFTPType {
  static let initialise: UInt8 = 1
  static let version: UInt8 = 2
  static let open: UInt8 = 3
  static let close: UInt8 = 4
  static let read: UInt8 = 5
  static let write: UInt8 = 6
  static let linkStatus: UInt8 = 7
  static let handleStatus: UInt8 = 8
  static let setStatus: UInt8 = 9
  static let setHandleStatus: UInt8 = 10
  static let openDirectory: UInt8 = 11
  static let readDirectory: UInt8 = 12
  static let remove: UInt8 = 13
  static let makeDirectory: UInt8 = 14
  static let removeDirectory: UInt8 = 15
  static let realPath: UInt8 = 16
  static let status: UInt8 = 17
  static let rename: UInt8 = 18
  static let readLink: UInt8 = 19
  static let symbolicLink: UInt8 = 20
  static let handle: UInt8 = 102
  static let extended: UInt8 = 200
}

/// Reads the fields of a packet: numbers in network order, strings with their length in front.
struct SFTPPacket {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  /// The packet's type; nil if its length is not the one it states.
  mutating func begin() -> UInt8? {
    guard let length = integer(), Int(length) == bytes.count - 4, length > 0 else { return nil }
    position += 1
    return bytes[position - 1]
  }

  mutating func integer() -> UInt32? {
    guard bytes.count - position >= 4 else { return nil }
    let value = bytes[position..<position + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    position += 4
    return value
  }

  mutating func string() -> [UInt8]? {
    guard let length = integer(), Int(length) <= bytes.count - position else { return nil }
    position += Int(length)
    return Array(bytes[position - Int(length)..<position])
  }

  mutating func skip(_ count: Int) -> Bool {
    guard bytes.count - position >= count else { return false }
    position += count
    return true
  }

  /// Attributes, as the operations that setting them is.
  mutating func attributes() -> [SSHRequest.FileOperation]? {
    guard let flags = integer() else { return nil }
    var operations: [SSHRequest.FileOperation] = []
    if flags & 1 != 0 {
      guard skip(8) else { return nil }
      operations.append(.truncate)
    }
    if flags & 2 != 0 {
      guard skip(8) else { return nil }
      operations.append(.chown)
    }
    if flags & 4 != 0 {
      guard skip(4) else { return nil }
      operations.append(.chmod)
    }
    // Times: there is no word for them, and they are written.
    if flags & 8 != 0 {
      guard skip(8) else { return nil }
      operations.append(.write)
    }
    if flags & 0x8000_0000 != 0 {
      guard let count = integer() else { return nil }
      for _ in 0..<count {
        guard string() != nil, string() != nil else { return nil }
      }
      operations.append(.write)
    }
    return flags & ~0x8000_000F == 0 ? operations : nil
  }
}
