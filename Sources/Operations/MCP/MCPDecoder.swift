import PolicyBytecode

/// Decodes a payload of the protocol `mcp`.
func decodeMCP(_ payload: [UInt8], _ context: inout DecodeContext) {
  context.unparsed(.mcp, .unsupported)
}
