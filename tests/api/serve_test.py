"""Protects the start of a production server: what `init` makes is served, and everything that must not be served is
refused with a reason. Each fault is a real one, made in the files of an instance of its own."""

import json
import os
import resource
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, os.path.dirname(__file__))
from instance_support import PASSWORD, PYKALA, api, instance, run


def refused(said, *codes):
    assert said.returncode == 1, (said.returncode, said.stdout, said.stderr)
    for code in codes:
        assert code in said.stderr, f"{code} is not in:\n{said.stderr}"


def check_what_init_makes(made):
    mode = lambda *parts: stat.S_IMODE(os.stat(made.path(*parts)).st_mode)
    assert mode("keys", "kuopio", "master.key") == 0o600
    for folder in ("data", "keys", "keys-second", "data/kuopio", "keys/kuopio", "keys-second/kuopio"):
        assert mode(folder) == 0o700, folder
    for file in ("data/kuopio/cases.db", "keys/kuopio/keys.db", "keys-second/kuopio/keys.db"):
        assert mode(file) == 0o600, file
    again = made.command("init", "--user", "anna", "--password-file", "-", stdin=PASSWORD)
    refused(again, "nothing_to_make")
    refused(made.command("init", "--tenant", "kss=https://b.example", "--user", "a"), "configuration_exists")
    with tempfile.TemporaryDirectory() as other:
        config = os.path.join(other, "i.toml")
        weak = run("init", "--config", config, "--tenant", "kss=https://b.example", "--user", "anna",
                   "--password-file", "-", stdin="short\n")
        refused(weak, "weak_password")
        assert not os.path.exists(os.path.join(other, "data/kss/cases.db")), "a tenant without a user is left behind"
        assert not os.path.exists(os.path.join(other, "keys/kss/master.key"))
        good = run("init", "--config", config, "--user", "anna", "--password-file", "-", stdin=PASSWORD)
        assert good.returncode == 0, good.stderr
        refused(run("serve", "--config", config), "pack_not_reviewed")
        unknown = run("init", "--config", os.path.join(other, "j.toml"), "--tenant", "kuopia=https://b.example",
                      "--user", "anna", "--password-file", "-", stdin=PASSWORD)
        refused(unknown, "unknown_tenant", "did you mean `kuopio`?")


def check_grammar(folder):
    """All faults at once, each with its place."""
    file = os.path.join(folder, "faults.toml")
    with open(file, "w", encoding="utf-8") as out:
        out.write('''schema = 1
[data]
folder = "x"
foldr = "y"
[keys]
folder = "x/keys"
second = "x/keys"
[listen]
address = "0.0.0.0"
port = 99999
[oidc.broker]
issuer = "https://id.example"
[smtp]
host = "smtp://mail.example"
[tenant.kuopio]
url = "http://a.example/kuopio"
[tenant.kss]
url = "https://b.example"
[[tenant.kss.register]]
kind = "oracle"
database = "a.db"
mapping = "a.toml"
[tenant.turku]
url = "https://b.example"
[metrics]
adress = "127.0.0.1"
''')
    said = run("serve", "--check", "--config", file)
    refused(said, "broken_configuration")
    for expected in (":4:1: S01: unknown key `foldr`", ":26:1: S01: unknown key `adress`", "did you mean `address`?", ":6:10: I04:", ":7:10: I04:",
                     ":9:11: I02:", ":10:8: S03:", ": I05: sign-in of customers over OpenID Connect is not available",
                     ": I07: `smtp://mail.example` is no host name", ": I07: no tenant sends by this server", ":16:7: I03:", ":20:8: S05:", ": I03: `kss` and `turku`"):
        assert expected in said.stderr, f"{expected} is not in:\n{said.stderr}"
    assert "has 13 faults\n" in said.stderr, said.stderr
    with open(file, "w", encoding="utf-8") as out:
        out.write('schema = 1\n[data]\nfolder = "x"\n[keys]\nfolder = "y"\nsecond = "z"\n'
                  '[listen]\naddress = "127.0.0.1"\nport = 99999\n[tenant.kuopio]\nurl = "http://127.0.0.1"\n')
    told = run("serve", "--check", "--config", file).stderr
    assert "has 1 fault\n" in told, told
    refused(run("serve", "--config", os.path.join(folder, "none.toml")), "unreadable_file")


