import JSONText
import PolicyBytecode
import PolicyCompiler
import PolicyEngine

/// AWS CloudTrail: events in `Records`, in an array, or one a line. An event is the call of an API, which becomes the
/// HTTP request that SDKs send for it (``CloudTrailRequest``).
struct CloudTrailEvents: LogImporter {
  mutating func take(_ record: LogRecord, _ output: inout ImportOutput) {
    output.attempt(record) { output throws(ImportError) in
      let event = try record.object()
      guard let source = event["eventSource"]?.word, let name = event["eventName"]?.word else {
        throw ImportError("it has no `eventSource` or no `eventName`")
      }
      let other = ["AwsConsoleSignIn", "AwsServiceEvent", "AwsConsoleAction", "AwsCloudTrailInsight"]
      guard !other.contains(event["eventType"]?.string ?? ""), !source.hasPrefix("signin.") else {
        return output.skip(.event)
      }
      guard let request = CloudTrailRequest(source: source, name: name, event: event) else {
        return output.skip(.call)
      }
      var fixture = Fixture(protocol: .http, payload: request.payload)
      fixture.id = (event["eventID"]?.word).map { .string($0) } ?? output.id(record.line)
      fixture.principal.time = event["eventTime"]?.string.flatMap { LogTime.seconds($0, utcOffset: 0) }
      fixture.principal.source = event["sourceIPAddress"]?.string.flatMap { LogAddress.address($0) }
      fixture.principal.client = event["userAgent"]?.word
      fixture.principal.target = (event["recipientAccountId"] ?? event.at("userIdentity", "accountId"))?.word
      Self.identify(event["userIdentity"], &fixture.principal)
      fixture.missing = [.response]
      if event["requestParameters"] == nil || event["requestParameters"] == .null { fixture.missing.insert(.body) }
      if request.isWithheld { fixture.missing.insert(.literals) }
      output.make(fixture)
    }
  }

  /// Who called: a user by name; of a role that was assumed the name of the session, the role being a claim.
  private static func identify(_ identity: JSONValue?, _ principal: inout Principal) {
    guard let identity else { return }
    let kind = identity["type"]?.string ?? ""
    principal.user = identity["userName"]?.word
    if kind == "AssumedRole" || kind == "WebIdentityUser" || kind == "FederatedUser" {
      let arn = identity["arn"]?.word ?? identity["principalId"]?.word ?? ""
      principal.user = arn.split(whereSeparator: { $0 == "/" || $0 == ":" }).last.map(String.init) ?? principal.user
    }
    if kind == "Root" { principal.user = "root" }
    if kind == "AWSService" {
      principal.user = identity["invokedBy"]?.word ?? principal.user
      principal.actor = "service"
    }
    if principal.user == nil {
      principal.user = identity["principalId"]?.word ?? identity["arn"]?.word
    }
    if let role = identity.at("sessionContext", "sessionIssuer", "userName")?.word {
      principal.claims.append(["role", role])
    }
    if let arn = identity["arn"]?.word { principal.claims.append(["arn", arn]) }
    if let mfa = identity.at("sessionContext", "attributes", "mfaAuthenticated")?.word {
      principal.claims.append(["mfa", mfa])
    }
  }
}
