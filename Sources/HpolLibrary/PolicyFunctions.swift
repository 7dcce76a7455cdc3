// The names are those of hpol.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import HpolHeader
import PolicyBytecode
import PolicyEngine
import PolicyRuntime
import Responses

@c @implementation
public func hpol_abi_version() -> UInt32 { UInt32(HPOL_ABI_VERSION) }

@c @implementation
public func hpol_version() -> UnsafePointer<CChar>? {
  // A static string ends with a NUL.
  UnsafeRawPointer(toolVersion.utf8Start).assumingMemoryBound(to: CChar.self)
}

@c @implementation
public func hpol_open(
  _ bundle: UnsafeRawPointer?, _ length: Int, _ options: UnsafePointer<hpol_options>?,
  _ policy: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<hpol_error>?
) -> hpol_status {
  attempt(error) { () throws(CallError) in
    guard let policy else { throw .null("policy") }
    policy.pointee = nil
    let options = try OpenOptions(options)
    let loaded = try options.trust.open(Array(try bytes(bundle, length, "bundle")))
    policy.pointee = handle(PolicyHandle(loaded, options, path: nil))
  }
}

@c @implementation
public func hpol_open_file(
  _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<hpol_options>?,
  _ policy: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<hpol_error>?
) -> hpol_status {
  attempt(error) { () throws(CallError) in
    guard let policy else { throw .null("policy") }
    policy.pointee = nil
    guard let path else { throw .null("path") }
    let options = try OpenOptions(options)
    let name = String(cString: path)
    let loaded = try options.trust.open(try fileBytes(name, limit: BundleFormat.maxBytes))
    policy.pointee = handle(PolicyHandle(loaded, options, path: name))
  }
}

@c @implementation
public func hpol_reload(
  _ policy: OpaquePointer?, _ bundle: UnsafeRawPointer?, _ length: Int, _ error: UnsafeMutablePointer<hpol_error>?
) -> hpol_status {
  attempt(error) { () throws(CallError) in
    let policy = try object(policy, "policy", as: PolicyHandle.self)
    try policy.trust.replace(policyOf: policy.point, by: Array(try bytes(bundle, length, "bundle")))
  }
}

@c @implementation
public func hpol_reload_file(
  _ policy: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<hpol_error>?
) -> hpol_status {
  attempt(error) { () throws(CallError) in
    let policy = try object(policy, "policy", as: PolicyHandle.self)
    guard let name = path.map({ String(cString: $0) }) ?? policy.path else {
      throw .argument("`path` is NULL, and the policy was not opened from a file")
    }
    try policy.trust.replace(policyOf: policy.point, by: try fileBytes(name, limit: BundleFormat.maxBytes))
  }
}

@c @implementation
public func hpol_generation(_ policy: OpaquePointer?) -> UInt64 {
  (try? object(policy, "policy", as: PolicyHandle.self))?.point.generation.number ?? 0
}

@c @implementation
public func hpol_free(_ policy: OpaquePointer?) { free(policy, as: PolicyHandle.self) }

/// What `hpol_options` say.
struct OpenOptions {
  var trust = BundleTrustRule()
  var maskKey = MaskKey.bench

  init(_ options: UnsafePointer<hpol_options>?) throws(CallError) {
    guard let options else { return }
    guard options.pointee.size == MemoryLayout<hpol_options>.size else {
      throw .argument("`options->size` is \(options.pointee.size), not sizeof(hpol_options)")
    }
    if options.pointee.trusted_keys != nil || options.pointee.trusted_keys_length > 0 {
      let keys = try json(options.pointee.trusted_keys, options.pointee.trusted_keys_length, "trusted_keys")
      trust = try BundleTrustRule(trusting: Array(keys))
    }
    if options.pointee.mask_key != nil || options.pointee.mask_key_length > 0 {
      let key = try bytes(options.pointee.mask_key, options.pointee.mask_key_length, "mask_key")
      guard !key.isEmpty else { throw .argument("`mask_key` is empty") }
      maskKey = MaskKey(Array(key))
    }
  }
}
