/// Spellings of flags: their order, bundles, long names. What programs take is written down from their manuals, so that
/// the decoder's own table is held against another.
enum ShellFlagRewrites {
  /// What is known of a program's flags.
  private struct Flags {
    /// Letters without a value.
    var letters: Set<Character> = []
    /// Letters with one.
    var valued: Set<Character> = []
    /// Long names of letters.
    var long: [Character: String] = [:]
    /// Letters that mean the same.
    var same: [Character: Character] = [:]
    /// Long names with a value take `=`.
    var takesEquals = true
    /// Operands may stand before flags.
    var permutes = true
  }

  /// `NAMES;LETTERS;LETTERS WITH A VALUE;LONG NAMES;LETTERS THAT ARE ONE`; `!` no `=` after long names; `^` flags first.
  private static let table: [String: Flags] = {
    let source = """
      rm;rRfidv;;r=recursive f=force v=verbose d=dir;rR
      cp;rRafvpLuTx;t;r=recursive a=archive f=force v=verbose u=update;rR
      mv;fvnuT;t;f=force v=verbose n=no-clobber;
      ln;sfvnrT;t;s=symbolic f=force v=verbose;
      chmod chown chgrp;Rvcf;;R=recursive v=verbose c=changes;
      mkdir;pv;m;p=parents v=verbose;
      shred;uzfvx;ns;z=zero f=force v=verbose;
      tee;ai;;a=append;
      cat;nAEbTv;;n=number A=show-all;
      head tail;qv;nc;n=lines c=bytes;
      grep;rinvlHhqEFowc;eABCmf;i=ignore-case n=line-number v=invert-match q=quiet e=regexp;
      base64;di;w;d=decode w=wrap;
      curl;sSLkfvIgN;oXdHTuFbAmeE;s=silent S=show-error L=location k=insecure f=fail v=verbose o=output X=request d=data H=header T=upload-file u=user F=form b=cookie A=user-agent;!
      wget;qcN;OPU;q=quiet O=output-document U=user-agent c=continue;
      userdel;rf;;r=remove f=force;
      usermod;aL;Gs;a=append G=groups s=shell L=lock;
      crontab;rl;u;;
      psql;AtXqw;chUdfp;c=command h=host U=username d=dbname f=file p=port;
      mysql mariadb;BNsv;ehuDP;e=execute h=host u=user D=database P=port;
      mysqldump;A;hu;A=all-databases h=host u=user;
      pg_dump;asCc;thUdf;t=table h=host U=username f=file s=schema-only;
      scp;rpqC;Pi;;
      rsync;avzrnPu;e;a=archive v=verbose z=compress r=recursive e=rsh;
      gpg;ad;;a=armor d=decrypt;
      """
    var table: [String: Flags] = [:]
    for row in source.split(separator: "\n") {
      let fields = row.split(separator: ";", omittingEmptySubsequences: false)
      var flags = Flags(letters: Set(fields[1]), valued: Set(fields[2]))
      for pair in fields[3].split(separator: " ") {
        if let letter = pair.first { flags.long[letter] = String(pair.dropFirst(2)) }
      }
      let same = fields[4].filter(\.isLetter)
      if let first = same.first, let last = same.last {
        flags.same = [first: last, last: first]
        flags.long[last] = flags.long[first]
      }
      flags.takesEquals = !fields[4].contains("!")
      for name in fields[0].split(separator: " ") { table[String(name)] = flags }
    }
    return table
  }()

  /// A flag with its value, or an operand.
  private enum Part: Equatable {
    case flag(Character)
    case valued(Character, String)
    /// A word as it is.
    case other(String)
    case dashes
    case operand(String)
  }

  /// A command whose words are all known.
  private struct Call {
    var parts: [Part]
    var flags: Flags
    var range: Range<Int>

    init?(_ command: ShellLine.Command) {
      guard let flags = table[command.program.text.split(separator: "/").last.map(String.init) ?? ""],
        let first = command.arguments.first, let last = command.arguments.last
      else { return nil }
      self.flags = flags
      range = first.range.lowerBound..<last.range.upperBound
      parts = []
      var words = command.arguments
      var isOver = false
      while let word = words.popFirst() {
        if !isOver, Self.disguises.contains(where: word.text.hasPrefix) { return nil }
        if isOver || !word.text.hasPrefix("-") || word.text == "-" {
          // A word with quotes or expansions may be a flag in disguise; where one is read the order must stay.
          parts.append(
            word.isPlain || "'\"$/~".contains(word.text.first ?? " ") ? .operand(word.text) : .other(word.text))
        } else if word.text == "--" {
          isOver = true
          parts.append(.dashes)
        } else if word.text.hasPrefix("--") {
          guard let flag = Self.long(word, flags, &words) else { return nil }
          parts.append(flag)
        } else {
          guard Self.short(word, flags, &words, &parts) else { return nil }
        }
      }
    }

    /// How words begin that may be flags once the shell has read them.
    private static let disguises = ["\\", "$(", "`", "$'", "'-", "\"-", "''", "\"\"", "\"$(", "\"`", "{"]

    /// Reads a long flag; one that is not known stays as it is if it brings its value or has none.
    private static func long(_ word: ShellLine.Word, _ flags: Flags, _ words: inout ArraySlice<ShellLine.Word>) -> Part?
    {
      let name = word.text.dropFirst(2).prefix { $0 != "=" }
      guard let letter = flags.long.filter({ $0.value == name }).keys.min() else {
        return word.text.contains("=") || word.text == "--no-preserve-root" ? .other(word.text) : nil
      }
      if flags.letters.contains(letter) { return word.text.contains("=") ? nil : .flag(letter) }
      if word.text.contains("=") { return .valued(letter, String(word.text.dropFirst(name.count + 3))) }
      return words.popFirst().map { .valued(letter, $0.text) }
    }

