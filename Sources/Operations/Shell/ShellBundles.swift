import PolicyBytecode

/// Programs with subcommands of which some run other programs: distributions of Kubernetes that have `kubectl` in them,
/// and what hands secrets or variables to a command.
extension ShellDecoder {
  mutating func bundle(_ call: ShellCall, _ context: inout DecodeContext) {
    var call = call
    let verb = call.arguments.operands.first
    var operands: [Int] = []
    if let verb {
      let inner = arguments(verb..<call.argv.upperBound, call.program)
      operands = inner.operands
      // Another program's options are none of its own.
      if !isProgram(verb) { call.arguments.options += inner.options }
    }
    emit(call, &context)
    guard !isDone(context) else { return }
    for option in call.arguments.options where option.use == .code {
      if let value = option.value { codeArgument([value], call, &context) }
    }
    guard let verb else { return }
    if isProgram(verb) {
      var rest = verb + 1
      if rest < call.argv.upperBound, text(rest, is: "--") { rest += 1 }
      let base = fields.count
      fields.append(fields[verb])
      fields.append(copying: rest..<call.argv.upperBound)
      elsewhere(call, base..<fields.count, &context)
      fields.truncate(to: base)
      return
    }
    var skipped = 0
    switch String(decoding: bytes(call.name), as: UTF8.self) {
    case "aws-vault", "chamber", "direnv":
      guard text(verb, is: "exec") else { return }
      skipped = 1
    case "op", "doppler", "infisical": guard text(verb, is: "run") else { return }
    case "dotenv":
      if text(verb, is: "list") || text(verb, is: "get") || text(verb, is: "set") || text(verb, is: "unset") { return }
      if !text(verb, is: "run") { operands = Array(verb..<call.argv.upperBound) }
    default: return
    }
    guard operands.count > skipped else { return }
    let first = operands[skipped]
    if !text(first, is: "--") {
      carry(call, first..<call.argv.upperBound, &context)
      if text(first - 1, is: "--") { return }
      // Several names may stand before the command, and so may the value of an option that is not known.
      guard ["chamber", "op", "doppler", "infisical"].contains(where: { bytes(call.name).elementsEqual($0.utf8) })
      else { return }
    }
    guard let dashes = (first..<call.argv.upperBound).first(where: { text($0, is: "--") }),
      dashes + 1 < call.argv.upperBound
    else { return }
    carry(call, dashes + 1..<call.argv.upperBound, &context)
  }

  private mutating func isProgram(_ verb: Int) -> Bool {
    text(verb, is: "kubectl") || text(verb, is: "crictl") || text(verb, is: "ssh")
  }
}
