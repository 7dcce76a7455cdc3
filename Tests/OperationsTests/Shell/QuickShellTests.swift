import PolicyBytecode
import TestSupport
import Testing

@testable import Operations

/// What ``QuickShell`` says of a line is what ``ShellDecoder`` says, to the hash of each value and in the same order; and it
/// does read the lines that are typed most.
@Suite struct QuickShellTests {
  /// All that an entry says.
  private struct Told: Equatable {
    var kind: UInt64
    var value: Int64
    var text = ""
  }

  /// All that a batch says.
  private func told(_ context: borrowing DecodeContext) -> [Told] {
    var told: [Told] = []
    for number in 0..<context.batch.count {
      let operation = context.batch.operations[number]
      told.append(Told(kind: UInt64(operation.protocol.rawValue), value: Int64(operation.unparsed.rawValue)))
      for position in Int(operation.firstEntry)..<Int(operation.endEntry) {
        let entry = context.batch.facts.entries[position]
        let kind = UInt64(entry.fact) << 32 | UInt64(entry.key) << 8 | UInt64(entry.flags)
        told.append(
          entry.isInline
            ? Told(kind: kind, value: entry.integer)
            : Told(kind: kind, value: Int64(entry.hash), text: context.batch.facts.text(entry)))
      }
    }
    return told
  }

  private static let demands = [
    FactDemand.everything, FactDemand(facts: FactSet([.command, .shellPath, .shellInputFrom])),
    FactDemand(facts: FactSet([.shellProgram, .shellFlag])), FactDemand(facts: FactSet([.shellWrites])),
  ]

  /// Decodes lines in one context a demand, both ways.
  private func compare(_ lines: [[UInt8]], _ demands: some Sequence<FactDemand> = Self.demands) {
    for demand in demands {
      var context = DecodeContext(demand: demand)
      var thorough = DecodeContext(demand: demand)
      thorough.isThorough = true
      for line in lines {
        context.decode(.shell, line)
        thorough.decode(.shell, line)
        let (found, expected) = (told(context), told(thorough))
        if found != expected { Issue.record("\(String(decoding: line, as: UTF8.self)): \(found) is not \(expected)") }
      }
    }
  }

  private func isQuick(_ line: String) -> Bool {
    var context = DecodeContext(demand: .everything)
    context.begin(Array(line.utf8))
    var quick = QuickShell(demand: .all)
    let isRead = Array(line.utf8).withUnsafeBufferPointer { quick.decode($0, &context) }
    #expect(isRead == (context.batch.count > 0), "what is not read leaves nothing behind")
    return isRead
  }

  @Test func saysWhatTheDecoderSays() {
    compare(shellTables.flatMap { shellRows($0) }.map { Array($0.input.utf8) })
  }

  /// What a program that is handed over runs may be lines again, which must leave the one around them as it is.
  @Test func linesWithinLinesLeaveItAlone() {
    let inner = ["ls -l | sort", "sudo rm -rf /tmp/x", "env timeout 5 nice cat < /etc/hosts > out; id"]
    let carriers = [
      "kubectl exec p -- sh -c '#'", "psql -c '\\! #'", "ssh h '#'", "sh -c '#'", "mysql -e 'system #'",
      "docker exec c sh -c '#'",
    ]
    let outer = ["#", "sudo env nice #; ls a", "ls | xargs timeout 5 # | sort > b", "cd /srv && sudo # && cat c"]
    var lines: [String] = []
    for line in inner {
      for carrier in carriers {
        let carried = carrier.replacing("#", with: line)
        lines += outer.map { $0.replacing("#", with: carried) }
      }
    }
    compare(lines.map { Array($0.utf8) })
  }

  static let read = [
    "ls -la /var/log", "cd /srv/app && git pull --ff-only && ls ../x",
    "find . -name '*.log' -mtime +7 -exec gzip {} \\;",
    "tar -czf backup.tgz --exclude=node_modules src docs", "tar xzf a.tgz -C /srv",
    "grep -rn \"TODO\" src | sort | uniq -c | sort -rn | head -20", "awk -F, '{ s += $3 } END { print s }' orders.csv",
    "sudo systemctl restart nginx", "ps aux | grep [p]ostgres | awk '{print $2}' | xargs kill -HUP",
    "rm -rf -- /tmp/a\\ b 'it''s' \"x\\\"y\" >/dev/null 2>&1 # gone",
    "mkdir -p a/b; touch a/b/c\n\nls a || echo no > log",
    "find /srv -type f -print0 | xargs -0 -I {} cp {} /backup/{}", "timeout 5 nice -n 3 cat < /etc/hosts",
    "command -v git", "env", "sort -o out in &> log", "chmod -R u+x ~/bin", "git commit -m 'é – ü'", "read x; ls",
    "docker ps -a", "podman --tls volume ls -v /a:/b file=/c", "sudo docker-compose up -d", "python3 -m venv .venv",
    "perl -pi -e 's/a/b/' f /g", "node a.js -x /b", "php", "ruby -e 'puts 1' a", "lua x.lua - -v ./c",
    "find a -name -delete -exec b \\; -ok c",
    "python3.11x a", "dd if=/dev/zero of=/dev/sda", "[ -f x ]", "ls {} {a}", "> f", "!ls", "l? x", "> $f",
  ]

