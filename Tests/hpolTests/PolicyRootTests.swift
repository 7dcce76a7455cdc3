import Foundation
import Testing

/// What a policy may `use`: files of its repository, or of the outermost folder around it that has policies.
@Test func aPolicyUsesFilesInsideItsRootOnly() throws {
  let user = "hpol 1\npolicy a\nuse \"../lists/shared.hpol\"\ndefault allow\nrule a { when sql.verb in bad block }\n"
  let shared = "hpol 1\nlist bad = [drop]\n"
  let files = ["set/main.hpol": "hpol 1\n", "set/sql/a.hpol": user, "set/lists/shared.hpol": shared]
  try withFolder(files) { (folder: String) throws in
    let run = try hpol(["check", "\(folder)/set/sql/a.hpol"])
    #expect(run.code == 0, "\(run)")
  }
  // Without a policy in the folder above, nothing says that the set reaches that far.
  try withFolder(files.filter { $0.key != "set/main.hpol" }) { (folder: String) throws in
    let run = try hpol(["check", "\(folder)/set/sql/a.hpol"])
    #expect(run.code == 1 && run.output.contains("HP0106"), "\(run)")
  }
  try withFolder(files.filter { $0.key != "set/main.hpol" }.merging([".git/HEAD": ""]) { $1 }) {
    (folder: String) throws in
    #expect(try hpol(["check", "\(folder)/set/sql/a.hpol"]).code == 0)
  }
}

@Test func aBundleDoesNotDependOnWhereItsSourcesLie() throws {
  let files = [
    "sql/a.hpol": "hpol 1\npolicy a\ndefault allow\nrule a { when sql.verb is drop block }\n", "b.hpol": "hpol 1\n",
  ]
  let build = { (folder: String) throws -> [UInt8] in
    #expect(try hpol(["build", folder, "-o", "\(folder)/out.hpolb"]).code == 0)
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/out.hpolb")))
  }
  let (first, second) = (try withFolder(files, build), try withFolder(files, build))
  #expect(first == second && !first.isEmpty)
}
