import PolicyRuntime
import Responses
import TestSupport
import Testing

/// Values that are passwords and secrets by the names they have.
@Suite struct NamedValueTests {
  private let secrets = [detector("password"), detector("secret")]

  @Test(arguments: [
    #""correct horse battery staple""#, #""abcdef\"ghijkl""#, #""back\\slash99""#, #""line1\nline2xyz""#,
    #""ab\"cd1234""#, #""abc,def;ghi&jkl""#, #""p<a>ss}w)ord9""#, #""it's9me'xx""#, #""tab\there99""#,
    #""hunter.two""#, #""my_secret_pw""#, #""$ecret99""#, #""(S3cret!x""#, #""<S3cret!x""#, #""{S3cret!x""#,
    #""[S3cret!x""#, #""%S3cret!x""#, ##""#S3cret!x""##, #"":S3cret!x""#, #""?S3cret!x""#, #""[\"S3cret""#,
  ])
  func aPasswordIsMaskedWhole(value: String) {
    for text in [#"{"password":"# + value + "}", #"{"DB_PASSWORD": "# + value + #", "b": 1}"#] {
      let result = masked(text, secrets)
      #expect(result == text.replacing(value, with: #""[password]""#))
      for size in [1, 2, 7] {
        let pieces = masked(Array(text.utf8), maskPlan(secrets), pieces: [size])
        #expect(String(decoding: pieces, as: UTF8.self) == result)
      }
      #expect(masked(result, secrets) == result)
    }
    let yaml = "a: 1\npassword: \(value)\n"
    #expect(masked(yaml, secrets) == "a: 1\npassword: \"[password]\"\n")
  }

  @Test(arguments: [
    #"{"SECRET_KEY":"django-insecure-lm!n7(q)x"}"#, #"{"client_secret":"Zx~8Q.pL!m3#kd9@fgh12"}"#,
    #"{"api_key":"a1!b2\"c3$d4%e5"}"#, #"{"tokens":["Zx~8Q.pL!m3#kd9@fgh12"]}"#,
  ])
  func aSecretIsMaskedWhole(text: String) {
    let result = masked(text, secrets)
    #expect(result.contains(#""[secret]""#) && !result.contains("Q.pL") && !result.contains("lm!n"), "\(result)")
  }

  @Test(arguments: [
    #"{"token":"ring"}"#, #"{"password_strength":"strong"}"#, #"{"password_policy":"at least 8, one digit"}"#,
    #"{"passwordChangedAt":"2026-03-01T10:00:00Z"}"#, #"{"password":"${DB_PASSWORD}"}"#,
    #"{"password":"{{ db.password }}"}"#, #"{"password":"<your password>"}"#, #"{"password":"%(db_password)s"}"#,
    #"{"password":"********"}"#, #"{"password":"xxxx"}"#, #"{"password":"...."}"#, #"{"password":null}"#,
    #"{"password":true}"#, #"{"password":"required"}"#, #"{"password":"[password]"}"#, #"{"password":"[redacted]"}"#,
    #"{"secret":"my-app-secret"}"#, #"{"token":"https://login.example/reset"}"#,
    #"{"username":"correct horse battery staple"}"#,
  ])
  func whatIsNoneStays(text: String) {
    #expect(masked(text, secrets) == text)
  }

