import JSONText
import PolicyBytecode
import PolicyRuntime
import Responses
import TestSupport

typealias Mask = MaskObligation

func detector(_ name: String, _ treatment: Mask.Treatment = .redact) -> Mask { Mask(.detector(name), treatment) }
func column(_ glob: String, _ treatment: Mask.Treatment = .redact) -> Mask { Mask(.column([glob]), treatment) }
func path(_ path: String, _ treatment: Mask.Treatment = .redact) -> Mask { Mask(.json(path), treatment) }
func regex(_ source: String, _ treatment: Mask.Treatment = .redact) -> Mask { Mask(.regex(source), treatment) }
func header(_ glob: String, _ treatment: Mask.Treatment = .redact) -> Mask { Mask(.header([glob]), treatment) }

func maskPlan(_ masks: [Mask], key: MaskKey = .bench) -> MaskPlan {
  MaskPlan(masks, detectors: { DetectorDefinition(name: $0) }, key: key)
}

/// `bytes` masked in pieces of the given sizes, the last one as often as needed.
func masked(
  _ bytes: [UInt8], _ plan: MaskPlan, pieces: [Int] = [.max], format: ResponseFormat = .automatic
) -> [UInt8] {
  var out: [UInt8] = []
  var masker = ResponseMasker(plan, format: format)
  var rest = bytes[...]
  var number = 0
  while !rest.isEmpty {
    let size = max(1, pieces[min(number, pieces.count - 1)])
    masker.write(Array(rest.prefix(size)), into: &out)
    rest = rest.dropFirst(size)
    number += 1
  }
  masker.finish(into: &out)
  return out
}

func masked(_ text: String, _ plan: MaskPlan, format: ResponseFormat = .automatic) -> String {
  String(decoding: masked(Array(text.utf8), plan, format: format), as: UTF8.self)
}

func masked(_ text: String, _ masks: [Mask], format: ResponseFormat = .automatic) -> String {
  masked(text, maskPlan(masks), format: format)
}

/// Masks of each kind together.
let everyMask: [Mask] = [
  detector("email"), detector("credit_card", .keepLast(4)), detector("us_ssn", .hash), detector("password"),
  column("*_token"), column("secret*", .hash), path("$.data.*", .with("[removed]")), path("$..key"),
  regex(#"EMP-\d{6}"#, .with("EMP, \"hidden\"")),
]

/// Responses of every form, for what must hold of all.
let samples: [String] = [
  "",
  "\n",
  ".d: Secret\nsecret: abc\nmail: ana@example.com\n",
  "mail ana@example.com or bob@example.com.\n",
  "card 4111 1111 1111 1111, not 4111 1111 1111 1112\n",
  "SSN 123-45-6789 of EMP-123456 password=hunter22x\r\nend",
  #"{"name":"Ana","email":"\u0061na@example.com","n":4111111111111111,"x":[true,null,1.5e3]}"#,
  "{ \"data\" : { \"a\" : \"x\" , \"b\" : [1, {\"c\": 2}] },\n \"key\": {\"deep\": [1, 2]}, \"a_token\": null }\n",
  #"{"ana@example.com":1,"bob@example.com":{"key":"v"},"t":"line\nana@example.com\tEMP-000001"}"#,
  "{\"id\":1,\"email\":\"a@b.example\"}\n{\"id\":2,\"secret_x\":\"s\"}\n\nplain ana@example.com\n[1,2]\n",
  "event: message\ndata: {\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"{\\\"key\\\":\\\"k\\\"}\"}]}}\n\n",
  #"{"content":[{"type":"text","text":"id,access_token\n1,abc\n2,\"d,e\"\n"}]}"#,
  "[INFO] started for ana@example.com\n[WARN] {\"key\":\"x\"} is not at the start\n",
  " id | access_token |       mail        \n----+--------------+-------------------\n  1 | abc          | ana@example.com\n"
    + "  2 | defghi       | none\n(2 rows)\n\n{\"key\":1}\n",
  "+----+--------------+\n| id | access_token |\n+----+--------------+\n|  1 | abc          |\n+----+--------------+\n"
    + "1 row in set (0.00 sec)\n",
  "id,access_token,note\n1,abc,\"say \"\"hi\"\", EMP-123456\"\n2,\"a\nb\",EMP-123456\n",
  "id\taccess_token\n1\tabc\n2\tdef\n",
  "NAME      ACCESS_TOKEN   AGE\npod-a     abcdef         3d\npod-b                    4d\n",
  "-[ RECORD 1 ]+-----\nid           | 1\naccess_token | abc\n\n",
  "*************************** 1. row ***************************\n          id: 1\naccess_token: abc\n",
  "apiVersion: v1\nkind: Secret\ndata:\n  password: aHVudGVyMg==\n  user: \"YW5h\" # the user\nmetadata:\n"
    + "  name: db\n  owner: Ana <ana@example.com>\n",
  "items:\n- data:\n    a: b\n  key: |\n    line one\n    line two\n  note: >-\n    folded ana@example.com\n    text\n"
    + "- key: [1, 2]\n- key:\n  - x\n  - y\n---\nkey: {a: b}\nother: 'it''s ana@example.com'\n",
  "- ana@example.com\n- plain\n",
  "{\"a\": 1, broken\nana@example.com\n",
  "{\"a\":\"cut off ana@example.com",
  "{\"key\":{\"cut\":\"off",
  "\u{FEFF}{\"key\":\"with a mark\"}",
  "é ana@example.com ü 4111-1111-1111-1111 ß\n",
  "é 4111\u{A0}1111\u{202F}1111\u{A0}1111, 536\u{2011}90\u{2011}4399\u{A0}\u{2013} 5\u{2019}\n",
  " id | password  | ssn\n----+-----------+-----------\n  1 | s3 cr,et  | 536904399\n(1 row)\n",
  "id,db_password,ssn\n1,\"s3 \"\"cr, et\",536904399\n",
  "id  password   secret\n--  ---------  ------\n1   s3 cr,et   abc\n",
  "-[ RECORD 1 ]---\npassword | s3 cr,et\nsecret_x | abc\n",
  #"[{"value":"s3 cr,et","in":{"value":"x1 y2","key":"v"},"name":"DB_PASSWORD"},{"value":"80 80","name":"PORT"}]"#,
  "started for ana@example.com\nkind: Secret\ndata: {a: b}\nenv:\n- value: s3 cr,et\n  name: DB_PASSWORD\n",
  "see below\n---\nkey: x\n", "a: [b\nsee ana@example.com\nkey: x\nsecret: [y\n",
  "{data: {a: b}, mail: ana@example.com}\n",
  "? data\n: !!map\n  a: !!str b\n",
]
