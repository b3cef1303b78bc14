"""Protects notices by e-mail in production: over TLS to a real mail server with a login, what keeps a server from
starting, and a server that is killed while the mail server already has the message."""

import glob
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(__file__))
from instance_support import PYKALA, SOURCE, api, days_ago, free_port, instance

EMAIL = "aino@posti.example"


class mail_sink:
    """tests/support/mail_sink.py with TLS, in a process of its own."""

    def __init__(self, folder, *tls):
        self.folder, self.port = folder, free_port()
        os.makedirs(folder, exist_ok=True)
        self.tls = tls
        self.start()

    def start(self):
        program = os.path.join(SOURCE, "tests/support/mail_sink.py")
        self.process = subprocess.Popen([sys.executable, program, self.folder, *self.tls], stdout=subprocess.PIPE,
                                        text=True, env={**os.environ, "SINK_PORT": str(self.port)})
        assert self.process.stdout.readline().strip() == str(self.port)

    def stop(self):
        self.process.kill()
        self.process.communicate()

    def behaves(self, words):
        with open(os.path.join(self.folder, "behave"), "w", encoding="utf-8") as out:
            out.write(words)

    def taken(self):
        count = len(glob.glob(os.path.join(self.folder, "*.mail")))
        return [open(os.path.join(self.folder, f"{n + 1}.mail"), "rb").read() for n in range(count)]


def until(what, holds, seconds=30):
    end = time.time() + seconds
    while not holds(seen := what()):
        assert time.time() < end, f"waited {seconds} s, and it is still: {seen}"
        time.sleep(0.1)
    return seen


def sample_registers(folder):
    """Those of the demo."""
    demo = os.path.join(folder, "demo")
    running = subprocess.Popen([PYKALA, "demo", "--data", demo, "--port", "0", "--metrics-port", "0"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    running.stdout.readline()
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=60)
    made = os.path.join(folder, "registers")
    shutil.copytree(os.path.join(demo, "kuopio/registers"), made)
    shutil.rmtree(demo)
    return made


def customer(registers):
    """The identity code of somebody whose address is proven and not protected."""
    with sqlite3.connect(os.path.join(registers, "crm.db")) as crm:
        code = crm.execute("select hetu from customer where kind = 'person' and hetu is not null and "
                           "protected_address = 0 group by hetu having count(*) = 1 order by id").fetchone()[0]
        crm.execute("update customer set email = ?, contact_changed_on = '2020-01-01' where hetu = ?", (EMAIL, code))
    crm.close()
    return code


def certificate(folder):
    made, key = os.path.join(folder, "mail.pem"), os.path.join(folder, "mail.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out",
                    made], check=True, capture_output=True)
    return made, key


def check_faults(made, secret):
    def check(*expected):
        said = made.command("serve", "--check")
        assert said.returncode == 1, said.stderr
        for each in expected:
            assert each in said.stderr, f"{each} is not in:\n{said.stderr}"

    os.chmod(secret, 0o644)
    check("mail_password_open_to_others", "chmod 600")
    os.chmod(secret, 0o600)
    os.rename(secret, secret + ".away")
    check("mail_password_missing")
    os.rename(secret + ".away", secret)
    for before, after, code in (('security = "starttls"', 'security = "starttl"', "S05"),
                                ('host = "127.0.0.1"', 'host = "mail.example/x"', "I07"),
                                ('user = "pykala"', "", "I07"),
                                ('mail_from = "tietosuoja@', 'mail_from = "Tieto Suoja@', "I07"),
                                ('mail_from = "tietosuoja@kuopio.example"', "", "no tenant sends by this server"),
                                ('authorities = "mail.pem"', 'authorities = "none.pem"', "mail_authorities_missing")):
        sound = open(made.config, encoding="utf-8").read()
        made.change(before, after)
        check(code)
        with open(made.config, "w", encoding="utf-8") as out:
            out.write(sound)
    assert made.command("serve", "--check").returncode == 0


def notices_of(client, number):
    status, _, body = client.get(f"/cases/{number}/events")
    assert status == 200, body
    return [each["fields"]["notice"]["result"] for each in body["events"] if each["kind"] == "notice_noted"]


