import PolicyBytecode

/// Decodes a PostgreSQL simple-query payload into operations.
func decodePostgres(_ payload: [UInt8], _ context: inout DecodeContext) {
  context.unparsed(.postgres, .unsupported)
}
