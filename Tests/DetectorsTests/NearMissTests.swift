import Testing

@testable import Detectors

/// Texts of computing in which no detector may see personal data or a secret, next to those in which one must.
@Suite struct NearMissTests {
  static let passedOver: [(String, String)] = [
    ("nhs_number", "request 9434765919 took"), ("cpf", "id=11144477735"),
    ("phone", "ring buffer 1048576"), ("phone", "message id 12345678901"), ("phone", "Call stack size 8388608"),
    ("phone", "text length: 1234567"), ("phone", "\"contact_id\": 2125550187"), ("phone", "caller id 4294967296"),
    ("phone", "contactId=2125550187"), ("phone", "calls: 1000000"), ("phone", "100-200-3000"),
    ("phone", "0644 0755 0700"),
    ("password", "--- PASS: TestA (0.00s)"), ("password", "Tests pass: 1234"), ("password", "first pass: 100ms"),
    ("password", "\"password_strength\":\"strong\""), ("password", "password_changed_at: yesterday"),
    ("email", "git@github.com:org/repo.git"), ("email", "ssh://git@github.com/org/repo"),
    ("ip_address", "Mozilla/5.0 Chrome/120.0.0.0 Safari"), ("ip_address", "v1.2.3.4"),
    ("secret", "Authorization: Bearer YOUR_API_KEY"), ("secret", "Bearer YOUR_SECRET_ACCESS_TOKEN"),
  ]

  static let kept: [(String, String, String)] = [
    ("nhs_number", "NHS number: 9434765919", "9434765919"), ("nhs_number", "943 476 5919", "943 476 5919"),
    ("cpf", "\"cpf\": \"11144477735\"", "11144477735"), ("cpf", "111.444.777-35", "111.444.777-35"),
    ("phone", "call 555 0187", "555 0187"), ("phone", "contact: 2125550187", "2125550187"),
    ("phone", "\"phone\": \"2125550187\"", "2125550187"), ("phone", "212-555-0187", "212-555-0187"),
    ("phone", "0161 496 0000", "0161 496 0000"),
    ("password", "pass=hunter22", "hunter22"), ("password", "pass: 'hunter22'", "hunter22"),
    ("password", "db_pass: hunter22", "hunter22"), ("password", "password_confirmation: hunter22", "hunter22"),
    ("email", "git@example.com", "git@example.com"), ("email", "ana@example.com: hello", "ana@example.com"),
    ("ip_address", "http://10.1.2.3/x", "10.1.2.3"), ("ip_address", "db.example.com/10.1.2.3:5432", "10.1.2.3"),
    ("ip_address", "from /10.1.2.3:80", "10.1.2.3"),
    ("secret", "Bearer ABCDEFGH12JKLMNOPQRS", "ABCDEFGH12JKLMNOPQRS"),
  ]

  @Test(arguments: passedOver) func otherThingsArePassedOver(_ name: String, _ text: String) {
    #expect(found([name], in: text) == [], "\(text)")
  }

  @Test(arguments: kept.indices) func realOnesAreKept(_ index: Int) {
    let (name, text, span) = Self.kept[index]
    #expect(found([name], in: text) == ["\(name):\(span)"], "\(text)")
  }
}
