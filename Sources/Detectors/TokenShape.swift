/// The shape of a token that its issuer marks with a prefix.
///
/// Written as its prefix, then runs `<set count>` and `<set least,most>` and literal text in between; the sets are
/// `d` digits, `h` lower-case and `H` any hexadecimal, `l` lower-case letters and digits, `U` upper-case ones, `L` letters,
/// `a` letters and digits, `w` those and `_`, `u` those and `-`, `b` those of base64. In `<%set least,most>` escapes such
/// as `%2F` may stand, each counting as three.
struct TokenShape: Sendable {
  enum Element: Sendable {
    case literal([UInt8])
    case run(ByteClass, least: Int, most: Int, escapes: Bool)
  }

  let kind: BuiltinDetector
  let prefix: String
  let elements: [Element]
  /// Placeholders are tokens too: the issuer's own documentation writes them so.
  let takesPlaceholders: Bool

  init(_ kind: BuiltinDetector, _ source: String, takesPlaceholders: Bool = false) {
    self.kind = kind
    self.takesPlaceholders = takesPlaceholders
    var elements: [Element] = []
    var rest = Substring(source)
    prefix = String(rest.prefix { $0 != "<" })
    rest = rest.dropFirst(prefix.count)
    while let first = rest.first {
      guard first == "<", let close = rest.firstIndex(of: ">") else {
        let text = rest.prefix { $0 != "<" }
        elements.append(.literal(Array(text.utf8)))
        rest = rest.dropFirst(text.count)
        continue
      }
      let escapes = rest.dropFirst().first == "%"
      let body = rest[rest.index(rest.startIndex, offsetBy: escapes ? 2 : 1)..<close]
      let counts = body.dropFirst().split(separator: ",").compactMap { Int($0) }
      let least = counts.first ?? 1
      elements.append(
        .run(
          TokenShape.set(body.first ?? "a"), least: least, most: counts.count > 1 ? counts[1] : least, escapes: escapes)
      )
      rest = rest[rest.index(after: close)...]
    }
    self.elements = elements
  }

  private static func set(_ letter: Character) -> ByteClass {
    switch letter {
    case "d": .digit
    case "h": [.digit, .lowerHex]
    case "H": .hex
    case "l": [.digit, .lower]
    case "U": [.digit, .upper]
    case "L": .letter
    case "w": .word
    case "u": .base64URL
    case "b": [.base64, .equals]
    default: .alphanumeric
    }
  }

  /// Whether `byte` may be the first after the prefix.
  func mayFollow(_ byte: UInt8) -> Bool {
    switch elements.first {
    case .literal(let text): text.first == byte
    case .run(let set, _, _, _): ByteClass.table[Int(byte)] & set.rawValue != 0
    case nil: true
    }
  }

  /// The ASCII bytes that a token may follow: no letter or digit, except the end of an escape such as `\n` or `%3D`.
  static let bytesBefore: [UInt8] =
    (0..<128).map { UInt8($0) }.filter { ByteClass.table[Int($0)] & ByteClass.alphanumeric.rawValue == 0 }
    + Array("nrt02acdf".utf8)

  /// Those of them that a token marked by no more than two letters may follow.
  static let bytesBeforeShort = Array(" \t\n\"'=:(,[".utf8)

