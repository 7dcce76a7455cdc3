import Glibc
import PolicyTestBench
import Testing

private func readAll(_ path: String, pieces: Int = 1 << 16) throws -> [UInt8] {
  let source = try ByteSource(path: path)
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: pieces)
  while true {
    let count = try piece.withUnsafeMutableBufferPointer { (buffer) throws(FileError) in
      try source.read(into: UnsafeMutableRawBufferPointer(buffer))
    }
    if count == 0 { return bytes }
    bytes += piece[0..<count]
  }
}

/// What `program` makes of a file, which it is given as standard input.
private func run(_ program: String, on path: String) throws -> [UInt8] {
  let pipe = try #require(popen("\(program) < \(path)", "r"))
  defer { pclose(pipe) }
  var bytes: [UInt8] = []
  while case let byte = fgetc(pipe), byte != EOF { bytes.append(UInt8(byte)) }
  return bytes
}

private let texts: [[UInt8]] = [
  [], [0x61], Array("{\"protocol\":\"shell\"}\n".utf8),
  Array(String(repeating: "a line of text\n", count: 40_000).utf8),
  (0..<900_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) },
]

@Test(arguments: ["", ".gz", ".zst"]) func writesAndReadsBack(suffix: String) throws {
  for text in texts {
    try withFile([]) { folder in
      let path = folder + "-out" + suffix
      defer { unlink(path) }
      let sink = try ByteSink(path: path)
      for start in stride(from: 0, to: text.count, by: 100_000) {
        try sink.write(Array(text[start..<min(text.count, start + 100_000)]))
      }
      try sink.finish()
      #expect(try readAll(path) == text)
      #expect(try readAll(path, pieces: 7).count == text.count)
      if suffix == ".gz" { #expect(try run("gzip -dc", on: path) == text) }
    }
  }
}

@Test func readsSeveralMembersOrFramesAsOne() throws {
  let text = Array("one\n".utf8)
  for suffix in [".gz", ".zst"] {
    try withFile([]) { folder in
      let path = folder + "-out" + suffix
      defer { unlink(path) }
      let sink = try ByteSink(path: path)
      try sink.write(text)
      try sink.finish()
      let once = try raw(path)
      let twice = try withFile(once + once) { try readAll($0) }
      #expect(twice == text + text)
      // Every way to cut it short is told from an end, and every byte that is damaged is not passed off as right.
      for end in 4..<once.count {
        #expect(throws: FileError.self, "\(suffix) cut at \(end)") {
          try withFile(Array(once[..<end])) { try readAll($0) }
        }
      }
    }
  }
}

/// The bytes of a file as they are on disk.
private func raw(_ path: String) throws -> [UInt8] {
  let file = try #require(fopen(path, "r"))
  defer { fclose(file) }
  var bytes: [UInt8] = []
  while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(byte)) }
  return bytes
}

@Test func saysWhatIsWrongWithCompressedData() throws {
  let cases: [([UInt8], String)] = [
    ([0x1F, 0x8B, 8, 0], "the compressed data ends early"),
    ([0x1F, 0x8B, 9, 0, 0, 0, 0, 0, 0, 0], "the gzip data is damaged"),
    ([0x28, 0xB5, 0x2F, 0xFD], "the compressed data ends early"),
    ([0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58, 0x07, 0x00, 0x00], "the zstd data is damaged"),
  ]
  for (bytes, reason) in cases {
    try withFile(bytes) { path in
      do {
        _ = try readAll(path)
        Issue.record("read \(bytes)")
      } catch let error as FileError {
        #expect(error.reason.hasPrefix(reason), "\(error.reason)")
      }
    }
  }
}

@Test func refusesWindowsThatTakeTooMuchMemory() throws {
  // A frame header (RFC 8878, 3.1.1.1) whose window is 2^27 bytes, and one whose window is one step larger.
  let atLimit: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, UInt8(27 - 10) << 3, 0x01, 0x00, 0x00]
  let pastLimit: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, UInt8(27 - 10) << 3 | 1, 0x01, 0x00, 0x00]
  #expect(try withFile(atLimit) { try readAll($0) } == [])
  #expect(throws: FileError.self) { try withFile(pastLimit) { try readAll($0) } }
}

@Test func aRunThatFailsLeavesTheOldFile() throws {
  try withFile(Array("old".utf8)) { path in
    do {
      let sink = try ByteSink(path: path)
      try sink.write(Array("new".utf8))
    }
    #expect(try readAll(path) == Array("old".utf8))
  }
}
