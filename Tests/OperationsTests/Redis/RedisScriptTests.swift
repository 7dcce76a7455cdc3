import PolicyBytecode
import Testing

@testable import Operations

@Suite struct RedisScriptTests {
  /// A script, run with the keys `k1` and `k2` and the arguments `a1` and `a2`, and the commands in it.
  static let scripts: [(String, String)] = [
    ("return 1", ""),
    ("return redis.call('FLUSHALL')", "FLUSHALL"),
    ("return redis.pcall('flushdb', 'async')", "FLUSHDB async"),
    ("return server.call('GET', KEYS[1])", "GET k1"),
    ("redis.call 'FLUSHALL'", "FLUSHALL"), ("redis.call[[FLUSHALL]]", "FLUSHALL"),
    ("redis.call([==[FLUSHALL]==])", "FLUSHALL"), ("redis.call('\\70LUSHALL')", "FLUSHALL"),
    ("redis . --[[x]] call --y\n ( \"FLUSHALL\" )", "FLUSHALL"), ("redis['call']('FLUSHALL')", "FLUSHALL"),
    ("return redis.call('CONFIG', 'SET', 'dir', '/x')", "CONFIG SET dir /x"),
    ("redis.call('get', KEYS[1]) redis.call('get', KEYS[2])", "GET k1|GET k2"),
    ("redis.call('set', KEYS[1], ARGV[1], 'EX', 60)", "SET k1 a1 EX 60"),
    ("redis.call('incrby', KEYS[1], -5)", "INCRBY k1 -5"),
    ("redis.call('get', KEYS[1] .. ':' .. ARGV[2])", "GET k1:a2"),
    ("local k = 'x:' .. KEYS[1] redis.call('get', k)", "GET x:k1"),
    ("local a, b = unpack(KEYS) redis.call('rename', a, b)", "RENAME k1 k2"),
    ("redis.call('del', unpack(KEYS))", "DEL k1 k2"), ("redis.call('del', unpack(ARGV, 2))", "DEL a2"),
    ("redis.call('del', unpack(KEYS), 'x')", "DEL k1 x"), ("redis.call(unpack(ARGV))", "A1 a2|?unsupported"),
    ("redis.call(ARGV[1])", "A1|?unsupported"), ("redis.call('get', KEYS[#KEYS])", "GET k2"),
    (
      "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end",
      "GET k1|DEL k1"
    ),
    ("redis.call('set', 'a', redis.call('get', 'b'))", "GET b|SET a \"redis.call('get', 'b')\""),
    ("local call = redis.call call('get', 'a') call('get', 'b')", "GET a|GET b"),
    ("local r = redis return r.call('get', 'a')", "GET a"),
    ("local server = 'x' return redis.call('get', server)", "GET x"),
    ("local x = 'a' do local x = 'b' redis.call('get', x) end redis.call('get', x)", "GET b|GET a"),
    ("local function f(x) return redis.call('get', x) end return f('a')", "GET x"),
    ("for i = 1, 3 do redis.call('incr', 'n') end while false do redis.call('decr', 'n') end", "INCR n|DECR n"),
    ("repeat local x = redis.call('lpop', 'l') until not x", "LPOP l"),
    ("redis.log(redis.LOG_WARNING, 'x') return redis.sha1hex('x')", ""),
    (
      "return {redis.call('get', 'a'), ['b'] = redis.call('get', 'b'); c = redis.call('get', 'c')}", "GET a|GET b|GET c"
    ),
    ("return cjson.encode({1, 2.5, 0x1F, 1e-3, nil, true, ...})", ""),
    ("#!lua flags=no-writes\nreturn redis.call('get', 'a')", "GET a"),
    ("local t = {} function t.f(a) end function t:g(b) self.x = b end t.f(1) t:g(2) return t.x", ""),
    ("table.insert(ARGV, 'x') return redis.call('get', KEYS[1])", "GET k1"),
    ("return #KEYS .. table.concat(KEYS, ',') .. redis.call('get', KEYS[1])", "GET k1"),
    // A name that is put together is told, and hidden all the same.
    ("local c = 'FLUSH' .. 'ALL' redis.call(c)", "FLUSHALL|?unknown-code"),
    // What cannot be known
    ("redis.call(string.upper('flushall'))", "?unknown-code"), ("redis.call(x)", "?unknown-code"),
    ("local c = 'get' c = 'flushall' redis.call(c)", "?unknown-code"),
    ("local c = 'get' if x then c = 'del' end redis.call(c, 'k')", "?unknown-code"),
    ("local function f(c) redis.call(c) end f('FLUSHALL')", "?unknown-code"),
    ("for _, c in ipairs({'FLUSHALL'}) do redis.call(c) end", "?unknown-code"),
    ("for _, c in ipairs(ARGV) do redis.call(c) end", "?unknown-code"),
    ("redis.call('config', x, 'dir')", "?unknown-code"), ("redis.call('\\x46LUSHALL')", "?unknown-code"),
    ("ARGV[1] = 'FLUSHALL' redis.call(ARGV[1])", "?unknown-code"),
    ("local t = ARGV t[1] = 'FLUSHALL' redis.call(ARGV[1])", "?unknown-code"),
    ("table.insert(ARGV, 1, 'FLUSHALL') redis.call(ARGV[1])", "?unknown-code"),
    ("local r = {redis} r[1].call('FLUSHALL')", "?unknown-code"), ("f(redis)", "?unknown-code"),
    ("x = redis.call x('FLUSHALL')", "?unknown-code"), ("return redis.call", "?unknown-code"),
    ("pcall(redis.call, 'FLUSHALL')", "?unknown-code"), ("local c = redis.call c = c c('FLUSHALL')", "?unknown-code"),
    ("redis[x]('FLUSHALL')", "?unknown-code"), ("redis:call('FLUSHALL')", "?unknown-code"),
    ("for k, v in pairs(redis) do v('FLUSHALL') end", "?unknown-code"), ("redis.call = f", "?unknown-code"),
    ("function redis.call() end", "?unknown-code"), ("_G['re' .. 'dis'].call('FLUSHALL')", "?unknown-code"),
    ("loadstring('redis.call(\"FLUSHALL\")')()", "?unknown-code"), ("return getfenv().redis", "?unknown-code"),
    ("setmetatable({}, {})", "?unknown-code"), ("local f = load f('x')", "?unknown-code"),
    ("(redis or x).call('FLUSHALL')", "?unknown-code"), ("select(1, redis.call)('FLUSHALL')", "?unknown-code"),
    ("ipairs(KEYS, redis)", "?unknown-code"), ("#!js\nreturn 1", "?unknown-code"),
    ("redis.call('eval', 'return 1', 0)", "EVAL \"return 1\" 0|>?unknown-code"),
    // No Lua
    ("return redis.call('get'", "?truncated"), ("return 'x", "?truncated"), ("return [[x", "?truncated"),
    ("--[[ x", "?truncated"), ("x", "?truncated"), ("x y", "?syntax"), ("return 1 2", "?syntax"),
    ("f() = 1", "?syntax"),
    ("\u{1B}Lua", "?syntax"), ("return 'a\nb'", "?syntax"), ("return '\\300'", "?syntax"), ("if x then", "?truncated"),
    ("goto x ::x::", "?syntax"), ("end", "?syntax"), ("local 1", "?syntax"),
  ]

