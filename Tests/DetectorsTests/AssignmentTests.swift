import Testing

@testable import Detectors

/// Ways to give a name a value, and texts that look like one.
@Suite struct AssignmentTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var text: String
    /// What is found, with the detector's name.
    var found: [String]
    var testDescription: String { text }
    init(_ text: String, _ found: String...) { (self.text, self.found) = (text, found) }
  }

  static let pairs: [Case] = [
    Case(#"x {"name":"DB_PASSWORD","value":"s3cr3tPwd9"} y"#, "password:s3cr3tPwd9"),
    Case("{\"name\": \"DB_PASSWORD\",\n    \"value\" : \"s3cr3tPwd9\"}", "password:s3cr3tPwd9"),
    Case(#"{\"name\":\"DB_PASSWORD\",\"value\":\"s3cr3tPwd9\"}"#, "password:s3cr3tPwd9"),
    Case(#"f("password", "s3cr3tPwd9")"#, "password:s3cr3tPwd9"),
    Case(#"{"kind":"password","label":"Your password"}"#),
    Case(#"{"name":"DB_PASSWORD","optional":true}"#), Case(#"{"name":"DB_PASSWORD","value":null}"#),
  ]

  @Test(arguments: pairs) func namesAndValuesOfPairs(_ test: Case) {
    #expect(found(["password", "secret"], in: test.text) == test.found)
  }

  static let signs: [Case] = [
    Case(
      #"SECRET_KEY = 'django-insecure-lm!n#x9@k(2v$w&7q*zr^b=4_tp+h'"#,
      #"secret:django-insecure-lm!n#x9@k(2v$w&7q*zr^b=4_tp+h"#),
    Case(#"{"client_secret":"Zx~8Q.pL!m3#kd9@fgh12"}"#, "secret:Zx~8Q.pL!m3#kd9@fgh12"),
    Case(#"token = "%s-%d/12""#), Case(#"token: "see the page of 2026, please""#),
    Case(#"secret: "${VAULT_SECRET_2}!""#),
    Case(#"password: "correct horse" # x"#, "password:correct horse"),
    Case(#"password: "cor\"rect horse", y"#, #"password:cor\"rect horse"#),
    Case("A=1\nDB_PASSWORD=abc$def&ghi;jkl9\nB=2", "password:abc$def&ghi;jkl9"),
    Case("DB_PASSWORD=ab,cd}ef9", "password:ab,cd}ef9"), Case("export DB_PASSWORD=ab,cd}ef9  \n", "password:ab,cd}ef9"),
    Case("DB_PASSWORD=abcd9;psql -l", "password:abcd9"), Case("password=abcd9&y=1", "password:abcd9"),
    Case("DB_PASSWORD=$(cat x;y)\n"),
  ]

  @Test(arguments: signs) func signsInValues(_ test: Case) {
    #expect(found(["password", "secret"], in: test.text) == test.found)
  }

  static let forms: [Case] = [
    Case("password: str = 'xK9hunter'", "password:xK9hunter"),
    Case(#"var Password string = "xK9hunter""#, "password:xK9hunter"),
    Case(#"let password: String? = "xK9hunter""#, "password:xK9hunter"),
    Case("ENV DB_PASSWORD xK9hunter\n", "password:xK9hunter"), Case("SSHPASS=xK9hunter ssh x", "password:xK9hunter"),
    Case("REDISCLI_AUTH=xK9hunter redis-cli", "password:xK9hunter"),
    Case("requirepass xK9hunter\n", "password:xK9hunter"),
    Case("masterauth xK9hunter\n", "password:xK9hunter"),
    Case("machine h.example login y password xK9hunter", "password:xK9hunter"),
    Case("machine h.example\n  login y\n  password xK9hunter\n", "password:xK9hunter"),
    Case("dsn=app:xK9:hunter@tcp(db:3306)/x", "password:xK9:hunter"),
    Case("jdbc:oracle:thin:scott/xK9hunter@db:1521:orcl", "password:xK9hunter"),
    Case("password: str"), Case("def f(password: str = None): pass"), Case("the password string = x"),
    Case("env DB_PASSWORD"), Case("set a password now"), Case("a login needs password please"),
    Case("mail a@tcp.example (x)"), Case("jdbc:oracle:thin:@db:1521:orcl"), Case("jdbc:oracle:thin:scott/${PW}@db"),
    Case("rediscli --author x"),
    // Braces of a connection string hold the value; elsewhere they name a variable.
    Case("Server=tcp:s,1433;Uid=a;Pwd={xK9!hunt;er};", "password:xK9!hunt;er"),
    Case("jdbc:sqlserver://s:1433;user=me@s;password={xK9}}h};encrypt=true", "password:xK9}}h"),
    Case("f\"Uid={user};Pwd={password};\""), Case("<Input password={x9}/>"),
    // What a shell calls its directory.
    Case("PWD=/home/ana\nOLDPWD=/tmp\n"), Case(#"{"PWD":"/srv/app"}"#), Case("PWD=xK9hunter\n", "password:xK9hunter"),
    Case("pwd=/xK9hunter", "password:/xK9hunter"),
    // A port and what is set behind it.
    Case("redis://h:6379;user=a@b"), Case("postgres://h:5432,g:5432/x@y"),
    Case("redis://h:6379x@b", "password:6379x"),
  ]

  @Test(arguments: forms) func formsOfAssignments(_ test: Case) {
    #expect(found(["password", "secret"], in: test.text) == test.found)
  }
}
