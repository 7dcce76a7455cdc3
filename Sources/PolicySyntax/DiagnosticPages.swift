// Made from the pages in grammar/diagnostics/ by the test that compares them, where HPOL_REWRITE_GOLDEN=1.

extension DiagnosticCode {
  /// The code's page in `grammar/diagnostics/`, Markdown, without its last line end.
  public var page: String {
    switch self {
    case .unexpectedCharacter:
      return #"""
        # HP0001: unexpected character

        The character belongs to no word, string or operator of the language. Comments begin with `#`; nothing ends with `;`;
        strings stand in straight quotes.

        ```hpol wrong
        list verbs = [drop, truncate];
        ```

        ```hpol wrong
        // destructive verbs
        list verbs = [drop, truncate]
        ```

        ```hpol right
        # destructive verbs
        list verbs = [drop, truncate]
        ```
        """#
    case .unterminatedString:
      return #"""
        # HP0002: string without its end

        A string in `"…"` or `'…'` ends on the line it begins on. A string of several lines stands between `"""` and `"""`.

        ```hpol wrong
        rule no-drops {
          when  sql.verb is drop
          block "Drops go through the DBAs.
        }
        ```

        ```hpol right
        rule no-drops {
          when  sql.verb is drop
          block """
            Drops go through the DBAs.
            Ask in #dba.
            """
        }
        ```
        """#
    case .badEscape:
      return #"""
        # HP0003: unknown escape

        In `"…"` a backslash begins one of `\"`, `\\`, `\n`, `\t` and `\u{…}`. In `'…'` it is a backslash; globs with escapes are best
        written there.

        ```hpol wrong
        define readme = http.path like "/docs/\*.md"
        ```

        ```hpol right
        define readme = http.path like '/docs/\*.md'
        ```
        """#
    case .unterminatedRegex:
      return #"""
        # HP0004: regular expression without its end

        A regular expression ends with `/` on the line it begins on. A slash in it is written `\/`.

        ```hpol wrong
        detector employee_id = /\bEMP-\d{6}\b
        ```

        ```hpol right
        detector employee_id = /\bEMP-\d{6}\b/
        ```
        """#
    case .expectedToken:
      return #"""
        # HP0005: something else is expected here

        The text does not follow the grammar. Where it is plain what is meant (a missing comma, `=` for `is`, a keyword in
        capitals or with a slip) the fix says so. The grammar is in `grammar/policy.ebnf`.

        ```hpol wrong
        list verbs = [drop truncate]
        ```

        ```hpol wrong
        define drops = sql.verb == drop
        ```

        ```hpol wrong
        rule no-drops {
          when sql.verb is drop
          blok
        }
        ```

        ```hpol right
        list verbs = [drop, truncate]
        define drops = sql.verb is drop
        rule no-drops {
          when  drops or sql.verb in verbs
          block
        }
        ```
        """#
    case .unexpectedDeclaration:
      return #"""
        # HP0006: declaration out of place

        At the top of a file stand declarations: `policy`, `use`, `default`, `list`, `define`, `detector`, `decode`, `rule`, `test`
        and `invariant`. `hpol 1` stands before all others, and once; a `session` does not stand in another.

        ```hpol wrong
        when sql.verb is drop
        block
        ```

        ```hpol wrong
        default block
        hpol 1
        ```

        ```hpol right
        hpol 1
        default block
        rule no-drops {
          when  sql.verb is drop
          block
        }
        ```
        """#
    case .unclosedBrace:
      return #"""
        # HP0007: body without its end

        The `{` of a rule, test, session or invariant has no `}` before the next declaration or the end of the file.

        ```hpol wrong
        rule no-drops {
          when  sql.verb is drop
          block

        list verbs = [drop, truncate]
        ```

        ```hpol right
        rule no-drops {
          when  sql.verb is drop
          block
        }

        list verbs = [drop, truncate]
        ```
        """#
    case .notUTF8:
      return #"""
        # HP0008: file is not UTF-8

        Policies are UTF-8 throughout, comments too. The place of the first byte that is not is shown; the rest of the file is
        not read.

        ```hpol wrong invalid-utf8
        rule no-drops "Keine L?schungen" { block }
        ```

        ```hpol right
        rule no-drops "Keine Löschungen" { block }
        ```
        """#
    case .fileTooLarge:
      return #"""
        # HP0009: file is too large

        A file holds at most 4 MiB. Long lists of values are kept in files of their own, `list NAME from "FILE"`.

        ```hpol wrong repeat=100000
        list names = [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]
        ```

        ```hpol right
        list names from "names.txt"
        ```
        """#
    case .nestingTooDeep:
      return #"""
        # HP0010: conditions nest too deep

        Parentheses and `not` stand in one another up to 64 deep. Name parts of a large condition with `define`.

        ```hpol wrong
        define deep = (((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((sql.where)))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))
        ```

        ```hpol right
        define part = sql.verb in [update, delete] and not sql.where
        define whole = part or sql.verb is truncate
        ```
        """#
    case .badLanguageVersion:
      return #"""
        # HP0011: unknown version of the language

        `hpol 1` at the head of a file names the version of the language it is written in. There is one so far.

        ```hpol wrong
        hpol 2
        default block
        ```

        ```hpol right
        hpol 1
        default block
        ```
        """#
    case .badName:
      return #"""
        # HP0012: not a name

        Names are lower-case letters, digits, `_` and `-`, and begin with a letter; they stand without quotes. Values that come
        from outside stand in quotes. A word with a meaning in conditions, such as `not` or `when`, cannot name a define.

        ```hpol wrong
        list Verbs = [drop]
        ```

        ```hpol wrong
        define writes = redis.command in [SET, DEL]
        ```

        ```hpol wrong
        define not = sql.where
        ```

        ```hpol right
        list verbs = [drop]
        define writes = redis.command in ["SET", "DEL"]
        define unbounded = not sql.where
        ```
        """#
    case .duplicateHeader:
      return #"""
        # HP0013: second header

        A file has at most one `policy` header. It qualifies the names of everything in the file, wherever it stands.

        ```hpol wrong
        policy production "Guardrails"
        policy staging
        ```

        ```hpol right
        policy production "Guardrails for production and staging"
        ```
        """#
    case .badNumber:
      return #"""
        # HP0014: not a number

        Numbers are digits alone. Counts are from 1 to 2147483647, other integers fit 64 bits. Addresses, versions and dates are
        strings.

        ```hpol wrong
        define inside = source within 10.0.0.0/8
        ```

        ```hpol wrong
        rule writes {
          when    sql.verb is update
          approve by "dba" count 0
        }
        ```

        ```hpol right
        define inside = source within "10.0.0.0/8"
        rule writes {
          when    sql.verb is update
          approve by "dba" count 2
        }
        ```
        """#
    case .badDuration:
      return #"""
        # HP0015: not a duration

        A duration is a number and its unit, `s`, `m`, `h` or `d`, without a space: `90s`, `15m`, `2h`, `1d`. It is at most
        2147483647 seconds.

        ```hpol wrong
        rule writes {
          when    sql.verb is update
          approve by "dba" within 15
        }
        ```

        ```hpol right
        rule writes {
          when    sql.verb is update
          approve by "dba" within 15m
        }
        ```
        """#
    case .badDate:
      return #"""
        # HP0016: not a date

        Dates are written year, month, day: `2027-03-31`, and are days of the calendar.

        ```hpol wrong
        @until(2027-02-30)
        rule migration { when user is "migrator"  allow }
        ```

        ```hpol right
        @until(2027-02-28)
        rule migration { when user is "migrator"  allow }
        ```
        """#
    case .badJSON:
      return #"""
        # HP0017: not JSON

        The arguments of a `tool` in a test are one JSON object, as RFC 8259 has it: keys in double quotes, no comma after the
        last member.

        ```hpol wrong
        test agents {
          as user "bot" on mcp "ops"
          tool "run" {command: "ls"} => allow
        }
        ```

        ```hpol right
        test agents {
          as user "bot" on mcp "ops"
          tool "run" {"command": "ls"} => allow
        }
        ```
        """#
    case .misplacedAnnotation:
      return #"""
        # HP0018: annotation out of place

        Annotations such as `@owner` and `@until` stand before a rule; other declarations have none.

        ```hpol wrong
        @owner("platform")
        list verbs = [drop, truncate]
        ```

        ```hpol right
        @owner("platform")
        rule no-drops { when sql.verb is drop  block }
        ```
        """#
    case .ruleWithoutAction:
      return #"""
        # HP0019: rule without an action

        A rule with conditions and no action has no effect. Give it `block`, `allow`, `approve`, `mask`, `record` or `tag`.

        ```hpol wrong
        rule no-drops {
          when sql.verb is drop
        }
        ```

        ```hpol right
        rule no-drops {
          when  sql.verb is drop
          block
        }
        ```
        """#
    case .badIgnore:
      return #"""
        # HP0020: comment that ignores nothing

        `# hpol:ignore CODE reason` silences one finding of the linter, on its line, or alone on a line for what stands under
        it. It names a code that exists and is not an error, and says why.

        ```hpol wrong
        # hpol:ignore HP0301
        list verbs = [drop]
        ```

        ```hpol wrong
        # hpol:ignore HP0101 the list comes later
        list verbs = [drop]
        ```

        ```hpol right
        # hpol:ignore HP0301 used from the next release on
        list verbs = [drop]
        ```
        """#
    case .repeatedPart:
      return #"""
        # HP0021: part given twice

        The user, actor, client, address and time of an identity, the body and response of a request, and the count and time of
        an approval are given once. Groups, claims, labels and headers may come again.

        ```hpol wrong
        test eve {
          as user "eve" user "dan" on postgres "prod"
          "SELECT 1" => allow
        }
        ```

        ```hpol right
        test eve {
          as user "eve" group "a" group "b" on postgres "prod"
          "SELECT 1" => allow
        }
        ```
        """#
    case .unknownName:
      return #"""
        # HP0101: there is no such name

        A list or a check that is named here is declared nowhere in the policy set. Declare it, add the `use` that brings it in,
        or correct the spelling; a similar name is suggested if there is one.

        ```hpol wrong
        detector card = /\d{16}/ check lun

        rule r { when text contains card  block }
        ```

        ```hpol right
        detector card = /\d{16}/ check luhn

        rule r { when text contains card  block }
        ```
        """#
    case .duplicateName:
      return #"""
        # HP0102: two declarations have one name

        Full names are unique in a policy set: `production/oncall` for the `oncall` of a file with the header `policy
        production`. Lists, defines and detectors share one name space; rules, tests and invariants have one each. Files have no
        order, so neither declaration could win. Rename one, or give the files different headers.

        ```hpol wrong
        rule rm-root { when shell.program is "rm" and shell.path is "/"  block }
        rule rm-root { when shell.program is "dd"  block }
        ```

        ```hpol right
        rule rm-root { when shell.program is "rm" and shell.path is "/"  block }
        rule no-dd { when shell.program is "dd"  block }
        ```
        """#
    case .ambiguousName:
      return #"""
        # HP0103: a short name may mean two things

        Two policies of the set declare this name, and the file that uses it is neither. Write the full name.

        ```hpol file=a.hpol
        policy a
        list oncall = ["dba"]
        ```

        ```hpol file=b.hpol
        policy b
        list oncall = ["sre"]
        ```

        ```hpol wrong
        use "a.hpol"
        use "b.hpol"

        rule r { when group in oncall  block }
        ```

        ```hpol right
        use "a.hpol"
        use "b.hpol"

        rule r { when group in a/oncall or user in b/oncall  block }
        ```
        """#
    case .reservedName:
      return #"""
        # HP0104: the name is taken by the language

        Facts, protocols, built-in detectors and operators keep their meaning everywhere. A list, define or detector of that
        name would make conditions read two ways.

        ```hpol wrong
        list email = ["ana@example.com"]

        rule r { when user in email  block }
        ```

        ```hpol right
        list addresses = ["ana@example.com"]

        rule r { when user in addresses  block }
        ```
        """#
    case .fileNotFound:
      return #"""
        # HP0105: there is no such file

        A `use` or a `list … from` names a file that is not there or cannot be read. Paths are relative to the file they stand
        in. A file of a similar name in the same folder is suggested.

        ```hpol file=lists/sql.hpol
        list destructive = [drop, truncate]

        rule no-drops { when sql.verb in destructive  block }
        ```

        ```hpol wrong
        use "lits/sql.hpol"

        rule r { when actor is agent  block }
        ```

        ```hpol right
        use "lists/sql.hpol"

        rule r { when actor is agent  block }
        ```
        """#
    case .fileOutsideRoot:
      return #"""
        # HP0106: a path leaves the policy set

        `use` and `list … from` reach files inside the root of the policy set only: what decides stays reviewable in one place.
        Absolute paths, and `..` or links that lead out, are errors.

        ```hpol wrong
        use "../elsewhere/sql.hpol"

        rule r { when actor is agent  block }
        ```

        ```hpol right
        rule r { when actor is agent  block }
        ```
        """#
    case .recursiveDefine:
      return #"""
        # HP0107: a define uses itself

        Defines are abbreviations: each is replaced by its condition, so none may use itself, directly or through others.

        ```hpol wrong
        define risky = unbounded or sql.verb is drop
        define unbounded = risky and sql.joins > 3

        rule r { when risky  block }
        ```

        ```hpol right
        define risky = unbounded or sql.verb is drop
        define unbounded = sql.verb is delete and not sql.where

        rule r { when risky  block }
        ```
        """#
    case .conflictingDefaults:
      return #"""
        # HP0108: two defaults differ

        Files have no order, so two `default` lines for one key and protocol must agree. Keep one of them.

        ```hpol wrong
        default allow
        default block

        rule r { when actor is agent  block }
        ```

        ```hpol right
        default allow
        default block for k8s

        rule r { when actor is agent  block }
        ```
        """#
    case .unknownFact:
      return #"""
        # HP0109: there is no such fact

        The name is no fact of the schema, and, standing alone, no define either. A similar name is suggested if there is one.

        ```hpol wrong
        rule r { when sql.vreb is drop  block }
        ```

        ```hpol right
        rule r { when sql.verb is drop  block }
        ```
        """#
    case .missingKey:
      return #"""
        # HP0110: the fact needs a key

        Some facts are many: a token has claims, a target labels, a request headers. The key in brackets says which one is
        meant.

        ```hpol wrong
        rule r { when claim is "contractor"  block }
        ```

        ```hpol right
        rule r { when claim["employment"] is "contractor"  block }
        ```
        """#
    case .unexpectedKey:
      return #"""
        # HP0111: the fact takes no key

        The fact has one value, or one list of values, and no keys.

        ```hpol wrong
        rule r { when user["name"] is "eve"  block }
        ```

        ```hpol right
        rule r { when user is "eve"  block }
        ```
        """#
    case .wrongOperator:
      return #"""
        # HP0112: the operator does not fit

        Each type of fact has its operators: text takes `is`, `in`, `like`, `matches` and their kin, numbers compare, addresses
        and times take `within`, flags stand alone. `is` takes one value and `in` a list; `all` needs a list-valued fact.

        ```hpol wrong
        rule r { when sql.joins like "3*"  block }
        ```

        ```hpol wrong
        rule r { when group is ["a", "b"]  block }
        ```

        ```hpol right
        rule r { when sql.joins >= 3 and group in ["a", "b"]  block }
        ```
        """#
    case .wrongValueType:
      return #"""
        # HP0113: the value has the wrong type

        Numbers are compared with whole numbers, text with strings in quotes, `matches` takes a regular expression between
        slashes. A bare word is the value of a fact with a fixed set of words, or the name of a list.

        ```hpol wrong
        rule r { when user is eve  block }
        ```

        ```hpol wrong
        rule r { when sql.joins > "3"  block }
        ```

        ```hpol right
        rule r { when user is "eve" and sql.joins > 3  block }
        ```
        """#
    case .unknownValue:
      return #"""
        # HP0114: the fact has no such value

        Facts such as `sql.verb` have a fixed set of words. A word outside it would never match.

        ```hpol wrong
        rule r { when sql.verb in [drop, trunkate]  block }
        ```

        ```hpol right
        rule r { when sql.verb in [drop, truncate]  block }
        ```
        """#
    case .unknownProtocol:
      return #"""
        # HP0115: there is no such protocol

        The protocols are `postgres`, `mysql`, `redis`, `k8s`, `ssh`, `shell`, `http` and `mcp`.

        ```hpol wrong
        default block for kubernetes

        rule r { when actor is agent  block }
        ```

        ```hpol right
        default block for k8s

        rule r { when actor is agent  block }
        ```
        """#
    case .badPattern:
      return #"""
        # HP0116: the pattern cannot be read

        A glob has `*`, `**` on paths, `?`, `[a-z]` and `\`; a regular expression has no look-around and no back-reference, so
        that it matches in time linear in the text. What needs more is written `matches pcre /…/`.

        ```hpol wrong
        rule r { when user like "[ab"  block }
        ```

        ```hpol wrong
        rule r { when text matches /(?=x)y/  block }
        ```

        ```hpol right
        rule r { when user like "[ab]*" or text matches pcre /(?=x)y/  block }
        ```
        """#
    case .badAddress:
      return #"""
        # HP0117: the address cannot be read

        Addresses are IPv4 in dotted decimal or IPv6; a block is an address, `/` and the length of its prefix, with no bit set
        past it. A bare address is a block of one host.

        ```hpol wrong
        rule r { when source within "10.0.0.1/8"  block }
        ```

        ```hpol wrong
        rule r { when source is "10.0.0.256"  block }
        ```

        ```hpol right
        rule r { when source within ["10.0.0.0/8", "2001:db8::/32", "192.168.0.7"]  block }
        ```
        """#
    case .badTimeWindow:
      return #"""
        # HP0118: the time window cannot be read

        A window is days, hours and a time zone: `mon-fri 09:00-17:00 Europe/Berlin`. Days may be left out or be a list such as
        `mon,wed-fri`; hours may be left out, end with `24:00`, or run past midnight.

        ```hpol wrong
        rule r { when time within "mon-fri 9-17 UTC"  block }
        ```

        ```hpol wrong
        rule r { when time within "09:00-17:00"  block }
        ```

        ```hpol right
        rule r { when time within ["mon-fri 09:00-17:00 Europe/Berlin", "sat,sun UTC", "22:00-06:00 UTC"]  block }
        ```
        """#
    case .unknownAnnotation:
      return #"""
        # HP0119: there is no such annotation

        The annotations are `@severity`, `@owner`, `@reference`, `@id`, `@mode` and `@until`.

        ```hpol wrong
        @sevrity(high)
        rule r { when actor is agent  block }
        ```

        ```hpol right
        @severity(high)
        rule r { when actor is agent  block }
        ```
        """#
    case .badAnnotation:
      return #"""
        # HP0120: the annotation is written wrong

        `@severity` takes `low`, `medium`, `high` or `critical`; `@owner`, `@reference` and `@id` a string; `@mode` the word
        `observe`; `@until` a date. All but `@reference` stand once.

        ```hpol wrong
        @severity(urgent)
        rule r { when actor is agent  block }
        ```

        ```hpol wrong
        @owner(platform)
        rule r { when actor is agent  block }
        ```

        ```hpol right
        @severity(critical) @owner("platform") @mode(observe) @until(2027-03-31)
        rule r { when actor is agent  block }
        ```
        """#
    case .badMask:
      return #"""
        # HP0121: the mask is written wrong

        `column` and `header` take globs of names, `json` a path that starts with `$`, `keep` a number of characters from 1 to
        4096.

        ```hpol wrong
        rule r { mask json "customer.secret" }
        ```

        ```hpol right
        rule r { mask json "$.customer.secret" }
        ```
        """#
    case .actionInWrongPhase:
      return #"""
        # HP0122: the action comes too late

        A rule `on response` is asked when the target has answered: nobody can allow or approve what has run already. It may
        block, which withholds the response, mask, record and tag.

        ```hpol wrong
        rule r on response { when response contains private_key  approve by "security" }
        ```

        ```hpol right
        rule r on response { when response contains private_key  block "The response holds a private key." }
        ```
        """#
    case .factInWrongPhase:
      return #"""
        # HP0123: the fact is not known yet

        What a response holds is not known when the request is judged. Make the rule one `on response`.

        ```hpol wrong
        rule r { when response.rows > 1000  block }
        ```

        ```hpol right
        rule r on response { when response.rows > 1000  block }
        ```
        """#
    case .conflictingActions:
      return #"""
        # HP0124: the actions of a rule conflict

        A rule decides one thing: it blocks, asks for approval or allows, since the strictest wins and the others would have no
        effect. Several `approve` lines are several requirements. A rule records at one level.

        ```hpol wrong
        rule r { when actor is agent  allow  block }
        ```

        ```hpol right
        rule r { when actor is agent  approve by "dba"  approve by "security"  record full }
        ```
        """#
    case .unknownDetector:
      return #"""
        # HP0125: there is no such detector

        `contains` on text and `mask` take built-in detectors, such as `email` or `credit_card`, and those that the policy set
        declares.

        ```hpol wrong
        rule r { mask emial }
        ```

        ```hpol right
        rule r { mask email }
        ```
        """#
    case .badDecode:
      return #"""
        # HP0126: the decode declaration is written wrong

        A `decode` says what text inside another request is: on `mcp` the requests are chosen by `server` and `tool` and the
        text stands in an `argument`; on `http` they are chosen by `host`, `path` and `method` and it stands in `body`, `query`
        or `header`. One place is named, the same place is not decoded in two ways, and no protocol carries itself.

        ```hpol wrong
        decode mcp toool "query" argument "sql" as postgres

        rule r { when actor is agent  block }
        ```

        ```hpol wrong
        decode mcp tool "query" as postgres

        rule r { when actor is agent  block }
        ```

        ```hpol right
        decode mcp server "ops-*" tool "query" argument "sql" as postgres
        decode http path "/api/sql" body "$.query" as postgres

        rule r { when actor is agent  block }
        ```
        """#
    case .notAFlag:
      return #"""
        # HP0127: the fact is not true or false

        A fact that stands alone must be a flag, such as `sql.where`. Others are compared with a value, or asked for with `has`.

        ```hpol wrong
        rule r { when sql.limit  block }
        ```

        ```hpol right
        rule r { when has sql.limit and not sql.where  block }
        ```
        """#
    case .unknownRuleInTest:
      return #"""
        # HP0128: a test names a rule that is not there

        `block by` names rules of the policy set, by their short or full names.

        ```hpol wrong
        rule r { when actor is agent  block }

        test t {
          as user "bot" actor agent on postgres "orders"
          "select 1" => block by agents
        }
        ```

        ```hpol right
        rule r { when actor is agent  block }

        test t {
          as user "bot" actor agent on postgres "orders"
          "select 1" => block by r
        }
        ```
        """#
    case .limitExceeded:
      return #"""
        # HP0129: a limit is exceeded

        Limits bound what checking and judging may cost: 4,096 files in a policy set, 100,000 values in a list and 4 MiB in a
        list's file, 64 lists and 16 defines that stand in one another, 10,000 tests in one condition with its defines expanded.

        ```hpol wrong
        define step-0 = sql.verb is drop
        define step-1 = step-0
        define step-2 = step-1
        define step-3 = step-2
        define step-4 = step-3
        define step-5 = step-4
        define step-6 = step-5
        define step-7 = step-6
        define step-8 = step-7
        define step-9 = step-8
        define step-10 = step-9
        define step-11 = step-10
        define step-12 = step-11
        define step-13 = step-12
        define step-14 = step-13
        define step-15 = step-14
        define step-16 = step-15

        rule r { when step-16  block }
        ```

        ```hpol right
        define step-0 = sql.verb is drop
        define step-1 = step-0
        define step-2 = step-1
        define step-3 = step-2
        define step-4 = step-3
        define step-5 = step-4
        define step-6 = step-5
        define step-7 = step-6
        define step-8 = step-7
        define step-9 = step-8
        define step-10 = step-9
        define step-11 = step-10
        define step-12 = step-11
        define step-13 = step-12
        define step-14 = step-13
        define step-15 = step-14

        rule r { when step-15  block }
        ```
        """#
    case .recursiveList:
      return #"""
        # HP0130: a list holds itself

        Lists may name lists, which are expanded; one that names itself, directly or through others, would have no end.

        ```hpol wrong
        list people = ["ana", staff]
        list staff = ["ben", people]

        rule r { when user in people  block }
        ```

        ```hpol right
        list people = ["ana", staff]
        list staff = ["ben"]

        rule r { when user in people  block }
        ```
        """#
    case .badListFile:
      return #"""
        # HP0131: a list's file cannot be read as one

        The file of `list … from` holds one value a line, as UTF-8 text without control characters; blank lines and `#` comments
        are left out.

        ```text file=tabbed.txt
        ana	administrator
        ```

        ```text file=people.txt
        # who may not
        ana
        ben  # until spring
        ```

        ```hpol wrong
        list people from "tabbed.txt"

        rule r { when user in people  block }
        ```

        ```hpol right
        list people from "people.txt"

        rule r { when user in people  block }
        ```
        """#
    case .badApproval:
      return #"""
        # HP0132: the approval is written wrong

        An approval names at least one group, in quotes or by the name of a list of groups, asks for 1 to 100 people and waits
        for at most 30 days.

        ```hpol wrong
        rule r { when actor is agent  approve by dba }
        ```

        ```hpol wrong
        rule r { when actor is agent  approve by "dba" within 45d }
        ```

        ```hpol right
        list approvers = ["dba", "sre"]

        rule r { when actor is agent  approve by approvers count 2 within 15m }
        ```
        """#
    case .badTest:
      return #"""
        # HP0133: the test is written wrong

        A request needs an `as` line before it that says who sends it and over which protocol. `tool` is a request on `mcp`;
        requests on `http` and `k8s` are written `METHOD /path` and alone have headers and a body; one on `k8s` may also be a line
        of kubectl.

        ```hpol wrong
        rule r { when actor is agent  block }

        test t {
          "select 1" => block
        }
        ```

        ```hpol wrong
        rule r { when actor is agent  block }

        test t {
          as user "bot" actor agent on http "crm"
          "/customers/7" => block
        }
        ```

        ```hpol right
        rule r { when actor is agent  block }

        test t {
          as user "bot" actor agent on http "crm"
          "GET /customers/7" => block
        }
        ```
        """#
    case .negationWithoutProtocol:
      return #"""
        # HP0201: a negated test is true for other protocols

        A test on a fact that an operation does not have is false, so its negation is true: `sql.verb not in [select]` holds for
        `rm -rf /`. A negated test on a protocol's fact therefore stands beside a positive one that implies the protocol. In a
        rule that allows, the tests in `unless` count as negated: what they do not see they do not keep out.

        ```hpol wrong
        rule r { when sql.verb not in [select, show]  block }
        ```

        ```hpol wrong
        rule r { when actor is human  unless sql.verb is drop  allow }
        ```

        ```hpol right
        rule r { when protocol in [postgres, mysql] and sql.verb not in [select, show]  block }
        ```

        ```hpol right
        rule r { when protocol is postgres  unless sql.verb is drop  allow }
        ```
        """#
    case .missingFactInAllow:
      return #"""
        # HP0202: a rule allows what lacks the fact

        A claim, a label, a header or another fact that may be missing passes every negated test when it is. A rule that allows
        says with `has` that the fact must be there.

        ```hpol wrong
        rule r { unless claim["employment"] is "contractor"  allow }
        ```

        ```hpol right
        rule r { when has claim["employment"]  unless claim["employment"] is "contractor"  allow }
        ```
        """#
    case .neverMatches:
      return #"""
        # HP0203: the condition can never hold

        The tests exclude each other: they ask one fact for two values, or for facts of protocols that no operation has at once,
        or for facts of an operation that could not be read. A rule like that looks like protection and is none.

        ```hpol wrong
        rule r { when sql.verb is drop and sql.verb is truncate  block }
        ```

        ```hpol wrong
        rule r { when protocol is redis and sql.verb is drop  block }
        ```

        ```hpol right
        rule r { when sql.verb in [drop, truncate]  block }
        ```
        """#
    case .exceptionExpired:
      return #"""
        # HP0204: an exception has ended

        The date in `@until` has passed. A rule that allows no longer applies; any other still does. Remove the rule, or decide
        anew until when it is needed.

        ```hpol wrong
        @until(2026-06-30)
        rule r { when user is "eve"  allow }
        ```

        ```hpol right
        @until(2126-06-30)
        rule r { when user is "eve"  allow }
        ```
        """#
    case .layersJoined:
      return #"""
        # HP0205: facts of two layers are joined

        A shell line and the statement that its `psql` sends are two operations, each with its own facts. A rule is asked of one
        of them. Test the operation that matters, and with `via`, `via.program` or `via.tool` what carried it.

        ```hpol wrong
        rule r { when shell.program is "psql" and sql.verb is drop  block }
        ```

        ```hpol right
        rule r { when via.program is "psql" and sql.verb is drop  block }
        ```
        """#
    case .allowOnAny:
      return #"""
        # HP0206: a rule allows when any element passes

        On a list a test holds when any element passes. A rule that allows a statement because one of its tables is harmless
        allows the others too. `all` asks for every element.

        ```hpol wrong
        rule r { when sql.verb is select and sql.reads in ["products", "prices"]  allow }
        ```

        ```hpol right
        rule r { when sql.verb is select and all sql.reads in ["products", "prices"]  allow }
        ```
        """#
    case .invariantFails:
      return #"""
        # HP0208: an invariant is refuted

        An operation of a test or a fixture gets a verdict that the invariant excludes. Either the rules or the invariant is
        wrong.

        ```hpol wrong
        default allow

        rule no-drops { when sql.verb is truncate  block }

        test drops {
          as user "eve" on postgres "orders"
          "DROP TABLE orders" => allow
        }

        invariant nobody-drops { never allow when sql.verb is drop }
        ```

        ```hpol right
        default allow

        rule no-drops { when sql.verb is drop  block }

        test drops {
          as user "eve" on postgres "orders"
          "DROP TABLE orders" => block
        }

        invariant nobody-drops { never allow when sql.verb is drop }
        ```
        """#
    case .unusedDeclaration:
      return #"""
        # HP0301: nothing uses the declaration

        No rule, test or other declaration of the policy set names this list, define or detector. Remove it, or use it.

        ```hpol wrong
        list oncall = ["dba-oncall"]

        rule r { when actor is agent  block }
        ```

        ```hpol right
        list oncall = ["dba-oncall"]

        rule r { when actor is agent  unless group in oncall  block }
        ```
        """#
    case .coveredRule:
      return #"""
        # HP0302: other rules cover the rule

        Wherever the rule applies, the rules that are named apply too and do the same. Only a message of its own could be missed
        if it went.

        ```hpol wrong
        rule no-ddl { when sql.verb in [drop, alter]  block }
        rule no-drops { when sql.verb is drop and actor is agent  block }
        ```

        ```hpol right
        rule no-ddl { when sql.verb in [drop, alter]  block }
        rule no-agents { when sql.verb is delete and actor is agent  block }
        ```
        """#
    case .contradictingRules:
      return #"""
        # HP0303: a stricter rule defeats the rule

        Wherever the rule applies, another decides more strictly: block beats approve, and approve beats allow. The order of
        rules never matters. Narrow the stricter rule with `unless`.

        ```hpol wrong
        rule no-drops { when sql.verb is drop  block }
        rule dba-drops { when sql.verb is drop and group is "dba"  allow }
        ```

        ```hpol right
        rule no-drops { when sql.verb is drop  unless group is "dba"  block }
        rule dba-drops { when sql.verb is drop and group is "dba"  allow }
        ```
        """#
    case .evadedPattern:
      return #"""
        # HP0304: an equal spelling evades the pattern

        The pattern spells a program or a statement as people write it: `rm -rf` is also `rm -r -f`, `rm --recursive --force`
        and `/bin/rm -fr`, and `drop table` may stand behind a comment. Facts see what will run, however it is spelled; the one
        that says what is meant is suggested.

        ```hpol wrong
        rule r { when command like "rm -rf *"  block }
        ```

        ```hpol wrong
        rule r { when text matches /drop\s+table/  block }
        ```

        ```hpol right
        rule r { when shell.program is "rm" and shell.flag contains "-r"  block }
        rule s { when sql.verb is drop and sql.object is table  block }
        ```
        """#
    case .costlyPattern:
      return #"""
        # HP0305: the pattern may take long

        PCRE2 searches by trial: repetitions inside repetitions may take time exponential in the text, and several open ones
        quadratic. An operation on which a pattern reaches its match limit is blocked. A regular expression without `pcre` takes
        linear time.

        ```hpol wrong
        rule r { when text matches pcre /(a+)+$/  block }
        ```

        ```hpol wrong
        rule r { when text matches pcre /token=.*;.*(?!x)/  block }
        ```

        ```hpol right
        rule r { when text matches /a+$/ or text matches pcre /token(?!=x)/  block }
        ```
        """#
    case .constantTest:
      return #"""
        # HP0306: the test has one outcome

        Every value of the fact passes the test, or none does: a list that is empty, a glob that is only `*`, a number compared
        with what it never falls below. If presence is meant, write `has`.

        ```hpol wrong
        rule r { when sql.verb in []  block }
        ```

        ```hpol wrong
        rule r { when target like "*" and actor is agent  block }
        ```

        ```hpol right
        rule r { when sql.verb in [drop]  block }
        rule s { when has target and actor is agent  block }
        ```
        """#
    case .unusedIgnore:
      return #"""
        # HP0307: the comment silences nothing

        What the `hpol:ignore` comment is for is not reported here, perhaps no longer. Remove it, so that it hides nothing
        later.

        ```hpol wrong
        # hpol:ignore HP0301 kept for the migration
        rule r { when actor is agent  block }
        ```

        ```hpol right
        # hpol:ignore HP0301 kept for the migration
        list oncall = ["dba-oncall"]

        rule r { when actor is agent  block }
        ```
        """#
    case .alwaysMatches:
      return #"""
        # HP0308: the condition always holds

        The conditions exclude nothing. A rule that is to apply always needs none.

        ```hpol wrong
        rule r { when actor is agent or actor is not agent  record full }
        ```

        ```hpol right
        rule r { record full }
        ```
        """#
    case .patternNeverCanonical:
      return #"""
        # HP0309: the text never has that form

        Decoders normalise: a SQL `command` has its keywords in lower case, single spaces, no comments and `?` for the contents
        of literals; flags that a program has in two forms are the short one in `shell.flag` (`rm -R` and `--recursive` are `-r`);
        `redis.command` and `http.method` are upper case, `http.host` is lower case, `shell.program` has no path,
        `http.path` starts with `/`. A pattern that no such text matches does nothing.

        ```hpol wrong
        rule r { when protocol is postgres and command like "LOCK *"  block }
        ```

        ```hpol wrong
        rule r { when redis.command is "flushall"  block }
        ```

        ```hpol wrong
        rule r { when shell.program is "rm" and shell.flag contains "--recursive"  block }
        ```

        ```hpol right
        rule r { when protocol is postgres and command like "lock *"  block }
        rule s { when redis.command is "FLUSHALL"  block }
        ```
        """#
    case .invariantsOnlyTested:
      return #"""
        # HP0310: invariants are tested, not proved

        Invariants are held against the operations of all tests and fixtures that are given. That no other operation breaks them
        is not proved.

        ```hpol wrong
        rule r { when actor is agent  block }

        invariant agents-never-pass { never allow when actor is agent }
        ```

        ```hpol right
        rule r { when actor is agent  block }
        ```
        """#
    case .globTakenLiterally:
      return #"""
        # HP0311: a glob is compared letter by letter

        `is`, `in` and, on lists, `contains` compare whole values: a `*` in them is a star, which names of targets, people,
        tables and programs do not have, so that the test never holds. A pattern stands after `like`.

        ```hpol wrong
        rule r { when target is "prod-*"  block }
        ```

        ```hpol wrong
        rule r { when sql.table in ["audit_*", "users"]  block }
        ```

        ```hpol right
        rule r { when target like "prod-*"  block }
        rule s { when sql.table like ["audit_*", "users"]  block }
        ```
        """#
    }
  }
}
