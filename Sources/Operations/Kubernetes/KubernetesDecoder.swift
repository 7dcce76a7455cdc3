import PolicyBytecode

/// Decodes a payload of the protocol `k8s`.
func decodeKubernetes(_ payload: [UInt8], _ context: inout DecodeContext) {
  context.unparsed(.k8s, .unsupported)
}
