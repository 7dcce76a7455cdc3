/// Commands that clients send for something other than running a program: the server's side of `scp` and of SFTP.
enum SSHExecLine {
  /// What a command stands for, or nil if it is a command like others. Nothing in it may be left to the shell but the
  /// path's `~` and wildcards.
  static func request(_ command: [UInt8]) -> SSHRequest? {
    // Cheap: all of them have it in their first word.
    guard command.contains(0x70), let words = words(command), let program = words.first else { return nil }
    if sftpServers.contains(where: { program.elementsEqual($0.utf8) }) { return .subsystem(Array("sftp".utf8)) }
    guard scpPrograms.contains(where: { program.elementsEqual($0.utf8) }) else { return nil }
    return scp(words.dropFirst())
  }

  /// `scp -t PATH` takes files in, `scp -f PATH…` sends them; other options may stand beside these.
  static func scp(_ arguments: ArraySlice<[UInt8]>) -> SSHRequest? {
    var arguments = arguments
    var (takes, sends) = (false, false)
    while let word = arguments.first, word.first == Ascii.dash, word.count > 1 {
      arguments.removeFirst()
      if word.elementsEqual("--".utf8) { break }
      letters: for (position, letter) in word.enumerated().dropFirst() {
        switch letter {
        case UInt8(ascii: "t"): takes = true
        case UInt8(ascii: "f"): sends = true
        case _ where flags.contains(letter): break
        case _ where values.contains(letter):
          if position == word.count - 1, arguments.popFirst() == nil { return nil }
          break letters
        default: return nil
        }
      }
    }
    // OpenSSH looks at `-f` first.
    let operation: SSHRequest.FileOperation? = sends ? .read : takes ? .write : nil
    guard let operation, !arguments.isEmpty, operation == .read || arguments.count == 1 else { return nil }
    return .file(.scp, operation, paths: Array(arguments))
  }

  private static let flags = Array("12346ABCOpqrRTvd".utf8)
  private static let values = Array("cDFiJloPSX".utf8)
  private static let scpPrograms = ["scp", "/usr/bin/scp", "/bin/scp", "/usr/local/bin/scp"]
  private static let sftpServers = [
    "internal-sftp", "sftp-server", "/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server",
    "/usr/libexec/sftp-server", "/usr/lib/sftp-server", "/usr/lib/ssh/sftp-server", "/usr/local/libexec/sftp-server",
  ]

  /// The words of a line without anything that a shell would do more with than to take quotes away; nil otherwise.
  private static func words(_ line: [UInt8]) -> [[UInt8]]? {
    var words: [[UInt8]] = []
    var word: [UInt8] = []
    var isInWord = false
    var index = 0
    while index < line.count {
      let byte = line[index]
      index += 1
      switch byte {
      case Ascii.space, Ascii.tab:
        if isInWord { words.append(word) }
        word.removeAll(keepingCapacity: true)
        isInWord = false
      case Ascii.quote, Ascii.doubleQuote:
        isInWord = true
        while index < line.count, line[index] != byte {
          if byte == Ascii.doubleQuote, special.contains(line[index]) { return nil }
          word.append(line[index])
          index += 1
        }
        guard index < line.count else { return nil }
        index += 1
      default:
        guard byte > 0x20, byte != 0x7F, !special.contains(byte), !";|&<>()#{}".utf8.contains(byte) else { return nil }
        word.append(byte)
        isInWord = true
      }
    }
    if isInWord { words.append(word) }
    return words
  }

  private static let special: [UInt8] = Array("$`\\!".utf8)
}
