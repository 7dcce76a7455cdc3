import PolicyBytecode
import TestSupport
import Testing

@testable import Operations

private func number(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
private func string(_ text: String) -> [UInt8] { number(UInt32(text.utf8.count)) + Array(text.utf8) }
private let long = [UInt8](repeating: 0, count: 8)

/// A packet of a type, with a request's number and fields.
private func packet(_ type: UInt8, _ fields: [UInt8]..., id: UInt32 = 7) -> [UInt8] {
  let body = [type] + number(id) + fields.joined()
  return number(UInt32(body.count)) + body
}

@Suite struct SFTPTests {
  private static let noAttributes = number(0)

  private static let table: [(String, [UInt8], [String])] = [
    ("INIT", packet(1, id: 3), ["sftp"]),
    ("INIT with extensions", packet(1, string("a"), string("1"), id: 3), ["sftp"]),
    ("OPEN to read", packet(3, string("/etc/x"), number(1), noAttributes), ["sftp read /etc/x"]),
    ("OPEN to write", packet(3, string("/etc/x"), number(0x1A), noAttributes), ["sftp write /etc/x"]),
    (
      "OPEN for both", packet(3, string("x"), number(3), number(4), number(0o644)), ["sftp read ~/x", "sftp write ~/x"]
    ),
    ("OPEN without flags", packet(3, string("/x"), number(0), noAttributes), ["sftp write /x"]),
    ("CLOSE", packet(4, string("h")), ["sftp"]), ("LSTAT", packet(7, string("/x")), ["sftp stat /x"]),
    ("SETSTAT of the mode", packet(9, string("/x"), number(4), number(0)), ["sftp chmod /x"]),
    (
      "SETSTAT of all", packet(9, string("/x"), number(15), long, long, number(0), long),
      ["sftp truncate /x", "sftp chown /x", "sftp chmod /x", "sftp write /x"]
    ),
    ("SETSTAT of nothing", packet(9, string("/x"), number(0)), ["sftp"]),
    ("OPENDIR", packet(11, string("/x")), ["sftp list /x"]),
    ("REMOVE", packet(13, string("/a/../x")), ["sftp remove /x"]),
    ("MKDIR", packet(14, string("/x"), noAttributes), ["sftp mkdir /x"]),
    ("RMDIR", packet(15, string("/x")), ["sftp rmdir /x"]),
    ("REALPATH", packet(16, string(".")), ["sftp stat ~"]), ("STAT", packet(17, string("/x")), ["sftp stat /x"]),
    ("RENAME", packet(18, string("/x"), string("/y")), ["sftp rename /x /y"]),
    ("READLINK", packet(19, string("/x")), ["sftp stat /x"]),
    ("SYMLINK", packet(20, string("/x"), string("/y")), ["sftp symlink /x /y"]),
    (
      "posix-rename", packet(200, string("posix-rename@openssh.com"), string("/x"), string("/y")), ["sftp rename /x /y"]
    ),
    ("hardlink", packet(200, string("hardlink@openssh.com"), string("/x"), string("/y")), ["sftp symlink /x /y"]),
    ("lsetstat", packet(200, string("lsetstat@openssh.com"), string("/x"), number(2), long), ["sftp chown /x"]),
    ("limits", packet(200, string("limits@openssh.com")), ["sftp"]),
    ("an extension", packet(200, string("rm@example.com"), string("/x")), ["?unsupported"]),
    ("a type", packet(99, string("/x")), ["?unsupported"]),
    ("a handle nobody gave", packet(6, string("h"), long, string("data")), ["?unknown-code"]),
    ("more than it says", packet(13, string("/x"), [0]), ["?syntax"]),
    ("less than it says", packet(18, string("/x")), ["?truncated"]),
    ("a string past the end", packet(13, number(99)), ["?truncated"]),
    ("another length", [0, 0, 0, 9, 13], ["?truncated"]), ("nothing", [], ["?truncated"]),
    ("no type", number(0), ["?truncated"]),
    ("NUL", packet(13, string("/x\0y")), ["?encoding"]),
    ("attributes nobody knows", packet(9, string("/x"), number(0x10)), ["?syntax"]),
  ]

  @Test(arguments: table.indices) func packets(_ index: Int) {
    let (name, bytes, expected) = Self.table[index]
    var context = DecodeContext(demand: .everything)
    var session = SFTPSession()
    context.decodeSFTP(bytes, &session)
    #expect(context.outline == expected.map { "ssh " + $0 }, "\(name)")
  }

  @Test func handles() {
    var context = DecodeContext(demand: .everything)
    var session = SFTPSession()
    func decode(_ bytes: [UInt8]) -> [String] {
      context.decodeSFTP(bytes, &session)
      return context.outline
    }
    _ = decode(packet(3, string("/srv/x"), number(2), Self.noAttributes, id: 1))
    #expect(decode(packet(6, string("H"), long, string("data"), id: 2)) == ["ssh ?unknown-code"])
    session.reply(packet(102, string("H"), id: 1))
    #expect(decode(packet(6, string("H"), long, string("data"), id: 2)) == ["ssh sftp write /srv/x"])
    #expect(decode(packet(5, string("H"), long, number(10), id: 3)) == ["ssh sftp read /srv/x"])
    #expect(decode(packet(10, string("H"), number(4), number(0), id: 4)) == ["ssh sftp chmod /srv/x"])
    #expect(decode(packet(8, string("H"), id: 5)) == ["ssh sftp stat /srv/x"])
    #expect(decode(packet(200, string("fsync@openssh.com"), string("H"), id: 6)) == ["ssh sftp write /srv/x"])
    _ = decode(packet(11, string("/srv"), id: 7))
    session.reply(packet(102, string("D"), id: 7))
    #expect(decode(packet(12, string("D"), id: 8)) == ["ssh sftp list /srv"])
    #expect(
      decode(packet(200, string("copy-data"), string("D"), long, long, string("H"), long, id: 9))
        == ["ssh sftp read /srv", "ssh sftp write /srv/x"])
    #expect(decode(packet(4, string("H"), id: 9)) == ["ssh sftp"])
    #expect(decode(packet(6, string("H"), long, string("data"), id: 10)) == ["ssh ?unknown-code"])
    // A refusal gives no handle.
    _ = decode(packet(3, string("/y"), number(2), Self.noAttributes, id: 11))
    session.reply(packet(101, number(3), string("no"), string(""), id: 11))
    session.reply(packet(102, string("Y"), id: 11))
    #expect(decode(packet(5, string("Y"), long, number(1), id: 12)) == ["ssh ?unknown-code"])
  }

  @Test func otherVersionsAreNotRead() {
    var context = DecodeContext(demand: .everything)
    var session = SFTPSession()
    session.reply(packet(2, id: 3))
    context.decodeSFTP(packet(13, string("/x")), &session)
    #expect(context.outline == ["ssh sftp remove /x"])
    session.reply(packet(2, id: 6))
    context.decodeSFTP(packet(13, string("/x")), &session)
    #expect(context.outline == ["ssh ?unsupported"])
  }

  @Test func limits() {
    var context = DecodeContext(demand: .everything)
    var session = SFTPSession()
    for id in 0...UInt32(SSHLimits.handles) {
      context.decodeSFTP(packet(11, string("/d"), id: id), &session)
      session.reply(packet(102, string("\(id)"), id: id))
    }
    context.decodeSFTP(packet(12, string("\(SSHLimits.handles - 1)")), &session)
    #expect(context.outline == ["ssh sftp list /d"])
    context.decodeSFTP(packet(12, string("\(SSHLimits.handles)")), &session)
    #expect(context.outline == ["ssh ?unknown-code"])

    let path = { (count: Int) in "/" + String(repeating: "p", count: count - 1) }
    context.decodeSFTP(packet(13, string(path(SSHLimits.path))), &session)
    #expect(context.batch.operations[0].unparsed == .none)
    context.decodeSFTP(packet(13, string(path(SSHLimits.path + 1))), &session)
    #expect(context.outline == ["ssh ?oversized"])

    context.decodeSFTP(packet(11, string("/d"), id: 1), &session)
    let write = { (count: Int) in packet(6, string("0"), long, string(String(repeating: "x", count: count - 26))) }
    context.decodeSFTP(write(SSHLimits.packet), &session)
    #expect(context.outline == ["ssh sftp write /d"])
    context.decodeSFTP(write(SSHLimits.packet + 1), &session)
    #expect(context.outline == ["ssh ?oversized"])
  }

  @Test func nothingCrashes() {
    var random = SplitMix64(seed: 0x55F)
    var context = DecodeContext(demand: .everything)
    var session = SFTPSession()
    for _ in 0..<6_000 {
      var bytes = random.pick(Self.table).1
      for _ in 0..<random.below(4) where !bytes.isEmpty { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
      if random.chance(20) { bytes.removeLast(random.below(bytes.count + 1)) }
      if random.chance(50) { session.reply(bytes) }
      context.decodeSFTP(bytes, &session)
      #expect(context.batch.count > 0)
    }
  }
}
