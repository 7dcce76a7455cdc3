import PolicyBytecode
import Testing

@testable import Operations

@Suite struct RedisDecoderTests {
  /// What is sent, and the operations it is, one a line.
  static let payloads: [(String, String)] = [
    // Words
    ("GET a", "GET a"),
    ("  get \t a \r\n", "GET a"),
    ("set k \"a b\"", "SET k \"a b\""),
    ("set k 'it\\'s'", "SET k \"it's\""),
    ("set k 'a\\x41'", "SET k a\\x41"),
    ("set k \"\\x41\\x42\\n\\r\\t\\\\\"", "SET k \"AB\\n\\r\\t\\\\\""),
    ("set k \"\\a\\b\\q\\xZZ\"", "SET k \"\\x07\\x08qxZZ\""),
    ("set k a\\b", "SET k a\\b"),
    ("set a\"b\" c", "SET ab c"),
    ("set k \"\"", "SET k \"\""),
    ("set größe \"ü ß\"", "SET größe \"ü ß\""),
    ("set k \"\\xff\\x00é\"", "SET k \"\\xff\\x00é\""),
    ("\"flushall\" 'async'", "FLUSHALL async"),
    ("\"\\x46LUSHALL\"", "FLUSHALL"),
    ("SET note \"FLUSHALL\"", "SET note FLUSHALL"),
    ("PING\nFLUSHALL\n", "PING|FLUSHALL"),
    ("MULTI\r\nDEL a\r\nEXEC\r\n", "MULTI|DEL a|EXEC"),
    ("", ""), ("\r\n \r\n", ""),
    ("GET \"a", "?truncated"), ("GET 'a\nFLUSHALL'", "?truncated"), ("GET \"a\"b", "?syntax"),
    ("GET a\0b", "?encoding"), ("GET a\nGET \"\nGET c", "GET a|?truncated"),
    // RESP
    (resp("GET", "a"), "GET a"),
    (resp("set", "k", "a\r\nFLUSHALL\r\n"), "SET k \"a\\r\\nFLUSHALL\\r\\n\""),
    (resp("GET", "a") + resp("FLUSHALL") + "PING\r\n" + resp("INFO"), "GET a|FLUSHALL|PING|INFO"),
    ("*0\r\n*-1\r\n" + resp("GET", "a"), "GET a"), ("*0\r\n", ""),
    (resp("GET", "a") + "*1\r\n$4\r\nPIN", "GET a|?truncated"), ("*", "?truncated"), ("*1\r", "?truncated"),
    ("*1\r\n", "?truncated"), ("*1\r\n$4\r\nPING\r", "?truncated"), ("*1\r\n$-1\r\n", "?syntax"),
    ("*1\r\n$3\r\nPING\r\n", "?syntax"), ("*1\r\n$5\r\nPING\r\n", "?truncated"), ("*1\n$4\nPING\n", "?syntax"),
    ("*01\r\n$4\r\nPING\r\n", "?syntax"), ("*+1\r\n$4\r\nPING\r\n", "?syntax"), ("*1\r\n:4\r\n", "?syntax"),
    ("*1\r\n$4\r\nPING\r\n$4\r\n", "PING|$4|?unsupported"), ("*99999999999\r\n", "?syntax"), ("*-0\r\n", "?syntax"),
    (resp(""), "?unsupported"),
    // Names
    ("config set a b", "CONFIG SET a b"), ("CoNfIg", "CONFIG"), ("acl deluser x", "ACL DELUSER x"),
    ("nosuch a", "NOSUCH a|?unsupported"), ("config nosuch a", "CONFIG NOSUCH a|?unsupported"),
    ("config \"no such\"", "CONFIG \"no such\"|?unsupported"), ("\"config set\" a b", "?unsupported"),
    ("\"no such\" a", "?unsupported"), ("größe", "?unsupported"), ("json.set k $ 1", "JSON.SET k $ 1"),
    ("evalsha abc 1 k", "EVALSHA abc 1 k|>?unknown-code"), ("fcall f 1 k", "FCALL f 1 k"),
    ("function restore x", "FUNCTION RESTORE x|>?unknown-code"),
  ]

  @Test(arguments: payloads) func payloadsAreReadAsTheServerDoes(_ payload: String, _ expected: String) {
    #expect(decodeRedis(payload).map(\.redisLine).joined(separator: "|") == expected, "\(payload.debugDescription)")
  }

