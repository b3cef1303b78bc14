"""What tests of a production instance share: definitions with a pack marked reviewed, an instance made by `pykala
init`, a running server, and a client of its API."""

import datetime
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import zoneinfo

PYKALA = os.environ.get("PYKALA", "build/release/pykala")
SOURCE = os.environ.get("PYKALA_SOURCE", ".")
PASSWORD = "a good long password"


def days_ago(count):
    """A day of arrival that is as far from the real today on every day the tests run: the server's clock is real."""
    today = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Helsinki")).date()
    return str(today - datetime.timedelta(days=count))


def run(*arguments, stdin="", **more):
    return subprocess.run([PYKALA, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=120,
                          **more)


def reviewed_definitions(folder, tenants=("kuopio",)):
    """A copy of the definitions whose packs somebody has reviewed."""
    for part in ("policies", "workflows", "api/pages"):
        shutil.copytree(os.path.join(SOURCE, part), os.path.join(folder, part))
    for each in tenants:
        path = os.path.join(folder, "policies/controllers", each + ".toml")
        text = open(path, encoding="utf-8").read()
        text, count = re.subn(r'(?m)^status = "draft"$',
                              'status = "reviewed"\nreviewed_by = "Testin tarkastaja"\nreviewed_on = 2026-11-20', text)
        assert count == 1, path
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
    return folder


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class instance:
    """Made by `pykala init` in a folder, with one tenant and the user `anna`."""

    def __init__(self, folder, tenant="kuopio", url=None, extra=""):
        self.folder, self.tenant = folder, tenant
        self.port, self.metrics_port = free_port(), free_port()
        self.config = os.path.join(folder, "instance.toml")
        url = url or f"http://127.0.0.1:{self.port}"
        reviewed_definitions(os.path.join(folder, "definitions"), (tenant,))
        made = run("init", "--config", self.config, "--tenant", f"{tenant}={url}", "--user", "anna", "--password-file",
                   "-", "--port", self.port, "--metrics-port", self.metrics_port, stdin=PASSWORD + "\n")
        assert made.returncode == 0, made.stderr
        self.add('[definitions]\nfolder = "definitions"\n' + extra)
        self.server = None

    def add(self, text):
        with open(self.config, "a", encoding="utf-8") as out:
            out.write(text)

    def change(self, before, after):
        text = open(self.config, encoding="utf-8").read()
        assert before in text, before
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(text.replace(before, after))

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def command(self, *arguments, stdin="", **more):
        return run(*arguments, "--config", self.config, stdin=stdin, **more)

    def on_tenant(self, *arguments, stdin="", **more):
        return self.command(*arguments, "--tenant", self.tenant, stdin=stdin, **more)

    def start(self, **more):
        self.log = open(self.path("server.log"), "a", encoding="utf-8")
        self.server = subprocess.Popen([PYKALA, "serve", "--config", self.config], stdout=subprocess.PIPE,
                                       stderr=self.log, text=True, **more)
        line = self.server.stdout.readline()
        assert "serves on" in line, open(self.path("server.log")).read()
        return line

    def stop(self, how=signal.SIGTERM):
        if self.server:
            self.server.send_signal(how)
            self.server.stdout.close()
            ended = self.server.wait(timeout=30)
            self.server = None
            self.log.close()
            return ended
        return None

    def token(self, user="anna"):
        made = self.on_tenant("token", "create", "--user", user)
        assert made.returncode == 0, made.stderr
        return json.loads(made.stdout)["token"]


class api:
    """One user's calls; each answer is (status, headers, body as JSON or text)."""

    def __init__(self, port, token, base="/api/v1"):
        self.port, self.token, self.base = port, token, base

    def ask(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): text for name, text in headers.items()}
        if self.token and "Authorization" not in headers:
            headers["Authorization"] = "Bearer " + self.token
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request(method, self.base + path, body=body, headers=headers)
            said = line.getresponse()
            text = said.read().decode()
            kind = said.headers.get("Content-Type", "")
            return said.status, said.headers, json.loads(text) if kind.endswith("json") else text
        finally:
            line.close()

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, body, key, **headers):
        return self.ask("POST", path, body, Idempotency_Key=key, **headers)
