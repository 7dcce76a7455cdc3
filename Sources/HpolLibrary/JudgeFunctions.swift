// The names are those of hpol.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import Glibc
import HpolHeader
import JSONText
import PolicyBytecode
import PolicyEngine

@c @implementation
public func hpol_bind(
  _ policy: OpaquePointer?, _ identity: UnsafePointer<CChar>?, _ length: Int,
  _ session: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<hpol_error>?
) -> hpol_status {
  attempt(error) { () throws(CallError) in
    guard let session else { throw .null("session") }
    session.pointee = nil
    let policy = try object(policy, "policy", as: PolicyHandle.self)
    let text = try json(identity, length, "identity")
    var parser = FixtureParser()
    do throws(JSONError) {
      session.pointee = handle(SessionHandle(policy, try parser.identity(text)))
    } catch {
      throw .json("identity", error)
    }
  }
}

@c @implementation
public func hpol_session_free(_ session: OpaquePointer?) { free(session, as: SessionHandle.self) }

@c @implementation
public func hpol_protocol_named(_ name: UnsafePointer<CChar>?) -> hpol_protocol {
  guard let name, let wire = OperationProtocol(name: String(cString: name)) else { return -1 }
  return hpol_protocol(wire.rawValue)
}

@c @implementation
public func hpol_judge(
  _ session: OpaquePointer?, _ protocol: hpol_protocol, _ payload: UnsafeRawPointer?, _ length: Int, _ time: Int64,
  _ verdict: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<hpol_error>?
) -> hpol_status {
  attempt(error) { () throws(CallError) in
    guard let verdict else { throw .null("verdict") }
    verdict.pointee = nil
    let session = try object(session, "session", as: SessionHandle.self)
    let payload = try bytes(payload, length, "payload")
    verdict.pointee = session.lend(
      session.policy.point.judge(try protocolNumbered(`protocol`), payload, in: session.session, at: moment(time)))
  }
}

@c @implementation
public func hpol_judge_batch(
  _ session: OpaquePointer?, _ protocol: hpol_protocol, _ payloads: UnsafePointer<UnsafeRawPointer?>?,
  _ lengths: UnsafePointer<Int>?, _ count: Int, _ time: Int64, _ decisions: UnsafeMutablePointer<hpol_decision>?,
  _ error: UnsafeMutablePointer<hpol_error>?
) -> hpol_status {
  attempt(error) { () throws(CallError) in
    let session = try object(session, "session", as: SessionHandle.self)
    guard count >= 0 else { throw .argument("`count` is out of range") }
    if count == 0 { return }
    guard let decisions else { throw .null("decisions") }
    // For who does not look at the status: memory that is zero would allow.
    for index in 0..<count { decisions[index] = hpol_decision(HPOL_BLOCK) }
    guard let payloads else { throw .null("payloads") }
    guard let lengths else { throw .null("lengths") }
    let (wire, time) = (try protocolNumbered(`protocol`), moment(time))
    // Nothing is judged, and no tag set, unless all can be.
    for index in 0..<count { _ = try bytes(payloads[index], lengths[index], "payloads[…]") }
    try session.policy.point.withEngine { (engine) throws(CallError) in
      for index in 0..<count {
        let payload = try bytes(payloads[index], lengths[index], "payloads[…]")
        let verdict = engine.judge(wire, payload, in: session.session, at: time)
        let brief = engine.brief(verdict)
        decisions[index] = hpol_decision(brief.decision.rawValue)
        if brief.setsTags { session.session.add(engine.verdicts[verdict].outcome.tags) }
      }
    }
  }
}

@c @implementation
public func hpol_judge_response(
  _ session: OpaquePointer?, _ protocol: hpol_protocol, _ payload: UnsafeRawPointer?, _ length: Int, _ time: Int64,
  _ response: UnsafePointer<CChar>?, _ responseLength: Int, _ verdict: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<hpol_error>?
) -> hpol_status {
  attempt(error) { () throws(CallError) in
    guard let verdict else { throw .null("verdict") }
    verdict.pointee = nil
    let session = try object(session, "session", as: SessionHandle.self)
    let payload = try wholePayload(payload, length)
    let text = try json(response, responseLength, "response")
    let wire = try protocolNumbered(`protocol`)
    let answer: JSONValue
    do throws(JSONError) {
      answer = try FixtureParser.response(Array(text))
    } catch {
      throw .json("response", error)
    }
    verdict.pointee = session.lend(
      session.policy.point.judge(wire, payload, answeredBy: answer, in: session.session, at: moment(time)))
  }
}