  static let all: [TokenShape] =
    [
      // AWS: IAM identifiers, "Unique identifiers".
      .init(.awsAccessKey, "AKIA<U16>"), .init(.awsAccessKey, "ASIA<U16>"), .init(.awsAccessKey, "AGPA<U16>"),
      .init(.awsAccessKey, "AIDA<U16>"), .init(.awsAccessKey, "AROA<U16>"), .init(.awsAccessKey, "AIPA<U16>"),
      .init(.awsAccessKey, "ANPA<U16>"), .init(.awsAccessKey, "ANVA<U16>"), .init(.awsAccessKey, "ABIA<U16>"),
      .init(.awsAccessKey, "ACCA<U16>"), .init(.awsAccessKey, "A3T<U17>"),
      .init(.jwt, "ZXlK<b60,4096>"),
      .init(.gcpAPIKey, "AIza<u35>"),
      // GitHub: token formats; a classic token is 36 characters, one of an app may be longer.
      .init(.githubToken, "ghp_<a36,255>"), .init(.githubToken, "gho_<a36,255>"), .init(.githubToken, "ghu_<a36,255>"),
      .init(.githubToken, "ghs_<a36,255>"), .init(.githubToken, "ghr_<a36,255>"),
      .init(.githubToken, "github_pat_<w22,255>"),
      // GitLab: token overview.
      .init(.gitlabToken, "glpat-<u20,52>"), .init(.gitlabToken, "glpat-<u27,300>.<l2>.<l9>"),
      .init(.gitlabToken, "glrt-<u27,300>.<l2>.<l9>"), .init(.gitlabToken, "gldt-<u27,300>.<l2>.<l9>"),
      .init(.gitlabToken, "glwt-<u20,52>"), .init(.gitlabToken, "gldt-<u20,52>"), .init(.gitlabToken, "glrt-<u20,52>"),
      .init(.gitlabToken, "glft-<u20,52>"),
      .init(.gitlabToken, "glsoat-<u20,52>"), .init(.gitlabToken, "glcbt-<u20,58>"), .init(.gitlabToken, "glptt-<u40>"),
      .init(.gitlabToken, "gloas-<u64>"), .init(.gitlabToken, "glagent-<u50,1024>"),
      .init(.gitlabToken, "glimt-<u25>"), .init(.gitlabToken, "glffct-<u20,52>"),
      .init(.gitlabToken, "GR1348941<u20,50>"), .init(.gitlabToken, "_gitlab_session=<h32>"),
      // Slack: token types; webhooks.
      .init(.slackToken, "xoxb-<d5,14>-<u3,200>"), .init(.slackToken, "xoxp-<d5,14>-<u10,200>"),
      .init(.slackToken, "xoxe-<d1>-<a100,200>"), .init(.slackToken, "xoxe-<d5,14>-<u10,200>"),
      .init(.slackToken, "xoxe.xoxb-<d1>-<b100,255>"), .init(.slackToken, "xoxe.xoxp-<d1>-<b100,255>"),
      .init(.slackToken, "xoxo-<d5,14>-<u10,200>"), .init(.slackToken, "xoxs-<d5,14>-<u10,200>"),
      .init(.slackToken, "xoxa-<u10,200>"), .init(.slackToken, "xoxr-<u10,200>"), .init(.slackToken, "xoxc-<u20,200>"),
      .init(.slackToken, "xoxd-<%b20,400>"), .init(.slackToken, "xapp-<d1>-<U8,20>-<d5,20>-<l20,80>"),
      .init(.slackToken, "hooks.slack.com/services/T<U6,14>/B<U6,14>/<a16,50>"),
      .init(.slackToken, "hooks.slack.com/workflows/T<U6,14>/A<U6,14>/<d10,24>/<a16,50>"),
      .init(.slackToken, "hooks.slack.com/triggers/T<U6,14>/<d8,24>/<a16,50>"),
      // Stripe: API keys; publishable ones (`pk_`) are no secret.
      .init(.stripeKey, "sk_live_<a10,250>"), .init(.stripeKey, "sk_test_<a10,250>"),
      .init(.stripeKey, "sk_prod_<a10,250>"), .init(.stripeKey, "rk_live_<a10,250>"),
      .init(.stripeKey, "rk_test_<a10,250>"), .init(.stripeKey, "rk_prod_<a10,250>"),
      .init(.stripeKey, "sk_org_live_<a10,250>"), .init(.stripeKey, "sk_org_test_<a10,250>"),
      .init(.stripeKey, "whsec_<b20,100>"),
    ] + vendors

  private static func secrets(_ sources: [String]) -> [TokenShape] { sources.map { .init(.secret, $0) } }

