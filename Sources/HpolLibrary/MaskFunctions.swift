// The names are those of hpol.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import HpolHeader
import PolicyBytecode
import PolicyEngine
import Responses

@c @implementation
public func hpol_mask_open(
  _ session: OpaquePointer?, _ verdict: OpaquePointer?, _ contentType: UnsafePointer<CChar>?,
  _ mask: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<hpol_error>?
) -> hpol_status {
  attempt(error) { () throws(CallError) in
    guard let mask else { throw .null("mask") }
    mask.pointee = nil
    let session = try object(session, "session", as: SessionHandle.self)
    guard let verdict else { throw .null("verdict") }
    guard let last = session.verdict, OpaquePointer(Unmanaged.passUnretained(last).toOpaque()) == verdict else {
      throw .argument("`verdict` is not the last one of `session`")
    }
    guard last.outcome.decision != .block else {
      throw .argument("`verdict` blocks: there is no response to pass on")
    }
    guard !last.asksResponse else {
      throw .argument("`verdict` asks for the response: judge it with hpol_judge_response, and mask by that verdict")
    }
    let format = contentType.map { ResponseFormat(contentType: String(cString: $0)) } ?? .automatic
    let plan = last.outcome.masks.isEmpty ? nil : session.policy.point.maskPlan(last)
    mask.pointee = handle(MaskHandle(plan, format))
  }
}

@c @implementation
public func hpol_mask_write(
  _ mask: OpaquePointer?, _ chunk: UnsafeRawPointer?, _ length: Int,
  _ masked: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ maskedLength: UnsafeMutablePointer<Int>?,
  _ error: UnsafeMutablePointer<hpol_error>?
) -> hpol_status {
  lendMasked(mask, masked, maskedLength, error) { (mask) throws(CallError) in
    mask.write(try bytes(chunk, length, "chunk"))
  }
}

@c @implementation
public func hpol_mask_finish(
  _ mask: OpaquePointer?, _ masked: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  _ maskedLength: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<hpol_error>?
) -> hpol_status {
  lendMasked(mask, masked, maskedLength, error) { (mask) throws(CallError) in mask.finish() }
}

@c @implementation
public func hpol_mask_free(_ mask: OpaquePointer?) { free(mask, as: MaskHandle.self) }

private func lendMasked(
  _ mask: OpaquePointer?, _ masked: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  _ length: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<hpol_error>?,
  _ body: (MaskHandle) throws(CallError) -> UnsafeBufferPointer<UInt8>
) -> hpol_status {
  attempt(error) { () throws(CallError) in
    let mask = try object(mask, "mask", as: MaskHandle.self)
    guard let masked else { throw .null("bytes") }
    guard let length else { throw .null("bytes_length") }
    guard !mask.isFinished else { throw .argument("the response was finished") }
    let bytes = try body(mask)
    masked.pointee = bytes.baseAddress.map { UnsafePointer($0) }
    length.pointee = bytes.count
  }
}
