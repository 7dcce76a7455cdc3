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

  /// `NAMES;LETTERS;LETTERS WITH A VALUE;LONG NAMES;LETTERS THAT ARE ONE`; `!` no `=` after long names; `^` no flags after
  /// operands.
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
      scp;rpqC;Pi;;^
      rsync;avzrnPu;e;a=archive v=verbose z=compress r=recursive e=rsh;
      gpg;ad;;a=armor d=decrypt;^
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
      flags.permutes = !fields[4].contains("^")
      for name in fields[0].split(separator: " ") { table[String(name)] = flags }
    }
    return table
  }()

  /// Of these letters the last one counts: their order must stay.
  private static let rivals: [Set<Character>] = [
    ["f", "i"], ["f", "n"], ["a", "L"], ["q", "v"], ["E", "F"], ["H", "h"],
  ]

  /// A flag with its value, or an operand.
  private enum Part: Equatable {
    case flag(Character)
    case valued(Character, String)
    /// A flag as it is.
    case other(String)
    /// A word that may be a flag, an operand, both or nothing, or one behind such a word.
    case unread(String)
    case dashes
    case operand(String)
  }

  /// A command, read up to the first word of which it is not certain what it is. What follows that stays where it is: it
  /// may be the value of a flag before it, and `--` may be among it.
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
      // Where no flag is read any more.
      var isOver = false
      while let word = words.popFirst() {
        switch word.value {
        case let value? where !isOver && value == "--":
          isOver = true
          parts.append(.dashes)
        case let value? where !isOver && value.hasPrefix("--"):
          guard let flag = Self.long(value, flags, &words) else { return nil }
          parts.append(flag)
        case let value? where !isOver && value.hasPrefix("-") && value != "-":
          guard let bundle = Self.short(value, flags, &words) else { return nil }
          parts += bundle
        case _ where isOver || word.isNoFlag:
          parts.append(.operand(word.text))
          if !flags.permutes { isOver = true }
        default:
          parts += ([word] + words).map { .unread($0.text) }
          return
        }
      }
    }

    /// Reads a long flag; one that is not known stays as it is if it brings its value or has none.
    private static func long(_ word: String, _ flags: Flags, _ words: inout ArraySlice<ShellLine.Word>) -> Part? {
      let name = word.dropFirst(2).prefix { $0 != "=" }
      guard let letter = flags.long.filter({ $0.value == name }).keys.min() else {
        return word.contains("=") || word == "--no-preserve-root" ? .other(word.shellWord) : nil
      }
      if flags.letters.contains(letter) { return word.contains("=") ? nil : .flag(letter) }
      if word.contains("=") {
        let value = word.dropFirst(name.count + 3)
        return value.isEmpty ? nil : .valued(letter, String(value).shellWord)
      }
      guard let value = words.popFirst(), value.isOneWord else { return nil }
      return .valued(letter, value.text)
    }

    /// Reads a bundle.
    private static func short(
      _ word: String, _ flags: Flags, _ words: inout ArraySlice<ShellLine.Word>
    ) -> [Part]? {
      var parts: [Part] = []
      var letters = word.dropFirst()
      while let letter = letters.popFirst() {
        if flags.letters.contains(letter) {
          parts.append(.flag(letter))
        } else if flags.valued.contains(letter) {
          if !letters.isEmpty { return parts + [.valued(letter, String(letters).shellWord)] }
          guard let value = words.popFirst(), value.isOneWord else { return nil }
          return parts + [.valued(letter, value.text)]
        } else {
          return nil
        }
      }
      return parts
    }

    /// Every word is read: they may change places.
    var isRead: Bool { !parts.contains(where: isUnread) }

    var operands: [Part] {
      parts.filter {
        if case .operand = $0 { return true }
        return false
      }
    }

    var hasFlags: Bool { parts.contains { $0 != .dashes && !operands.contains($0) && !isUnread($0) } }

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
        case .other(let word), .unread(let word), .operand(let word): return word
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

  private static func isUnread(_ part: Part) -> Bool {
    if case .unread = part { return true }
    return false
  }

  static let all: [Rewrite] = [
    ofCalls("each flag by itself") { $0.hasFlags ? [$0.text($0.parts)] : [] },
    ofCalls("flags in another order") { call in
      let places = call.parts.indices.filter { isFlag(call.parts[$0]) }
      let letters = Set(
        places.compactMap { place in if case .flag(let letter) = call.parts[place] { letter } else { nil } })
      guard places.count > 1, !rivals.contains(where: { $0.isSubset(of: letters) }) else { return [] }
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
      guard call.isRead, call.flags.permutes, call.hasFlags, !call.operands.isEmpty, !call.parts.contains(.dashes),
        !call.operands.contains(where: dashed)
      else { return [] }
      let flags = call.parts.filter { !call.operands.contains($0) }
      return [call.text(call.operands + flags), call.text(call.operands.prefix(1) + flags + call.operands.dropFirst())]
    },
    ofCalls("`--` before operands") { call in
      guard call.isRead, !call.operands.isEmpty, !call.parts.contains(.dashes) else { return [] }
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
