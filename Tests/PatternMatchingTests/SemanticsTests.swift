import PatternMatching
import Testing

/// A pattern, the texts it matches, and texts it does not.
private struct Row {
  var pattern: Pattern
  var yes: [String]
  var no: [String]

  init(_ kind: Pattern.Kind, _ source: String, fold: Bool = false, name: Bool = false, yes: [String], no: [String]) {
    pattern = Pattern(kind, source, ignoringCase: fold, isQualifiedName: name)
    self.yes = yes
    self.no = no
  }
}

private func expect(_ rows: [Row]) throws {
  for row in rows {
    let comment = "\(row.pattern.kind) `\(row.pattern.source)`"
    for text in row.yes { #expect(try matches(row.pattern, text), "\(comment) on `\(text)`") }
    for text in row.no { #expect(try !matches(row.pattern, text), "\(comment) on `\(text)`") }
  }
}

@Test func literalPatterns() throws {
  try expect([
    Row(.equals, "drop", yes: ["drop"], no: ["", "Drop", "drops", "dro"]),
    Row(.equals, "", yes: [""], no: ["x"]),
    Row(.equals, "Drop Ä", fold: true, yes: ["dROP Ä"], no: ["drop ä"]),
    Row(.prefix, "rm ", yes: ["rm ", "rm -rf"], no: ["", "rm", "xrm "]),
    Row(.prefix, "", yes: ["", "x"], no: []),
    Row(.prefix, "RM", fold: true, yes: ["rm x", "Rm"], no: ["xrm"]),
    Row(.suffix, ".sh", yes: [".sh", "a.sh"], no: ["a.shx", "sh"]),
    Row(.suffix, ".SH", fold: true, yes: ["a.sh"], no: [".s"]),
    Row(.contains, "é", yes: ["é", "aéb"], no: ["e", ""]),
    Row(.contains, "", yes: ["", "a"], no: []),
    Row(.contains, "dRop", fold: true, yes: ["x DROP y"], no: ["dro"]),
    Row(.contains, "a.c", yes: ["xa.cx"], no: ["abc"]),
  ])
}

@Test func globPatterns() throws {
  try expect([
    Row(.glob, "prod-*", yes: ["prod-", "prod-1", "prod-a/b\n"], no: ["prod", "xprod-1"]),
    Row(.glob, "*drop*table*", yes: ["drop table", "xdroptablex"], no: ["table drop"]),
    Row(.glob, "ab*ba", yes: ["abba", "ab ba"], no: ["aba", "ab", "abbax"]),
    Row(.glob, "a*b**bc*c", yes: ["abbcc", "a b bc c"], no: ["abcc", "abbc", "xabbcc"]),
    Row(.glob, "a?c", yes: ["abc", "aéc", "a😀c", "a/c"], no: ["ac", "abbc"]),
    Row(.glob, "[a-cé]x", yes: ["ax", "cx", "éx"], no: ["dx", "x", "-x"]),
    Row(.glob, "[!a-c]", yes: ["d", "é", "]"], no: ["a", "", "dd"]),
    Row(.glob, "[^a]", yes: ["b"], no: ["a"]),
    Row(.glob, "[]a]", yes: ["]", "a"], no: ["b"]),
    Row(.glob, "[!]a]", yes: ["b"], no: ["]", "a"]),
    Row(.glob, "[a-]", yes: ["a", "-"], no: ["b"]),
    Row(.glob, "[\\]\\-x]", yes: ["]", "-", "x"], no: ["\\"]),
    Row(.glob, "\\*\\?\\[\\\\", yes: ["*?[\\"], no: ["a?[\\"]),
    Row(.glob, "a**b", yes: ["ab", "axb"], no: ["a"]),
    Row(.glob, "PROD-[x-z]*", fold: true, yes: ["prod-Y1", "Prod-z"], no: ["prod-a"]),
    Row(.glob, "", yes: [""], no: ["a"]),
    Row(.glob, "*", yes: ["", "a\nb"], no: []),
    Row(.glob, "a.c", yes: ["a.c"], no: ["abc"]),
    Row(.pathGlob, "/admin/*", yes: ["/admin/", "/admin/x"], no: ["/admin", "/admin/x/y"]),
    Row(.pathGlob, "/admin/**", yes: ["/admin/", "/admin/x", "/admin/x/y"], no: ["/admin", "/administrator"]),
    Row(.pathGlob, "/**/*.sql", yes: ["/a/b/c.sql", "/a/.sql"], no: ["/c.sql", "c.sql"]),
    Row(.pathGlob, "/*/x", yes: ["/a/x", "//x"], no: ["/a/b/x"]),
  ])
}

@Test func regexPatterns() throws {
  try expect([
    Row(.regex, "drop", yes: ["drop", "a drop b"], no: ["dro p"]),
    Row(.regex, "^drop$", yes: ["drop"], no: ["drop ", " drop", "drop\n", "a\ndrop"]),
    Row(.regex, "\\Adrop\\z", yes: ["drop"], no: ["drop\n"]),
    Row(.regex, "a|^b|c$", yes: ["xa", "bx", "xc"], no: ["xb", "cx"]),
    Row(.regex, "a.c", yes: ["abc", "aéc", "a\rc"], no: ["a\nc", "ac"]),
    Row(.regex, "(?s)a.c", yes: ["a\nc"], no: ["ac"]),
    Row(.regex, "(?i)drop|x", yes: ["DROP", "X"], no: ["dro"]),
    Row(.regex, "a(?i:b)c", yes: ["aBc"], no: ["ABc", "aBC"]),
    Row(.regex, "a((?i)b)c", yes: ["aBc"], no: ["aBC"]),
    Row(.regex, "(?i)a(?-i)b", yes: ["Ab"], no: ["AB"]),
    Row(.regex, "(?i)k", yes: ["K"], no: ["\u{212A}"]),
    Row(.regex, "\\bdrop\\b", yes: ["drop", "a drop;", "é drop", "édrop"], no: ["drops", "xdrop", "_drop"]),
    Row(.regex, "\\Bop\\b", yes: ["drop"], no: ["op", "ops"]),
    Row(.regex, "\\B", yes: ["", "xx", "é"], no: ["x", "aéb"]),
    Row(.regex, "a\\b", yes: ["a", "a b"], no: ["ab"]),
    Row(.regex, "^\\d{3}-\\w+\\s\\S$", yes: ["123-a_9\t!"], no: ["12-a b", "1234-a b"]),
    Row(.regex, "^\\D\\W$", yes: ["a!", "éé"], no: ["1!", "aa"]),
    Row(.regex, "^\\w$", yes: ["a"], no: ["é"]),
    Row(.regex, "^a{2,3}$", yes: ["aa", "aaa"], no: ["a", "aaaa"]),
    Row(.regex, "^a{2}$", yes: ["aa"], no: ["a", "aaa"]),
    Row(.regex, "^a{2,}?$", yes: ["aa", "aaaaa"], no: ["a"]),
    Row(.regex, "^a{0}b$", yes: ["b"], no: ["ab"]),
    Row(.regex, "^(a|bc)*?d+$", yes: ["d", "abcad", "dd"], no: ["bd", "abc"]),
    Row(.regex, "^(?:ab)?c$", yes: ["c", "abc"], no: ["ac"]),
    Row(.regex, "^(?<n>a)(?P<m>b)$", yes: ["ab"], no: ["a"]),
    Row(.regex, "a(?#comment)b", yes: ["ab"], no: ["a"]),
    Row(.regex, "^[a-zà-ÿ]+$", yes: ["éa"], no: ["É", "ā"]),
    Row(.regex, "^[^a-z]$", yes: ["A", "é", "\n"], no: ["a"]),
    Row(.regex, "^[]a]$", yes: ["]", "a"], no: ["b"]),
    Row(.regex, "^[^]a]$", yes: ["b"], no: ["]", "a"]),
    Row(.regex, "^[\\d.\\-x-]$", yes: ["1", ".", "-", "x"], no: ["\\", "a"]),
    Row(.regex, "^[[:alpha:][:^space:]]$", yes: ["a", "1"], no: [" "]),
    Row(.regex, "^[[:xdigit:]]{2}$", yes: ["aF"], no: ["ag"]),
    Row(.regex, "^\\x41\\x{e9}\\u{1F600}\\t$", yes: ["Aé😀\t"], no: ["A"]),
    Row(.regex, "^\\.\\*\\/\\-\\é$", yes: [".*/-é"], no: ["x"]),
    Row(.regex, "^{\"a\":{1}$", yes: ["{\"a\":"], no: ["{\"a\"::"]),
    Row(.regex, "^a{,2}$", yes: ["a{,2}"], no: ["aa"]),
    Row(.regex, "", yes: ["", "x"], no: []),
    Row(.regex, "a||b", yes: [""], no: []),
    Row(.regex, "()", yes: ["", "x"], no: []),
    Row(.regex, "(?s).*^a", yes: ["a"], no: ["ba", "b\na"]),
    Row(.regex, "a$.*", yes: ["a"], no: ["ab"]),
    Row(.regex, "a^b", yes: [], no: ["ab", "a^b", ""]),
    Row(.regex, "[^\\x00-\\x{10FFFF}]", yes: [], no: ["", "a"]),
    Row(.regex, "((((a*)*)*)*)*b", yes: ["aab"], no: ["aa"]),
    Row(.regex, "(^|[;&|]\\s*)rm\\b", yes: ["rm", "a; rm -rf", "a|rm"], no: ["arm", "a rm"]),
    Row(.regex, "DROP\\s+(TABLE|SCHEMA)", fold: true, yes: ["drop  schema x"], no: ["dropschema"]),
  ])
}

@Test func pcrePatterns() throws {
  try expect([
    Row(.pcre, "(a+)b\\1", yes: ["aabaa"], no: ["aab"]),
    Row(.pcre, "^(?!.*safe)rm", yes: ["rm x"], no: ["rm safe"]),
    Row(.pcre, "^a$", yes: ["a"], no: ["a\n"]),
    Row(.pcre, "A", fold: true, yes: ["a"], no: ["b"]),
    Row(.pcre, "^$", yes: [""], no: ["b"]),
    Row(.pcre, "^(c)ustomers$", name: true, yes: ["customers", "public.customers", "a.b.customers"], no: ["public.x"]),
  ])
  let hostile = try TestTable([Pattern(.pcre, "^(a+)+$")])
  #expect(hostile.results(Array(String(repeating: "a", count: 40).utf8) + [0x21]) == [.undecided])
  #expect(hostile.results([0x61, 0xFF]) == [.undecided])
}

@Test func qualifiedNames() throws {
  let schemas = ["customers", "public.customers", "sales.customers", "db.public.customers"]
  try expect([
    Row(.equals, "customers", name: true, yes: schemas, no: ["x", "xcustomers", "customers.x", ".customers"]),
    Row(
      .equals, "public.customers", name: true, yes: ["public.customers", "customers", "db.public.customers"],
      no: ["sales.customers", "public.x", "x.customers", "public"]),
    Row(.equals, "Public.Customers", fold: true, name: true, yes: ["CUSTOMERS", "d.public.customers"], no: ["x"]),
    Row(.glob, "cust*", name: true, yes: schemas, no: ["orders", "public.orders", "x"]),
    Row(.glob, "public.cust*", name: true, yes: ["public.customers", "customers"], no: ["sales.customers", "orders"]),
    Row(.glob, "*.customers", name: true, yes: schemas, no: ["orders", "a.orders"]),
    Row(.prefix, "cust", name: true, yes: schemas, no: ["orders"]),
    Row(.prefix, "public.", name: true, yes: ["public.x", "x", "db.public.x"], no: ["sales.x"]),
    Row(.suffix, "_pii", name: true, yes: ["a_pii", "s.a_pii"], no: ["a_pii.x", "a"]),
    Row(.suffix, "c.customers", name: true, yes: ["public.customers", "customers"], no: ["sales.customers"]),
    Row(.contains, "stom", name: true, yes: schemas, no: ["orders"]),
    Row(.regex, "^customers$", name: true, yes: schemas, no: ["x.customersx"]),
    Row(.regex, "^cust", name: true, yes: schemas, no: ["public.xcust"]),
    Row(.regex, "^public\\.customers$", name: true, yes: ["public.customers", "customers"], no: ["sales.customers"]),
    Row(.regex, "^(public|app)\\.(a|b)$", name: true, yes: ["a", "b", "app.a", "public.b"], no: ["x.a", "c"]),
    Row(.regex, "\\bpublic[.]", name: true, yes: ["public.x", "x"], no: ["sales.x"]),
  ])
}

@Test func badUTF8NeverMatchesACharacterAndNeverCrashes() throws {
  let table = try TestTable([
    Pattern(.glob, "a?"), Pattern(.regex, "a.b"), Pattern(.glob, "a*"), Pattern(.regex, "^\\Ba"),
    Pattern(.regex, "[^x]"),
  ])
  for text: [UInt8] in [[0x61, 0xFF], [0x61, 0xC0, 0x80], [0xED, 0xA0, 0x80], [0x80], [0xF4, 0x90, 0x80, 0x80]] {
    let results = table.results(text)
    #expect(results[0] == .notMatched && results[1] == .notMatched)
  }
  #expect(table.results([0x61, 0xFF])[2] == .matched)
}