def check_service(made):
    line = made.start()
    assert f":{made.port}," in line, line
    try:
        top = f"http://127.0.0.1:{made.port}"
        assert urllib.request.urlopen(top + "/healthz").read() == b"ok\n"
        otherwise = urllib.request.urlopen(top + "/sign-in").read().decode()
        assert "PL 105, 70101 Kuopio" in otherwise and 'name="person"' not in otherwise
        metrics = urllib.request.urlopen(f"http://127.0.0.1:{made.metrics_port}/metrics").read().decode()
        assert 'route="/sign-in"' in metrics and "127.0.0.1" not in metrics
        foreign = urllib.request.Request(top + "/", headers={"Host": "elsewhere.example"})
        try:
            urllib.request.urlopen(foreign)
            raise AssertionError("a host name that is nobody's was answered")
        except urllib.error.HTTPError as wrong:
            assert wrong.code == 404 and "no_such_page" in wrong.read().decode()
        assert stat.S_IMODE(os.stat(made.path("data", "pykala.sock")).st_mode) == 0o600
        beside = made.command("serve", "--check")
        assert beside.returncode == 0, beside.stderr
        refused(made.command("serve"), "store_in_use")
        added = made.on_tenant("user", "add", "liisa", "--roles", "auditor", "--password-file", "-", stdin=PASSWORD)
        assert json.loads(added.stdout) == {"name": "liisa", "roles": ["auditor"]}, added.stderr
        refused(made.on_tenant("user", "add", "liisa", "--roles", "auditor", "--password-file", "-", stdin=PASSWORD),
                "user_exists")
        refused(made.on_tenant("user", "add", "x", "--roles", "customer", "--password-file", "-", stdin=PASSWORD),
                "unknown_role")
        refused(made.on_tenant("queue", "check", "--rebuild"), "server_runs")
        assert json.loads(made.on_tenant("queue", "check").stdout) == {"findings": []}
        other = socket.socket()
        other.connect(("127.0.0.1", made.port))
        other.sendall(b"GET /local/queue HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert b" 404 " in other.recv(1000).split(b"\r\n")[0], "a local route answers the network"
        other.close()
    finally:
        assert made.stop() == 0
    assert not os.path.exists(made.path("data", "pykala.sock"))
    # a server that was killed leaves its socket and its lock behind: neither is in the way
    made.start()
    made.stop(signal.SIGKILL)
    assert os.path.exists(made.path("data", "pykala.sock"))
    assert json.loads(made.on_tenant("queue", "check", "--rebuild").stdout) == {"rebuilt": 0}
    assert json.loads(made.on_tenant("user", "disable", "liisa").stdout)["disabled"]
    refused(made.on_tenant("user", "disable", "liisa"), "no_such_user")


def check_faults_of_the_world(made):
    def with_fault(begin, end, *codes):
        begin()
        try:
            refused(made.command("serve", "--check"), *codes)
            refused(made.command("serve"), *codes)
        finally:
            end()

    master, database = made.path("keys/kuopio/master.key"), made.path("data/kuopio/cases.db")
    kept, held = master + ".kept", open(database, "rb").read()
    with_fault(lambda: os.chmod(master, 0o644), lambda: os.chmod(master, 0o600), "master_key_open_to_others", "0644")
    with_fault(lambda: os.rename(master, kept), lambda: os.rename(kept, master), "master_key_missing")
    right = open(master).read()
    wrong = right[:16] + ("1" if right[16] != "1" else "2") + right[17:]
    put = lambda path, data: open(path, "wb").write(data)
    with_fault(lambda: put(master, wrong.encode()), lambda: put(master, right.encode()), "wrong_master_key")
    with_fault(lambda: put(master, b"nonsense\n"), lambda: put(master, right.encode()), "master_key_malformed")
    # no page of it can be read, or its first bytes are not ours
    with_fault(lambda: put(database, held[:50]), lambda: put(database, held), "store_corrupt",
               database)
    with_fault(lambda: put(database, held[:6000]), lambda: put(database, held), "store_corrupt", database, "backup")
    with_fault(lambda: put(database, b""), lambda: put(database, held), "store_foreign")
    with_fault(lambda: os.rename(database, kept), lambda: os.rename(kept, database), "store_missing", "pykala init")
    for keys in ("keys", "keys-second"):  # one copy is enough, and the other is made again
        os.rename(made.path(keys, "kuopio/keys.db"), kept)
        assert made.command("serve", "--check").returncode == 0
        os.rename(kept, made.path(keys, "kuopio/keys.db"))
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind(("127.0.0.1", made.port))
    taken.listen()
    refused(made.command("serve"), "port_taken", "another program listens")
    taken.close()
    deep = made.path("x" * 60, "y" * 60)
    made.change('folder = "data"', f'folder = "{deep}"')
    shutil.copytree(made.path("data"), deep)
    refused(made.command("serve"), "socket_path_too_long")
    made.change(f'folder = "{deep}"', 'folder = "data"')
    made.add('\n[[tenant.kuopio.register]]\ndatabase = "none.db"\nmapping = "none.toml"\n')
    refused(made.command("serve", "--check"), "register_missing", "unreadable_file")
    made.change('\n[[tenant.kuopio.register]]\ndatabase = "none.db"\nmapping = "none.toml"\n', "")
    if os.geteuid() != 0:  # nothing is closed to root
        with_fault(lambda: os.chmod(made.path("data"), 0o500), lambda: os.chmod(made.path("data"), 0o700),
                   "folder_not_writable")
    with_fault(lambda: os.rename(made.path("data"), made.path("away")),
               lambda: os.rename(made.path("away"), made.path("data")), "folder_not_writable", "store_missing")


def check_demo_is_apart(made):
    """`serve` refuses demo databases, `demo` refuses others."""
    database, demo = made.path("data/kuopio/cases.db"), made.path("demo")
    os.makedirs(os.path.join(demo, "kuopio", "keys"))
    shutil.copy(database, os.path.join(demo, "kuopio", "cases.db"))
    ended = subprocess.run([PYKALA, "demo", "--data", demo, "--port", "0", "--metrics-port", "0"], capture_output=True,
                           text=True, timeout=120)
    refused(ended, "store_wrong_purpose")
    shutil.rmtree(demo)
    running = subprocess.Popen([PYKALA, "demo", "--data", demo, "--port", "0", "--metrics-port", "0"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    running.stdout.readline()
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=60)
    kept = database + ".kept"
    os.rename(database, kept)
    shutil.copy(os.path.join(demo, "kuopio/cases.db"), database)
    refused(made.command("serve"), "store_wrong_purpose")
    os.remove(database)
    os.rename(kept, database)


def file_until_refused(client, name):
    """How many cases were filed before the server said that there is no room."""
    for number in range(500):
        request = {"right": "access", "channel": "letter", "language": "fi", "received_on": "2026-11-02"}
        status, _, body = client.post("/cases", request, f"{name}-{number}")
        if status != 201:
            assert status == 503 and body["title"] in ("store_full", "store_io"), body
            return number
    raise AssertionError("there was room for everything")


def check_after(made, client, filed):
    """Room again: the number that was refused is given now, and nothing between is lost."""
    request = {"right": "access", "channel": "letter", "language": "fi", "received_on": "2026-11-02"}
    status, _, body = client.post("/cases", request, f"room again after {filed}")
    assert status == 201 and body["id"].endswith(f"-{filed + 1:06}"), (body, filed)
    assert made.stop() == 0
    assert json.loads(made.on_tenant("queue", "check").stdout) == {"findings": []}


def room_at_rest(folder):
    """Bytes that are free once the server has kept its definitions, which it does after it has begun to listen."""
    seen = [-1]
    while len(seen) < 4 or len(set(seen[-3:])) > 1:
        assert len(seen) < 100, seen
        time.sleep(0.3)
        free = os.statvfs(folder)
        seen.append(free.f_bavail * free.f_frsize)
    return seen[-1]


def check_full_disk(made):
    """The server says that the disk is full, keeps what it has, reads on, and goes on when there is room. A small
    file system where one may be mounted; a bound on the size of files everywhere."""
    token = made.token()
    limit = os.path.getsize(made.path("data/kuopio/cases.db")) + 300_000
    made.start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY)))
    client = api(made.port, token)
    filed = file_until_refused(client, "bound")
    assert client.get("/cases?limit=1")[0] == 200, "reading must go on"
    resource.prlimit(made.server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    check_after(made, client, filed)
    print(f"files bounded after {filed} cases: refused, none lost")

    data, kept = made.path("data"), made.path("data.kept")
    os.rename(data, kept)
    os.mkdir(data, 0o700)
    small = ["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "none", data]
    if os.geteuid() != 0 or subprocess.run(small, capture_output=True).returncode != 0:
        print("no file system may be mounted here: the bound on files stands for it")
        os.rmdir(data)
        os.rename(kept, data)
        return
    try:
        shutil.copytree(kept, data, dirs_exist_ok=True)
        made.start()
        with open(os.path.join(data, "ballast"), "wb") as ballast:
            ballast.write(b"0" * (room_at_rest(data) - 400_000))
        more = file_until_refused(client, "full")
        assert client.get("/cases?limit=1")[0] == 200, "reading must go on"
        os.remove(os.path.join(data, "ballast"))
        check_after(made, client, filed + 1 + more)
        print(f"disk full after {more} cases: refused, none lost")
    finally:
        made.stop()
        subprocess.run(["umount", data], check=True)
        os.rmdir(data)
        os.rename(kept, data)


def check_tls(folder):
    made = instance(os.path.join(folder, "tls"), url="https://tietopyynnot.example.fi")
    certificate, key = made.path("chain.pem"), made.path("key.pem")
    name = "tietopyynnot.example.fi"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                    "2", "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name, "-keyout", key, "-out",
                    certificate], check=True, capture_output=True)
    made.change(f"port = {made.port}\n", f'port = {made.port}\ncertificate = "chain.pem"\n')
    refused(made.command("serve", "--check"), "I02", "private_key")
    made.change('certificate = "chain.pem"\n', 'certificate = "chain.pem"\nprivate_key = "credential:tls"\n')
    refused(made.command("serve", "--check"), "no_credentials")
    given = {**os.environ, "CREDENTIALS_DIRECTORY": made.path("credentials")}
    os.mkdir(made.path("credentials"))
    shutil.copy(certificate, made.path("credentials/tls"))
    refused(made.command("serve", "--check", env=given), "bad_private_key")
    shutil.copy(key, made.path("credentials/tls"))
    os.chmod(made.path("credentials/tls"), 0o644)
    refused(made.command("serve", "--check", env=given), "bad_private_key", "everybody may read")
    os.chmod(made.path("credentials/tls"), 0o400)
    made.start(env=given)
    try:
        trust = ssl.create_default_context(cafile=certificate)
        with socket.create_connection(("127.0.0.1", made.port)) as plain:
            with trust.wrap_socket(plain, server_hostname="tietopyynnot.example.fi") as line:
                assert line.version() in ("TLSv1.2", "TLSv1.3")
                line.sendall(b"GET / HTTP/1.1\r\nHost: tietopyynnot.example.fi\r\nConnection: close\r\n\r\n")
                said = b""
                while part := line.recv(65536):
                    said += part
        assert said.startswith(b"HTTP/1.1 200 ") and b"Strict-Transport-Security" in said, said[:400]
        with socket.create_connection(("127.0.0.1", made.port)) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            plain.settimeout(10)
            assert b"200" not in plain.recv(100), "plain HTTP was answered on a TLS listener"
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        try:
            with socket.create_connection(("127.0.0.1", made.port)) as plain:
                old.wrap_socket(plain)
            raise AssertionError("TLS 1.1 was spoken")
        except (ssl.SSLError, ConnectionError):
            pass
    finally:
        assert made.stop() == 0


