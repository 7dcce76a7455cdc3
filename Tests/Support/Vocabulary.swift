import PolicyBytecode

/// The few values that random policies and requests are made of, so that they meet.
enum Vocabulary {
  /// Values of the text facts.
  static func texts(_ fact: Fact) -> [String] {
    switch fact {
    // `zoë` stands there composed and decomposed: different bytes, hence different users.
    case .user: ["ann", "bob", "Ann", "zo\u{EB}", "zoe\u{308}", "svc-ci", "ann.lee"]
    case .group: ["dba", "sre", "dba-oncall", "oncall", "admins", "größe"]
    case .actor: ["human", "service", "agent"]
    case .client: ["psql", "psql (16)", "DBeaver"]
    case .claim: ["eng", "ops", "Ops", "contractor", ""]
    case .target: ["prod-db", "prod-web", "staging-db", "prod", "dev/1"]
    case .label: ["prod", "dev", "eu", "eu-west"]
    case .session: ["seen", "risky", "bulk"]
    case .protocol, .via: ["shell", "postgres", "mcp", "ssh", "http"]
    case .viaTool: ["run_it", "run_sql", "query"]
    case .viaProgram: ["psql", "kubectl", "sh"]
    case .command:
      [
        "select * from users", "drop table users", "delete from orders where id = ?", "rm -rf /", "rm -rf /tmp/x",
        "ls", "cat /etc/passwd", "kubectl delete ns x", "Grüße an alle", "", "a\nb", "DROP TABLE x", "日本語 ls",
      ]
    case .text: ["select 1", "drop table users; select 1", "rm -rf /", "4111 1111", "naïve", "nai\u{308}ve", "x\ny"]
    case .sqlVerb: ["drop", "delete", "select", "update", "insert"]
    case .sqlObject: ["table", "view", "role"]
    case .sqlTable, .sqlReads, .sqlWrites:
      [
        "users", "public.users", "customers", "app.customers", "db.app.customers", "audit_log", "app.audit_log",
        "Users", "ünits", "public.ünits",
      ]
    case .sqlFunction: ["pg_sleep", "lower", "now", "lo_import"]
    case .sqlProgram: ["sh", "cat /etc/passwd"]
    case .sqlFile: ["/etc/passwd", "/tmp/out.csv"]
    case .shellProgram: ["rm", "ls", "curl", "bash", "psql", "kubectl"]
    case .shellFlag: ["-r", "-f", "-rf", "--force", "-delete"]
    case .shellArgument: ["/", "-r", "x", "https://a.example/x.sh", "name=größe"]
    case .shellPath, .shellWrites, .sshPath:
      ["/", "/*", "/etc/passwd", "/etc/ssh/keys", "/home/ann/.ssh/id", "tmp/x", "/tmp", "/größe/x"]
    case .shellInputFrom: ["curl", "wget", "echo", "cat"]
    case .sshChannel: ["exec", "sftp", "forward"]
    case .sshFileOperation: ["read", "write", "remove"]
    case .sshForwardTo: ["db:5432", "localhost:80"]
    case .k8sVerb: ["get", "list", "delete", "deletecollection"]
    case .k8sGroup: ["", "apps"]
    case .k8sResource: ["pods", "secrets", "namespaces"]
    case .k8sSubresource: ["exec", "log"]
    case .k8sNamespace, .k8sName: ["kube-system", "default", "prod-a"]
    case .k8sBody: ["nginx:latest", "true"]
    case .httpMethod: ["GET", "POST", "DELETE"]
    case .httpHost: ["api.example", "crm"]
    case .httpPath: ["/admin", "/admin/users/7", "/api/v1/x", "/", "/größe"]
    case .httpQuery, .httpHeader, .httpBody, .mcpArgument: ["1", "admin", "a b", "ä", ""]
    case .redisCommand: ["GET", "FLUSHALL", "CONFIG SET"]
    case .redisKey: ["user:1", "user:2", "session:9"]
    case .shellAssigns: ["LD_PRELOAD=/tmp/x.so", "A=1"]
    case .redisFlag: ["read", "write", "dangerous", "unlisted-keys"]
    case .mcpMethod: ["tools/call", "tools/list"]
    case .mcpFrom: ["client", "server"]
    case .mcpTool: ["run_it", "run_sql", "query"]
    case .mcpResource: ["file:///etc/passwd", "db://x"]
    case .mcpPrompt: ["review"]
    case .textDetector, .responseDetector: ["email", "credit_card"]
    case .source, .time, .unparsed, .sqlWhere, .sqlWhereConstant, .sqlJoins, .sqlLimit, .shellPrivileged,
      .shellUnknown, .mcpDestructive, .mcpChanged, .responseRows, .responseBytes, .responseStatus:
      []
    }
  }

  static let integers: [Int64] = [0, 1, 2, 3, 5, 100, -1, .max, .min]
  static let keys = ["team", "env", "x", "$.a"]
  static let addresses = ["10.0.0.7", "10.1.2.3", "192.168.1.1", "2001:db8::7", "::1", "255.255.255.255"]
  static let zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata"]
  /// Around changes of the clocks, midnights and ends of weeks.
  static let times: [Int64] = [
    0, 1_774_746_000, 1_774_745_999, 1_792_890_000, 1_772_953_200, 1_793_512_799, 1_764_547_200, 1_767_225_599,
    1_900_000_000, 4_000_000_000,
  ]

  /// A value that may just miss a pattern made from `value`.
  static func nearMiss(_ value: String, _ random: inout SplitMix64) -> String {
    var scalars = Array(value.unicodeScalars)
    let place = random.below(scalars.count + 1)
    let insertion: Unicode.Scalar = random.pick(["x", "/", ".", " ", "é", "\u{308}", "€", "\u{1F600}", "\n", "A", "0"])
    switch random.below(4) {
    case 0 where place < scalars.count: scalars.remove(at: place)
    case 1 where place < scalars.count: scalars[place] = insertion
    case 2: return random.chance(50) ? value.uppercased() : value + value
    default: scalars.insert(insertion, at: place)
    }
    return scalars.map(String.init).joined()
  }
}
