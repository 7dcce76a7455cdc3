import PolicyBytecode

/// Decodes a shell line or script into operations.
func decodeShell(_ payload: [UInt8], _ context: inout DecodeContext) {
  context.unparsed(.shell, .unsupported)
}