def check_proxies(folder):
    """Beyond loopback without TLS only the named proxy is answered."""
    made = instance(os.path.join(folder, "proxy"), url="https://tietopyynnot.example.fi")
    made.change(f'address = "127.0.0.1"\nport = {made.port}\n', f'address = "0.0.0.0"\nport = {made.port}\n')
    refused(made.command("serve", "--check"), "I02")
    made.add('[proxies]\ntrusted = ["127.0.0.2"]\n')
    made.start()
    try:
        for source, status in (("127.0.0.1", b" 403 "), ("127.0.0.2", b" 200 ")):
            with socket.create_connection(("127.0.0.1", made.port), source_address=(source, 0)) as line:
                line.sendall(b"GET / HTTP/1.1\r\nHost: tietopyynnot.example.fi\r\nX-Forwarded-Proto: https\r\n\r\n")
                assert status in line.recv(4000).split(b"\r\n")[0], source
    finally:
        assert made.stop() == 0


def main():
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for each in ("main", "tls", "proxy"):
            os.makedirs(os.path.join(folder, each))
        made = instance(os.path.join(folder, "main"))
        check_what_init_makes(made)
        check_grammar(folder)
        check_service(made)
        check_faults_of_the_world(made)
        check_demo_is_apart(made)
        check_full_disk(made)
        check_tls(folder)
        check_proxies(folder)
    print(f"{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
