"""Asks a real server what it does with requests: `ask-server.py postgres|mysql|redis|http|kubectl FOLDER`.

Starts the server of Debian's package with its data in FOLDER, on a Unix socket or loopback, sends it each request of
FOLDER/0, FOLDER/1, … in a fresh state, and prints for each a line that says what became of that state. Of `http` the
files are raw requests, and those whose names end with `.sh` shell lines, in which `HOST` stands for the server's.
Of `kubectl` they are lines of it, and what counts is what it asks of a stand-in for the API.
"""

import glob
import http.server
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

kind, folder = sys.argv[1], pathlib.Path(sys.argv[2])
cases = sorted((path for path in folder.iterdir() if path.stem.isdigit()), key=lambda path: int(path.stem))
IS_ROOT = os.getuid() == 0
# How long a server may take for one request.
SECONDS = 20


def run(arguments, **options):
    return subprocess.run(arguments, capture_output=True, timeout=SECONDS, **options)


def wait(is_up):
    for _ in range(200):
        if is_up():
            return
        time.sleep(0.05)
    raise SystemExit(f"the {kind} server did not start")


def stop(server):
    # A signal that whoever started this has blocked stays blocked: then only SIGKILL helps.
    server.terminate()
    try:
        server.wait(5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def answer_of(connection):
    try:
        return b"".join(iter(lambda: connection.recv(65536), b""))
    except TimeoutError:
        return b"no answer"


def postgres():
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
    own = ["runuser", "-u", "postgres", "--"] if IS_ROOT else []
    data = folder / "data"
    data.mkdir()
    if IS_ROOT:
        run(["chown", "postgres", folder, data], check=True)
    run([*own, f"{programs}/initdb", "-D", data, "-A", "trust", "-U", "postgres", "-N", "-E", "UTF8"], check=True)
    server = subprocess.Popen(
        [*own, f"{programs}/postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    psql = [f"{programs}/psql", "-XAtq", "-h", folder, "-U", "postgres"]
    try:
        wait(lambda: run([*psql, "-c", "SELECT 1"]).returncode == 0)
        reset = """SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public;
            CREATE TABLE public.orders (id int, note text);
            INSERT INTO public.orders VALUES (1, 'old'), (2, 'sentinel')"""
        state = """SELECT 'state', table_name, replace(
            query_to_xml(format('SELECT * FROM public.%I ORDER BY 1', table_name), false, true, '')::text, E'\\n', '')
            FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name"""
        for case in cases:
            result = run([*psql, "-c", reset, "-c", case.read_text(), "-c", state])
            yield result, b"state|"
    finally:
        stop(server)


def mysql():
    data = folder / "data"
    own = ["--user=root"] if IS_ROOT else []
    run(["mariadb-install-db", "--no-defaults", f"--datadir={data}", *own, "--auth-root-authentication-method=normal",
         "--skip-test-db"], check=True)
    server = subprocess.Popen(
        ["mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={folder}/s", "--skip-networking", *own,
         "--innodb-flush-log-at-trx-commit=0"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # No text has this delimiter: each is sent as it is.
    client = ["mariadb", "--no-defaults", "-S", f"{folder}/s", "-u", "root", "-N", "-B", "--comments", "--force",
              "--default-character-set=utf8mb4", "--delimiter=\1\1"]
    try:
        wait(lambda: run([*client, "-e", "SELECT 1"]).returncode == 0)
        reset = """DROP DATABASE IF EXISTS a; CREATE DATABASE a CHARACTER SET utf8mb4; USE a;
            CREATE TABLE orders (id int, note text); INSERT INTO orders VALUES (1, 'old'), (2, 'sentinel')\1\1\n"""
        state = "\n\1\1\nSELECT 'state', table_name FROM information_schema.tables WHERE table_schema = 'a'\1\1\n" \
            "SELECT 'state', orders.* FROM a.orders ORDER BY id\1\1\n"
        for case in cases:
            yield run(client, input=(reset + case.read_text() + state).encode()), b"state\t"
    finally:
        stop(server)


def redis():
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", f"{folder}/s", "--save", "", "--dir", folder],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(text):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(SECONDS)
            connection.connect(f"{folder}/s")
            connection.sendall(text)
            connection.shutdown(socket.SHUT_WR)
            return answer_of(connection)

    try:
        wait(lambda: run(["redis-cli", "-s", f"{folder}/s", "PING"]).returncode == 0)
        for case in cases:
            ask(b"CONFIG SET maxmemory 0\r\nFLUSHALL\r\nMSET a 1 b 2\r\nHSET h f 1\r\n")
            text = case.read_bytes()
            ask(text if text.endswith(b"\n") else text + b"\r\n")
            yield ask(b"CONFIG GET maxmemory\r\nMGET a b c\r\nHGETALL h\r\nDBSIZE\r\n")
    finally:
        stop(server)


def kubectl():
    asked = []
    kinds = [("pods", "pod", "Pod", ["po"]), ("namespaces", "namespace", "Namespace", ["ns"])]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-1", "namespace": "shop", "uid": "u"}}
    answers = {
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
        "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": [
            {"name": plural, "singularName": one, "kind": kind, "shortNames": short, "namespaced": plural == "pods",
             "verbs": ["get", "list", "delete", "deletecollection", "patch", "create"]}
            for plural, one, kind, short in kinds]},
        "/api/v1/namespaces/shop/pods": {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": [pod]},
    }

    class API(http.server.BaseHTTPRequestHandler):
        def log_message(self, *words):
            pass

        def do_GET(self):
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            path = path.rstrip("/")
            if path not in ("/api", "/apis", "/api/v1", "/version") and not path.startswith("/openapi"):
                asked.append((self.command, path, sorted(urllib.parse.parse_qsl(query)), body))
            answer = answers.get(path, pod if path.endswith("/web-1") else None)
            text = json.dumps(answer or {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404}).encode()
            self.send_response(200 if answer else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), API)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (folder / "config").write_text(f"""
        apiVersion: v1
        kind: Config
        clusters: [{{name: c, cluster: {{server: "http://127.0.0.1:{server.server_port}"}}}}]
        contexts: [{{name: c, context: {{cluster: c, user: u}}}}]
        users: [{{name: u, user: {{}}}}]
        current-context: c
        """)
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "KUBECONFIG": f"{folder}/config"}
    for case in cases:
        asked.clear()
        result = run(["bash", "-c", case.read_text()], env=environment)
        yield repr((result.returncode, asked, result.stdout)).encode()


def http_server():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "nginx.conf").write_text(f"""
        daemon off; pid {folder}/pid; error_log stderr;
        events {{}}
        http {{
          access_log off; client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
          uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
          server {{
            listen 127.0.0.1:{port}; server_name shop.example.com localhost;
            location / {{ return 404 "nothing here"; }}
            location /admin/users {{ return 200 "$request_method users of $http_x_team\\n"; }}
          }}
        }}
        """)
    server = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "nginx.conf"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)

    def ask(text):
        with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
            connection.sendall(text)
            connection.shutdown(socket.SHUT_WR)
            return answer_of(connection)

    def is_up():
        try:
            return b"404" in ask(b"GET / HTTP/1.0\r\n\r\n")
        except ConnectionRefusedError:
            return False

    try:
        wait(is_up)
        for case in cases:
            if case.suffix == ".sh":
                line = case.read_text().replace("HOST", f":{port}")
                yield run(["bash", "-c", line], env=dict(os.environ, LC_ALL="C.UTF-8")).stdout
            else:
                head, _, body = ask(case.read_bytes()).partition(b"\r\n\r\n")
                yield head.split(b"\r\n")[0] + b" " + body
    finally:
        stop(server)


for answer in {"postgres": postgres, "mysql": mysql, "redis": redis, "http": http_server, "kubectl": kubectl}[kind]():
    if isinstance(answer, tuple):
        # What is left is the state; of what came before only whether it shows a row.
        result, mark = answer
        lines = result.stdout.split(b"\n")
        states = [line for line in lines if line.startswith(mark)]
        shown = any(b"sentinel" in line for line in lines if line not in states)
        answer = (b"shown: " if shown else b"") + b" ".join(states)
    print(repr(answer))