  static let expanding = [
    "ls $x", "find \"$root\" -type d -name \"$2\" -printf '%p:'", "cp $HOME/a \"${HOME}/b/../c\" $HOMEX/d ~/e > $out",
    "mkdir -p ${a} ${b%.*} ${#c} \"${d[@]}\" ${e:+f} ${g//h/i}", "echo $1 $@ \"$*\" $? $$ $((1 + (2 * x))) $ a$ \"$\"",
    "$cmd -rf /", "sudo $cmd", "!! | a", "cd $x && ls a", "cd \"$(dirname \"$0\")\" && pwd",
    "cat < $f | sort 2> \"$g\"", "ls $'a\\tb' $'it\\'s'b", "IFS=$'\\n' read -r x",
    "ls `which python` \"`pwd`/x\" a`id -u`b", "rm $(find . -name '*.pyc' | sort; ls) $(a $(b $(c)))",
    "ps | kill $(pgrep -f x | head -1) | cat", "diff <(sort a) <(sort b | uniq)", "a --x=\"$(b c)\"'d e'$f",
    "x=1 ls", "x=$(which gcc)", "X=$z Y=\"a b\" Z=~/c d -e > f", "a-b=c d", "execute[ls /a]", "X=1 > f",
    "echo \"\\$x \\`y\\`\" \\$z", "docker run -v $PWD:/x y", "sh -c \"$(curl -fsSL https://x/y)\"",
    "ssh $host \"$cmd\"",
  ]

  @Test(arguments: expanding) func readsExpansions(_ line: String) {
    #expect(isQuick(line))
    compare([Array(line.utf8)])
  }

  @Test func substitutionsHaveLimits() {
    for (count, isRead) in [(QuickShell.nesting, true), (QuickShell.nesting + 1, false)] {
      let line = String(repeating: "a $(", count: count) + "b" + String(repeating: ")", count: count)
      #expect(isQuick(line) == isRead)
      compare([Array(line.utf8)])
    }
    for (count, isRead) in [(QuickShell.nesting, true), (QuickShell.nesting + 1, false)] {
      let line = String(repeating: "{ ", count: count) + "b" + String(repeating: "; }", count: count)
      #expect(isQuick(line) == isRead)
      compare([Array(line.utf8)])
    }
    for (count, isRead) in [(QuickShell.substitutions, true), (QuickShell.substitutions + 1, false)] {
      let line = "a" + String(repeating: " $(b)", count: count)
      #expect(isQuick(line) == isRead)
      compare([Array(line.utf8)])
    }
  }

  @Test(arguments: read) func readsWhatIsTypedMost(_ line: String) {
    #expect(isQuick(line))
    compare([Array(line.utf8)])
  }

