import Foundation
import PolicyBytecode
import PolicyCompiler
import PolicySyntax

extension CompileEnvironment {
  /// An environment with the machine's zones and nothing else from outside.
  public static var tests: CompileEnvironment {
    CompileEnvironment(
      sourcePaths: ["policy.hpol"], toolVersion: "test", position: { _ in (line: 1, column: 1) }, zone: zoneFile)
  }
}

/// The TZif file of an IANA zone.
public func zoneFile(_ name: String) -> [UInt8]? {
  (try? Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/" + name))).map { Array($0) }
}

/// A span for values that stand in no file.
public let nowhere = SourceSpan(file: 0, SourceRange(0, 0))