@c @implementation
public func hpol_explain(
  _ session: OpaquePointer?, _ protocol: hpol_protocol, _ payload: UnsafeRawPointer?, _ length: Int, _ time: Int64,
  _ text: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ textLength: UnsafeMutablePointer<Int>?,
  _ error: UnsafeMutablePointer<hpol_error>?
) -> hpol_status {
  attempt(error) { () throws(CallError) in
    guard let text else { throw .null("json") }
    let session = try object(session, "session", as: SessionHandle.self)
    let explained = session.policy.point.explain(
      try protocolNumbered(`protocol`), try wholePayload(payload, length), in: session.session, at: moment(time))
    var writer = JSONWriter()
    explained.write(to: &writer)
    let block = TextBlock([writer.bytes.dropLast()])
    session.text = block
    text.pointee = block[0].baseAddress
    textLength?.pointee = block[0].count
  }
}

@c @implementation
public func hpol_decide(
  _ policy: OpaquePointer?, _ request: UnsafePointer<CChar>?, _ length: Int,
  _ line: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ lineLength: UnsafeMutablePointer<Int>?,
  _ error: UnsafeMutablePointer<hpol_error>?
) -> hpol_status {
  attempt(error) { () throws(CallError) in
    guard let line else { throw .null("line") }
    line.pointee = nil
    let policy = try object(policy, "policy", as: PolicyHandle.self)
    let text = try json(request, length, "request")
    let written: [UInt8]
    do throws(DecisionError) {
      written = try policy.point.line(deciding: text, now: moment(0))
    } catch {
      switch error {
      case .request(let problem): throw .json("request", problem)
      case .notEvaluable: throw .notEvaluable(error.message)
      case .tooManySessions: throw .limit(error.message)
      }
    }
    guard let room = malloc(written.count + 1)?.assumingMemoryBound(to: CChar.self) else {
      throw .limit("no memory for the line")
    }
    for (index, byte) in written.enumerated() { room[index] = CChar(bitPattern: byte) }
    room[written.count] = 0
    line.pointee = room
    lineLength?.pointee = written.count
  }
}

@c @implementation
public func hpol_line_free(_ line: UnsafeMutablePointer<CChar>?) { free(line) }

@c @implementation
public func hpol_end_session(
  _ policy: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ length: Int, _ error: UnsafeMutablePointer<hpol_error>?
) -> hpol_status {
  attempt(error) { () throws(CallError) in
    let policy = try object(policy, "policy", as: PolicyHandle.self)
    guard let name = String(validating: try bytes(name, length, "name"), as: UTF8.self) else {
      throw .argument("`name` is no UTF-8")
    }
    policy.point.sessions.end(name)
  }
}

/// The protocol of a number.
@inline(__always)
func protocolNumbered(_ number: hpol_protocol) throws(CallError) -> OperationProtocol {
  guard let raw = UInt8(exactly: number), let wire = OperationProtocol(rawValue: raw) else {
    throw .argument("\(number) is no protocol")
  }
  return wire
}

/// Seconds since 1970, as C gives them: 0 is now.
@inline(__always)
func moment(_ time: Int64) -> Int64 {
  switch time {
  case 0: Int64(Glibc.time(nil))
  // HPOL_EPOCH, whose macro is none that Swift reads.
  case .min: 0
  default: time
  }
}

/// A payload that is looked at as a whole. What is longer than decoders read is cut where they tell that it is.
private func wholePayload(_ start: UnsafeRawPointer?, _ length: Int) throws(CallError) -> [UInt8] {
  Array(try bytes(start, length, "payload").prefix(DecisionPoint.payloadBytes + 1))
}