  /// Tokens of other issuers, as their documentation gives them.
  private static let vendors: [TokenShape] =
    [
      .init(.secret, "AKC<a10,150>", takesPlaceholders: true),
      .init(.secret, "AP<H1><a8,150>", takesPlaceholders: true),
      .init(.secret, "SK<l32>", takesPlaceholders: true), .init(.secret, "AC<l32>", takesPlaceholders: true),
    ]
    + secrets([
      // Package registries.
      "npm_<a36>", "pypi-<u50,1000>", "rubygems_<h48>", "oy2<l43>", "CLOJARS_<l60>", "cio<a32>",
      "dckr_pat_<u27>", "dckr_oat_<u32>", "cmVmdGtu<a56>", "crates.io-<a32>",
      // Models.
      "sk-<u20,74>T3BlbkFJ<u20,74>", "sk-proj-<u20,200>T3BlbkFJ<u20,200>", "sk-svcacct-<u20,200>T3BlbkFJ<u20,200>",
      "sk-admin-<u20,200>T3BlbkFJ<u20,200>", "sk-ant-<u80,250>", "sk-proj-<u60,400>",
      "sk-or-v1-<h64>", "sk-<h32>", "hf_<L34>", "api_org_<L34>", "gsk_<a52>", "xai-<a80>", "pplx-<a48>", "r8_<a37>",
      "nvapi-<u64>", "lsv2_pt_<h32>_<h10>", "lsv2_sk_<h32>_<h10>", "fw_<a24>", "csk-<l48>", "tgp_v1_<u43>",
      // Clouds and hosting.
      "dop_v1_<h64>", "doo_v1_<h64>", "dor_v1_<h64>", "HRKU-AA<u58>", "HRKU-<H8>-<H4>-<H4>-<H4>-<H12>", "fo1_<u43>",
      "fm1a_<b100,1000>", "fm1r_<b100,1000>", "fm2_<b100,1000>", "LTAI<a20>", "ABSK<b109,269>",
      "bedrock-api-key-<b40,1000>", "ya29.<u20,500>", "GOCSPX-<u28>", "v1.0-<h24>-<h146>", "dapi<h32>",
      "dapi<h32>-<d1>",
      "sbp_<h40>", "napi_<l40,90>", "sb_secret_<u31>", "vercel_blob_rw_<a30,80>", "nfp_<a36>", "pscale_tkn_<u32,64>",
      "pscale_pw_<u32,64>", "pscale_oauth_<u32,64>", "ovh_<a40>", "EAACEdEose0cBA<a20,200>", "EAAC<a40,400>",
      "EAAM<a100,400>", "tskey-auth-<a10,20>-<a20,40>", "tskey-api-<a10,20>-<a20,40>", "tskey-client-<a10,20>-<a20,40>",
      "sha256~<u43>", "AQVN<u35,38>", "t1.<u20,80>.<u86>", "YCAJE<u20>", "ATATT3<u100,250>", "ATATT3<u100,250>=<H8>",
      "ATCTT3<u100,250>",
      // Secret stores and infrastructure.
      "AGE-SECRET-KEY-1<U58>", "AGE-SECRET-KEY-PQ-1<U50,200>", "ops_eyJ<b250,2000>", "A3-<U6>-<U11>-<U5>-<U5>-<U5>",
      "A3-<U6>-<U6>-<U5>-<U5>-<U5>-<U5>",
      "hvs.<u24,300>", "hvb.<u138,300>", "hvr.<u90,120>", "dp.pt.<a43>", "dp.st.<u40,80>", "dp.ct.<a43>", "pul-<h40>",
      "atlasv1.<u60,70>", "ico-<a32>", "dt0c01.<U24>.<U64>", "dt0s01.<U8>.<U64>", "API-<U25,32>", "pnu_<a36>",
      // Observability.
      "glc_<b32,400>", "glsa_<a32>_<H8>", "eyJrIjoi<b70,400>", "NRAK-<U27>", "NRJS-<l19>", "NRII-<u32>", "NRAA-<h27>",
      "sntrys_eyJ<b40,500>", "sntryu_<h64>", "sntryn_<h64>", "phc_<a43>", "phx_<a43>", "PMAK-<H24>-<H34>", "sqp_<h40>",
      "squ_<h40>", "sqa_<h40>", "snyk_uat.<h8>.<u20,400>", "sgp_<H40>", "sgp_<H16>_<H40>", "sgp_local_<H40>",
      "slk_<h64>", "bkua_<h40>", "CFPAT-<u43>", "CCIPAT_<a22>_<h40>",
      // Messages and mail.
      "SG.<u22>.<u43>", "SG.<u60,70>", "key-<h32>", "pubkey-<h32>", "xkeysib-<h64>-<l16>",
      "xsmtpsib-<h64>-<l16>",
      "re_<a8>_<a24>", "tfp_<u20,40>_<u30,60>", "fio-u-<u64>", "lin_api_<a40>", "lin_oauth_<h64>", "ntn_<a46>",
      "secret_<a43>", "figd_<u40>", "figo_<u40>", "pat-na1-<H8>-<H4>-<H4>-<H4>-<H12>",
      "pat-eu1-<H8>-<H4>-<H4>-<H4>-<H12>",
      "mfa.<u84>", "aio_<a28>", "dnkey-<u26>-<u52>", "rdme_<l70>", "sm_pat_<a16>", "sm_sat_<a16>", "sm_aat_<a16>",
      "intra-<h64>", "s-s4t2ud-<h64>", "s-s4t2af-<h64>", "ATBB<a32>", "p8e-<l32>",
      // Payments and shops.
      "shpat_<H32>", "shpca_<H32>", "shppa_<H32>", "shpss_<H32>", "shpua_<H32>", "sq0atp-<u22>", "sq0csp-<u43>",
      "sq0idp-<u22>",
      "EAAAE<u50,100>", "EZAK<a54>", "EZTK<a54>", "live_<h35>", "live_<u40>", "duffel_live_<u43>", "duffel_test_<u43>",
      "shippo_live_<H40>", "shippo_test_<H40>", "FLWSECK_TEST-<h12>", "FLWSECK-<l32>-X", "FLWSECK_TEST-<l32>-X",
      "access-sandbox-<h8>-<h4>-<h4>-<h4>-<h12>", "access-production-<h8>-<h4>-<h4>-<h4>-<h12>",
      "access-development-<h8>-<h4>-<h4>-<h4>-<h12>", "rzp_live_<a14>", "sk_<h32>",
      "access_token$production$<l16>$<h32>", "access_token$sandbox$<l16>$<h32>", "amzn.mws.<h8>-<h4>-<h4>-<h4>-<h12>",
      "pat.<u22>.<a24>.<a20>", "sat.<u22>.<a24>.<a20>", "api.softlayer.com/soap/v3/<h64>",
      "api.softlayer.com/soap/v3.1/<h64>", "pk.<u60>.<u22>",
      "webhook.office.com/webhookb2/<H8>-<H4>-<H4>-<H4>-<H12>@<H8>-<H4>-<H4>-<H4>-<H12>/IncomingWebhook/<H32>/<H8>",
      "sk.<u60,90>.<u22>", "EAAa<a100,400>", "EAA<a80,400>", "discord.com/api/webhooks/<d17,20>/<u60,80>",
      "discordapp.com/api/webhooks/<d17,20>/<u60,80>", "IGQV<u100,400>", "AQED<u100,400>",
    ])
}
