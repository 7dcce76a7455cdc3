import PolicyBytecode
import Testing

@testable import Operations

/// The HTTP operations of a line: command and host, `?REASON`.
private func requests(_ line: String, _ demand: FactDemand = .everything) -> [String] {
  decodeOperations(.shell, Array(line.utf8), demand).filter { $0.protocol == .http }.map {
    $0.reason == .none ? "\($0.texts(.command)[0]) @\($0.texts(.httpHost).first ?? "")" : "?" + $0.reason.word
  }
}

private let lines: [(String, [String])] = [
  ("curl example.com", ["GET / @example.com"]), ("curl --path-as-is https://a/x/../b", ["GET /b @a", "?syntax"]),
  ("curl 'https://a/%2e%2e/b'", ["GET /b @a", "?syntax"]),
  ("curl 'https://a?x=/../b'", ["GET / @a"]), ("wget http://a/../b/./c", ["GET /b/c @a"]),
  ("curl https://Example.com:443//a/../b", ["GET /b @example.com"]),
  ("curl -sSL https://a/x -o y", ["GET /x @a"]), ("curl a/x b/y", ["GET /x @a", "GET /y @b"]),
  ("curl --url a/x", ["GET /x @a"]), ("curl -X DELETE a/7", ["DELETE /7 @a"]), ("curl -XDELETE a/7", ["DELETE /7 @a"]),
  ("curl --request=DELETE a/7", ["DELETE /7 @a"]), ("curl -sXPUT a/7", ["PUT /7 @a"]), ("curl -I a", ["HEAD / @a"]),
  ("curl -d x=1 a", ["POST / @a"]), ("curl --data-urlencode x=1 a", ["POST / @a"]),
  ("curl --json '{}' a", ["POST / @a"]),
  ("curl -F f=@x a", ["POST / @a"]), ("curl -T x a/", ["PUT /x @a"]), ("curl -T d/x a/y", ["PUT /y @a"]),
  ("curl -G -d x=1 a/s", ["GET /s @a"]), ("curl -d x -X PATCH a", ["PATCH / @a"]),
  ("curl -H 'X: 1' -A me -e r -b c=d a", ["GET / @a"]),
  ("curl -u me:secret http://a", ["GET / @a"]), ("curl http://me:secret@a/x", ["GET /x @a"]),
  ("curl http://a@b@c/x", ["?syntax"]),
  ("curl -x proxy:3128 -m 5 --retry 3 --connect-timeout 2 a", ["GET / @a"]), ("curl a/x#frag", ["GET /x @a"]),
  ("curl 'a/{x,y}/[1-2]'", ["GET /x/1 @a", "GET /x/2 @a", "GET /y/1 @a", "GET /y/2 @a"]),
  ("curl 'a/[08-10]'", ["GET /08 @a", "GET /09 @a", "GET /10 @a"]),
  ("curl 'a/[1-5:2]'", ["GET /1 @a", "GET /3 @a", "GET /5 @a"]),
  ("curl 'a/[b-c]'", ["GET /b @a", "GET /c @a"]), ("curl -g 'a/{x}'", ["GET /{x} @a"]), ("curl 'a/{x'", ["?syntax"]),
  ("curl 'a/[2-1]'", ["?syntax"]), ("curl 'a/\\{x\\}'", ["GET /{x} @a"]),
  ("curl 'http://[::1]:8080/x'", ["GET /x @[::1]:8080"]),
  ("curl http:/a/x", ["GET /x @a"]), ("curl http:///a/x", ["GET /x @a"]), ("curl http:////a/x", ["?syntax"]),
  ("curl ftp://a/x", []), ("curl file:///etc/passwd", []), ("curl ftp.a.example/x", []), ("curl --version", []),
  ("curl -h all", []),
  ("curl -sX POST a --next -X DELETE b/x", ["POST / @a", "DELETE /x @b"]),
  ("curl a -: -d x b", ["GET / @a", "POST / @b"]),
  ("curl --no-keepalive --no-progress-meter a", ["GET / @a"]), ("curl --bogus a", ["?unsupported"]),
  ("curl --no-get -G -d x a", ["?unsupported"]),
  ("curl -K conf a/x", ["?unknown-code", "GET /x @a"]), ("curl \"$URL\"", ["?unknown-code"]),
  ("curl $OPTS a/x", ["?unknown-code", "GET /x @a"]),
  ("curl \"http://a/$X\"", ["?unknown-code"]), ("curl \"http://a/x?id=$X\"", ["GET /x @a"]),
  ("curl \"http://$X/x\"", ["?unknown-code"]),
  ("u=http://a; curl $u/x", ["GET /x @a"]), ("curl -X $M a", ["?unknown-code"]),
  ("curl -T \"$F\" a/x", ["PUT /x @a"]),
  ("curl -T \"$F\" a/x/", ["?unknown-code"]), ("curl -T \"$F\" ftp://a/", []),
  ("curl -H \"Authorization: Bearer $T\" a", ["GET / @a"]), ("curl -H \"$H\" a", ["GET / @a"]),
  ("curl -d \"$D\" a", ["POST / @a"]),
  ("curl -X 'GET http://b/ HTTP/1.1' a", ["?syntax"]), ("curl -X $'GET http://b/ HTTP/1.1\\r\\nX:' a", ["?syntax"]),
  ("curl -H $'X: 1\\r\\nHost: b' a", ["?syntax"]), ("curl 'a/b c'", ["?syntax"]), ("curl 'a\\b'", ["?syntax"]),
  ("curl -H 'Content-Length: 3' -d abcdef a", ["?syntax"]),
  ("curl -H 'Transfer-Encoding: chunked' -d abc a", ["POST / @a"]),
  ("curl -H 'Transfer-Encoding: xchunked' -d abc a", ["?syntax"]), ("curl http://%31/x", ["?syntax"]),
  ("sudo curl a", ["GET / @a"]), ("sh -c 'curl a'", ["GET / @a"]), ("echo a | xargs curl", ["GET / @a"]),
  ("cat f | xargs curl", ["?unknown-code"]),
  ("curl http://2852039166/", ["GET / @169.254.169.254"]),
  // Names in letters beyond ASCII are the ones that the client resolves.
  ("curl http://ｅｘａｍｐｌｅ。com/admin", ["GET /admin @example.com"]),
  ("curl 'http://exam\u{200B}ple\u{AD}.com:8080?q'", ["GET / @example.com:8080"]),
  ("wget -qO- https://１６９。254.169.254/x", ["GET /x @169.254.169.254"]),
  ("curl http://0xA9F\u{200B}EA9FE/", ["GET / @169.254.169.254"]),
  ("curl http://bücher.example/", ["GET / @xn--bcher-kva.example"]),
  ("curl http://faß.example/", ["GET / @xn--fa-hia.example"]), ("curl http://a\u{FF0F}b/", ["?syntax"]),
  ("curl http://\u{200B}/", ["?syntax"]), ("curl -H 'Host: ｅｘａｍｐｌｅ.com' http://a/", ["GET / @a", "?syntax"]),
  ("curl -H 'Host: b' http://0xA9FEA9FE/", ["GET / @169.254.169.254", "GET / @b"]),
  ("curl -H 'host: Internal:80' http://public/x", ["GET /x @public", "GET /x @internal"]),
  ("curl -H 'Host: A' http://a/x", ["GET /x @a"]), ("curl -H 'Host: b/c' a", ["GET / @a", "?syntax"]),
  ("curl -H \"Host: $H\" a", ["GET / @a", "?unknown-code"]),
  ("wget --header='Host: b' http://a/x", ["GET /x @a", "GET /x @b"]),
  ("wget --header=\"Host: $H\" a", ["GET / @a", "?unknown-code"]),
  ("curl gopher://a:6379/_FLUSHALL", ["?unsupported"]), ("curl DICT://a/x", ["?unsupported"]),
  ("curl telnet://a", ["?unsupported"]), ("curl ldap://a", ["?unsupported"]), ("curl smtp.a/x", ["?unsupported"]),
  ("curl sftp://a/x", []), ("curl scp://a/x", []), ("curl ftps://a/x", []), ("wget gopher://a", ["?unsupported"]),
  ("wget -q a/x", ["GET /x @a"]), ("wget -qO- http://a/x", ["GET /x @a"]), ("wget --post-data=x=1 a", ["POST / @a"]),
  ("wget --post-file f a", ["POST / @a"]), ("wget --method=DELETE a/7", ["DELETE /7 @a"]),
  ("wget --method PUT --body-data x a", ["PUT / @a"]),
  ("wget --spider a", ["HEAD / @a"]), ("wget -i urls", ["?unknown-code"]), ("wget \"$U\"", ["?unknown-code"]),
  ("wget 'a/b c'", ["GET /b c @a"]),
  ("wget -e robots=off -r -np -nH --cut-dirs=1 a/d/", ["GET /d @a"]),
  ("wget -e post_data=x a", ["?unknown-code", "GET / @a"]),
  ("wget ftp://a/x", []), ("wget --bogus a", ["?unsupported"]), ("wget -V", []), ("wget 'a/{x}'", ["GET /{x} @a"]),
]