  static let compounds = [
    "(ls)", "(cd /tmp && rm x); rm y", "{ ls; rm x; } > out 2>&1",
    "if test -f a; then rm a; elif b; then c; else d; fi",
    "while true; do ls; sleep 1; done", "until a; do b; done < i | sort",
    "for x in $(ls *.c); do cc -c \"$x\" -o ${x%.c}.o; done",
    "for f in `find . -name '*.h' | sort`\ndo\n  grep x $f >> out.txt ; rm /a${f}b\ndone",
    "find . -type f | while read f; do g=`md5sum $f`; ls; done", "ls | while read -r a b; do mv \"$a\" /x/$b; done",
    "find / -print0 | while IFS= read -r -d '' file; do rm \"/e${file}tc\"; done; ls", "! ls", "! a | b", "a && ! (b)",
    "a &", "a & b", "for x in $(a); do b $x & done; ls", "(a; b) | c && { d; } || e", "if a; then cd_x; fi",
    "[[ -f a ]]", "[[ $x < b && ( -d \"$(ls /a)\" || ! $y == [a-c]* ) ]] > f && b", "a | if [[ a\n|| b ]]; then c; fi",
    "a \\\n  -b \\\n\\\n  c | \\\nd && \\\nif e; then f; fi \\\n", "while a; do if b; then c; fi; done", "(((a)))",
    "( (a) )", "(a) > f < g", "{ a | b; } | c", "x=1 ls; (a)",
    "while read x; do ls /e${x}tc/; done < f", "(x=1; a); b $x", "(IFS= read x); ls $x",
    "a $(IFS= read x) $x", "a | while IFS= read b; do c; done; d $b", "a $(x=1; b) $x",
    "time_x; if a\nthen\nb\nfi", "``` a\nb ```", "ls $()", "ls ``",
    "a $( )b",
    "read x; ls $x", "read HOME; ls ~/x", "read -p 'Name: ' n && echo \"$n\"", "xargs echo | xargs ls",
    "echo $x | xargs ls",
    "ls | (cat; rm x)", "sudo (a)", "if (a); then b; fi", "{ cd /x; }; a", "for x in \"$@\"; do rm $x; done",
    "if a; then b; else c; fi | while read l; do d \"$l\"; done",
    "while read a; do while read b; do c $a $b; done; done",
    "x=$(a | b); c $x", "x=`a` y=$z && c \"$x\" ${y%w} && IFS= read v; d $v /f${x}tc", "if x=$(a); then b $x; fi",
    "while read f; do g=`md5sum $f`; echo $g >> $f; done", "(x=$(a); b $x); c $x", "x=$(y=$(a); b $y); c $x",
    "df | awk {'print substr($5, 1, 2)'}", "a {\"b,c\"} {'x..y'}d", "```BASH\nfind . -exec a {} \\;\n```",
    "a `b \\( c \\)` \"`d \\;`\"",
    "a $(if b; then c; fi) d", "for x in $(for y in $(a); do b $y; done); do c $x; done", "for x in; do a; done",
  ]

  @Test(arguments: compounds) func readsCompoundCommands(_ line: String) {
    let isLeft = line.hasPrefix("(((") || line.hasPrefix("sudo") || line.contains("{ cd") || line.contains("/e${x}")
    #expect(isQuick(line) == !isLeft)
    compare([Array(line.utf8)])
  }

