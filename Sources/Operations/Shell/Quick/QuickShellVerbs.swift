import PolicyBytecode

/// Programs with subcommands, and interpreters of other languages, as far as they run nothing that a line tells.
extension QuickShell {
  /// `git`: options behind the subcommand; false for one that runs commands.
  mutating func takeVerb(_ call: QuickShellCall, _ text: QuickShellText) -> Bool {
    for index in call.options.lowerBound..<options.count where options[index].letter == 0x63 { return false }
    guard operands.count > call.operands.lowerBound else { return true }
    let verb = Int(operands[call.operands.lowerBound])
    let value = words[verb].value
    if text.has("rebase", at: value) || text.has("difftool", at: value) || text.has("submodule", at: value)
      || text.has("config", at: value) || text.has("bisect", at: value)
    {
      return false
    }
    operands.truncate(to: call.operands.lowerBound + 1)
    let first = options.count
    take(verb..<call.argv.upperBound, call.program, isOrdered: false, text)
    // What a remote repository is asked with.
    for index in first..<options.count {
      let option = options[index]
      if option.letter == 0x75 && text.has("clone", at: value) || isNamed(option, "--upload-pack", text)
        || isNamed(option, "--receive-pack", text) || isNamed(option, "--exec", text)
      {
        return false
      }
    }
    for index in verb..<call.argv.upperBound where text.begins(with: "ext::", at: words[index].value) { return false }
    return true
  }

  /// `docker`: options behind the subcommand, of which none is known that runs something.
  mutating func takeContainerVerb(_ call: QuickShellCall, _ text: QuickShellText) -> Bool {
    let count = operands.count
    guard count > call.operands.lowerBound else { return true }
    let verb = Int(operands[call.operands.lowerBound])
    let value = words[verb].value
    if text.has("run", at: value) || text.has("create", at: value) || text.has("exec", at: value)
      || text.has("container", at: value) || text.has("compose", at: value)
    {
      return false
    }
    take(verb..<call.argv.upperBound, tables.pointee.docker, isOrdered: false, text)
    operands.truncate(to: count)
    return true
  }

  /// Whether an interpreter runs code that surely runs no command, or a file, surely none that is open or a device, or nothing but
  /// what is typed.
  mutating func isInertCode(_ call: QuickShellCall, _ text: QuickShellText) -> Bool {
    // Python reads on behind its code or file.
    if has(0x69, call), text.begins(with: "py", at: call.name) { return false }
    if hasCode(call, text) {
      for index in call.options where isCode(options[index], call, text) {
        guard options[index].hasValue else { return false }
        let traits = words[Int(options[index].word)].traits
        guard traits.isDisjoint(with: [.isUnknown, .isLogged, .isCandidate]),
          isInert(value(of: options[index]), text)
        else { return false }
      }
      return true
    }
    guard !call.operands.isEmpty else { return !isPiped }
    let script = words[Int(operands[call.operands.lowerBound])]
    guard script.traits.isDisjoint(with: [.isUnknown, .hasGlob, .isLogged, .isCandidate]), script.value.count > 0,
      directory.count == 0
    else { return false }
    let first = text[Int(script.valueStart)]
    if script.value.count == 1 { return first != Ascii.dash }
    // What is open goes by `/dev/…` or by a number.
    let last = text[Int(script.valueEnd) - 1]
    return first != Ascii.slash && first != Ascii.tilde && !Ascii.isDigit(last) && last != 0x6E
  }

  /// Whether an interpreter is given code by an option.
  mutating func hasCode(_ call: QuickShellCall, _ text: QuickShellText) -> Bool {
    for index in call.options where isCode(options[index], call, text) { return true }
    return false
  }

  private mutating func isCode(_ option: QuickShellCall.Option, _ call: QuickShellCall, _ text: QuickShellText) -> Bool
  {
    if option.letter == 0 { return false }
    for (program, letters) in ShellDecoder.codeLetters
    where text.begins(with: program, at: call.name) && letters.contains(option.letter) { return true }
    return false
  }

  /// Whether there is nothing in code that ``ShellDecoder`` takes for a command that is run.
  private mutating func isInert(_ code: ByteRange, _ text: QuickShellText) -> Bool {
    var start = Int(code.start)
    while start < Int(code.end) {
      let byte = text[start]
      if byte == Ascii.backquote { return false }
      guard Ascii.isNameStart(byte) || byte == Ascii.percent else {
        start += 1
        continue
      }
      var end = start + 1
      while end < Int(code.end), Ascii.isName(text[end]) { end += 1 }
      let name = ByteRange(start, end)
      if text.has("qx", at: name) || text.has("%x", at: name) { return false }
      if name.count > 2, name.count <= 12, text.value(name, in: tables.pointee.runners) >= 0 { return false }
      start = end
    }
    return true
  }
}
