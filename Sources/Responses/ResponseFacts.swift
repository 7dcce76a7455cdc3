import Detectors
import JSONText

/// What conditions may ask of a response.
public struct ResponseFacts: Hashable, Sendable {
  /// `response.rows`: of a table, or elements of a JSON array, or of the array that is the `items` of an object.
  public var rows: Int?
  /// `response.bytes`: of a text or a body; of a table the bytes of its cells; of JSON those of its compact text.
  public var bytes: Int
  /// `response.status`: of an HTTP response.
  public var status: Int?
  /// Names of the detectors that find something, sorted: for `response contains D`.
  public var detectors: [String]

  public init(rows: Int? = nil, bytes: Int = 0, status: Int? = nil, detectors: [String] = []) {
    self.rows = rows
    self.bytes = bytes
    self.status = status
    self.detectors = detectors
  }
}

/// The facts of `response`. Detectors see what masks would: strings without their escapes, cells, headers.
public func responseFacts(_ response: Response, detectors: DetectorSet?) -> ResponseFacts {
  var facts = ResponseFacts()
  switch response {
  case .text(let bytes):
    facts.bytes = bytes.count
    if let value = try? JSONValue(parsing: bytes) { facts.rows = rows(of: value) }
  case .table(_, let rows):
    facts.rows = rows.count
    facts.bytes = rows.reduce(0) { $0 + $1.reduce(0) { $0 + ($1.string?.utf8.count ?? $1.text.utf8.count) } }
  case .http(let status, _, let body):
    facts.status = status
    facts.bytes = body.count
    if let value = try? JSONValue(parsing: body) { facts.rows = rows(of: value) }
  case .json(let value):
    facts.bytes = value.text.utf8.count
    facts.rows = rows(of: value)
  }
  guard let detectors, !detectors.names.isEmpty else { return facts }
  let plan = MaskPlan(redacting: detectors)
  let (_, report) = masked(response, by: plan)
  // What cannot be looked into may hold anything: rules about it are not to be passed by.
  facts.detectors = report.isWithheld ? detectors.names.sorted() : report.hits.sorted()
  return facts
}

private func rows(of value: JSONValue) -> Int? { value.array?.count ?? value["items"]?.array?.count }
