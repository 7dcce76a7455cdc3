import JSONText
import PolicyEngine

/// The HTTP request of an AWS API call that CloudTrail names: a form with an `Action` for services of the query protocol,
/// `X-Amz-Target` and JSON for those of the JSON protocols, method and path for operations of others that are known.
struct CloudTrailRequest {
  var payload: RequestPayload
  /// Some parameter was withheld from the log.
  var isWithheld: Bool

  /// Nil where the call is a method and a path that the log does not hold.
  init?(source: String, name: String, event: JSONValue) {
    let service = String(source.prefix { $0 != "." })
    let parameters = event["requestParameters"] ?? .null
    let host = "\(service).\(event["awsRegion"]?.word ?? "us-east-1").amazonaws.com"
    var headers = [["Host", host]]
    if let agent = event["userAgent"]?.word { headers.append(["User-Agent", agent]) }
    let operation = Self.withoutVersion(name)
    if Self.forms.contains(service) {
      headers.append(["Content-Type", "application/x-www-form-urlencoded"])
      let fields = [("Action", name)] + Self.fields(parameters)
      let body = fields.map { formEncoded($0.0) + "=" + formEncoded($0.1) }.joined(separator: "&")
      payload = .http(method: "POST", path: "/", headers: headers, body: body)
    } else if let target = Self.targets[service] {
      headers += [["X-Amz-Target", "\(target).\(name)"], ["Content-Type", "application/x-amz-json-1.1"]]
      payload = .http(method: "POST", path: "/", headers: headers, body: Self.capitals(parameters).object.text)
    } else if let (method, template) = Self.paths["\(service) \(operation)"]
      ?? Self.bucketCall(service, name, parameters)
    {
      let path = Self.path(template, parameters)
      if case .object(let members) = parameters {
        for member in members where member.key.hasPrefix("x-amz-") {
          if let value = member.value.word { headers.append([member.key, value]) }
        }
      }
      var body: String?
      if ["PUT", "POST", "PATCH"].contains(method), !["PutObject", "CopyObject"].contains(operation) {
        body = Self.withoutPlace(parameters).text
        headers.append(["Content-Type", "application/json"])
      }
      payload = .http(method: method, path: path, headers: headers, body: body)
    } else {
      return nil
    }
    isWithheld = Self.isWithheld(parameters)
  }

  /// Services whose API is a form with an `Action`.
  private static let forms: Set<String> = [
    "autoscaling", "cloudformation", "cloudsearch", "docdb", "ec2", "elasticache", "elasticbeanstalk",
    "elasticloadbalancing", "email", "iam", "monitoring", "neptune", "rds", "redshift", "ses", "sns", "sqs", "sts",
  ]

  /// Services that take the operation in `X-Amz-Target`, and what stands before its dot.
  private static let targets = [
    "account": "account", "acm": "CertificateManager", "athena": "AmazonAthena", "cloudtrail": "CloudTrail_20131101",
    "codebuild": "CodeBuild_20161006", "cognito-idp": "AWSCognitoIdentityProviderService",
    "config": "StarlingDoveService",
    "dms": "AmazonDMSv20160101", "ds": "DirectoryService_20150416", "dynamodb": "DynamoDB_20120810",
    "ecr": "AmazonEC2ContainerRegistry_V20150921", "ecs": "AmazonEC2ContainerServiceV20141113", "events": "AWSEvents",
    "firehose": "Firehose_20150804", "glue": "AWSGlue", "kinesis": "Kinesis_20131202", "kms": "TrentService",
    "logs": "Logs_20140328", "network-firewall": "NetworkFirewall_20201112",
    "organizations": "AWSOrganizationsV20161128",
    "sagemaker": "SageMaker", "secretsmanager": "secretsmanager", "servicequotas": "ServiceQuotasV20190624",
    "ssm": "AmazonSSM", "sso": "SWBExternalService", "states": "AWSStepFunctions",
    "storagegateway": "StorageGateway_20130630",
    "wafv2": "AWSWAF_20190729",
  ]

