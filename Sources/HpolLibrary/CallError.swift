import HpolHeader
import JSONText

/// Why a call cannot be carried out, as C is told.
struct CallError: Error {
  var status: Int
  /// Lower case, no full stop.
  var message: String

  static func argument(_ message: String) -> CallError { CallError(status: HPOL_ERROR_ARGUMENT, message: message) }
  static func null(_ name: String) -> CallError { argument("`\(name)` is NULL") }
  static func file(_ message: String) -> CallError { CallError(status: HPOL_ERROR_FILE, message: message) }
  static func bundle(_ message: String) -> CallError { CallError(status: HPOL_ERROR_BUNDLE, message: message) }
  static func trust(_ message: String) -> CallError { CallError(status: HPOL_ERROR_TRUST, message: message) }
  static func limit(_ message: String) -> CallError { CallError(status: HPOL_ERROR_LIMIT, message: message) }
  static func column(_ message: String) -> CallError { CallError(status: HPOL_ERROR_COLUMN, message: message) }

  static func notEvaluable(_ message: String) -> CallError {
    CallError(status: HPOL_ERROR_NOT_EVALUABLE, message: message)
  }

  static func json(_ what: String, _ error: JSONError) -> CallError {
    CallError(status: HPOL_ERROR_JSON, message: "\(what), byte \(error.offset + 1): \(error.message)")
  }

  /// Tells it to a caller who wants to know.
  func write(to error: UnsafeMutablePointer<hpol_error>?) {
    guard let error else { return }
    error.pointee.status = hpol_status(status)
    withUnsafeMutableBytes(of: &error.pointee.message) { room in
      var length = 0
      // Whole letters only.
      for scalar in message.unicodeScalars {
        let bytes = Array(String(scalar).utf8)
        guard length + bytes.count < room.count else { break }
        for byte in bytes {
          room[length] = byte
          length += 1
        }
      }
      room[length] = 0
    }
  }
}

/// Carries out a call from C.
@inline(__always)
func attempt(
  _ error: UnsafeMutablePointer<hpol_error>?, _ body: () throws(CallError) -> Void
) -> hpol_status {
  do throws(CallError) {
    try body()
    return hpol_status(HPOL_OK)
  } catch let failure {
    failure.write(to: error)
    return hpol_status(failure.status)
  }
}