  @Test(arguments: [
    (#"{"name":"DB_PASSWORD","value":"s3 cr,et"}"#, #"{"name":"DB_PASSWORD","value":"[password]"}"#),
    (#"[{"Name":"DB_PASSWORD","Value":"s3 cr,et"}]"#, #"[{"Name":"DB_PASSWORD","Value":"[password]"}]"#),
    (
      #"{"ParameterKey":"MasterPassword","ParameterValue":"s3 cr,et"}"#,
      #"{"ParameterKey":"MasterPassword","ParameterValue":"[password]"}"#
    ),
    (
      #"{"env":[{"name":"DB_PASSWORD","value":"s3 cr,et"},{"name":"PORT","value":"s3 cr,et"}]}"#,
      #"{"env":[{"name":"DB_PASSWORD","value":"[password]"},{"name":"PORT","value":"s3 cr,et"}]}"#
    ),
    (
      #"{"db_password":{"sensitive":true,"value":"s3 cr,et"},"x":{"value":"s3 cr,et"}}"#,
      #"{"db_password":{"sensitive":true,"value":"[password]"},"x":{"value":"s3 cr,et"}}"#
    ),
    (
      #"{"key":"DB_PASSWORD","in":{"value":"s3 cr,et"},"value":"s3 cr,et"}"#,
      #"{"key":"DB_PASSWORD","in":{"value":"s3 cr,et"},"value":"[password]"}"#
    ),
    (#"{"name":"Ana","value":"s3 cr,et"}"#, #"{"name":"Ana","value":"s3 cr,et"}"#),
    (
      "env:\n- name: DB_PASSWORD\n  value: s3 cr,et\n- name: PORT\n  value: s3 cr,et\n",
      "env:\n- name: DB_PASSWORD\n  value: \"[password]\"\n- name: PORT\n  value: s3 cr,et\n"
    ),
    ("db_password:\n  value: s3 cr,et\n", "db_password:\n  value: \"[password]\"\n"),
    ("password:\n  - s3cr3tPwd9\n  - t3cr3tPwd9\n", "password:\n  - \"[password]\"\n  - \"[password]\"\n"),
    ("user:\n  - s3cr3tPwd9\n", "user:\n  - s3cr3tPwd9\n"),
  ])
  func membersNameEachOther(text: String, expected: String) {
    let plan = maskPlan(secrets)
    #expect(masked(text, plan) == expected)
    for size in [1, 3, 11] {
      let pieces = masked(Array(text.utf8), plan, pieces: [size])
      #expect(String(decoding: pieces, as: UTF8.self) == expected, "\(size)")
    }
  }

  @Test(arguments: [
    (#"{"value":"s3 cr,et","name":"DB_PASSWORD"}"#, #"{"value":"[password]","name":"DB_PASSWORD"}"#),
    (
      #"[{"Value":"s3 \"cr,et","Type":"x","Name":"DB_PASSWORD"},{"Value":"80 80","Name":"PORT"}]"#,
      #"[{"Value":"[password]","Type":"x","Name":"DB_PASSWORD"},{"Value":"80 80","Name":"PORT"}]"#
    ),
    (
      #"{"ParameterValue":"s3 cr,et","ParameterKey":"MasterPassword"}"#,
      #"{"ParameterValue":"[password]","ParameterKey":"MasterPassword"}"#
    ),
    (
      #"{"value":"s3 cr,et","in":{"value":"p4 ss,wd","key":"PORT"},"to":[{"value":"p4 ss,wd"}],"key":"DB_PASSWORD"}"#,
      #"{"value":"[password]","in":{"value":"p4 ss,wd","key":"PORT"},"to":[{"value":"p4 ss,wd"}],"key":"DB_PASSWORD"}"#
    ),
    (
      #"{"value":"s3 cr,et","in":{"value":"p4 ss,wd","key":"DB_PASSWORD"},"x":1}"#,
      #"{"value":"s3 cr,et","in":{"value":"[password]","key":"DB_PASSWORD"},"x":1}"#
    ),
    (#"{"value":"{\"password\":\"a b,c d\"}","name":"X"}"#, #"{"value":"{\"password\":\"[password]\"}","name":"X"}"#),
    (
      #"{"value":"password=abcd1234 x","name":"Ana"} tail"#, #"{"value":"password=[password] x","name":"Ana"} tail"#
    ),
    (
      "env:\n- value: s3 cr,et\n  name: DB_PASSWORD\n- value: s3 cr,et\n  name: PORT\n",
      "env:\n- value: \"[password]\"\n  name: DB_PASSWORD\n- value: s3 cr,et\n  name: PORT\n"
    ),
    (
      "a:\n  value: |\n    s3 cr,et\n  more:\n    password: p4 ss,wd\n  key: DB_PASSWORD\nb: 1\n",
      "a:\n  value: \"[password]\"\n  more:\n    password: \"[password]\"\n  key: DB_PASSWORD\nb: 1\n"
    ),
    ("a:\n  value: password=abcd1234 x\nb: 1\n", "a:\n  value: \"password=[password] x\"\nb: 1\n"),
  ])
  func theNameMayComeLater(text: String, expected: String) {
    let plan = maskPlan(secrets)
    #expect(masked(text, plan) == expected)
    for size in [1, 2, 3, 11] {
      let pieces = masked(Array(text.utf8), plan, pieces: [size])
      #expect(String(decoding: pieces, as: UTF8.self) == expected, "\(size)")
    }
    #expect(masked(expected, plan) == expected)
  }

  @Test func aValueIsHeldForItsNameToALimit() {
    let plan = maskPlan(secrets)
    // Between the closing quotes of the value and of its name.
    func document(_ between: Int) -> String {
      let ends = (#"{"value":"s3 cr,et""#, #","name":"DB_PASSWORD""#)
      let filler = #","f":""#
      let count = between - ends.1.count - filler.count - 1
      return ends.0 + filler + String(repeating: "x", count: count) + "\"" + ends.1 + "}"
    }
    for (size, isMasked) in [(MaskLimits.siblingBytes, true), (MaskLimits.siblingBytes + 1, false)] {
      let text = document(size)
      let expected = isMasked ? text.replacing("s3 cr,et", with: "[password]") : text
      for piece in [Int.max, 1000, 1] {
        let result = String(decoding: masked(Array(text.utf8), plan, pieces: [piece]), as: UTF8.self)
        #expect((result == expected) as Bool, "\(size), \(piece)")
      }
    }
  }

  @Test func valuesInWhatIsReplacedSayHow() {
    let masks = [detector("password", .redact), path("$.a", .with("none"))]
    for text in [
      #"{"a":{"name":"DB_PASSWORD","value":"s3 cr,et"}}"#, #"{"a":{"value":"s3 cr,et","name":"DB_PASSWORD"}}"#,
    ] {
      #expect(masked(text, masks) == #"{"a":"[password]"}"#, "\(text)")
    }
    for text in ["a:\n  name: DB_PASSWORD\n  value: s3 cr,et\n", "a:\n  value: s3 cr,et\n  name: DB_PASSWORD\n"] {
      #expect(masked(text, masks) == "a: \"[password]\"\n", "\(text)")
    }
  }

  @Test func recordsOfOneKindAreMaskedAlike() {
    let plan = maskPlan(secrets)
    let record = #"{"name":"DB_PASSWORD","value":"s3 cr,et"}"# + "\n" + #"{"name":"PORT","value":"80 80"}"# + "\n"
    let text = String(repeating: record, count: 5)
    #expect(masked(text, plan) == text.replacing("s3 cr,et", with: "[password]"))
  }

  @Test func documentsUnderSecretNamesAreLookedInto() {
    let text = #"{"SecretString":"{\"user\":\"app\",\"password\":\"a b,c d\"}"}"#
    #expect(masked(text, secrets) == #"{"SecretString":"{\"user\":\"app\",\"password\":\"[password]\"}"}"#)
  }
}
