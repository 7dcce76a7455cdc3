import PolicyBytecode
import Testing

@testable import Operations

/// What passes an SSH connection under another name than its own.
@Suite struct SSHPassageTests {
  private static let commandTable: [(String, [String])] = [
    // The server's side of rsync.
    (
      "rsync --server -vlogDtpre.iLsfxCIvu . /srv",
      [
        "ssh exec rsync --server -vlogDtpre.iLsfxCIvu . /srv",
        "shell rsync --server -vlogDtpre.iLsfxCIvu . /srv < ssh", "ssh exec write /srv < ssh shell",
      ]
    ),
    (
      "rsync --server --sender -re.Lsf . /etc/a b",
      [
        "ssh exec rsync --server --sender -re.Lsf . /etc/a b", "shell rsync --server --sender -re.Lsf . /etc/a b < ssh",
        "ssh exec read /etc/a < ssh shell", "ssh exec read ~/b < ssh shell",
      ]
    ),
    (
      "rsync --server -se.Lsf",
      ["ssh exec rsync --server -se.Lsf", "shell rsync --server -se.Lsf < ssh", "ssh ?unknown-code < ssh shell"]
    ),
    (
      "sudo /usr/lib/openssh/sftp-server",
      [
        "ssh exec sudo /usr/lib/openssh/sftp-server", "shell sudo /usr/lib/openssh/sftp-server < ssh",
        "shell /usr/lib/openssh/sftp-server < ssh", "ssh subsystem sftp < ssh shell",
      ]
    ),
  ]

  @Test(arguments: commandTable.indices) func commands(_ index: Int) {
    let (command, expected) = Self.commandTable[index]
    let found = outline(.ssh, command)
    #expect(found == expected, "\(command)")
  }

  /// Lines whose last operation this is.
  @Test(arguments: [
    ("ssh -o RemoteCommand='rm -rf /' h", "shell rm -rf /"), ("ssh -oRemoteCommand='rm -rf /' h", "shell rm -rf /"),
    ("ssh -o 'remotecommand rm -rf /' h", "shell rm -rf /"), ("ssh h -o ' RemoteCommand = rm -rf /'", "shell rm -rf /"),
    ("ssh -o RemoteCommand=none h", "shell ssh -o RemoteCommand=none h"),
    ("rsync -e 'rm -rf /' --server a", "shell rm -rf /"),
    ("nice sftp-server", "ssh subsystem sftp"), ("sftp -s 'sudo /usr/lib/sftp-server' h", "ssh subsystem sftp"),
    ("sftp -s sftp2 h", "ssh subsystem sftp2"),
    ("ssh -L 1:0xA9FEA9FE:80 h", "ssh forward 169.254.169.254:80"), ("ssh -W 127.1:022 h", "ssh forward 127.0.0.1:22"),
    ("ssh -L 1:[::ffff:a9fe:a9fe]:80 h", "ssh forward 169.254.169.254:80"),
    ("ssh -W localhost.:22 h", "ssh forward localhost:22"), ("ssh -W 2130706433:22 h", "ssh forward 127.0.0.1:22"),
    ("ssh -W [0:0::1]:22 h", "ssh forward [::1]:22"), ("ssh -J a ::1", "ssh forward [::1]:22"),
    ("ssh -D 1 h", "ssh forward *:*"),
  ]) func lastOperation(line: String, expected: String) {
    let found = outline(.shell, line)
    #expect(found.last == expected || found.last == expected + " < shell", "\(line): \(found)")
  }

  @Test(arguments: [
    ("::1:22", "[::1]:22"), ("[::1]:22", "[::1]:22"), ("[::FFFF:A9FE:A9FE]:80", "169.254.169.254:80"),
    ("*:80", "*:80"), ("H.:080", "h:80"), ("h:http", "h:http"), ("fe80::1%eth0:1", "fe80::1%eth0:1"),
  ]) func addresses(address: String, expected: String) {
    #expect(SSHRequest.address(Array(address.utf8)) == Array(expected.utf8))
  }

  /// Lines typed into another program are no shell code.
  @Test(arguments: [
    ("psql\\ndrop table t;\\n\\\\q\\nid\\n", ["shell psql", "shell ?unknown-code", "shell id"]),
    (
      "sudo -u postgres psql -d x\\nselect 1;\\nexit;\\nid\\n",
      ["shell sudo -u postgres psql -d x", "shell psql -d x", "shell ?unknown-code", "shell id"]
    ),
    ("python3\\nimport os\\nexit()\\nid\\n", ["shell python3", "shell ?unknown-code", "shell id"]),
    ("redis-cli -h r\\nflushall\\nquit\\nid\\n", ["shell redis-cli -h r", "shell ?unknown-code", "shell id"]),
    ("node\\n1\\n\\u0004\\nid\\n", ["shell node", "shell ?unknown-code", "shell id"]),
    ("python3 x.py\\nid\\n", ["shell python3 x.py", "shell id"]),
    ("redis-cli ping\\nid\\n", ["shell redis-cli ping", "shell id"]),
    ("psql -c 'select 1'\\nid\\n", ["shell psql -c 'select 1'", "shell id"]),
  ]) func interactivePrograms(input: String, expected: [String]) {
    let found = outline(.ssh, #"{"channel":"shell","input":"\#(input)"}"#).dropFirst()
      .filter { $0.hasPrefix("shell") }.map { String($0.prefix(while: { $0 != "<" })).trimmed }
    #expect(found == expected, "\(input)")
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
