// The names are those of hpol.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import HpolHeader
import PolicyBytecode
import PolicyEngine

// Verdicts are asked very often, and are never NULL where a call succeeded: of NULL all is as if blocked.

@inline(__always)
private func known(_ verdict: OpaquePointer?) -> KnownVerdict? {
  verdict.map { Unmanaged<KnownVerdict>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
}

@inline(__always)
private func lend(
  _ text: UnsafeBufferPointer<CChar>?, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  length?.pointee = text?.count ?? 0
  return text?.baseAddress
}

private func lend(
  _ texts: TextBlock?, _ index: Int, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? {
  guard let texts, index >= 0, index < texts.count else { return lend(nil, length) }
  return lend(texts[index], length)
}

@c @implementation
public func hpol_verdict_decision(_ verdict: OpaquePointer?) -> hpol_decision {
  guard let verdict = known(verdict) else { return hpol_decision(HPOL_BLOCK) }
  return hpol_decision(verdict.outcome.decision.rawValue)
}

@c @implementation
public func hpol_verdict_json(
  _ verdict: OpaquePointer?, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? { lend(known(verdict)?.line, length) }

@c @implementation
public func hpol_verdict_message(
  _ verdict: OpaquePointer?, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? { lend(known(verdict)?.message, length) }

@c @implementation
public func hpol_verdict_rule_count(_ verdict: OpaquePointer?) -> Int { known(verdict)?.rules.count ?? 0 }

@c @implementation
public func hpol_verdict_rule(
  _ verdict: OpaquePointer?, _ index: Int, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? { lend(known(verdict)?.rules, index, length) }

@c @implementation
public func hpol_verdict_tag_count(_ verdict: OpaquePointer?) -> Int { known(verdict)?.tags.count ?? 0 }

@c @implementation
public func hpol_verdict_tag(
  _ verdict: OpaquePointer?, _ index: Int, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? { lend(known(verdict)?.tags, index, length) }

@c @implementation
public func hpol_verdict_operation_count(_ verdict: OpaquePointer?) -> Int {
  known(verdict)?.outcome.operations ?? 0
}

@c @implementation
public func hpol_verdict_record(_ verdict: OpaquePointer?) -> Int32 {
  Int32(known(verdict)?.outcome.record.rawValue ?? 0)
}

@c @implementation
public func hpol_verdict_mask_count(_ verdict: OpaquePointer?) -> Int { known(verdict)?.outcome.masks.count ?? 0 }

@c @implementation
public func hpol_verdict_asks_response(_ verdict: OpaquePointer?) -> Int32 {
  known(verdict)?.asksResponse == true ? 1 : 0
}

@c @implementation
public func hpol_verdict_response(
  _ verdict: OpaquePointer?, _ length: UnsafeMutablePointer<Int>?
) -> UnsafePointer<CChar>? { lend(known(verdict)?.response, length) }