  static let left = [
    "", " ", "#", "a;;b", "a &&", "a |", "a | & b", "| a", "; a", "a\r\n", "a\0", "# \0\na", "echo 'x",
    "echo \"x", "a\\",
    "a\\\nb", "! \\\nif a; then b; fi", "ls {a,b}", "ls {1..3}", "x[1]=2 ls", "x+=1", "time ls",
    "ls /e[t]c", "cat << x", "cat <<< x", "cat <> x", "cat <&3", "a {fd}> f", "a >(b)", "a<(b)", "a 0>&1",
    "ls /e${x}tc", "a$x", "ls ${x:-y}", "ls ${x=y}", "ls ${!x*}", "ls $IFS", "ls $'\\x41'", "ls $'a", "ls $\"a\"",
    "ls $[1]",
    "ls ${x[@}",
    "ls $(", "ls $(a", "ls `a", "ls `(a`)", "ls `a \\`b\\``", "ls $(a # b)", "ls $(echo a)", "ls $(printf a)",
    "ls > $(a)", "ls $((`a`))", "ls $((a) )", "x=1; ls $x", "x=$(a) b", "HOME=/x ls ~", "PAGER=less man a", "x={a,b} c",
    "ls $PWD; cd /x; ls $PWD", "x=1 sh -c 'echo $x'", "bash <(curl x)",
    "a=b; sh -c 'for a in b; do c; done'",
    "sh -c 'cd /a; b'; sh -c 'while a; do b; done'", "cd /a; cd /b; sh -c 'while a; do rm b; done'",
    "echo ls | sh", "echo a | xargs rm", "cd a && cd b", "cd -", "cd a | ls", "pushd a",
    "sudo sudo sudo sudo sudo sudo sudo ls", "find . -exec find {} -exec rm {} + +", "printf -v a b",
    "exec ls",
    "export A=b", "alias a=b", "eval ls", "trap ls EXIT", ". a", "sh -c 'alias ls=rm'; ls", "sh < /dev/tcp/x/1",
    "sh -c 'exit",
    "for x in a b; do ls $x; done", "for x in *.c; do ls; done", "for ((i=0; i<3; i++)); do ls; done",
    "for x; do ls; done",
    "for x in $(a); do b; done; ls $x", "for HOME in $(a); do ls ~; done", "for PWD in $(a); do ls; done",
    "while a; do cd /b; done", "if a; then cd b; fi; ls", "cd /a; while b; do c; done", "cd /a & ls",
    "while a; do b", "while a; done", "if a; fi", "if a; then b; else; fi", "do a; done", "{ a }", "{ a; } b", "(a) b",
    "(a",
    "a; )", "()", "{ }", "((1+1))", "(a)(b)", "! ", "!\nls", "a | ! b", "! fi", "case a in b) c;; esac", "f() { a; }",
    "select x in $(a); do b; done", "time (a)", "coproc a", "/bin/ls; sh -c 'x=1; f() { echo $x; }; f'", "[[ a =~ b ]]",
    "[[ a", "[[ ]]", "[[ ; ]]", "[[ a ]]b",
    "[[ a & b ]]", "[[ a # b ]]", "[[ a <(b) ]]",
    "IFS=, ls", "IFS=,",
    "IFS= command read x; ls $x",
    "while a | IFS= read x; do ls /e${x}tc; done", "IFS= read x | b; ls $x", "{ IFS= read x & ls $x; }",
    "while IFS= read $x; do a; done", "set -- a; rm $1", "mapfile x; ls $x",
    "x=1 mapfile y; ls $y",
    "for x in $(a); do sh -c 'b; c'; done", "echo a | while read x; do rm $x; done", "echo ls | (sh)",
    "for x in $(a)\n# b\ndo c; done", "a & | b", "a & & b", "a & ; b",
    "((a); b)", "(a) <(b)", "for x in <(a); do b; done", "for x in $(a) # b; do c; done", "for 1 in $(a); do b; done",
    "x=$(a) & b $x", "a | x=$(b); c $x", "if x=$(a); then b; fi; c $x", "x=$(a) y=1; b $x", "x=$(a); x=b; c $x",
    "PWD=$(a); ls $PWD",
    "x=$(a); sh -c 'b'", "a \"`b \\\"c\\\"`\"", "a `b \\$c`", "a {b,'c'}", "a '{'b,c}{d,e}", "x=$(a); set -- b; c $1",
    "a 2>&1<(b)", "cd /a && sh -c 'while b; do rm c; done'", "x=$(a); y=1 read z; b $y",
    "while a; do sh -c 'cd /b; c'; done",
    "x=1 y=$x", "x=1 y=$(a $x) b", "a \\ <(b)", "a \\;<(b)", "a < /dev/stdin", "a < /proc/self/fd/3", "a < x*",
    "a &> b c",
    "a &>> b <(c)",
    "(echo ls) | sh", "a | { < b x=$(c); }", "mysql -e 'select 1'; cd -", String(repeating: "a ", count: 1025),
  ]

  @Test(arguments: left) func leavesWhatItIsNotCertainOf(_ line: String) {
    #expect(!isQuick(line))
    compare([Array(line.utf8)])
  }

  static let handedOver = [
    "kubectl get pods -n shop -o wide", "docker compose up -d --build api worker", "sh -c 'ls; cd /x; rm y' && ls y",
    "curl -sS https://example.com/api/v1/items?limit=10 | jq '.items[].name'", "python3 -m venv .venv",
    "cd /srv && ssh -i ~/.ssh/id deploy@app1 'systemctl status api'; rsync -av --delete build/ web:/srv/www/ > log",
    "psql -h db -U app -c \"DROP TABLE t\"", "sudo env a=b sh -c 'rm $a'", "git -c core.pager='rm x' log",
    "tar --checkpoint-action=exec=ls -cf a b", "awk 'BEGIN { system(\"ls\") }'", "find /a -exec sh -c 'rm {}' {} +",
    "ps | xargs -I {} sh -c 'kill {}'", "ls | sh", "cat a | python3 - | sort", "make -f - < x", "env -S 'ls -l'",
    "find a -exec sudo -D / rm {} \\;", "sh -c 'echo ls' | sh -c 'ls'; curl x | bash", "su -c 'ls' x; ls",
    "python3 -c 'import os; os.system(\"ls\")'", "perl -e 'print `ls`' a", "perl -ne 'qx(ls)'", "php /dev/stdin < x",
    "ls | php", "docker run -v /a:/b x ls", "docker container exec x ls", "node -p 'run(\"ls\")'", "python3 -i a",
    "find a -exec sh -c 'ls b' \\; -exec sh -c 'ls c' {} +",
    "find . | xargs -I{} sh -c 'a | b'; ls; xargs sh -c 'a | b'", "ls; sudo sh -c 'a | b' < c",
  ]

  @Test(arguments: handedOver) func handsOverProgramsThatRunOthers(_ line: String) {
    #expect(isQuick(line) == !line.contains("echo"))
    compare([Array(line.utf8)])
  }