    /// Reads a bundle.
    private static func short(
      _ word: ShellLine.Word, _ flags: Flags, _ words: inout ArraySlice<ShellLine.Word>, _ parts: inout [Part]
    ) -> Bool {
      var letters = word.text.dropFirst()
      while let letter = letters.popFirst() {
        if flags.letters.contains(letter) {
          parts.append(.flag(letter))
        } else if flags.valued.contains(letter) {
          if letters.isEmpty {
            guard let value = words.popFirst() else { return false }
            parts.append(.valued(letter, value.text))
          } else {
            parts.append(.valued(letter, String(letters)))
          }
          return true
        } else {
          return false
        }
      }
      return true
    }

    var operands: [Part] {
      parts.filter {
        if case .operand = $0 { return true }
        return false
      }
    }

    var hasFlags: Bool { parts.contains { $0 != .dashes && !operands.contains($0) } }

    /// The words, each flag by itself, in their short form unless `isLong`.
    func text(_ parts: [Part], isLong: Bool = false, isAttached: Bool = false, cuts: Int = 0) -> String {
      parts.map { part in
        switch part {
        case .flag(let letter):
          if isLong, let name = flags.long[letter] { return "--" + name.dropLast(cuts) }
          return "-\(letter)"
        case .valued(let letter, let value):
          if isLong, let name = flags.long[letter] {
            return "--\(name)" + (isAttached && flags.takesEquals ? "=" : " ") + value
          }
          return "-\(letter)" + (isAttached ? "" : " ") + value
        case .other(let word), .operand(let word): return word
        case .dashes: return "--"
        }
      }.joined(separator: " ")
    }
  }

  private static func ofCalls(
    _ name: String, when condition: String = Rewrite.always, _ apply: @escaping @Sendable (Call) -> [String]
  ) -> Rewrite {
    ShellRewrites.ofCommands(name, when: condition) { line, command in
      guard let call = Call(command) else { return [] }
      return apply(call).map { line.replacing(call.range, with: $0) }
    }
  }

  private static func isFlag(_ part: Part) -> Bool {
    if case .flag = part { return true }
    return false
  }

  static let all: [Rewrite] = [
    ofCalls("each flag by itself") { $0.hasFlags ? [$0.text($0.parts)] : [] },
    ofCalls("flags in another order") { call in
      let places = call.parts.indices.filter { isFlag(call.parts[$0]) }
      guard places.count > 1 else { return [] }
      var parts = call.parts
      for (place, source) in zip(places, places.reversed()) { parts[place] = call.parts[source] }
      return [call.text(parts), bundled(parts, call)]
    },
    ofCalls("flags in one bundle") { call in
      call.parts.count(where: isFlag) > 1 ? [bundled(call.parts, call)] : []
    },
    ofCalls("long names of flags", when: "it is the GNU program, or one that takes the same long names") { call in
      call.hasFlags ? [call.text(call.parts, isLong: true), call.text(call.parts, isLong: true, isAttached: true)] : []
    },
    ofCalls("long names of flags, cut short", when: "it is the GNU program; no other name begins so") { call in
      call.parts.contains(where: isFlag) ? [call.text(call.parts, isLong: true, cuts: 1)] : []
    },
    ofCalls("a flag's other letter") { call in
      guard !call.flags.same.isEmpty else { return [] }
      let parts = call.parts.map { part -> Part in
        if case .flag(let letter) = part, let other = call.flags.same[letter] { return .flag(other) }
        return part
      }
      return parts == call.parts ? [] : [call.text(parts)]
    },
    ofCalls("values in one word with their flags", when: Rewrite.always) { call in
      call.parts.contains { if case .valued = $0 { true } else { false } }
        ? [call.text(call.parts, isAttached: true)] : []
    },
    ofCalls("flags after operands", when: "it is the GNU program, and `POSIXLY_CORRECT` is not set") { call in
      guard call.hasFlags, !call.operands.isEmpty, !call.parts.contains(.dashes), !call.operands.contains(where: dashed)
      else { return [] }
      let flags = call.parts.filter { !call.operands.contains($0) }
      return [call.text(call.operands + flags), call.text(call.operands.prefix(1) + flags + call.operands.dropFirst())]
    },
    ofCalls("`--` before operands") { call in
      guard !call.operands.isEmpty, !call.parts.contains(.dashes) else { return [] }
      let flags = call.parts.filter { !call.operands.contains($0) }
      return [call.text(flags + [.dashes] + call.operands)]
    },
    ofCalls("a flag twice") { call in
      guard let flag = call.parts.first(where: isFlag) else { return [] }
      return [call.text([flag] + call.parts)]
    },
    ofCalls("one more flag, for more output") { call in
      call.flags.letters.contains("v") && call.flags.long["v"] == "verbose"
        ? [call.text([.flag("v")] + call.parts)] : []
    },
  ]

  private static func dashed(_ part: Part) -> Bool {
    if case .operand(let word) = part { return word.hasPrefix("-") }
    return false
  }

  private static func bundled(_ parts: [Part], _ call: Call) -> String {
    let letters = parts.compactMap { part -> Character? in if case .flag(let letter) = part { letter } else { nil } }
    let first = parts.firstIndex(where: isFlag) ?? 0
    let rest = parts.enumerated().filter { !isFlag($0.element) }
    let bundle: [Part] = [.other("-" + String(letters))]
    return call.text(
      rest.filter { $0.offset < first }.map(\.element) + bundle + rest.filter { $0.offset > first }.map(\.element))
  }
}
