extension ParseTree {
  /// The word of `FactSchema.sqlObjects` for the kind of thing that the statement at `node` is about, or nil.
  func object(ofStatement node: Int) -> String? {
    switch self[node].field {
    case .selectStatement: child(leftmost(node), .intoClause) == nil ? nil : "table"
    case .dropStatement: kind(node, .removeType)
    case .renameStatement: renamed(node)
    case .alterTableStatement, .createTableAsStatement, .commentStatement, .secLabelStatement, .grantStatement:
      kind(node, .objtype)
    case .alterObjectSchemaStatement, .alterOwnerStatement, .alterObjectDependsStatement: kind(node, .objectType)
    case .defineStatement: kind(node, .kind)
    case .reindexStatement: Self.reindexed[string(node, .kind)]
    case .createFunctionStatement: isTrue(node, .isProcedure) ? "procedure" : "function"
    case .alterFunctionStatement: kind(node, .objtype)
    default: Self.kinds[self[node].field]
    }
  }

  /// The first SELECT of a set operation, in which its INTO stands.
  private func leftmost(_ query: Int) -> Int {
    var query = query
    while let left = child(query, .leftArgument) { query = left }
    return query
  }

  private func string(_ node: Int, _ field: ParseField) -> String {
    child(node, field).map { String(decoding: text($0), as: UTF8.self) } ?? ""
  }

  private func kind(_ node: Int, _ field: ParseField) -> String? { Self.objectTypes[string(node, field)] }

  /// Columns and constraints are renamed by an ALTER of what they belong to.
  private func renamed(_ node: Int) -> String? {
    switch string(node, .renameType) {
    case "OBJECT_COLUMN": kind(node, .relationType)
    case "OBJECT_TABCONSTRAINT": "table"
    default: kind(node, .renameType)
    }
  }

  private static let reindexed = [
    "REINDEX_OBJECT_INDEX": "index", "REINDEX_OBJECT_TABLE": "table", "REINDEX_OBJECT_SCHEMA": "schema",
    "REINDEX_OBJECT_SYSTEM": "system", "REINDEX_OBJECT_DATABASE": "database",
  ]

  /// Words for PostgreSQL's `ObjectType`.
  private static let objectTypes = [
    "OBJECT_ACCESS_METHOD": "access-method", "OBJECT_AGGREGATE": "aggregate", "OBJECT_ATTRIBUTE": "type",
    "OBJECT_CAST": "cast", "OBJECT_COLUMN": "column", "OBJECT_COLLATION": "collation",
    "OBJECT_CONVERSION": "conversion", "OBJECT_DATABASE": "database", "OBJECT_DEFACL": "default-privileges",
    "OBJECT_DOMAIN": "domain", "OBJECT_DOMCONSTRAINT": "domain", "OBJECT_EVENT_TRIGGER": "event-trigger",
    "OBJECT_EXTENSION": "extension", "OBJECT_FDW": "foreign-data-wrapper", "OBJECT_FOREIGN_SERVER": "server",
    "OBJECT_FOREIGN_TABLE": "foreign-table", "OBJECT_FUNCTION": "function", "OBJECT_INDEX": "index",
    "OBJECT_LANGUAGE": "language", "OBJECT_LARGEOBJECT": "large-object", "OBJECT_MATVIEW": "materialized-view",
    "OBJECT_OPCLASS": "operator-class", "OBJECT_OPERATOR": "operator", "OBJECT_OPFAMILY": "operator-family",
    "OBJECT_PARAMETER_ACL": "parameter", "OBJECT_POLICY": "policy", "OBJECT_PROCEDURE": "procedure",
    "OBJECT_PUBLICATION": "publication", "OBJECT_ROLE": "role", "OBJECT_ROUTINE": "routine", "OBJECT_RULE": "rule",
    "OBJECT_SCHEMA": "schema", "OBJECT_SEQUENCE": "sequence", "OBJECT_SUBSCRIPTION": "subscription",
    "OBJECT_STATISTIC_EXT": "statistics", "OBJECT_TABCONSTRAINT": "constraint", "OBJECT_TABLE": "table",
    "OBJECT_TABLESPACE": "tablespace", "OBJECT_TRANSFORM": "transform", "OBJECT_TRIGGER": "trigger",
    "OBJECT_TSCONFIGURATION": "text-search-configuration", "OBJECT_TSDICTIONARY": "text-search-dictionary",
    "OBJECT_TSPARSER": "text-search-parser", "OBJECT_TSTEMPLATE": "text-search-template", "OBJECT_TYPE": "type",
    "OBJECT_USER_MAPPING": "user-mapping", "OBJECT_VIEW": "view",
  ]

