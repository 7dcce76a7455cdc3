/// The version that an executed comment asks for: `/*!80016 … */`, `/*M!100616 … */`.
struct MySQLGate: Hashable {
  var version: UInt32
  /// Only MariaDB looks into `/*M! … */`.
  var isMariaDB: Bool
}

/// A server that may read a text: what it makes of executed comments.
///
/// Servers from MySQL 5.7 and MariaDB 10.0 on are thought of. MariaDB reads no MySQL version from 5.7 on. Source: MySQL
/// Reference Manual, "Comments"; MariaDB Knowledge Base, "Comment Syntax".
struct MySQLServer {
  var version: UInt32
  var isMariaDB: Bool

  /// Whether it runs what a comment with `gate` holds.
  func runs(_ gate: MySQLGate) -> Bool {
    if isMariaDB {
      return gate.version <= version && (gate.isMariaDB || gate.version < 50_700 || gate.version > 99_999)
    }
    return !gate.isMariaDB && gate.version <= version
  }

  /// Older than any of the gates that are not certain.
  static let firstMySQL = MySQLServer(version: 50_700, isMariaDB: false)
  static let firstMariaDB = MySQLServer(version: 100_000, isMariaDB: true)
  /// No server will have this version: MariaDB's dumps open with `/*M!999999\- enable the sandbox mode */`.
  static let neverVersion: UInt32 = 999_999

  /// Whether all servers agree on `gate`.
  static func isCertain(_ gate: MySQLGate) -> Bool {
    !gate.isMariaDB && gate.version < 50_700 || gate.version >= neverVersion
  }

  /// Servers that between them read `gates` in every way that there is, the newest first.
  static func readers(of gates: Set<MySQLGate>) -> [MySQLServer] {
    var servers = [firstMySQL, firstMariaDB]
    for gate in gates {
      if !gate.isMariaDB, gate.version < 100_000 {
        servers.append(MySQLServer(version: gate.version, isMariaDB: false))
      }
      if gate.version > firstMariaDB.version {
        servers.append(MySQLServer(version: gate.version, isMariaDB: true))
      }
    }
    servers.sort { ($0.isMariaDB ? 0 : 1, $0.version) > ($1.isMariaDB ? 0 : 1, $1.version) }
    var readings: Set<Set<MySQLGate>> = []
    return servers.filter { server in readings.insert(gates.filter { server.runs($0) }).inserted }
  }
}
