package hpol

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const guard = `
hpol 1

default allow
default unparsed block

rule bounded-writes "An UPDATE or DELETE says which rows" {
  when   sql.verb in [update, delete]
  unless sql.where and not sql.where-constant
  block  "Add a WHERE clause that restricts rows."
}

rule personal-data {
  when protocol is postgres
  mask email
}

rule keys-stay on response {
  when  protocol is shell
  when  response contains private_key
  block
}

rule at-night {
  when  protocol is redis
  when  time within "mon-sun 22:00-23:00 UTC"
  block
}

rule first-minute {
  when  protocol is mysql
  when  time within "thu 00:00-00:01 UTC"
  block
}

rule seen-secrets {
  when sql.table is "secrets"
  tag  "saw-secrets"
}

rule after-secrets {
  when  session has "saw-secrets"
  when  protocol is shell
  block
}
`

const root = "../.."

func program() string {
	if path := os.Getenv("HPOL_PROGRAM"); path != "" {
		return path
	}
	path, _ := filepath.Abs(filepath.Join(root, ".build/release/hpol"))
	return path
}

func build(t *testing.T, text string, path string) {
	t.Helper()
	source := path + ".hpol"
	if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.Command(program(), "build", source, "--output", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
}

func opened(t *testing.T, text string) (*Policy, *Session, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "guard.hpolb")
	build(t, text, path)
	policy, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	session, err := policy.Bind(`{"principal":{"user":"eve"}}`)
	if err != nil {
		t.Fatal(err)
	}
	return policy, session, path
}

func judged(t *testing.T, session *Session, protocol Protocol, payload string) Verdict {
	t.Helper()
	verdict, err := session.Judge(protocol, []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	return verdict
}

func TestJudges(t *testing.T) {
	_, session, _ := opened(t, guard)
	verdict := judged(t, session, Postgres, "DELETE FROM orders")
	if verdict.String() != "block by [bounded-writes]: Add a WHERE clause that restricts rows." {
		t.Error(verdict)
	}
	if !strings.HasPrefix(verdict.JSON, `{"id":null,"decision":"block"`) {
		t.Error(verdict.JSON)
	}
	if verdict := judged(t, session, Postgres, "DELETE FROM orders WHERE id = 7"); verdict.Decision != Allow {
		t.Error(verdict)
	}
	if verdict := judged(t, session, Shell, ""); verdict.Decision != Allow {
		t.Error(verdict)
	}
	for hour, decision := range map[int]Decision{22: Block, 12: Allow} {
		verdict, err := session.JudgeAt(Redis, []byte("GET a"), time.Date(2026, 11, 20, hour, 30, 0, 0, time.UTC))
		if err != nil || verdict.Decision != decision {
			t.Error(hour, verdict, err)
		}
	}
	if verdict, err := session.JudgeAt(MySQL, nil, time.Unix(0, 0)); err != nil || verdict.Decision != Block {
		t.Error(verdict, err)
	}
}

func TestEndsSessions(t *testing.T) {
	policy, _, _ := opened(t, guard)
	decide := func(protocol, payload, decision string) {
		t.Helper()
		request := `{"session":"s","protocol":"` + protocol + `","request":"` + payload + `"}`
		if line, err := policy.Decide([]byte(request)); err != nil || !strings.Contains(line, decision) {
			t.Error(line, err)
		}
	}
	decide("postgres", "SELECT * FROM secrets", "allow")
	decide("shell", "ls", "block")
	for round := 0; round < 2; round++ {
		if err := policy.EndSession("s"); err != nil {
			t.Error(err)
		}
	}
	decide("shell", "ls", "allow")
	if err := policy.EndSession("\xff"); err == nil {
		t.Error("no UTF-8")
	}
}

func TestSaysWhatEvalSaysToTheByte(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policies.hpolb")
	command := exec.Command(program(), "build", "policies", "--output", path)
	command.Dir = root
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	policy, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(root + "/fixtures/*/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, file := range files {
		expected, _ := exec.Command(program(), "eval", path, "--fixtures", file, "--json").Output()
		fixtures, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var found strings.Builder
		for _, line := range bytes.Split(fixtures, []byte("\n")) {
			if len(line) == 0 {
				continue
			}
			verdict, err := policy.Decide(line)
			if err != nil {
				t.Fatal(file, err)
			}
			found.WriteString(verdict)
		}
		if found.String() != string(expected) {
			t.Errorf("%s: the verdicts are not those of `hpol eval`", file)
		}
	}
}

func TestMasks(t *testing.T) {
	_, session, _ := opened(t, guard)
	if _, err := session.Mask(""); err == nil {
		t.Error("nothing was judged")
	}
	judged(t, session, Postgres, "SELECT 1")
	mask, err := session.Mask("text/plain")
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	for _, chunk := range []string{"from ana@exam", "", "ple.com on\n"} {
		masked, err := mask.Write([]byte(chunk))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, masked...)
	}
	rest, err := mask.Finish()
	if text := string(append(out, rest...)); err != nil || text != "from [email] on\n" {
		t.Error(text, err)
	}
	if _, err := mask.Finish(); err == nil {
		t.Error("it was finished")
	}
}

