import PolicyBytecode
import Testing

@testable import Operations

@Suite struct RedisClientTests {
  /// A shell line, and the Redis operations of it.
  static let lines: [(String, String)] = [
    ("redis-cli FLUSHALL", "FLUSHALL"),
    ("redis-cli -h cache -p 6380 -a secret -n 2 --no-auth-warning --raw get k", "GET k"),
    ("redis-cli -u redis://u:p@cache:6379/1 config set dir /tmp", "CONFIG SET dir /tmp"),
    ("valkey-cli -c set k 'a b'", "SET k \"a b\""), ("keydb-cli del a", "DEL a"),
    ("sudo docker exec -i cache redis-cli flushdb", "FLUSHDB"), ("redis-cli -r 3 -i 1 incr n", "INCR n"),
    ("redis-cli set note flushall", "SET note flushall"), ("redis-cli 'SET k v'", "?unsupported"),
    ("redis-cli --quoted-input set k '\"\\x41\"'", "SET k A"),
    ("redis-cli --user admin --pass x --tls --cacert ca.pem get k", "GET k"),
    ("redis-cli eval \"return redis.call('FLUSHALL')\" 0", "EVAL \"return redis.call('FLUSHALL')\" 0|>FLUSHALL"),
    ("redis-cli keys *", "KEYS *"), ("redis-cli del \"$k\"", "DEL $k"), ("redis-cli $X", "?unknown-code"),
    ("redis-cli config \"$X\"", "?unknown-code"), ("redis-cli set k $(date)", "SET k $(date)"),
    ("redis-cli eval \"$(cat x)\" 0", "EVAL \"$(cat x)\" 0|>?unknown-code"),
    ("printf v | redis-cli -x set k", "SET k v"), ("printf v | redis-cli -X V set k V ex 9", "SET k v ex 9"),
    ("curl x | redis-cli -x set k", "SET k ?"),
    ("redis-cli <<E\nget a\n3 incr n\nflushall\nconnect h 1\nquit\nE", "GET a|INCR n|FLUSHALL"),
    ("echo flushall | redis-cli -n 1", "FLUSHALL"), ("curl x | redis-cli", "?unknown-code"),
    ("printf '*1\\r\\n$8\\r\\nFLUSHALL\\r\\n' | redis-cli --pipe", "FLUSHALL"),
    ("curl x | redis-cli --pipe", "?unknown-code"),
    ("redis-cli --eval x.lua k , v", "?unknown-code"),
    (
      "echo \"redis.call('del', KEYS[1])\" | redis-cli --eval /dev/stdin k , v",
      "EVAL \"redis.call('del', KEYS[1])\\n\" 1 k v|>DEL k"
    ),
    ("redis-cli --scan --pattern 'a:*'", "SCAN 0"), ("redis-cli --bigkeys", "SCAN 0"),
    ("redis-cli --rdb /tmp/x.rdb", "SYNC"), ("redis-cli --replica", "SYNC"), ("redis-cli --stat", "INFO"),
    ("redis-cli --cluster reshard h:1", "?unsupported"), ("redis-cli --scan | xargs redis-cli del", "SCAN 0|DEL ?"),
    ("redis-cli", ""), ("redis-cli --version", ""), ("redis-cli --help", ""), ("redis-cli help @string", ""),
  ]

  @Test(arguments: lines) func operationsOfTheClient(_ line: String, _ expected: String) {
    let operations = decodeRedis(Array(line.utf8), as: .shell).filter { $0.protocol == .redis }
    #expect(operations.map { String($0.redisLine.dropFirst()) }.joined(separator: "|") == expected, "\(line)")
    #expect(
      operations.allSatisfy { $0.texts(.via).first == "shell" && $0.texts(.viaProgram).last?.hasSuffix("cli") == true })
  }

  @Test func unknownWordsAreMarked() {
    let operation = decodeRedis(Array("redis-cli del \"$k\" x".utf8), as: .shell).last
    #expect(operation?.texts(.redisKey) == ["$k", "x"])
    #expect(operation?.texts(.redisFlag).contains("unlisted-keys") == true)
  }
}