def ask(client, code, key, **more):
    request = {"right": "access", "channel": "visit", "language": "sv", "received_on": days_ago(0), "is_person": True,
               "assurance": "visit_id", "has_portal": True, "subject": {"hetu": code, "name": "Aino Salainen"}, **more}
    status, _, body = client.post("/cases", request, key)
    assert status == 201, body
    return body["id"]


def check_service(made, sink, code):
    token = made.token()
    made.start()
    client = api(made.port, token)
    unwished = ask(client, code, "one")
    wished = ask(client, code, "two", notice_wished=True)
    until(lambda: notices_of(client, wished), lambda seen: seen == ["sent"])
    assert notices_of(client, unwished) == []
    mail, = sink.taken()
    envelope, head = mail.split(b"\n", 2)[:2], mail.split(b"\r\n\r\n")[0]
    assert envelope == [b"MAIL FROM:<tietosuoja@kuopio.example>", b"RCPT TO:<aino@posti.example>"], envelope
    assert b"Content-Language: sv" in head and b"Auto-Submitted: auto-generated" in head
    with open(os.path.join(sink.folder, "login"), "rb") as login:
        assert login.read() == b"\0pykala\0a good long secret"
    return client, token


def check_kill(made, sink, token, code):
    """The mail server has it, and the answer never comes: it is the same message the second time."""
    client = api(made.port, token)
    sink.behaves("hold")
    number = ask(client, code, "three", notice_wished=True)
    until(sink.taken, lambda seen: len(seen) == 2)
    made.stop(signal.SIGKILL)
    sink.behaves("")
    made.start()
    client = api(made.port, token)
    until(lambda: notices_of(client, number), lambda seen: seen == ["sent"])
    again = sink.taken()
    assert len(again) == 3 and again[1] == again[2], "the same message was not the same"
    time.sleep(2)
    assert len(sink.taken()) == 3, "it was sent once more"


def check_away(made, sink, token, code):
    """No mail server at all: the case goes on, and standard error says why, without a person in it."""
    sink.stop()
    client = api(made.port, token)
    number = ask(client, code, "four", notice_wished=True)
    until(lambda: notices_of(client, number), lambda seen: seen == ["waits"])
    assert client.get("/cases/" + number)[2]["state"] == "in_progress"
    log = open(made.path("server.log"), encoding="utf-8").read()
    assert "mail_unreachable" in log, log
    assert not re.search(f"{EMAIL}|Salainen|{code}", log), "a person stands in the log"
    assert made.stop() == 0
    sink.start()
    made.start()  # a new process asks at once
    client = api(made.port, token)
    until(lambda: notices_of(client, number), lambda seen: seen == ["waits", "sent"])
    assert made.stop() == 0


with tempfile.TemporaryDirectory() as top:
    code = customer(sample_registers(top))
    made = instance(os.path.join(top, "made"))
    chain = certificate(made.folder)
    secret = made.path("mail.password")
    with open(secret, "w", encoding="utf-8") as out:
        out.write("a good long secret\n")
    os.chmod(secret, 0o600)
    sink = mail_sink(os.path.join(top, "mails"), *chain)
    made.change("[tenant.kuopio]", f'''[smtp]
host = "127.0.0.1"
port = {sink.port}
security = "starttls"
user = "pykala"
password = "mail.password"
authorities = "mail.pem"

[tenant.kuopio]
mail_from = "tietosuoja@kuopio.example"''')
    sample = os.path.join(SOURCE, "storage/registers/sample")
    for name in ("crm", "billing", "metering"):
        made.add(f'[[tenant.kuopio.register]]\ndatabase = "{top}/registers/{name}.db"\n'
                 f'mapping = "{sample}/kuopio/{name}.toml"\nlabels = "{sample}/labels.toml"\n')
    try:
        check_faults(made, secret)
        _, token = check_service(made, sink, code)
        check_kill(made, sink, token, code)
        check_away(made, sink, token, code)
    except BaseException:
        print(open(made.path("server.log"), encoding="utf-8").read() if os.path.exists(made.path("server.log")) else "")
        raise
    finally:
        made.stop()
        sink.stop()
print("notices: over TLS, faults, killed, away")
