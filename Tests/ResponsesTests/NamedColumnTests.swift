import PolicyRuntime
import Responses
import TestSupport
import Testing

/// Columns of tables in text whose names say what their cells are.
@Suite struct NamedColumnTests {
  private let plan = maskPlan([
    detector("password"), detector("secret"), detector("us_ssn"), detector("date_of_birth"), detector("phone"),
  ])

  @Test(arguments: [
    (
      " id | password  | note\n----+-----------+------\n  1 | s3 cr,et  | a\n  2 | hunter22  | b\n(2 rows)\n",
      " id | password  | note\n----+-----------+------\n  1 | [password] | a\n  2 | [password] | b\n(2 rows)\n"
    ),
    (
      "+----+-----------+\n| id | ssn       |\n+----+-----------+\n|  1 | 536904399 |\n+----+-----------+\n",
      "+----+-----------+\n| id | ssn       |\n+----+-----------+\n|  1 | [us_ssn]  |\n+----+-----------+\n"
    ),
    ("id,dob\n1,1980-02-29\n2,2021-02-03\n", "id,dob\n1,[date_of_birth]\n2,[date_of_birth]\n"),
    ("id,day\n1,1980-02-29\n", "id,day\n1,1980-02-29\n"),
    ("id\tphone\n1\t5550187\n", "id\tphone\n1\t[phone]\n"),
    ("id\tweight\n1\t5550187\n", "id\tweight\n1\t5550187\n"),
    ("id,db_password\n1,\"s3 \"\"cr, et\"\n2,\"x\"\n", "id,db_password\n1,\"[password]\"\n2,\"x\"\n"),
    ("id,api_key\n1,a1!b2$c3%d4e5\n", "id,api_key\n1,[secret]\n"),
    // Titles, quoted or not, and a column without one.
    ("name,password,created at\n1,Xy7!kkpq,z\n", "name,password,created at\n1,[password],z\n"),
    (
      "User name,Password,price ($)\nana,\"s3 cr,et\",1\nbob,s3cr9et,2\n",
      "User name,Password,price ($)\nana,\"[password]\",1\nbob,[password],2\n"
    ),
    ("\"User name\",\"Password\"\nana,s3 cr9et\n", "\"User name\",\"Password\"\nana,[password]\n"),
    (",name,password\n0,ana,s3 cr9et\n", ",name,password\n0,ana,[password]\n"),
    ("order#\tdb password\n1\ts3 cr9et\n", "order#\tdb password\n1\t[password]\n"),
    ("a;my password\n1;s3 cr9et\n", "a;my password\n1;[password]\n"),
    // Prose.
    ("I gave it my password, and left\nIt took it, sadly9\n", "I gave it my password, and left\nIt took it, sadly9\n"),
    ("id;password\n1;s3 cr,et\n", "id;password\n1;[password]\n"),
    (
      "-[ RECORD 1 ]-----\nid       | 1\npassword | s3 cr,et\n",
      "-[ RECORD 1 ]-----\nid       | 1\npassword | [password]\n"
    ),
    (
      "*************************** 1. row ***************************\n      id: 1\npassword: s3 cr,et\n",
      "*************************** 1. row ***************************\n      id: 1\npassword: [password]\n"
    ),
    ("NAME      PASSWORD   AGE\npod-a     s3cr,et    3d\n", "NAME      PASSWORD   AGE\npod-a     [password]  3d\n"),
    (
      "id  password   n\n--  ---------  -\n1   s3 cr,et   a\n2              b\n",
      "id  password   n\n--  ---------  -\n1   [password] a\n2              b\n"
    ),
    ("| id | password |\n|---|---|\n| 1 | s3 cr,et |\n", "| id | password |\n|---|---|\n| 1 | [password] |\n"),
  ])
  func cellsAreSeenWithTheirColumnsName(text: String, expected: String) {
    #expect(masked(text, plan) == expected)
    for size in [1, 2, 5, 13] {
      let pieces = masked(Array(text.utf8), plan, pieces: [size])
      #expect(String(decoding: pieces, as: UTF8.self) == expected, "\(size)")
    }
    #expect(masked(expected, plan) == expected)
  }

  @Test func whatIsNoneStays() {
    for text in [
      " id | password_strength\n----+-----------\n  1 | strong enough\n", "id,password\n1,true\n2,********\n",
      "id,token\n1,ring\n", "password,id\nsee below\n", "secret, please\nkeep, it\n",
    ] {
      #expect(masked(text, plan) == text)
    }
  }

  /// Lines before a table and outside of one are passed on as they come.
  @Test func textIsNotHeldForTables() {
    var masker = ResponseMasker(plan)
    var out: [UInt8] = []
    masker.write(Array("login ok\nuser@host ~ $ ".utf8), into: &out)
    #expect(String(decoding: out, as: UTF8.self).hasPrefix("login ok\nuser@host ~"))
  }

  @Test(arguments: [
    ("id  secret   n\n--  -------  -\n1   abc def  x\n22           y\n", ["1   [redacted] x", "22           y"]),
    ("secret   id\n-------- ----------\nabc               1\n", ["[redacted]          1"]),
    ("secret  id\n------  --\nabcdefgh 1\n", ["[redacted]"]),
    ("é       secret\n------  ------\nü       abc\n", ["ü       [redacted]"]),
  ])
  func columnsAboveRulersAreFound(text: String, lines: [String]) {
    let plan = maskPlan([column("secret")])
    let result = masked(text, plan)
    for line in lines { #expect(result.contains("\n" + line + "\n"), "\(result)") }
    for size in [1, 3, 8] {
      #expect(masked(Array(text.utf8), plan, pieces: [size]) == Array(result.utf8), "\(size)")
    }
    #expect(masked(text, [column("other")]) == text)
  }

  @Test(arguments: [
    ("keep", "\"a \"\"b\"\" c\"", "\"* *** c\"", Mask.Treatment.keepLast(1)),
    ("keep quotes", "\"abc\"\"\"", "\"***\"\"\"", .keepLast(1)),
    ("keep first", "\"\"\"abc\"", "\"\"\"***\"", .keepFirst(1)),
    ("with", "\"abc\"", "\"say \"\"hi\"\"\"", .with("say \"hi\"")),
  ])
  func whatIsKeptIsWhatIsRead(name: String, field: String, expected: String, treatment: Mask.Treatment) {
    let plan = maskPlan([column("secret", treatment)])
    let result = masked("id,secret\n1,\(field)\n", plan)
    #expect(result == "id,secret\n1,\(expected)\n", "\(name)")
    if case .with = treatment { #expect(masked(result, plan) == result) }
  }

  @Test func equalValuesHaveEqualHashes() {
    let plan = maskPlan([column("secret", .hash)])
    let table = masked("id,secret\n1,\"a \"\"b\"\"\"\n", plan)
    let json = masked(#"{"secret":"a \"b\""}"#, plan)
    let hash = json.dropFirst(#"{"secret":""#.count).dropLast(2)
    #expect(hash.hasPrefix("[hash:") && table == "id,secret\n1,\"\(hash)\"\n")
  }
}
