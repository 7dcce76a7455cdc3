import BundleTrust
import PolicyCompiler

/// The options of commands that accept signed bundles only.
enum TrustOptions {
  static let trust = Option(
    name: "trust", value: "FILE", isRepeatable: true,
    help: "accept only a bundle signed with a public key in this file, and not expired")

  /// The size past which a file is read no further: it holds no keys.
  static let maxKeyFileBytes = 1 << 20

  /// The keys of all files that `--trust` names; nil if it is not given.
  static func keys(_ arguments: Arguments) throws(CommandError) -> TrustedKeys? {
    guard arguments.has("trust") else { return nil }
    var keys: [PublicKey] = []
    for path in arguments.all("trust") {
      let pem = try readFile(path, limit: maxKeyFileBytes)
      do throws(KeyError) {
        keys += try TrustedKeys(pem: pem).keys
      } catch {
        throw .failure("cannot use `\(path)`: \(error.message)")
      }
    }
    return TrustedKeys(keys)
  }

  /// Signs `bundle`, which `file` holds if any does, with the private key in the file `path`; gives the key's id as well.
  static func sign(
    _ bundle: [UInt8], of file: String? = nil, keyFile path: String
  ) throws(CommandError) -> (bundle: [UInt8], keyID: String) {
    let pem = try readFile(path, limit: maxKeyFileBytes)
    let key: SigningKey
    do throws(KeyError) {
      key = try SigningKey(pem: pem)
    } catch {
      throw .failure("cannot use `\(path)`: \(error.message)")
    }
    do throws(TrustError) {
      return (try SignedBundle.sign(bundle, with: key), key.publicKey.id)
    } catch {
      throw .failure((file.map { "\($0): " } ?? "") + error.message)
    }
  }

  /// The number that an option gives; nil if it is not given.
  static func revision(_ name: String, _ arguments: Arguments) throws(CommandError) -> UInt64? {
    guard let text = arguments.value(name) else { return nil }
    guard let revision = UInt64(text), revision > 0, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw .usage("`--\(name)` takes a whole number from 1, not `\(text)`")
    }
    return revision
  }

  /// The moment that an option gives, as a date (its first second, UTC) or with a time; nil if it is not given.
  static func moment(_ name: String, _ arguments: Arguments) throws(CommandError) -> Int64? {
    guard let text = arguments.value(name) else { return nil }
    guard let seconds = CalendarTime.seconds(text) ?? CalendarTime.seconds(text + "T00:00:00Z"), seconds > 0 else {
      throw .usage(
        "`--\(name)` takes a date or moment after 1970, `2027-01-31` or `2027-01-31T12:00:00Z`, not `\(text)`")
    }
    return seconds
  }
}
