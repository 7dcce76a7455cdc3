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
}