  /// Words for statements that are always about the same kind of thing.
  private static let kinds: [ParseField: String] = [
    .createStatement: "table", .truncateStatement: "table", .lockStatement: "table", .viewStatement: "view",
    .indexStatement: "index", .createForeignTableStatement: "foreign-table", .createSequenceStatement: "sequence",
    .alterSequenceStatement: "sequence", .createTriggerStatement: "trigger", .ruleStatement: "rule",
    .createPolicyStatement: "policy", .alterPolicyStatement: "policy", .refreshMatViewStatement: "materialized-view",
    .createSchemaStatement: "schema", .createRoleStatement: "role", .alterRoleStatement: "role",
    .alterRoleSetStatement: "role", .dropRoleStatement: "role", .grantRoleStatement: "role",
    .createDatabaseStatement: "database", .alterDatabaseStatement: "database",
    .alterDatabaseSetStatement: "database", .alterDatabaseRefreshCollStatement: "database",
    .dropDatabaseStatement: "database", .createTableSpaceStatement: "tablespace",
    .dropTableSpaceStatement: "tablespace", .alterTableSpaceOptionsStatement: "tablespace",
    .alterTableMoveAllStatement: "tablespace", .createExtensionStatement: "extension",
    .alterExtensionStatement: "extension", .alterExtensionContentsStatement: "extension",
    .createFdwStatement: "foreign-data-wrapper", .alterFdwStatement: "foreign-data-wrapper",
    .createForeignServerStatement: "server", .alterForeignServerStatement: "server",
    .createUserMappingStatement: "user-mapping", .alterUserMappingStatement: "user-mapping",
    .dropUserMappingStatement: "user-mapping", .importForeignSchemaStatement: "schema",
    .createAmStatement: "access-method", .createEventTrigStatement: "event-trigger",
    .alterEventTrigStatement: "event-trigger", .createPLangStatement: "language", .createDomainStatement: "domain",
    .alterDomainStatement: "domain", .createOpClassStatement: "operator-class",
    .createOpFamilyStatement: "operator-family", .alterOpFamilyStatement: "operator-family",
    .alterOperatorStatement: "operator", .alterTypeStatement: "type", .createCastStatement: "cast",
    .createTransformStatement: "transform", .createConversionStatement: "conversion", .createEnumStatement: "type",
    .alterEnumStatement: "type", .createRangeStatement: "type", .compositeTypeStatement: "type",
    .createStatsStatement: "statistics", .alterStatsStatement: "statistics",
    .createPublicationStatement: "publication", .alterPublicationStatement: "publication",
    .createSubscriptionStatement: "subscription", .alterSubscriptionStatement: "subscription",
    .dropSubscriptionStatement: "subscription", .alterCollationStatement: "collation",
    .alterTSDictionaryStatement: "text-search-dictionary",
    .alterTSConfigurationStatement: "text-search-configuration", .alterSystemStatement: "system",
    .alterDefaultPrivilegesStatement: "default-privileges", .dropOwnedStatement: "owned",
    .reassignOwnedStatement: "owned", .declareCursorStatement: "cursor", .closePortalStatement: "cursor",
    .fetchStatement: "cursor",
  ]
}
