/// Statements and command lines as they come, for the cost of decoding and judging together.
enum DecodingWorkload {
  static let policy = """
    hpol 1
    policy bench
    default allow
    default unparsed block
    default record commands
    rule no-destructive-sql { when sql.verb in [drop, truncate] block }
    rule bounded-writes { when sql.verb in [update, delete] and not sql.where block }
    rule no-constant-where { when sql.verb in [update, delete] and sql.where-constant block }
    rule no-audit-writes { when sql.writes in ["audit", "ledger"] block }
    rule no-root-removal { when shell.program is "rm" and shell.flag contains "-r" and shell.path in ["/", "/*"] block }
    rule no-pipe-to-shell { when shell.program in ["sh", "bash"] and shell.input-from in ["curl", "wget"] block }
    rule no-flush { when redis.command in ["FLUSHALL", "FLUSHDB", "CONFIG SET"] block }
    rule no-foreign-keys { when redis.key like "secret:*" block }
    rule no-admin-paths { when http.path like ["/admin", "/admin/**"] block }
    rule no-debug-header { when http.header["x-debug"] is "1" block }
    rule no-role-change { when http.method is "POST" and http.body["role"] is "admin" block }
    rule no-deletes { when k8s.verb in [delete, deletecollection] and k8s.resource in ["namespaces", "pods"] block }
    rule no-privileged { when k8s.body["spec.containers[*].securityContext.privileged"] is "true" block }
    rule no-dangerous-tools { when mcp.tool like ["delete_*", "drop_*"] block }
    rule no-secret-files { when mcp.argument["path"] like "/etc/**" block }
    rule no-key-files { when shell.path like ["~/.ssh/**", "/etc/shadow"] block }
    """

  static let shell = [
    "ls -la /var/log", "kubectl get pods -n shop -o wide", "cd /srv/app && git pull --ff-only && make build",
    "find . -name '*.log' -mtime +7 -exec gzip {} \\;", "tar -czf backup.tgz --exclude=node_modules src docs",
    "grep -rn \"TODO\" src | sort | uniq -c | sort -rn | head -20",
    "for f in *.jpg; do convert \"$f\" \"${f%.jpg}.png\"; done", "docker compose up -d --build api worker",
    "curl -sS https://example.com/api/v1/items?limit=10 | jq '.items[].name'",
    "ssh -i ~/.ssh/id_ed25519 deploy@app1 'systemctl status api --no-pager'",
    "python3 -m venv .venv && . .venv/bin/activate",
    "awk -F, '{ s += $3 } END { print s }' orders.csv", "sudo systemctl restart nginx",
    "ps aux | grep [p]ostgres | awk '{print $2}' | xargs kill -HUP", "rsync -av --delete build/ web:/srv/www/",
    "psql -h db -U app -c \"SELECT count(*) FROM orders WHERE created_at > now() - interval '1 day'\"",
  ]

  static let postgres = [
    "SELECT id, total FROM orders WHERE customer_id = 42 ORDER BY created_at DESC LIMIT 20",
    "INSERT INTO events (kind, payload, created_at) VALUES ('login', '{\"ip\":\"10.0.0.1\"}', now())",
    "UPDATE carts SET quantity = quantity + 1, updated_at = now() WHERE cart_id = 9 AND sku = 'A-1'",
    "DELETE FROM sessions WHERE expires_at < now() - interval '30 days'",
    "SELECT c.name, sum(o.total) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.name HAVING sum(o.total) > 100",
    "WITH recent AS (SELECT * FROM orders WHERE created_at > now() - interval '1 hour') SELECT count(*) FROM recent",
    "BEGIN", "COMMIT", "SELECT 1", "EXPLAIN SELECT * FROM invoices WHERE due < current_date",
    "CREATE INDEX CONCURRENTLY orders_created_idx ON orders (created_at)",
    "SELECT pg_size_pretty(pg_total_relation_size('orders'))",
  ]

  /// Those of them that need no parser.
  static let simplePostgres = Array(postgres[..<5]) + ["BEGIN", "COMMIT", "SELECT 1", postgres[postgres.count - 1]]

  static let mysql = [
    "SELECT id, total FROM orders WHERE customer_id = 42 ORDER BY created_at DESC LIMIT 20",
    "INSERT INTO `events` (kind, payload, created_at) VALUES ('login', '{\"ip\":\"10.0.0.1\"}', now())",
    "UPDATE carts SET quantity = quantity + 1, updated_at = now() WHERE cart_id = 9 AND sku = 'A-1'",
    "DELETE FROM sessions WHERE expires_at < now() - interval 30 day",
    "SELECT c.name, sum(o.total) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.name",
    "SHOW TABLES LIKE 'ord%'", "START TRANSACTION", "COMMIT",
  ]

  /// About 200 bytes each, as the next two.
  static let http = [
    "GET /api/v1/customers/42/orders?limit=20&after=2026-01-01 HTTP/1.1\r\nHost: shop.example.com\r\n"
      + "User-Agent: curl/8.5.0\r\nAccept: application/json\r\nAuthorization: Bearer 3f2a9c7e5b1d4\r\n"
      + "X-Request-Id: 7d44\r\n\r\n",
    "POST /api/v1/carts/9/items HTTP/1.1\r\nHost: shop.example.com\r\nContent-Type: application/json\r\n"
      + "Accept: */*\r\nContent-Length: 86\r\n\r\n"
      + "{\"sku\":\"A-1\",\"quantity\":2,\"options\":{\"gift\":false,\"note\":\"leave at the door, please\"}}",
  ]

  static let redis = [
    "*3\r\n$4\r\nHGET\r\n$12\r\nsession:9f31\r\n$4\r\nuser\r\n",
    "*5\r\n$3\r\nSET\r\n$10\r\ncart:77:v2\r\n$110\r\n" + String(repeating: "0123456789", count: 11)
      + "\r\n$2\r\nEX\r\n$4\r\n3600\r\n",
    "ZADD leaderboard 100 player:1 250 player:2 90 player:3 17 player:4",
  ]

  static let mcp = [
    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"search_orders\",\"arguments\":"
      + "{\"customer\":\"ana@example.com\",\"status\":[\"open\",\"held\"],\"limit\":20,\"path\":\"/srv/data/orders\"}}}",
    "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"resources/read\",\"params\":{\"uri\":\"file:///srv/data/report.csv\"}}",
  ]

  static let k8s = [
    "GET /api/v1/namespaces/shop/pods?labelSelector=app%3Dapi HTTP/1.1\r\nHost: 10.0.0.1\r\n"
      + "Accept: application/json\r\nUser-Agent: kubectl/v1.30.0 (linux/amd64)\r\n\r\n",
    "kubectl -n shop get deployment api -o yaml", "kubectl logs deploy/api -n shop --since=10m --tail=200",
  ]
}
