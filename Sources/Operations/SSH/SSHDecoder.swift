import PolicyBytecode

/// Decodes a payload of the protocol `ssh`.
func decodeSSH(_ payload: [UInt8], _ context: inout DecodeContext) {
  context.unparsed(.ssh, .unsupported)
}
