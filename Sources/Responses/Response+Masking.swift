import JSONText
import PatternMatching

/// Masks a whole response, and says what was masked in it.
public func masked(_ response: Response, by plan: MaskPlan) -> (response: Response, report: MaskReport) {
  var masker = WholeResponseMasker(plan)
  let result = masker.masked(response)
  return (result, masker.report)
}

private struct WholeResponseMasker {
  private let plan: MaskPlan
  private(set) var report = MaskReport()

  init(_ plan: MaskPlan) { self.plan = plan }

  mutating func masked(_ response: Response) -> Response {
    switch response {
    case .text(let bytes): return .text(text(bytes, .automatic))
    case .json(let value): return .json(json(value))
    case .table(let columns, let rows): return table(columns, rows)
    case .http(let status, let headers, let body): return http(status, headers, body)
    }
  }

  private mutating func text(_ bytes: [UInt8], _ format: ResponseFormat) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var masker = ResponseMasker(plan, format: format)
    masker.write(bytes, into: &out)
    masker.finish(into: &out)
    report.add(masker.report)
    return out
  }

  private mutating func json(_ value: JSONValue) -> JSONValue {
    let bytes = text(Array(value.text.utf8), .json)
    do throws(JSONError) {
      return try JSONValue(parsing: bytes)
    } catch {
      // Two keys became one; nothing is passed on that could not be read.
      report.isWithheld = true
      return .string("[redacted]")
    }
  }

  // MARK: Tables

  private mutating func table(_ columns: [String], _ rows: [[JSONValue]]) -> Response {
    var scratch = PatternScratch()
    var values = ValueMasker(plan, MaskScratch(plan))
    let names = columns.map { Array($0.utf8) }
    let rules = names.map { name in
      var found: [Int] = []
      name.withUnsafeBufferPointer { plan.tableRules($0, into: &found, &scratch) }
      return found
    }
    let all = rules.reduce(into: [Int]()) { all, rules in all += rules.filter { !all.contains($0) } }
    let masked = rows.map { row in
      row.enumerated().map { index, cell in
        // A cell beyond the columns belongs to none that is known.
        let isKnown = index < names.count
        return self.cell(cell, named: isKnown ? names[index] : [], rules: isKnown ? rules[index] : all, &values)
      }
    }
    // A column's name is the author's of the statement: `SELECT 1 AS "ana@example.com"`.
    let labels = columns.map { name in
      values.masked(Array(name.utf8), named: [], rules: []).map { String(decoding: $0, as: UTF8.self) } ?? name
    }
    report.add(MaskReport(values.tally, plan))
    return .table(columns: labels, rows: masked)
  }

  private mutating func cell(
    _ cell: JSONValue, named name: [UInt8], rules: [Int], _ values: inout ValueMasker
  ) -> JSONValue {
    let text: [UInt8]
    switch cell {
    case .string(let value):
      text = Array(value.utf8)
      if rules.isEmpty, let document = values.maskedDocument(text, named: name, depth: 0) {
        return document == text ? cell : .string(String(decoding: document, as: UTF8.self))
      }
      if text.isEmpty { return cell }
    case .number(let number): text = Array(number.utf8)
    case .boolean(let flag): text = Array((flag ? "true" : "false").utf8)
    case .null: return cell
    case .array, .object:
      guard !rules.isEmpty else { return json(cell) }
      let bytes = Array(cell.text.utf8)
      var span = MaskedSpan(start: 0, end: Int.max, rules: rules)
      let found = bytes.withUnsafeBufferPointer { values.spans($0, named: name, rules: []) }
      for one in found { one.forEachMember { span.add(.init(rule: $0.rule, length: 1)) } }
      return .string(String(decoding: values.replacement(ofStructure: span, text: bytes), as: UTF8.self))
    }
    guard let masked = values.masked(text, named: name, rules: rules) else { return cell }
    return .string(String(decoding: masked, as: UTF8.self))
  }

  // MARK: HTTP

  private mutating func http(_ status: Int?, _ headers: [[String]], _ body: [UInt8]) -> Response {
    var result = body
    let isEncoded = headers.contains { header in
      header.count == 2 && isNamed(header, "content-encoding")
        && header[1].lowercased().split(separator: ",").contains { $0.filter { $0 != " " } != "identity" }
    }
    let type = headers.first { isNamed($0, "content-type") && $0.count == 2 }?[1]
    // Names in a binary form are not seen, and paths do not lead into it.
    let isBinary = plan.hasStructure && type.map { ResponseFormat.isBinary(contentType: $0) } ?? false
    if plan.looksIntoBodies, !body.isEmpty {
      if isEncoded || isBinary {
        // What is compressed is not seen.
        report.isWithheld = true
        let isJSON = type.map { ResponseFormat(contentType: $0) == .json } ?? false
        result = isJSON ? Array("\"[redacted]\"".utf8) : ValueMasker.withheld
      } else {
        result = text(body, type.map { ResponseFormat(contentType: $0) } ?? .automatic)
      }
    }
    var scratch = PatternScratch()
    var values = ValueMasker(plan, MaskScratch(plan))
    var written: [[String]] = []
    for header in headers {
      guard header.count == 2 else {
        written.append(header)
        continue
      }
      if isEncoded, plan.looksIntoBodies, !body.isEmpty, isNamed(header, "content-encoding") { continue }
      if isNamed(header, "content-length") {
        written.append([header[0], result == body ? header[1] : String(result.count)])
        continue
      }
      written.append([header[0], self.header(header[0], header[1], &values, &scratch)])
    }
    report.add(MaskReport(values.tally, plan))
    return .http(status: status, headers: written, body: result)
  }

  private func isNamed(_ header: [String], _ name: String) -> Bool { header.first?.lowercased() == name }

  private mutating func header(
    _ name: String, _ value: String, _ values: inout ValueMasker, _ scratch: inout PatternScratch
  ) -> String {
    let name = Array(name.utf8)
    var rules: [Int] = []
    name.withUnsafeBufferPointer { plan.headerRules($0, into: &rules, &scratch) }
    guard let masked = values.masked(Array(value.utf8), named: name, rules: rules) else { return value }
    // A header is one line (RFC 9110, section 5.5).
    return String(decoding: masked.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }, as: UTF8.self)
  }
}

/// Masks the value of one header of an HTTP response, for who passes a response on as it comes. A body in a content
/// encoding cannot be masked: who passes it on asks for `identity`.
public func maskedHeader(name: String, value: String, by plan: MaskPlan) -> String {
  let (response, _) = masked(.http(status: nil, headers: [[name, value]], body: []), by: plan)
  guard case .http(_, let headers, _) = response, let header = headers.first, header.count == 2 else { return value }
  return header[1]
}
