import PolicyBytecode

/// Decodes a payload of the protocol `http`.
func decodeHTTP(_ payload: [UInt8], _ context: inout DecodeContext) {
  context.unparsed(.http, .unsupported)
}
