import Testing

@testable import Detectors

/// Tokens told by their issuer's mark: found to their end, and not where they are too short to be one.
@Suite struct VendorTokenTests {
  /// Letters and digits without a pattern, as many as asked for.
  private static func body(_ count: Int) -> String {
    String(String(repeating: "q7Zt3mXw9Kd2RbV5yLh8PcJ4nGfS6", count: count / 29 + 1).prefix(count))
  }
  private static func lower(_ count: Int) -> String { body(count).lowercased() }
  private static func hex(_ count: Int) -> String {
    String(String(repeating: "0a9c3e7f1b5d8264", count: count / 16 + 1).prefix(count))
  }

  static let tokens: [(String, String)] = [
    ("secret", "hvs." + body(24)), ("secret", "hvs." + body(95)), ("secret", "sk-ant-api03-" + body(93) + "AA"),
    ("secret", "sk-ant-sid01-" + body(80)), ("secret", "sk-proj-" + body(120)), ("gitlab_token", "glwt-" + body(20)),
    ("gitlab_token", "glrt-t1_" + body(27) + ".01." + lower(9)),
    ("gitlab_token", "gldt-" + body(27) + ".01." + lower(9)),
    ("secret", "ATATT3" + body(180) + "=1A2B3C4D"), ("stripe_key", "sk_org_live_" + body(24)),
    ("secret", "discord.com/api/webhooks/123456789012345678/" + body(68)), ("secret", "napi_" + lower(64)),
    ("secret", "EAA" + body(180)), ("secret", "AGE-SECRET-KEY-PQ-1" + body(58).uppercased()),
    ("secret", "shpua_" + hex(32)),
  ]

  static let passedOver: [(String, String)] = [
    ("secret", "hvs." + body(23)), ("secret", "sk-ant-" + body(79)), ("secret", "sk-proj-" + body(59)),
    ("gitlab_token", "glwt-" + body(12)), ("stripe_key", "sk_org_live_1"), ("secret", "napi_" + lower(12)),
    ("secret", "discord.com/api/webhooks/123456789012345678"), ("secret", "EAA" + body(30)),
    ("secret", "shpua_" + hex(31)), ("secret", "sk-proj-" + String(repeating: "x", count: 60)),
  ]

  @Test(arguments: tokens) func tokensAreFoundToTheirEnd(_ name: String, _ token: String) {
    for text in [token, "a \(token) b", "\"\(token)\"", "x=\(token)\n"] {
      #expect(found([name], in: text).contains("\(name):\(token)"), "\(text)")
    }
  }

  @Test(arguments: passedOver) func othersArePassedOver(_ name: String, _ text: String) {
    #expect(found([name], in: text) == [], "\(text)")
  }
}