  /// Operations that are a method and a path, of services that name none in the request.
  private static let paths: [String: (String, String)] = [
    "bedrock DeleteModelInvocationLoggingConfiguration": ("DELETE", "/logging/modelinvocations"),
    "bedrock ListGuardrails": ("GET", "/guardrails"),
    "eks CreateCluster": ("POST", "/clusters"),
    "eks DeleteCluster": ("DELETE", "/clusters/{name}"),
    "eks CreateAccessEntry": ("POST", "/clusters/{name}/access-entries"),
    "guardduty DeleteDetector": ("DELETE", "/detector/{detectorId}"),
    "guardduty UpdateDetector": ("POST", "/detector/{detectorId}"),
    "lambda AddPermission": ("POST", "/2015-03-31/functions/{functionName}/policy"),
    "lambda CreateFunction": ("POST", "/2015-03-31/functions"),
    "lambda DeleteFunction": ("DELETE", "/2015-03-31/functions/{functionName}"),
    "lambda Invoke": ("POST", "/2015-03-31/functions/{functionName}/invocations"),
    "lambda UpdateFunctionCode": ("PUT", "/2015-03-31/functions/{functionName}/code"),
    "lambda UpdateFunctionConfiguration": ("PUT", "/2015-03-31/functions/{functionName}/configuration"),
    "macie2 DisableMacie": ("DELETE", "/macie"),
    "route53 ChangeResourceRecordSets": ("POST", "/2013-04-01/hostedzone/{hostedZoneId}/rrset"),
    "route53 DeleteHostedZone": ("DELETE", "/2013-04-01/hostedzone/{id}"),
    "s3 CopyObject": ("PUT", "/{bucketName}/{key}"),
    "s3 DeleteObject": ("DELETE", "/{bucketName}/{key}"),
    "s3 GetObject": ("GET", "/{bucketName}/{key}"),
    "s3 HeadObject": ("HEAD", "/{bucketName}/{key}"),
    "s3 ListBuckets": ("GET", "/"),
    "s3 ListAllMyBuckets": ("GET", "/"),
    "s3 PutObject": ("PUT", "/{bucketName}/{key}"),
    "s3 DeleteBucketPublicAccessBlock": ("DELETE", "/{bucketName}?publicAccessBlock"),
    "s3 PutBucketPublicAccessBlock": ("PUT", "/{bucketName}?publicAccessBlock"),
    "s3 DeleteBucketReplication": ("DELETE", "/{bucketName}?replication"),
    "s3 PutBucketReplication": ("PUT", "/{bucketName}?replication"),
    "s3 PutBucketAcl": ("PUT", "/{bucketName}?acl"),
    "s3 PutBucketLogging": ("PUT", "/{bucketName}?logging"),
    "s3 PutBucketVersioning": ("PUT", "/{bucketName}?versioning"),
    "s3 DeleteBucketPolicy": ("DELETE", "/{bucketName}?policy"),
    "s3 PutBucketPolicy": ("PUT", "/{bucketName}?policy"),
    "securityhub BatchUpdateFindings": ("PATCH", "/findings/batchupdate"),
    "securityhub DeleteInsight": ("DELETE", "/insights/{insightArn}"),
    "securityhub DisableSecurityHub": ("DELETE", "/accounts"),
    "securityhub UpdateFindings": ("PATCH", "/findings"),
  ]

  /// Calls about a bucket as a whole: the sub-resource is a parameter with an empty value.
  private static func bucketCall(_ service: String, _ name: String, _ parameters: JSONValue) -> (String, String)? {
    guard service == "s3", parameters["bucketName"]?.word != nil, parameters["key"] == nil,
      case .object(let members) = parameters
    else { return nil }
    let methods = [
      ("Get", "GET"), ("List", "GET"), ("Head", "HEAD"), ("Put", "PUT"), ("Create", "PUT"), ("Delete", "DELETE"),
    ]
    guard let method = methods.first(where: { name.hasPrefix($0.0) })?.1 else { return nil }
    let part = members.first { $0.value == .string("") }?.key
    return (method, "/{bucketName}" + (part.map { "?" + $0 } ?? ""))
  }

  /// `DeleteFunction20150331` and `AddPermission20150331v2` are versions of one operation.
  private static func withoutVersion(_ name: String) -> String {
    let digits = name.lastIndex { !$0.isNumber && $0 != "v" }.map { name.index(after: $0) } ?? name.endIndex
    return name[digits...].count >= 8 ? String(name[..<digits]) : name
  }

  private static func capital(_ name: String) -> String { name.prefix(1).uppercased() + name.dropFirst() }

  /// CloudTrail writes the names of parameters with a small first letter.
  private static func capitals(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let members): .object(members.map { .init(capital($0.key), capitals($0.value)) })
    case .array(let elements): .array(elements.map(capitals))
    default: value
    }
  }

  /// The fields of a form: lists are numbered, and CloudTrail's `items` are none of them.
  private static func fields(_ value: JSONValue, _ prefix: String = "") -> [(String, String)] {
    switch value {
    case .object(let members):
      if members.count == 1, members[0].key == "items" { return fields(members[0].value, prefix) }
      return members.flatMap { member in
        fields(member.value, prefix.isEmpty ? capital(member.key) : "\(prefix).\(capital(member.key))")
      }
    case .array(let elements):
      return elements.enumerated().flatMap { fields($1, "\(prefix).\($0 + 1)") }
    case .null: return []
    default: return [(prefix, value.string ?? value.text)]
    }
  }

  /// A path with the parameters that it names; what the log lacks is `x`.
  private static func path(_ template: String, _ parameters: JSONValue) -> String {
    var path = ""
    var name: String?
    for character in template {
      switch character {
      case "{": name = ""
      case "}":
        let value = name.flatMap { parameters[$0]?.word } ?? "x"
        path += encoded(value, isKey: name == "key")
        name = nil
      default:
        if name == nil { path.append(character) } else { name?.append(character) }
      }
    }
    return path
  }

  /// A value as part of a path; a key may have slashes.
  private static func encoded(_ value: String, isKey: Bool) -> String {
    let text = formEncoded(value)
    var result = ""
    var rest = text[...]
    while let character = rest.popFirst() {
      if character == "+" {
        result += "%20"
      } else if isKey, character == "%", rest.hasPrefix("2F") {
        result += "/"
        rest = rest.dropFirst(2)
      } else {
        result.append(character)
      }
    }
    return result
  }

  /// The parameters without those that stand in host and path.
  private static func withoutPlace(_ parameters: JSONValue) -> JSONValue {
    guard case .object(let members) = parameters else { return .object([]) }
    return .object(members.filter { $0.key != "Host" && $0.key != "bucketName" })
  }

  private static func isWithheld(_ value: JSONValue) -> Bool {
    switch value {
    case .string(let text): text == "HIDDEN_DUE_TO_SECURITY_REASONS" || text.hasPrefix("****") || text == "***"
    case .array(let elements): elements.contains(where: isWithheld)
    case .object(let members): members.contains { isWithheld($0.value) }
    default: false
    }
  }
}

extension JSONValue {
  /// An object, an empty one if there is none.
  fileprivate var object: JSONValue { if case .object = self { self } else { .object([]) } }
}
