import Glibc
import PolicyBytecode

/// Why a bundle is not put in force.
public enum TrustError: Error, Hashable, Sendable {
  case unsigned
  /// Signed by a key that is not trusted.
  case unknownKey(id: String)
  /// The signature is not one of these bytes by that key.
  case changed(keyID: String)
  /// Seconds since 1970, UTC.
  case expired(at: Int64)
  case older(revision: UInt64, inForce: UInt64)
  /// The bytes are no bundle, or one that would not be safe to run.
  case unusable(BundleError)

  /// What is wrong and what helps: lower case, no full stop.
  public var message: String {
    switch self {
    case .unsigned: "the bundle is not signed; sign it with `hpol sign BUNDLE --key KEY`"
    case .unknownKey(let id):
      "the bundle is signed with the key \(id), which is not trusted here; sign it with a trusted one, or trust that key"
    case .changed(let id):
      "the bundle was changed after it was signed with the key \(id); fetch it again, or build and sign it again"
    case .expired(let moment):
      "the bundle expired at \(timestamp(moment)); build and sign it again with a later `--expires`"
    case .older(let revision, let inForce):
      "the bundle's revision \(revision) is older than \(inForce), which is in force; "
        + "build it with `--revision \(inForce &+ 1)`, or say that an older one is wanted"
    case .unusable(let error): "the bundle cannot be used: \(error.message)"
    }
  }
}

/// `2027-01-31T00:00:00Z`, of seconds since 1970.
public func timestamp(_ seconds: Int64) -> String {
  var moment = time_t(seconds)
  var parts = tm()
  guard gmtime_r(&moment, &parts) != nil else { return "second \(seconds)" }
  func padded(_ number: Int32, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
  let date = "\(padded(parts.tm_year &+ 1900, 4))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))"
  return date + "T\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))Z"
}