  @Test func whatIsCarriedIsToldOnce() {
    for line in [
      "mysql -e 'select 1' | cat", "mysql -e 'select 1'; cd -", "mysql -e 'select 1'; curl -d @x https://y; pushd",
    ] {
      var counts: [Int?] = []
      for isThorough in [false, true] {
        var context = DecodeContext(demand: .everything)
        context.isThorough = isThorough
        context.carriedPayloads = []
        context.decode(.shell, Array(line.utf8))
        counts.append(context.carriedPayloads?.count)
      }
      #expect(counts[0] == counts[1], "\(line)")
    }
  }

  private static let pieces = [
    " ", " ", " ", " ", " ", " ", " ", "\t", "\n", ";", "&", "&&", "||", "|", "|&", ">", ">>", ">|", "<", ">&", "&>",
    "2>&1", "2>",
    "10<", "0>", "{fd}>", "#", "'", "\"", "'a b'", "\"c d\"", "''", "\"\"", "'it", "\\ ", "\\", "\\'", "\\;", "\\\n",
    "~", "~/x",
    "/", "/etc/passwd", "../..", "./a", "a/", "//a/./b", "/..", "file://x", "https://x/y", "user@host:x", "k=v", "of=x",
    "a=/b",
    "@f", "*", "?.c", "[a-z]", "/x[y]", "]", "{}", "{a,b}", "{", "}", "..", ",", "-", "--", "-a", "-rf", "-xzf", "-e",
    "-f", "-t",
    "-i", "-I", "-I{}", "-0", "-n", "-c", "-o", "--all", "--file=x", "--recursive", "--force", "--output", "--x=~/y",
    "-delete",
    "-name", "-exec", "+", "-type", "-fprint", "-print", "-maxdepth", "ls", "rm", "cp", "mv", "cat", "tee", "echo",
    "printf",
    "find", "xargs", "sudo", "env", "nohup", "timeout", "taskset", "command", "builtin", "busybox", "awk", "sed", "tar",
    "gzip",
    "git", "cd", "cd /srv", "pushd", "read", "set", "dd", "sh", "curl", "python3", "mkfs.ext4", "ld-linux", "xyz9",
    "time", "if ", "; then ", "; fi", "while ", "; do ", "; done", "else ", "elif ", "for x in ", "for y in $(",
    "until ",
    "{ ", "; }", "(", ")", "do", "done", "IFS= read -r x", "read y", "\"$x\"", "${y%z}", "& ", "`` ", "in ", "for ",
    "then", "!", "!x", "[", "[[", "$x", "$(", ")", "(", "`", "é", "\u{1F600}", "\r", "\0", "<(", "<<", "<<<", "system",
    "print", "$HOME/x", "\"$HOME\"", "$PWD", "${x}", "${x%y}", "${x:-y}", "$1", "\"$@\"", "$((1+2))", "$(a)", "$(a | b",
    "`a b`", "$(cd /y; ls)", "\"$(", ")\"", "x=1", "y=$(a)", "IFS=", "\"$x y\"", "/$x/", "a$x",
    "x[1]=", "a+=", "commit", "config", "rebase", "-x",
  ]

  @Test func saysTheSameOfAnyPieces() {
    var random = SplitMix64(seed: 0x511E)
    compare(
      (0..<1_500).map { _ in
        var line: [UInt8] = []
        for _ in 0...Int.random(in: 0..<16, using: &random) {
          line += Array(Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)].utf8)
          if Bool.random(using: &random) { line.append(Ascii.space) }
        }
        return line
      }, Self.demands.prefix(2))
  }

  @Test func linesOfAnyLength() {
    // Words begin, end and have their dots around the places where one word of bits ends.
    for length in [31, 60, 61, 62, 63, 125, 126, 2_040] {
      compare(
        ["ls ", "ls /", "ls ./", "ls a=", "ls 'b ", "ls a b.", "ls #"].flatMap { start in
          [String(repeating: "x", count: length), String(repeating: "é", count: length)].flatMap { text in
            ["", " ", ".", "/.", "'", "; z"].map { Array((start + text + $0).utf8) }
          }
        }, Self.demands.prefix(1))
    }
  }

  @Test func operationsInAllStayWithinTheirLimit() {
    let line = Array(String(repeating: "a|", count: 1_000).utf8) + [0x61]
    compare([line])
    // Behind the operations of other payloads there is less room.
    for isThorough in [false, true] {
      var context = DecodeContext(demand: .everything)
      context.isThorough = isThorough
      context.begin(line)
      for _ in 0..<5 { context.nested(.shell, in: .mcp, line) }
      #expect(context.batch.count == DecodeLimits.operations)
    }
  }
}
