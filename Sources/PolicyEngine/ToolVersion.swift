/// The version of hpol: of the program, the library, and the forms they print. See CHANGELOG.md.
public let toolVersion: StaticString = "0.1.0"
