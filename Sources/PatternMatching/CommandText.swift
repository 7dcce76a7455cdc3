/// How common pieces of text are in commands: what makes one literal a better filter than another.
///
/// Estimated from pairs of bytes in a sample of the words that SQL, shell lines, paths and calls are made of, frequent
/// ones repeated. Only the order of rarities matters; a wrong one costs time, never a verdict.
enum CommandText {
  /// Information in 1/16 bits.
  static func rarity(of literal: ArraySlice<UInt8>) -> Int {
    guard let first = literal.first else { return 0 }
    var sum = Int(table.single[Int(folded(first))])
    var previous = folded(first)
    for byte in literal.dropFirst() {
      let byte = folded(byte)
      sum += Int(table.pair[Int(previous) * 256 + Int(byte)])
      previous = byte
    }
    return sum
  }

  /// The rarity of a text that meets a filter: literals add up their chances, and an anchored one has but one place.
  static func rarity(of literals: Set<[UInt8]>, _ kind: PatternFilter.Kind) -> Int {
    let rarest = literals.map { literal in
      // Commands begin alike (`select * from`): what counts is the rarest stretch, not the length.
      kind == .prefix ? bestWindow(literal).rarity : rarityInContext(of: literal)
    }
    let least = rarest.min() ?? 0
    let anchored = kind == .contains ? 0 : 4 * 16
    // What has fewer bytes than vector instructions compare is looked for place by place.
    let isShort = kind == .contains && literals.contains { $0.count < FewLiterals.shortest }
    let choices = literals.count.bitWidth - literals.count.leadingZeroBitCount
    return least + anchored - (isShort ? 4 * 16 : 0) - 16 * choices
  }

  /// The rarity of a literal where the words that rules speak of are spoken: such a word is one of a few thousand, however
  /// long it is. A number is as rare as its digits make it.
  private static func rarityInContext(of literal: [UInt8]) -> Int {
    var sum = 0
    var start = 0
    while start < literal.count {
      let isWord = isLetter(literal[start])
      var end = start + 1
      while end < literal.count, isLetter(literal[end]) == isWord { end += 1 }
      let rarity =
        rarity(of: literal[max(start - 1, 0)..<end]) - (start > 0 ? rarity(of: literal[start - 1..<start]) : 0)
      sum += isWord ? min(rarity, mostWordRarity) : rarity
      start = end
    }
    return sum
  }

  /// One of 4,096 words.
  private static let mostWordRarity = 12 * 16

  private static func isLetter(_ byte: UInt8) -> Bool { folded(byte) >= 0x61 && folded(byte) <= 0x7A }

  /// The rarest stretch of up to `width` bytes, the first of equals.
  static func bestWindow(_ literal: [UInt8], width: Int = 7) -> (start: Int, rarity: Int) {
    var best = (start: 0, rarity: -1)
    for start in 0...max(0, literal.count - width) {
      let rarity = rarity(of: literal[start..<min(start + width, literal.count)])
      if rarity > best.rarity { best = (start, rarity) }
    }
    return best
  }

  /// The chance of what has a rarity.
  static func chance(_ rarity: Int) -> Double {
    // Linear between powers of two, as ``Table/bits(_:_:)`` is.
    let (whole, part) = (rarity >> 4, rarity & 15)
    return Double(sign: .plus, exponent: -whole, significand: 1 - Double(part) / 32)
  }

  /// The chance that a place in a command is between two bytes of the classes of these.
  static func chance(between first: UInt8, and second: UInt8) -> Double {
    table.classPair[Int(byteClass(first)) * classCount + Int(byteClass(second))]
  }

  /// The last is that of `_`, `` ` `` and what comes behind the letters.
  private static let classCount = 68

