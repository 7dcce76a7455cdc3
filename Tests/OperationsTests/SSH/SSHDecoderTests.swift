import PolicyBytecode
import Testing

@testable import Operations

@Suite struct SSHDecoderTests {
  private static let payloadTable: [(String, [String])] = [
    // Commands.
    ("ls -la", ["ssh exec ls -la", "shell ls -la < ssh"]),
    ("sudo rm -rf /", ["ssh exec sudo rm -rf /", "shell sudo rm -rf / < ssh", "shell rm -rf / < ssh"]),
    ("", ["ssh exec ", "shell  < ssh"]),
    (
      "psql -c 'drop table t'",
      ["ssh exec psql -c 'drop table t'", "shell psql -c 'drop table t' < ssh", "postgres drop table t < ssh shell"]
    ),
    ("echo 'x", ["ssh exec echo 'x", "shell ?truncated < ssh"]),
    (#"{ "ls"; }"#, [#"ssh exec { "ls"; }"#, "shell ls < ssh"]),
    ("{ ls; }", ["ssh exec { ls; }", "shell ls < ssh"]),
    (#"{"channel":"exec","command":"ls"}"#, ["ssh exec ls", "shell ls < ssh"]),
    // The server's side of copies.
    ("scp -t /etc", ["ssh scp write /etc"]), ("scp -p -r -d -t -- '/a b'", ["ssh scp write '/a b'"]),
    ("scp -qf .ssh/id_rsa *.log", ["ssh scp read ~/.ssh/id_rsa ~/*.log"]),
    ("/usr/bin/scp -f ~/x", ["ssh scp read ~/x"]),
    (
      "scp -t /x; id",
      ["ssh exec scp -t /x; id", "shell scp -t /x < ssh", "ssh scp write /x < ssh shell", "shell id < ssh"]
    ),
    (
      "scp -t $(id)",
      ["ssh exec scp -t $(id)", "shell id < ssh", "shell scp -t $(id) < ssh", "ssh scp write ~/$(id) < ssh shell"]
    ),
    ("./scp -t /x", ["ssh exec ./scp -t /x", "shell ./scp -t /x < ssh", "ssh scp write /x < ssh shell"]),
    ("scp -t -f /x", ["ssh scp read /x"]), ("scp -ft /x", ["ssh scp read /x"]), ("scp -tt /x", ["ssh scp write /x"]),
    ("scp -4Cl100t /x", ["ssh exec scp -4Cl100t /x", "shell scp -4Cl100t /x < ssh"]),
    ("scp -4Ctl 100 /x", ["ssh scp write /x"]),
    ("internal-sftp", ["ssh subsystem sftp"]), ("/usr/lib/openssh/sftp-server -R", ["ssh subsystem sftp"]),
    (
      "/tmp/sftp-server",
      ["ssh exec /tmp/sftp-server", "shell /tmp/sftp-server < ssh", "ssh subsystem sftp < ssh shell"]
    ),
    // Shells.
    (#"{"channel":"shell"}"#, ["ssh shell"]),
    (#"{"channel":"shell","input":"cd /etc\nrm x\n"}"#, ["ssh shell", "shell cd /etc < ssh", "shell rm x < ssh"]),
    (
      #"{"channel":"shell","input":"for x in a b\ndo rm $x\ndone\r"}"#,
      ["ssh shell", "shell rm $x < ssh", "shell rm a < ssh", "shell rm b < ssh"]
    ),
    (#"{"channel":"shell","input":"echo 'x\nid\n"}"#, ["ssh shell", "shell ?truncated < ssh", "shell id < ssh"]),
    (#"{"channel":"shell","input":"l\u007fls\nid\r"}"#, ["ssh shell", "shell ?unknown-code < ssh", "shell id < ssh"]),
    (#"{"channel":"shell","input":"\u001b[A\n"}"#, ["ssh shell", "shell ?unknown-code < ssh"]),
    (#"{"channel":"shell","input":"cat /etc/pas\t\n"}"#, ["ssh shell", "shell ?unknown-code < ssh"]),
    (#"{"channel":"shell","input":"sudo !!\n"}"#, ["ssh shell", "shell ?unknown-code < ssh"]),
    (#"{"channel":"shell","input":"^ls^rm^\n"}"#, ["ssh shell", "shell ?unknown-code < ssh"]),
    (#"{"channel":"shell","input":"echo '!x' \"hi!\" $!\n"}"#, ["ssh shell", "shell echo !x hi! $! < ssh"]),
    (#"{"channel":"shell","input":"\u0003\n\n\u0004"}"#, ["ssh shell"]),
    // Files.
    (#"{"channel":"sftp","operation":"remove","path":"/etc/x"}"#, ["ssh sftp remove /etc/x"]),
    (#"{"channel":"sftp","operation":"rename","path":"/a/../b","to":"c d"}"#, ["ssh sftp rename /b '~/c d'"]),
    (#"{"channel":"sftp","operation":"opendir","path":"."}"#, ["ssh sftp list ~"]),
    (#"{"channel":"sftp","operation":"write","path":"../../etc/x"}"#, ["ssh sftp write ~/../../etc/x"]),
    (#"{"channel":"scp","operation":"write","path":"/srv/x"}"#, ["ssh scp write /srv/x"]),
    (#"{"channel":"exec","operation":"write","path":"/srv/x"}"#, ["ssh exec write /srv/x"]),
    (#"{"channel":"sftp","operation":"rename","path":"/a"}"#, ["ssh ?syntax"]),
    (#"{"channel":"sftp","operation":"format","path":"/a"}"#, ["ssh ?syntax"]),
    (#"{"channel":"sftp","operation":"read"}"#, ["ssh ?syntax"]),
    (#"{"channel":"sftp","operation":"read","path":7}"#, ["ssh ?syntax"]),
    (#"{"channel":"sftp","operation":"read","path":"a\u0000b"}"#, ["ssh ?encoding"]),
    // Others.
    (#"{"channel":"subsystem","name":"netconf"}"#, ["ssh subsystem netconf"]),
    (#"{"channel":"subsystem"}"#, ["ssh ?syntax"]),
    (#"{"channel":"forward","to":"DB.local:5432"}"#, ["ssh forward db.local:5432"]),
    (#"{"channel":"forward","host":"::1","port":80}"#, ["ssh forward [::1]:80"]),
    (#"{"channel":"forward","to":"/var/run/../run/docker.sock"}"#, ["ssh forward /var/run/docker.sock"]),
    (#"{"channel":"forward","listen":"*:80"}"#, ["ssh forward listen *:80"]),
    (#"{"channel":"forward","listen":"*:80","to":"a:1"}"#, ["ssh forward listen *:80 to a:1"]),
    (#"{"channel":"forward"}"#, ["ssh ?syntax"]), (#"{"channel":"forward","to":"db"}"#, ["ssh ?syntax"]),
    (#"{"channel":"forward","listen":"*:80","to":7}"#, ["ssh ?syntax"]),
    (#"{"channel":"x11"}"#, ["ssh x11"]), (#"{"channel":"agent"}"#, ["ssh agent"]),
    (#"{"channel":"env","name":"A","value":"b c"}"#, ["ssh env 'A=b c'"]),
    (#"{"channel":"pty"}"#, ["ssh ?syntax"]), (#"{"channel":7}"#, ["ssh ?syntax"]),
    (#"{"channel":"x11""#, ["ssh ?syntax"]),
    (#"{"channel":"x11","channel":"exec"}"#, ["ssh ?syntax"]),
  ]

  @Test(arguments: payloadTable.indices) func payloads(_ index: Int) {
    let (payload, expected) = Self.payloadTable[index]
    #expect(outline(.ssh, payload) == expected, "\(payload)")
  }

  @Test func facts() {
    var context = DecodeContext(demand: .everything)
    context.decode(.ssh, Array(#"{"channel":"sftp","operation":"rename","path":"/a","to":"/b"}"#.utf8))
    #expect(context.text(.sshChannel) == "sftp" && context.text(.sshFileOperation) == "rename")
    #expect(context.text(.sshPath) == "/a /b" && context.text(.sshForwardTo).isEmpty)
    context.decode(.ssh, Array(#"{"channel":"forward","to":"Db:1"}"#.utf8))
    #expect(context.text(.sshChannel) == "forward" && context.text(.sshForwardTo) == "db:1")
    context.decode(.ssh, Array("uptime".utf8))
    #expect(context.text(.sshChannel) == "exec" && context.text(.sshFileOperation).isEmpty)
    #expect(context.text(.shellProgram, 1) == "uptime" && context.text(.via, 1) == "ssh")
  }

  /// Every word is one of the fact's.
  @Test func enumerations() {
    func words(_ fact: Fact) -> [String] {
      if case .enumeration(let words) = fact.schema.type { words } else { [] }
    }
    #expect(SSHRequest.FileOperation.allCases.map(\.rawValue) == words(.sshFileOperation))
    let requests: [SSHRequest] = [
      .exec([]), .shell, .file(.sftp, .read, paths: []), .file(.scp, .read, paths: []), .subsystem([]),
      .forward(to: []), .x11, .agent, .environment(name: [], value: []),
    ]
    #expect(requests.map(\.channel) == words(.sshChannel))
  }

  /// What a client sends is never taken for another kind of request.
  @Test func requestsOffTheWire() {
    var context = DecodeContext(demand: .everything)
    context.decode(.exec(Array(#"{"channel":"x11","a":"`id`"}"#.utf8)))
    #expect(context.outline.contains("shell id < ssh"))
    #expect(context.text(.text) == "" || context.text(.text).contains("x11"))
    context.decode(.shellInput(Array("id\n".utf8)))
    #expect(context.outline == ["ssh shell", "shell id < ssh"])
    context.decode(.listen(on: Array("*:80".utf8), to: nil))
    #expect(context.outline == ["ssh forward listen *:80"])
    context.decode(.exec([0x6C, 0xFF]))
    #expect(context.outline == ["ssh ?encoding"])
  }

  // MARK: - On a shell line

  private static let lineTable: [(String, [String])] = [
    ("ssh -L 5432:db:5432 h", ["forward db:5432"]), ("ssh -L '*:5432:db:5432' h", ["forward db:5432"]),
    ("ssh -L 1:[::1]:2 h", ["forward [::1]:2"]), ("ssh -L /tmp/s:db:1 h", ["forward db:1"]),
    ("ssh -L 1:/run/x.sock h", ["forward /run/x.sock"]), ("ssh h -L 1:db:2", ["forward db:2"]),
    ("ssh -R 80:localhost:3000 h", ["forward listen localhost:80 to localhost:3000"]),
    ("ssh -R :80:a:3000 h", ["forward listen *:80 to a:3000"]), ("ssh -R 80 h", ["forward listen localhost:80 to *:*"]),
    ("ssh -R 0.0.0.0:80 h", ["forward listen 0.0.0.0:80 to *:*"]),
    ("ssh -R 80:/tmp/s h", ["forward listen localhost:80 to /tmp/s"]),
    ("ssh -D 1080 h", ["forward *:*"]), ("ssh -W db:22 h", ["forward db:22"]), ("ssh -w 0:0 h", ["forward *:*"]),
    ("ssh -J a,b:7 -p 8 u@h", ["forward b:7", "forward h:8"]), ("ssh -o ProxyJump=a h", ["forward h:22"]),
    ("ssh -J none h", []), ("ssh -A h", ["agent"]), ("ssh -X h", ["x11"]), ("ssh -a h", []),
    ("ssh -o ForwardAgent=yes -o forwardx11=no h", ["agent"]), ("ssh -o 'LocalForward 1 db:2' h", ["forward db:2"]),
    ("ssh -o RemoteForward='1 db:2' h", ["forward listen localhost:1 to db:2"]),
    ("ssh -o DynamicForward=1 h", ["forward *:*"]), ("ssh -o SetEnv=A=b h", ["env A=b"]), ("ssh h uptime", []),
    ("ssh -s h netconf", ["subsystem netconf"]),
    ("scp a h:/b", ["scp write /b"]), ("scp u@h:/b/../c .", ["scp read /c"]),
    ("scp h:x g:", ["scp read ~/x", "scp write ~"]),
    ("scp a ./b:c", []), ("scp a b", []), ("scp scp://h:22/x .", ["scp read ~/x"]), ("scp [::1]:/x .", ["scp read /x"]),
    ("cd / && scp -f ./etc", ["scp read /etc"]), ("cd /srv; sudo rsync --server -e. . a", ["exec write /srv/a"]),
    ("cd \"$x\"; scp -f etc", ["scp read ~/etc"]), ("sudo scp -t /etc", ["scp write /etc"]),
    ("rsync -a x/ h:/srv/", ["exec write /srv"]),
    ("rsync h:/a b", ["exec read /a"]), ("rsync a h::module", []), ("sftp h:/etc/passwd", ["sftp read /etc/passwd"]),
    ("sftp h", []), ("cat x | sftp h", ["?unknown-code"]), ("sftp -b x h", []),
    (
      "sftp -b - h <<'E'\ncd /etc\nput a\n-rm \"b c\"\nrename x /y\nls\nget z\nmkdir d\nchmod 600 k\nln -s p q\nlcd /tmp\n# no\nbye\nE",
      [
        "sftp write /etc/a", "sftp remove '/etc/b c'", "sftp rename /etc/x /y", "sftp list /etc", "sftp read /etc/z",
        "sftp mkdir /etc/d", "sftp chmod /etc/k", "sftp symlink /etc/p /etc/q",
      ]
    ),
    ("echo 'frobnicate x' | sftp h", ["?syntax"]), ("echo 'put \"x' | sftp h", ["?syntax"]),
    ("echo 'put a b/' | sftp h:/srv/", ["sftp write /srv/b/a"]),
  ]

  @Test(arguments: lineTable.indices) func lines(_ index: Int) {
    let (line, expected) = Self.lineTable[index]
    let found = outline(.shell, line).filter { $0.hasPrefix("ssh ") }
    #expect(found == expected.map { "ssh \($0) < shell" }, "\(line)")
  }

  /// What these programs run here or there.
  @Test(arguments: [
    "printf '!rm -rf /\\n' | sftp h", "sftp -D 'rm -rf /' h", "scp -S 'rm -rf /' a h:", "scp -D 'rm -rf /' a h:",
    "scp -o ProxyCommand='rm -rf /' a h:", "rsync --rsync-path='rm -rf /' a h:b",
    "ssh -o ProxyCommand='rm -rf /' -L 1:a:2 h",
  ]) func commandsOfClients(line: String) {
    #expect(outline(.shell, line).contains("shell rm -rf /"))
  }
}
