import PolicyBytecode

/// Client programs on a shell line, which yield the operations they perform. A file each.
extension ShellDecoder {
  mutating func client(_ call: ShellCall, _ context: inout DecodeContext) {
    switch String(decoding: bytes(call.name), as: UTF8.self) {
    case "psql": psql(call, &context)
    case "curl": curl(call, &context)
    case "wget": wget(call, &context)
    default: emit(call, &context)
    }
  }
}
