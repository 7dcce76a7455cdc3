import PolicyBytecode

/// Decodes a payload of the protocol `mysql`.
func decodeMySQL(_ payload: [UInt8], _ context: inout DecodeContext) {
  context.unparsed(.mysql, .unsupported)
}