func TestJudgesResponses(t *testing.T) {
	_, session, _ := opened(t, guard)
	if verdict := judged(t, session, Shell, "cat key"); !verdict.AsksResponse || verdict.Response != nil {
		t.Error(verdict)
	}
	verdict, err := session.JudgeResponse(Postgres, []byte("SELECT 1"), []byte(`"from ana@example.com on"`))
	if err != nil || verdict.Decision != Allow || string(verdict.Response) != "from [email] on" {
		t.Error(verdict, err)
	}
	key := `"-----BEGIN PRIVATE KEY-----"`
	verdict, err = session.JudgeResponse(Shell, []byte("cat key"), []byte(key))
	if err != nil || verdict.Decision != Block || verdict.Response != nil {
		t.Error(verdict, err)
	}
	if verdict, err = session.JudgeResponse(Shell, []byte("cat key"), []byte("{")); err == nil || verdict.Decision != Block {
		t.Error(verdict, err)
	}
}

func TestReloads(t *testing.T) {
	policy, session, path := opened(t, "hpol 1\ndefault allow\n")
	if verdict := judged(t, session, Shell, "ls"); verdict.Decision != Allow {
		t.Error(verdict)
	}
	build(t, "hpol 1\ndefault block\n", path)
	if err := policy.Reload(); err != nil {
		t.Fatal(err)
	}
	if verdict := judged(t, session, Shell, "ls"); verdict.Decision != Block {
		t.Error(verdict)
	}
}

func TestErrors(t *testing.T) {
	if _, err := Open("/nowhere", Options{}); err == nil || !strings.Contains(err.Error(), "/nowhere") {
		t.Error(err)
	}
	policy, session, path := opened(t, guard)
	if _, err := Open(path, Options{TrustedKeys: []byte("no key")}); err == nil {
		t.Error("no key")
	}
	if _, err := policy.Bind(`{"principal":{"usr":"eve"}}`); err == nil || err.(*Error).Status != 5 {
		t.Error(err)
	}
	if verdict, err := session.Judge(8, []byte("ls")); err == nil || verdict.Decision != Block {
		t.Error(verdict, err)
	}
	if _, err := policy.Decide([]byte("{}")); err == nil {
		t.Error("no fixture")
	}
}

func TestGoroutinesShareASession(t *testing.T) {
	_, session, _ := opened(t, guard)
	var group sync.WaitGroup
	for number := 0; number < 4; number++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for turn := 0; turn < 500; turn++ {
				if verdict, err := session.Judge(Postgres, []byte("DELETE FROM orders")); err != nil || verdict.Decision != Block {
					t.Error(verdict, err)
				}
			}
		}()
	}
	group.Wait()
}

func BenchmarkJudge(b *testing.B) {
	t := &testing.T{}
	path := filepath.Join(b.TempDir(), "guard.hpolb")
	build(t, guard, path)
	policy, err := Open(path, Options{})
	if err != nil {
		b.Fatal(err)
	}
	session, err := policy.Bind("{}")
	if err != nil {
		b.Fatal(err)
	}
	payload := []byte("DELETE FROM orders")
	for turn := 0; turn < b.N; turn++ {
		if _, err := session.Judge(Postgres, payload); err != nil {
			b.Fatal(err)
		}
	}
}
