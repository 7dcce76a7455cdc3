import PolicyBytecode
import Testing

@testable import Detectors

/// Each span that the named detectors find, as text.
func found(_ names: [String], in text: String) -> [String] {
  let bytes = Array(text.utf8)
  let set = DetectorSet(names.map { DetectorDefinition(name: $0) })
  return bytes.withUnsafeBufferPointer { set.spans(in: $0) }
    .map { "\(set.names[$0.detector]):" + String(decoding: bytes[$0.start..<$0.end], as: UTF8.self) }
}

@Suite struct DetectorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    /// Texts, and what is found in them.
    var found: [(String, String)]
    var passedOver: [String]
    var testDescription: String { name }
  }

  private static func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

  /// The card numbers are the issuers' published test numbers; the others are made up to pass their checks.
  static let cases: [Case] = [
    Case(
      name: "credit_card",
      found: [
        ("card 4111 1111 1111 1111.", "4111 1111 1111 1111"), ("5500-0055-5555-5559", "5500-0055-5555-5559"),
        ("VALUES ('378282246310005')", "378282246310005"), ("3782 822463 10005 12/27", "3782 822463 10005"),
        ("\"pan\":\"6011111111111117\"", "6011111111111117"), ("30569309025904,x", "30569309025904"),
        ("é4111111111111111é", "4111111111111111"),
      ],
      passedOver: [
        "4111 1111 1111 1112", "0000 0000 0000 0000", "order 12345678", "x4111111111111111", "XXXX-XXXX-XXXX-1111",
        "************1111", "1234567890123456", "0.4111111111111111", "550e8400-e29b-41d4-a716-446655440000",
      ]),
    Case(
      name: "email",
      found: [
        ("mail ana@example.com now", "ana@example.com"), ("a.b+c@sub.example.co.uk", "a.b+c@sub.example.co.uk"),
        ("{\"to\":\"ana@example.com\"}", "ana@example.com"), ("'ana@example.com'", "ana@example.com"),
        ("email=ana@example.com&x=1", "ana@example.com"), ("<ana@example.com>.", "ana@example.com"),
        ("jörg@müller.example", "jörg@müller.example"), ("ana@xn--mller-kva.example.", "ana@xn--mller-kva.example"),
        ("ana@example.com.", "ana@example.com"), ("mailto:ana@example.com?subject=x", "ana@example.com"),
      ],
      passedOver: [
        "ana@", "@example.com", "user@localhost", "icon@2x.png", "a@b", "[email]", "https://ana:pw@example.com/",
        "x@1.2.3",
      ]),
    Case(
      name: "us_ssn",
      found: [("SSN 536-90-4399", "536-90-4399"), ("536 90 4399", "536 90 4399"), ("SSN: 536904399", "536904399")],
      passedOver: [
        "000-12-3456", "666-12-3456", "536-90-0000", "536-90 4399", "1536-90-4399", "900-12-3456", "536904399",
        "536-90-4399-1", "***-**-4399",
      ]),
    Case(
      name: "iban",
      found: [
        ("GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 32"),
        ("DE89370400440532013000", "DE89370400440532013000"), ("iban:nl91abna0417164300;", "nl91abna0417164300"),
      ],
      passedOver: ["GB83 WEST 1234 5698 7654 32", "DE8937", "QQ89370400440532013000", "XDE89370400440532013000"]),
    Case(
      name: "ip_address",
      found: [
        ("from 10.0.0.7 to", "10.0.0.7"), ("2001:db8::1", "2001:db8::1"), ("::1", "::1"),
        ("fe80::1:2:3", "fe80::1:2:3"), ("http://10.1.2.3:8080/", "10.1.2.3"), ("10.0.0.0/8", "10.0.0.0/8"),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.1"), ("[2001:db8::/32]", "2001:db8::/32"), ("10.0.0.7.", "10.0.0.7"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
      ],
      passedOver: [
        "1.2.3", "256.1.1.1", "10:30:15", "1.2.3.4.5", "std::add", "a::b", "v1.2.3.4", "version 1.2.3.4", "00:1a:2b:3c",
      ]),
    Case(
      name: "mac_address",
      found: [("00:1a:2B:3c:4d:5e", "00:1a:2B:3c:4d:5e"), ("(00-1a-2b-3c-4d-5e)", "00-1a-2b-3c-4d-5e")],
      passedOver: ["00:1a-2b:3c:4d:5e", "00:1a:2b:3c:4d", "00:1a:2b:3c:4d:5e:6f"]),
    Case(
      name: "phone",
      found: [
        ("+49 30 901820 12", "+49 30 901820 12"), ("call (212) 555-0187", "(212) 555-0187"),
        ("020 7946 0958", "020 7946 0958"), ("+442079460958", "+442079460958"), ("212-555-0187", "212-555-0187"),
        ("1-212-555-0187 x12", "1-212-555-0187 x12"), ("+44 (0)20 7946 0958", "+44 (0)20 7946 0958"),
        ("phone: 5550187", "5550187"), ("\"mobileNumber\": \"2125550187\"", "2125550187"),
        ("555 0187 office", "555 0187"),
        ("06.12.34.56.78", "06.12.34.56.78"), ("030/901820", "030/901820"),
        // Mobile numbers as a column has them; the last but for its last digit a PESEL.
        ("09171234567", "09171234567"), ("1,07911123456,x", "07911123456"), ("\"01012345678\"", "01012345678"),
        ("05321234567", "05321234567"), ("05241201237", "05241201237"),
        // After other numbers, and before them.
        ("1 +49 30 1234567", "+49 30 1234567"), ("1,+14155550143", "+14155550143"),
        ("2026-11-20 +49 30 1234567", "+49 30 1234567"), ("7 (212) 555-0187", "(212) 555-0187"),
        ("10:04:05 INFO +49 30 1234567", "+49 30 1234567"), ("+49 30 1234567 536-90-4399", "+49 30 1234567"),
      ],
      passedOver: [
        "2026-11", "12 34", "12345678", "4111 1111 1111 1112", "2026-11-20 10:30", "01-02-2020", "10.20.30.40",
        "550e8400-e29b-41d4-a716-446655440000", "1700000000", "40.712812, -74.006034", "call 2026-11-20",
        "1,234,567,890", "GB83 WEST 0234 5698 7654 32", "00001234567", "0917123456", "091712345678", "0.09171234567",
        "id=09171234567", "09171234567a", "x09171234567", "05241201238", "02071234567", "/09171234567",
        "1,09171234567%",
      ]),
    Case(
      name: "date_of_birth",
      found: [
        ("DOB: 1980-02-29", "1980-02-29"), ("born on 1/2/1990", "1/2/1990"),
        ("\"birth_date\": \"1980-02-29\"", "1980-02-29"), ("Date of birth: 3 March 1980", "3 March 1980"),
        ("birthday: Mar 3, 1980.", "Mar 3, 1980"), ("Geburtsdatum: 17.05.1980", "17.05.1980"),
        ("geboren am 3. Mai 1980", "3. Mai 1980"), ("geb. am 3.4.1977", "3.4.1977"),
        ("fecha de nacimiento: 1/2/1990", "1/2/1990"), ("date de naissance 01-02-1990", "01-02-1990"),
      ],
      passedOver: [
        "1980-02-29", "angeboren 3.4.1977", "geb.am", "due 2026-01-01", "born in 1980", "airborne 1980-02-29",
      ]),
    Case(
      name: "cpf",
      found: [
        ("111.444.777-35", "111.444.777-35"), ("CPF 11144477735", "11144477735"),
        ("7 529.982.247-25", "529.982.247-25"),
      ],
      passedOver: ["111.444.777-36", "111.111.111-11", "1.111.444.777-35"]),
    Case(
      name: "nhs_number",
      found: [
        ("943 476 5919", "943 476 5919"), ("NHS 9434765919", "9434765919"), ("NHS: 943-476-5919", "943-476-5919"),
      ],
      passedOver: ["943 476 5918", "+9434765919", "call 415-555-2671"]),
    Case(
      name: "passport",
      found: [
        ("passport no. AB1234567", "AB1234567"), ("Passport: 123456789", "123456789"),
        ("\"passport_number\":\"C01X00T47\"", "C01X00T47"),
      ],
      passedOver: ["AB1234567", "passport please", "passport renewed 2026-01-01"]),
    Case(
      name: "jwt",
      found: [
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_"),
        ("t=eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."),
        ("\\neyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x"),
      ],
      passedOver: [
        "eyJhbGciOiJIUzI1NiJ9", "eyJhbGciOiJIUzI1NiJ.eyJzdWIiOiIxIn0.abc", "xeyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.a",
      ]
    ),
    Case(
      name: "private_key",
      found: [
        (
          "-----BEGIN RSA PRIVATE KEY-----\nMIIEabcd\n-----END RSA PRIVATE KEY-----\nrest",
          "-----BEGIN RSA PRIVATE KEY-----\nMIIEabcd\n-----END RSA PRIVATE KEY-----"
        ),
        ("-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----"),
        (
          "PuTTY-User-Key-File-3: ssh-rsa\nPublic-Lines: 1\nAAAAB3NzaC1yc2EAAAADAQ\nPrivate-Lines: 1\nAAAAgQCxO27J\nPrivate-MAC: 0",
          "PuTTY-User-Key-File-3: ssh-rsa\nPublic-Lines: 1\nAAAAB3NzaC1yc2EAAAADAQ\nPrivate-Lines: 1\nAAAAgQCxO27J"
        ),
        (
          "\"-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEEIabcdefghijklmnop\\nabcd\"}",
          "-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEEIabcdefghijklmnop\\nabcd"
        ),
        (
          "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQVY\n-----END PGP PRIVATE KEY BLOCK-----",
          "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQVY\n-----END PGP PRIVATE KEY BLOCK-----"
        ),
      ],
      passedOver: [
        "-----BEGIN PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----", "[private_key]", "PuTTY-User-Key-File-3: x",
      ]),
    Case(
      name: "aws_access_key", found: [("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE")],
      passedOver: ["AKIAIOSFODNN7", "XAKIAIOSFODNN7EXAMPLE", "AKIAXXXXXXXXXXXXXXXX"]),
    Case(
      name: "aws_secret_key",
      found: [
        (
          "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        ),
        (
          "\"SecretAccessKey\": \"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"",
          "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        ),
      ],
      passedOver: ["wJalrXUtnFEMI", "sha = 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"]),
    Case(
      name: "azure_key",
      found: [
        (
          "AccountKey=" + times("aB3d", 21) + "ab==;EndpointSuffix=x", times("aB3d", 21) + "ab=="
        ),
        ("client_secret=x_y8Q~" + times("aB3-", 8) + "ab", "x_y8Q~" + times("aB3-", 8) + "ab"),
        // Storage, IoT Hub, Search, DevOps: keys that carry a mark.
        ("\"" + times("aB3d", 19) + "+AStabcdeQ==\"", times("aB3d", 19) + "+AStabcdeQ=="),
        (times("aB3", 11) + "AIoTabcdeE=", times("aB3", 11) + "AIoTabcdeE="),
        (times("aB3", 14) + "AzSeAabcde", times("aB3", 14) + "AzSeAabcde"),
        (times("aB3d", 19) + "AZDOabcd,", times("aB3d", 19) + "AZDOabcd"),
        (
          "{\"primaryKey\":\"a7VIrxaR7kQfWv52uvEgoqiXnLAC1lIAYJRfza0hW+r=\"}",
          "a7VIrxaR7kQfWv52uvEgoqiXnLAC1lIAYJRfza0hW+r="
        ),
      ],
      passedOver: [
        "AccountKey=abc", "8Q~abc", "\"primaryKey\":\"user_id\"", "x" + times("aB3d", 19) + "+AStabcdeQ==",
        times("aB3", 11) + "AIoTabcdeEx=",
      ]),
    Case(
      name: "gcp_api_key", found: [("key=AIza" + times("a1B", 11) + "xy", "AIza" + times("a1B", 11) + "xy")],
      passedOver: ["AIza123"]),
    Case(
      name: "github_token",
      found: [
        ("ghp_" + times("aB3", 12), "ghp_" + times("aB3", 12)),
        ("github_pat_" + times("aB3_", 8), "github_pat_" + times("aB3_", 8)),
      ],
      passedOver: ["ghp_abc", "ghp_" + times("x", 36)]),
    Case(
      name: "gitlab_token", found: [("glpat-" + times("aB3xy", 4), "glpat-" + times("aB3xy", 4))],
      passedOver: ["glpat-abc", "glpat-" + times("aB3xy", 3)]),
    Case(
      name: "slack_token",
      found: [
        ("xoxb-1234567890-abc", "xoxb-1234567890-abc"),
        ("xoxe.xoxp-1-" + times("Mi0yLTM0", 20) + ".", "xoxe.xoxp-1-" + times("Mi0yLTM0", 20)),
        ("d='xoxd-" + times("aB3d", 6) + "%2FaB%3D'", "xoxd-" + times("aB3d", 6) + "%2FaB%3D"),
        (
          "https://hooks.slack.com/services/T0ABCDEF1/B0ABCDEF1/" + times("aB3xy8", 4),
          "hooks.slack.com/services/T0ABCDEF1/B0ABCDEF1/" + times("aB3xy8", 4)
        ),
      ],
      passedOver: ["xoxb-1", "xoxb-xxx"]),
    Case(
      name: "stripe_key", found: [("sk_live_" + "0123456789abcdef", "sk_live_0123456789abcdef")],
      passedOver: ["sk_live_1", "pk_live_" + "0123456789abcdef"]),
    Case(
      name: "password",
      found: [
        ("PGPASSWORD=hunter22 psql", "hunter22"), ("postgres://app:s3cret@db/x", "s3cret"),
        ("\"password\": \"abcd\"", "abcd"), ("{\\\"password\\\": \\\"ab cd\\\"}", "ab cd"),
        ("mysql --password=hunter22", "hunter22"),
        ("--password hunter22", "hunter22"), ("CREATE USER x PASSWORD 'hunter22'", "hunter22"),
        ("CREATE USER x IDENTIFIED BY 'hunter22'", "hunter22"), ("Server=x;Pwd=hunter22;", "hunter22"),
        ("<password>hunter22</password>", "hunter22"), ("curl -u ana:hunter22 http://x", "hunter22"),
        ("?user=x&password=hunter22&y=1", "hunter22"), ("redis://:hunter22@cache:6379", "hunter22"),
      ],
      passedOver: [
        "password reset", "postgres://db/x", "password=${PASSWORD}", "password: string", "password = self.password",
        "password=********", "password=[password]", "\"password\": null", "password_file=/run/x",
        "curl -u ana:$PW http://x",
        "http://x:8080/@y",
      ]),
    Case(
      name: "secret",
      found: [
        ("api_key = 9f8Gh2kLq0ZxV7bN3mT5", "9f8Gh2kLq0ZxV7bN3mT5"),
        ("Authorization: Bearer 9f8Gh2kLq0ZxV7bN3mT5", "9f8Gh2kLq0ZxV7bN3mT5"),
        ("Authorization: Basic YW5hOmh1bnRlcjIy", "YW5hOmh1bnRlcjIy"),
        ("npm_" + times("aB3xy8Zq9", 4), "npm_" + times("aB3xy8Zq9", 4)),
        ("dop_v1_" + times("0a1b2c3d4e5f6789", 4), "dop_v1_" + times("0a1b2c3d4e5f6789", 4)),
        ("x-api-key: 3a16750d-d363-41a4-8ebd-035408f7730e", "3a16750d-d363-41a4-8ebd-035408f7730e"),
        ("0a1b2c3d4e5f67890a1b2c3d4e5f6789-us12", "0a1b2c3d4e5f67890a1b2c3d4e5f6789-us12"),
        ("712345678:AAh_" + times("aB3xy8-", 4) + "abc", "712345678:AAh_" + times("aB3xy8-", 4) + "abc"),
        ("token%3D9f8Gh; TOKEN='9f8Gh2kLq0ZxV7bN3mT5'", "9f8Gh2kLq0ZxV7bN3mT5"),
      ],
      passedOver: [
        "token = aaaaaaaaaaaaaaaaaaaaaaaa", "secret santa", "token_type: bearer", "max_tokens: 4096",
        "secret_name = \"prod-db-key-2026\"", "token = get_token_2026()", "api_key = <your-api-key-here-1>",
        "Authorization: Bearer <token>", "csrf_token=9f8Gh2kLq0ZxV7bN3mT5", "key: value",
        "public_key: 9f8Gh2kLq0ZxV7bN3mT5",
      ]),
  ]

  @Test(arguments: cases) func findsWhatItIsNamedFor(_ test: Case) {
    for (text, span) in test.found { #expect(found([test.name], in: text) == ["\(test.name):\(span)"], "\(text)") }
    for text in test.passedOver { #expect(found([test.name], in: text) == [], "\(text)") }
  }

  @Test func everyDetectorIsTried() {
    #expect(Self.cases.map(\.name).sorted() == BuiltinDetector.names)
    #expect(BuiltinDetector.names.count == BuiltinDetector.allCases.count)
  }

  /// What one detector finds does not depend on which others look.
  @Test func detectorsDoNotDisturbOneAnother() {
    for test in Self.cases {
      for (text, span) in test.found {
        let all = found(BuiltinDetector.names, in: text)
        #expect(all.contains("\(test.name):\(span)"), "\(text): \(all)")
      }
    }
  }

  @Test func declaredDetectorsUseTheirCheck() {
    let plain = DetectorDefinition(name: "employee", regex: #"\bEMP-\d{6}\b"#)
    let checked = DetectorDefinition(name: "card", regex: #"\d{16}"#, check: "luhn")
    let folded = DetectorDefinition(name: "é", regex: #"\u{e9}tude"#, ignoringCase: true)
    let set = DetectorSet([plain, checked, folded])
    let cases: [(String, [String])] = [
      ("EMP-123456", ["employee"]), ("EMP-12345", []), ("4111111111111111", ["card"]), ("4111111111111112", []),
      // The first match fails the check, the second passes.
      ("1111111111111112 4111111111111111", ["card"]), ("éTUDE", ["é"]), ("", []), ("xEMP-123456", []),
    ]
    for (text, names) in cases { #expect(set.found(in: Array(text.utf8)) == names, "\(text)") }
  }

  /// A pattern that only PCRE2 understands.
  @Test func backtrackingPatternsAreSoughtInWindows() {
    let set = DetectorSet([DetectorDefinition(name: "twice", regex: #"(?<=#)(\d)\1+"#)])
    for gap in [0, 1, 4094, 4095, 4096, 4097, 8191, 12_000] {
      let text = Array(
        (String(repeating: "é", count: gap / 2) + String(repeating: ".", count: gap % 2) + "#77 #78").utf8)
      let spans = text.withUnsafeBufferPointer { set.spans(in: $0) }
      #expect(spans == [DetectedSpan(start: gap + 1, end: gap + 2, detector: 0)], "\(gap)")
    }
  }

  /// A detector that cannot decide, or text that is not UTF-8, lets nothing slip by.
  @Test func doubtCountsAsFound() {
    let broken = DetectorSet([DetectorDefinition(name: "broken", regex: "(")])
    #expect(broken.found(in: [0x61]) == ["broken"])
    let costly = DetectorSet([DetectorDefinition(name: "costly", regex: "^(?>a|a)(a+)+$")])
    #expect(costly.found(in: Array(repeating: UInt8(ascii: "a"), count: 100) + [UInt8(ascii: "!")]) == ["costly"])
    let email = DetectorSet([DetectorDefinition(name: "email")])
    #expect(email.found(in: [0xFF] + Array("ana@example.com".utf8)) == ["email"])
  }
}
