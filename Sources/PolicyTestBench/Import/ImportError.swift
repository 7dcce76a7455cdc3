import JSONText
import PolicyEngine

/// Why a record gives no fixture.
struct ImportError: Error {
  /// Lower case, no full stop.
  var reason: String
  /// From 1, in bytes of the record.
  var column = 1

  init(_ reason: String) { self.reason = reason }

  init(_ error: JSONError) {
    reason = error.message
    column = error.offset + 1
  }
}

extension LogRecord {
  /// The record as JSON.
  func json() throws(ImportError) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(parsing: bytes)
    } catch {
      throw ImportError(error)
    }
  }

  /// The record as a JSON object.
  func object() throws(ImportError) -> JSONValue {
    let value = try json()
    guard case .object = value else { throw ImportError("expected an object") }
    return value
  }

  /// The record as text.
  func text() throws(ImportError) -> String { try validText(bytes) }

  var isBlank: Bool { bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A } }
}

/// Bytes as text, which must be UTF-8.
func validText(_ bytes: some Collection<UInt8>) throws(ImportError) -> String {
  guard let text = String(validating: bytes, as: UTF8.self) else { throw ImportError("it is not UTF-8") }
  return text
}

extension ImportOutput {
  /// Hands a record to `body`; what it throws is the record's failure.
  mutating func attempt(_ record: LogRecord, _ body: (inout ImportOutput) throws(ImportError) -> Void) {
    do throws(ImportError) {
      try body(&self)
    } catch {
      // A column counts in the record's first line only.
      let isInFirstLine = !record.bytes.prefix(error.column).contains(0x0A)
      fail(record.line, column: isInFirstLine ? error.column : 1, error.reason)
    }
  }
}

extension JSONValue {
  /// What a path of member names leads to.
  func at(_ path: String...) -> JSONValue? {
    path.reduce(self as JSONValue?) { value, name in value?[name] }
  }

  /// A string that is not empty, or a number as it is written.
  var word: String? {
    switch self {
    case .string(let text): text.isEmpty ? nil : text
    case .number(let text): text
    default: nil
    }
  }
}