  /// A command, its name, its keys and its flags.
  static let commands: [(String, String, String, String)] = [
    ("get k", "GET", "k", "read string"),
    ("mget a b c", "MGET", "a b c", "read string"),
    ("mset a 1 b 2", "MSET", "a b", "write string"),
    ("msetex 2 a 1 b 2 ex 10", "MSETEX", "a b", "write string"),
    ("blpop a b 0", "BLPOP", "a b", "write blocking list"),
    ("eval 'return 1' 2 a b c", "EVAL", "a b", "scripting"),
    ("eval 'return 1' x a", "EVAL", "", "scripting"),
    ("zunionstore d 2 a b weights 1 2", "ZUNIONSTORE", "d a b", "write sorted-set"),
    ("lmpop 2 a b left", "LMPOP", "a b", "write list"),
    ("bitop and d a b", "BITOP", "d a b", "write bitmap"),
    ("xread count 2 block 0 streams a b 0 0", "XREAD", "a b", "read blocking stream"),
    ("xreadgroup group streams c streams a > ", "XREADGROUP", "a", "write blocking stream"),
    ("migrate h 1 k 0 9", "MIGRATE", "k", "write dangerous keyspace"),
    ("migrate h 1 '' 0 9 copy keys a b", "MIGRATE", "a b", "write dangerous keyspace"),
    ("georadius g 1 2 3 km withdist store d", "GEORADIUS", "g d", "write geo"),
    ("georadiusbymember g m 3 km storedist d", "GEORADIUSBYMEMBER", "g d", "write geo"),
    ("sort l limit 0 store store d", "SORT", "l d", "write dangerous list set sorted-set"),
    ("sort l by w_* get # get o_*", "SORT", "l", "write dangerous list set sorted-set unlisted-keys"),
    ("sort l by nosort get #", "SORT", "l", "write dangerous list set sorted-set"),
    ("sort_ro l by store store x", "SORT_RO", "l", "read dangerous list set sorted-set"),
    ("object encoding k", "OBJECT ENCODING", "k", "read keyspace"),
    ("memory usage k", "MEMORY USAGE", "k", "read"),
    ("xgroup create s g $", "XGROUP CREATE", "s", "write stream"),
    ("config set dir /x", "CONFIG SET", "", "admin"),
    ("client kill id 3", "CLIENT KILL", "", "admin connection"),
    ("keys *", "KEYS", "", "read dangerous keyspace"),
    ("info", "INFO", "", "dangerous"),
    ("publish c m", "PUBLISH", "", "pubsub"),
    ("debug sleep 1", "DEBUG", "", "admin"),
    ("pfdebug encoding k", "PFDEBUG", "k", "write admin hyperloglog"),
    ("replicaof no one", "REPLICAOF", "", "admin"),
    ("fcall f 1 k a", "FCALL", "k", "scripting unlisted-keys"),
    ("sentinel failover m", "SENTINEL FAILOVER", "", "admin"),
    ("json.mset a $ 1 b $ 2", "JSON.MSET", "a b", "write module"),
    ("json.mget a b $", "JSON.MGET", "a b", "read module"),
    ("ft.search idx *", "FT.SEARCH", "", "read module unlisted-keys"),
    ("ts.madd a 1 2 b 1 2", "TS.MADD", "a b", "write module"),
    ("cms.merge d 2 a b", "CMS.MERGE", "d a b", "write module"),
    ("get", "GET", "", "read string"), ("blpop k", "BLPOP", "k", "write blocking list"),
    ("nosuch a", "NOSUCH", "", ""),
  ]

  @Test(arguments: commands) func keysAndFlags(_ payload: String, _ name: String, _ keys: String, _ flags: String) {
    let operation = decodeRedis(payload)[0]
    #expect(operation.texts(.redisCommand) == [name])
    #expect(operation.texts(.redisKey).joined(separator: " ") == keys)
    #expect(Set(operation.texts(.redisFlag)) == Set(flags.split(separator: " ").map(String.init)))
  }

  @Test func keysAreTextWhateverTheirBytes() {
    let key: [UInt8] = [0x61, 0xFF, 0x0A, 0xC3, 0xA9, 0xC3, 0xE0, 0x80, 0x80, 0xED, 0xA0, 0x80, 0xF0, 0x9F, 0x98, 0x80]
    let operation = decodeRedis(resp([Array("GET".utf8), key]))[0]
    #expect(operation.texts(.redisKey) == ["a\\xff\né\\xc3\\xe0\\x80\\x80\\xed\\xa0\\x80😀"])
    #expect(operation.redisLine == "GET \"a\\xff\\né\\xc3\\xe0\\x80\\x80\\xed\\xa0\\x80😀\"")
  }

  @Test func onlyWhatIsAskedForIsComputed() {
    let payload = Array("SET k v".utf8)
    let facts: [Fact] = [.command, .redisCommand, .redisKey, .redisFlag]
    for fact in facts {
      let operation = decodeRedis(payload, demand: FactDemand(facts: FactSet([fact])))[0]
      for other in facts { #expect(operation.texts(other).isEmpty == (other != fact)) }
    }
  }

  /// Every line of the tables is read, no name comes twice, and each subcommand's container is there.
  @Test func tablesAreWhole() {
    let tables = [redisDataCommands, redisServerCommands, redisModuleCommands]
    let lines = tables.flatMap { $0.split(separator: "\n") }.filter { !$0.hasPrefix("#") }
    #expect(lines.count == RedisCommand.all.count)
    let names = RedisCommand.all.map { String(decoding: $0.name, as: UTF8.self) }
    #expect(Set(names).count == names.count)
    for name in names {
      #expect(name == name.uppercased() && name.utf8.count <= RedisLimits.nameBytes)
      if let container = name.split(separator: " ").dropLast().first { #expect(names.contains(String(container))) }
    }
    #expect(RedisFlags.words.count <= 32)
  }
}