  @Test(arguments: scripts) func commandsOfScripts(_ script: String, _ expected: String) {
    let operations = eval(script, ["k1", "k2"], ["a1", "a2"])
    #expect(operations[0].texts(.redisCommand) == ["EVAL"])
    let rest = operations.dropFirst()
    #expect(rest.allSatisfy { $0.texts(.via).first == "redis" })
    #expect(rest.map { String($0.redisLine.dropFirst()) }.joined(separator: "|") == expected, "\(script)")
  }

  /// A script, run with the keys `k1` and `k2`, the keys of its last command, and whether there are others.
  static let keys: [(String, String, Bool)] = [
    ("redis.call('del', KEYS[1])", "k1", false),
    ("for i = 1, #KEYS do redis.call('del', KEYS[i]) end", "k1 k2", false),
    ("for _, k in ipairs(KEYS) do redis.call('del', k) end", "k1 k2", false),
    ("for i, k in ipairs(KEYS) do redis.call('set', k, ARGV[i]) end", "k1 k2", false),
    ("redis.call('del', 'x', unpack(KEYS))", "x k1 k2", false),
    ("redis.call('sadd', KEYS[1], x, unpack(y))", "k1", false),
    ("redis.call('del', 'a:' .. x)", "'a:' .. x", true),
    ("redis.call('del', unpack(redis.call('keys', 'a*')))", "unpack(redis.call('keys', 'a*'))", true),
    ("redis.call('sort', KEYS[1], x, y)", "k1", true),
    ("redis.call('zunion', x, 'a', 'b')", "a b", true),
    ("KEYS[1] = x redis.call('del', KEYS[1])", "KEYS[1]", true),
    ("redis.call('del', KEYS[9])", "KEYS[9]", true),
  ]

  @Test(arguments: keys) func keysOfScripts(_ script: String, _ expected: String, _ hasOthers: Bool) {
    let last = eval(script, ["k1", "k2"], ["a1"]).last
    #expect(last?.texts(.redisKey).joined(separator: " ") == expected)
    #expect(last?.texts(.redisFlag).contains("unlisted-keys") == hasOthers)
  }

  @Test func loadedScriptsAndLibraries() {
    let load = decodeRedis(resp("SCRIPT", "LOAD", "return redis.call('del', KEYS[1], ARGV[1])"))
    #expect(load.map(\.redisLine).last == ">DEL KEYS[1] ARGV[1]")
    let library =
      "#!lua name=x\nredis.register_function('f', function(keys, args) return redis.call('get', keys[1]) end)"
    #expect(decodeRedis(resp("function", "load", "replace", library)).map(\.redisLine).last == ">GET keys[1]")
    #expect(decodeRedis(resp("function", "load", "#!wasm name=x\n")).map(\.redisLine).last == ">?unknown-code")
    #expect(decodeRedis(resp("script", "load", "redis.call(ARGV[1])")).map(\.redisLine).last == ">?unknown-code")
  }

  @Test func scriptsOfAPipelineAreAllRead() {
    let one = resp("EVAL", "return redis.call('get', KEYS[1])", "1", "a")
    let expected = ["EVAL \"return redis.call('get', KEYS[1])\" 1 a", ">GET a"]
    #expect(decodeRedis(one + one + one).map(\.redisLine) == expected + expected + expected)
  }
}
