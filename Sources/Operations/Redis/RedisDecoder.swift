import PolicyBytecode

/// Decodes a payload of the protocol `redis`.
func decodeRedis(_ payload: [UInt8], _ context: inout DecodeContext) {
  context.unparsed(.redis, .unsupported)
}
