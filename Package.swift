// swift-tools-version: 6.2
import PackageDescription

/// One set of strict settings for every Swift target of the project.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A library or program target: its folder is its name under `Sources`.
func target(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one source target; all may use the reference evaluator and helpers in `Tests/Support`.
func tests(of name: String, _ dependencies: [Target.Dependency], excluding folders: [String] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies + [.init(stringLiteral: name), "TestSupport"],
    exclude: folders, swiftSettings: strict)
}

let package = Package(
  name: "hpol",
  products: [
    .executable(name: "hpol", targets: ["hpol"]),
    // `make library` links it into libhpol.so, which exports what hpol.h declares.
    .library(name: "HpolLibrary", type: .static, targets: ["HpolLibrary"]),
  ],
  targets: [
    .systemLibrary(name: "CPgQuery"),
    .systemLibrary(name: "CPCRE2"),
    .systemLibrary(name: "CYAML"),
    .systemLibrary(name: "COpenSSL"),
    .systemLibrary(name: "CIDN2"),
    .systemLibrary(name: "CMicroHTTPD"),
    .systemLibrary(name: "CZlib"),
    .systemLibrary(name: "CZstd"),
    .target(name: "CAllocationCounter"),
    .target(name: "CTextScan"),

    target("PolicySyntax"),
    target("PolicyBytecode"),
    target("PatternMatching", ["PolicyBytecode", "CPCRE2", "CTextScan"]),
    target("PolicyCompiler", ["JSONText", "PolicySyntax", "PolicyBytecode", "PatternMatching"]),
    target("PolicyRuntime", ["PolicyBytecode", "PatternMatching", "CTextScan"]),
    target("BundleTrust", ["PolicyBytecode", "PolicyRuntime", "COpenSSL"]),
    target("JSONText", ["PolicyBytecode", "CYAML"]),
    target("Detectors", ["PolicyBytecode", "PatternMatching"]),
    target(
      "Operations",
      ["JSONText", "PolicyBytecode", "PatternMatching", "Detectors", "CPgQuery", "COpenSSL", "CIDN2", "CTextScan"]),
    target(
      "Responses",
      ["JSONText", "PolicyBytecode", "PatternMatching", "Detectors", "PolicyRuntime", "COpenSSL", "CTextScan"]),
    target(
      "PolicyEngine",
      ["JSONText", "PolicyBytecode", "PatternMatching", "PolicyRuntime", "Detectors", "Operations", "Responses"]),
    target("DecisionServer", ["JSONText", "PolicyBytecode", "PolicyRuntime", "PolicyEngine", "CMicroHTTPD"]),
    .target(name: "HpolHeader"),
    target(
      "HpolLibrary",
      ["JSONText", "PolicyBytecode", "PolicyRuntime", "BundleTrust", "Responses", "PolicyEngine", "HpolHeader"]),
    target(
      "PolicyTestBench",
      [
        "JSONText", "PolicySyntax", "PolicyBytecode", "PatternMatching", "PolicyCompiler", "PolicyRuntime",
        "BundleTrust", "Detectors", "Operations", "Responses", "PolicyEngine", "CZlib", "CZstd",
      ]),
    .executableTarget(
      name: "hpol",
      dependencies: [
        "JSONText", "PolicySyntax", "PolicyBytecode", "PatternMatching", "PolicyCompiler", "PolicyRuntime",
        "BundleTrust", "Detectors", "Operations", "Responses", "PolicyEngine", "PolicyTestBench", "DecisionServer",
      ],
      swiftSettings: strict),

    target(
      "Fuzzing",
      [
        "JSONText", "Detectors", "Responses", "Operations", "PolicySyntax", "PolicyBytecode", "PolicyCompiler",
        "PolicyRuntime", "PolicyEngine", "PolicyTestBench", "BundleTrust",
      ]),

    .executableTarget(
      name: "hpol-bench",
      dependencies: [
        "CAllocationCounter", "JSONText", "BundleTrust", "Detectors", "Responses", "Operations", "PolicySyntax",
        "PolicyBytecode", "PolicyCompiler", "PolicyRuntime", "PolicyEngine", "PolicyTestBench",
      ],
      path: "Sources/Benchmarks", swiftSettings: strict),

    .target(
      name: "TestSupport",
      dependencies: ["PolicySyntax", "PolicyBytecode", "PatternMatching", "PolicyCompiler"],
      path: "Tests/Support", swiftSettings: strict),
    tests(of: "PolicySyntax", [], excluding: ["Golden"]),
    tests(of: "PolicyBytecode", []),
    tests(of: "PatternMatching", ["PolicyBytecode", "CTextScan"]),
    tests(of: "PolicyCompiler", ["PolicySyntax", "PolicyBytecode", "PatternMatching"], excluding: ["Fixtures"]),
    tests(of: "PolicyRuntime", ["PolicySyntax", "PolicyBytecode", "PatternMatching", "PolicyCompiler"]),
    tests(
      of: "BundleTrust",
      ["PolicyBytecode", "PolicyCompiler", "PolicyRuntime", "Operations", "PolicyTestBench"]),
    tests(of: "JSONText", []),
    tests(of: "Detectors", ["PolicyBytecode", "PatternMatching"]),
    tests(of: "Operations", ["JSONText", "PolicyBytecode", "PatternMatching", "Detectors", "CPgQuery"]),
    tests(of: "Responses", ["JSONText", "PolicyBytecode", "PatternMatching", "Detectors", "PolicyRuntime"]),
    tests(
      of: "PolicyTestBench",
      [
        "JSONText", "PolicySyntax", "PolicyBytecode", "PatternMatching", "PolicyCompiler", "PolicyRuntime",
        "Operations", "Responses", "PolicyEngine",
      ], excluding: ["Servers"]),
    tests(of: "Fuzzing", []),
    tests(
      of: "PolicyEngine", ["hpol", "JSONText", "PolicyBytecode", "PolicyRuntime", "PolicyCompiler", "PolicyTestBench"]),
    tests(
      of: "DecisionServer",
      ["hpol", "PolicyBytecode", "PolicyRuntime", "PolicyCompiler", "PolicyEngine", "PolicyTestBench"]),
    .testTarget(
      name: "HpolLibraryTests", dependencies: ["HpolLibrary", "hpol", "TestSupport"], exclude: ["Programs"],
      swiftSettings: strict),
    .testTarget(
      name: "hpolTests",
      dependencies: [
        "hpol", "JSONText", "PolicyEngine", "PolicyTestBench", "PolicyBytecode", "PolicyCompiler", "PolicyRuntime",
        "Operations",
        "TestSupport",
      ],
      exclude: ["Golden"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// The fuzzer links libFuzzer, which only `make fuzz` builds with: elsewhere it is not part of the package.
if Context.environment["HPOL_FUZZ"] == "1" {
  package.targets += [
    .systemLibrary(name: "CLibFuzzer"),
    .executableTarget(
      name: "hpol-fuzz", dependencies: ["CLibFuzzer", "Fuzzing"], path: "Sources/FuzzDriver", swiftSettings: strict),
  ]
}

// What the engine is measured against is built, and its libraries are needed, by `make bench` alone.
if Context.environment["HPOL_BENCH"] == "1", let bench = package.targets.first(where: { $0.name == "hpol-bench" }) {
  package.targets.append(
    .target(
      name: "CPeers", cxxSettings: [.unsafeFlags(["-O3", "-std=c++17"])],
      linkerSettings: ["hs", "re2", "pcre2-8"].map { .linkedLibrary($0) }))
  bench.dependencies.append("CPeers")
  bench.swiftSettings = strict + [.define("HPOL_PEERS")]
}
