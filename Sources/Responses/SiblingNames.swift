/// Members of an object that speak of each other: `{"name": "DB_PASSWORD", "value": "…"}` of Kubernetes and ECS,
/// `ParameterKey` and `ParameterValue` of CloudFormation, and `{"db_password": {"value": "…"}}` of Terraform.
enum SiblingNames {
  /// Whether the value of a member so called names another.
  static func namesAnother(_ key: UnsafeBufferPointer<UInt8>) -> Bool {
    switch key.count {
    case 3: isWord(key, "key")
    case 4: isWord(key, "name")
    case 9: isWord(key, "outputkey")
    case 12: isWord(key, "parameterkey")
    default: false
    }
  }

  /// Whether a member so called is named by another.
  static func isNamed(_ key: UnsafeBufferPointer<UInt8>) -> Bool {
    switch key.count {
    case 3: isWord(key, "val")
    case 5: isWord(key, "value") || isWord(key, "plain")
    case 7: isWord(key, "default")
    case 11: isWord(key, "outputvalue")
    case 14: isWord(key, "parametervalue")
    default: false
    }
  }

  /// `word` is in lower case.
  private static func isWord(_ key: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
    for index in key.indices where key[index] | 0x20 != word.utf8Start[index] { return false }
    return true
  }
}