  /// Digits 0, letters 1, what is not ASCII and control characters 2, else a class for each byte.
  private static func byteClass(_ byte: UInt8) -> UInt8 {
    switch folded(byte) {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): 0
    case UInt8(ascii: "a")...UInt8(ascii: "z"): 1
    case 0x20..<0x5F: folded(byte) - 0x20 + 3
    case 0x5F...0x7E: 66
    default: 2
    }
  }

  private static func folded(_ byte: UInt8) -> UInt8 { asciiLowercased(byte) }

  private static let table = Table()

  private struct Table: Sendable {
    var single = [UInt8](repeating: 0, count: 256)
    var pair = [UInt8](repeating: 0, count: 256 * 256)
    /// By classes of two bytes.
    var classPair = [Double](repeating: 0, count: classCount * classCount)

    init() {
      var singles = [Int](repeating: 1, count: 256)
      var pairs = [Int](repeating: 1, count: 256 * 256)
      var previous = UInt8(ascii: " ")
      for byte in CommandText.sample.utf8 {
        singles[Int(byte)] += 16
        pairs[Int(previous) * 256 + Int(byte)] += 16
        previous = byte
      }
      let total = singles.reduce(0, +)
      for byte in 0..<256 { single[byte] = Table.bits(total, singles[byte]) }
      for first in 0..<256 {
        let total = pairs[(first * 256)..<(first * 256 + 256)].reduce(0, +)
        for second in 0..<256 { pair[first * 256 + second] = Table.bits(total, pairs[first * 256 + second]) }
      }
      addClassPairs()
    }

    /// Adds the pairs of classes in commands and numbers.
    private mutating func addClassPairs() {
      let text = Array((CommandText.sample + CommandText.numbers).utf8)
      for (first, second) in zip(text, text.dropFirst()) {
        classPair[Int(byteClass(first)) * classCount + Int(byteClass(second))] += 1 / Double(text.count)
      }
    }

    /// `log2(total / count)` in 1/16 bits, linear between powers of two.
    private static func bits(_ total: Int, _ count: Int) -> UInt8 {
      func log(_ value: Int) -> Int {
        let whole = value.bitWidth - 1 - value.leadingZeroBitCount
        return whole * 16 + (value - 1 << whole) * 16 / (1 << whole)
      }
      return UInt8(clamping: log(total) - log(count))
    }
  }

  /// Ports, identifiers, dates, times and limits: commands have more of them than the sample.
  private static let numbers = """
     where id = 104257 port 5432 10.0.12.7 2026-01-15 10:42:07 limit 1000 timeout 30000 uid 1001 --max-time 120 :8080
    """

  private static let sample = """
    select * from select id, name from users where id = ? select count(*) from orders where created_at > now() - interval \
    ? insert into table (id, user_id, status, created_at, updated_at) values (?, ?, ?) update users set status = ?, name \
    = ? where id = ? delete from orders where id in (?, ?) select u.id, o.total from users u join orders o on o.user_id = \
    u.id left join accounts a on a.id = o.account_id where a.email like ? order by created_at desc limit ? offset ? group \
    by status having sum(amount) > ? and type = ? or not null is null with t as (select distinct id from public.events) \
    create table if not exists alter table add column drop table create index on using btree create view grant select \
    on all tables in schema public to role begin; commit; rollback; explain analyze select case when then else end from \
    information_schema.tables where table_schema = ? and table_name = ? returning id; date_trunc(?, created_at) as day \
    ls -la /home/user /var/log /etc /usr/bin /opt/app /tmp cd /srv/app && git status git pull git log --oneline -n 20 \
    cat /var/log/syslog | grep -i error | tail -n 100 | head -20 sudo systemctl status nginx.service sudo systemctl \
    restart docker ps -a docker logs --tail 100 -f container docker exec -it app bash kubectl get pods -n production -o \
    wide kubectl logs -f deployment/api -n default --tail=100 kubectl describe pod kubectl apply -f deployment.yaml \
    kubectl delete pod rm -rf /tmp/build rm -f chmod +x script.sh chown -R user:group mkdir -p cp -r mv find . -name \
    '*.log' -type f -mtime +7 -exec rm {} \\; ps aux | grep python3 | awk '{print $1}' | sort | uniq -c | wc -l df -h du \
    -sh * free -m top -b -n 1 curl -s -X POST -H 'Content-Type: application/json' https://api.example.com/v1/users?id=1 \
    wget -q https://example.com/install.sh -O - | sh ssh user@10.0.0.1 scp tar -xzf archive.tar.gz python3 -m pip install \
    -r requirements.txt npm install npm run build node index.js make test go test ./... echo "hello" > file.txt 2>&1 \
    export path=/usr/local/bin psql -h localhost -u postgres -d app -c "select 1" mysql -u root -p redis-cli get key \
    get /api/v1/users/42 post /login put delete patch /index.html tools/call {"name":"query","arguments":{"sql":"select"}}
    """
}
