/// A report as one web page: everything it needs stands in it, so that it can be opened from a CI job's artifacts or
/// sent by mail.
///
///     var page = HTMLPage(title: "Replay")
///     page.add(.tiles([...]))
///     page.add(.section("By rule", .bars([...])))
public struct HTMLPage: Sendable {
  public var title: String
  /// A line below the title.
  public var subtitle: String
  private var body = ""

  public init(title: String, subtitle: String = "") {
    self.title = title
    self.subtitle = subtitle
  }

  public mutating func add(_ fragment: HTMLFragment) { body += fragment.html }

  /// The whole document.
  public var html: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
    <title>\(htmlEscaped(title))</title>
    <style>
    \(Self.style)</style>
    </head>
    <body>
    <main>
    <h1>\(htmlEscaped(title))</h1>
    \(subtitle.isEmpty ? "" : "<p class=\"subtitle\">\(htmlEscaped(subtitle))</p>\n")\(body)</main>
    <script>
    \(Self.script)</script>
    </body>
    </html>

    """
  }

  private static let style = """
    :root { color-scheme: light dark; --ink: #1c2128; --faint: #636c76; --line: #d1d9e0; --paper: #fff; --well: #f6f8fa;
      --good: #1a7f37; --warning: #9a6700; --bad: #cf222e; --name: #0969da; --bar: #54aeff; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --faint: #9198a1; --line: #3d444d; --paper: #0d1117;
      --well: #151b23; --good: #3fb950; --warning: #d29922; --bad: #f85149; --name: #4493f8; --bar: #1f6feb; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
    main { max-width: 1280px; margin: 0 auto; padding: 2rem 1.5rem 4rem; }
    h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; }
    .subtitle, .faint { color: var(--faint); } .subtitle { margin: .2rem 0 1.2rem; }
    .good { color: var(--good); } .warning { color: var(--warning); } .bad { color: var(--bad); } .name { color: var(--name); }
    .tiles { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1rem 0; }
    .tile { flex: 1 1 9rem; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--well); }
    .tile b { display: block; font-size: 1.5rem; line-height: 1.2; } .tile span { color: var(--faint); font-size: .85rem; }
    .split { display: flex; height: 14px; border-radius: 7px; overflow: hidden; background: var(--line); margin: .4rem 0 1rem; }
    .split i { display: block; } .split .good { background: var(--good); } .split .warning { background: var(--warning); }
    .split .bad { background: var(--bad); } .split .faint { background: var(--faint); }
    .wide { overflow-x: auto; } summary { cursor: pointer; } summary h2 { display: inline-block; }
    table { border-collapse: collapse; width: 100%; font-size: .9rem; }
    th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
    th { color: var(--faint); font-weight: 600; white-space: nowrap; } th[data-sort] { cursor: pointer; user-select: none; }
    th[data-sort]::after { content: " ↕"; opacity: .4; } th[aria-sort=ascending]::after { content: " ↑"; opacity: 1; }
    th[aria-sort=descending]::after { content: " ↓"; opacity: 1; }
    td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    td.bar { width: 12%; } td.place { white-space: nowrap; } td.place code { color: var(--faint); font-size: .8rem; } td.bar i { display: block; height: .8em; margin-top: .35em; border-radius: 3px; background: var(--bar); }
    td.bar i.good { background: var(--good); } td.bar i.warning { background: var(--warning); } td.bar i.bad { background: var(--bad); }
    code, pre { font: .86rem/1.45 ui-monospace, monospace; } code { word-break: break-word; }
    pre { background: var(--well); border: 1px solid var(--line); border-radius: 8px; padding: .8rem; overflow-x: auto; }
    input[type=search] { width: 100%; padding: .5rem .7rem; margin: 0 0 .6rem; font: inherit; color: inherit;
      background: var(--well); border: 1px solid var(--line); border-radius: 8px; }
    .count { color: var(--faint); font-size: .85rem; margin: 0 0 .3rem; }

    """

  /// Tables are searched and sorted in the page: each word of the search must stand somewhere in a row.
  private static let script = """
    for (const box of document.querySelectorAll("section.searchable")) {
      const input = box.querySelector("input"), rows = [...box.querySelectorAll("tbody tr")];
      const texts = rows.map(row => row.textContent.toLowerCase()), count = box.querySelector(".count");
      const show = () => {
        const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
        let shown = 0;
        rows.forEach((row, index) => {
          const isHit = words.every(word => texts[index].includes(word));
          row.hidden = !isHit;
          if (isHit) shown++;
        });
        count.textContent = shown + " of " + rows.length + " rows";
      };
      input.addEventListener("input", show);
      show();
    }
    for (const head of document.querySelectorAll("th[data-sort]")) {
      head.addEventListener("click", () => {
        const table = head.closest("table"), body = table.tBodies[0], index = head.cellIndex;
        const isNumber = head.dataset.sort === "number";
        const isDown = head.getAttribute("aria-sort") !== "descending" && (isNumber || head.hasAttribute("aria-sort"));
        for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
        const value = row => {
          const cell = row.cells[index], text = cell.dataset.value ?? cell.textContent;
          return isNumber ? Number(text) : text.toLowerCase();
        };
        const sorted = [...body.rows].sort((a, b) => value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0);
        if (isDown) sorted.reverse();
        body.append(...sorted);
      });
    }

    """
}

/// Text of others as it stands in a page.
public func htmlEscaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

extension TextStyle.Role {
  /// The class that gives text of a page the colour that a terminal gives it.
  public var htmlClass: String {
    switch self {
    case .strong: "strong"
    case .faint: "faint"
    case .good: "good"
    case .warning: "warning"
    case .bad: "bad"
    case .name: "name"
    case .marked: "strong"
    }
  }
}