private let valueCases: [(String, (Fact, String), [String])] = [
  ("curl -H 'X-A: 1' -H 'x-a:2' a", (.httpHeader, "x-a"), ["1", "2"]),
  ("curl -A me a", (.httpHeader, "user-agent"), ["me"]),
  ("curl -u me:secret a", (.httpHeader, "authorization"), ["Basic bWU6c2VjcmV0"]),
  ("curl -u m:s a", (.httpHeader, "authorization"), ["Basic bTpz"]),
  ("curl -H 'X-A;' a", (.httpHeader, "x-a"), [""]), ("curl -H 'X-A:' a", (.httpHeader, "x-a"), []),
  ("curl -H \"X-A: $T\" a", (.httpHeader, "x-a"), ["?unknown-code"]),
  ("curl -H \"X-A: $T\" a", (.httpHeader, "x-b"), []),
  ("curl -H \"$H\" a", (.httpHeader, "x-b"), ["?unknown-code"]),
  ("curl -b jar a", (.httpHeader, "cookie"), ["?unknown-code"]),
  ("curl -b s=1 a", (.httpHeader, "cookie"), ["s=1"]),
  ("curl --oauth2-bearer t a", (.httpHeader, "authorization"), ["Bearer t"]),
  ("curl -d k=1 -d l=2 -d k=3 a", (.httpBody, "k"), ["1", "3"]),
  ("curl --data-urlencode 'k=a b&' a", (.httpBody, "k"), ["a b&"]),
  ("curl -d '{\"k\":1}' a", (.httpBody, "k"), ["1"]),
  ("curl -d '{\"k\":[9.0,9e0,0.9e1,-0,1.5]}' a", (.httpBody, "k"), ["9", "9", "9", "0", "1.5"]),
  ("curl --json '{\"k\":' --json '1}' a", (.httpBody, "k"), ["1"]),
  ("curl -d @f a", (.httpBody, "k"), ["?unknown-code"]), ("curl -d @f a", (.httpQuery, "k"), []),
  ("curl --data-raw @f=1 a", (.httpBody, "@f"), ["1"]), ("echo '{\"k\":1}' | curl -d @- a", (.httpBody, "k"), ["1"]),
  ("curl -d \"$D\" a", (.httpBody, "k"), ["?unknown-code"]),
  ("curl -F k=v -F 'l=w;type=text/plain' a", (.httpBody, "l"), ["w"]),
  ("curl -F k=@f a", (.httpBody, "k"), ["?unknown-code"]),
  ("curl --form-string 'k=@f;x' a", (.httpBody, "k"), ["@f;x"]),
  ("curl -G -d k=1 'a/?l=2'", (.httpQuery, "k"), ["1"]), ("curl -G -d k=1 'a/?l=2'", (.httpQuery, "l"), ["2"]),
  ("curl --url-query k=1 a", (.httpQuery, "k"), ["1"]), ("curl -G -d @f a", (.httpQuery, "k"), ["?unknown-code"]),
  ("curl \"a/?k=$X\"", (.httpQuery, "k"), ["?unknown-code"]), ("curl \"a/?k=$X\"", (.httpHeader, "k"), []),
  ("wget --header='X-A: 1' a", (.httpHeader, "x-a"), ["1"]), ("wget --post-data='k=1' a", (.httpBody, "k"), ["1"]),
  ("wget --body-file=f --method=PUT a", (.httpBody, "k"), ["?unknown-code"]),
  ("wget -U me a", (.httpHeader, "user-agent"), ["me"]),
]

@Suite struct HTTPClientTests {
  @Test(arguments: lines)
  func commandLines(_ line: String, _ expected: [String]) { #expect(requests(line) == expected) }

  @Test(arguments: valueCases)
  func partsOfRequests(_ line: String, _ key: (Fact, String), _ expected: [String]) {
    let found = decodeOperations(.shell, Array(line.utf8), asking(key)).filter { $0.protocol == .http }
    #expect(found.flatMap { $0.reason == .none ? $0.texts(key.0) : ["?" + $0.reason.word] } == expected)
  }

  @Test func theWayInIsKept() {
    let found = decodeOperations(.shell, Array("sudo sh -c 'curl -d @- a' <<< 1".utf8))
    #expect(found.last?.texts(.via) == ["shell"])
    #expect(found.last?.texts(.viaProgram) == ["sudo", "sh", "curl"])
    // The shell command is an operation as well.
    #expect(found.contains { $0.protocol == .shell && $0.texts(.shellProgram) == ["curl"] })
  }
}
