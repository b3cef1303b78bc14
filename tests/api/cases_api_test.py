"""Protects the JSON API on a real server: every answer is what openapi.json says, commands happen once, a stale version
is refused, and bad input gets a clear error and changes nothing. The server is the demo, because its registers hold
data; the commands of `pykala case` and `queue` run beside it."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.dirname(__file__))
from instance_support import PYKALA, api, days_ago, free_port, run

KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int}
FORMATS = {"date": r"\d{4}-\d{2}-\d{2}", "date-time": r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})"}


class description:
    """openapi.json, and whether an answer is what it says."""

    def __init__(self, document):
        self.document = document
        self.seen = set()

    def schema(self, schema):
        while "$ref" in schema:
            at = self.document
            for part in schema["$ref"].split("/")[1:]:
                at = at[part]
            schema = at
        return schema

    def faults(self, given, schema, where="$"):
        schema = self.schema(schema)
        if "enum" in schema and given not in schema["enum"]:
            yield f"{where}: {given!r} is not one of {schema['enum']}"
        if "type" in schema:
            names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            fits = any(isinstance(given, KINDS[n]) and not (n == "integer" and isinstance(given, bool)) for n in names)
            if not fits:
                yield f"{where}: {given!r} is no {names}"
                return
        if isinstance(given, str):
            pattern = schema.get("pattern")
            if pattern and not re.search(pattern, given):
                yield f"{where}: {given!r} does not match {pattern}"
            form = FORMATS.get(schema.get("format"))
            if form and not re.fullmatch(form, given):
                yield f"{where}: {given!r} is no {schema['format']}"
        if isinstance(given, int) and not isinstance(given, bool) and given < schema.get("minimum", given):
            yield f"{where}: {given} is too small"
        if isinstance(given, list):
            for number, each in enumerate(given):
                yield from self.faults(each, schema.get("items", {}), f"{where}[{number}]")
        if isinstance(given, dict):
            members = schema.get("properties", {})
            for name in schema.get("required", []):
                if name not in given:
                    yield f"{where}: `{name}` is missing"
            others = schema.get("additionalProperties", True)
            for name, each in given.items():
                if name in members:
                    yield from self.faults(each, members[name], f"{where}.{name}")
                elif others is False:
                    yield f"{where}: `{name}` is not described"
                elif isinstance(others, dict):
                    yield from self.faults(each, others, f"{where}.{name}")

    def check(self, method, pattern, status, headers, body):
        operation = self.document["paths"][pattern][method.lower()]
        said = operation["responses"].get(str(status))
        assert said, f"{method} {pattern}: {status} is not described: {body}"
        kind = headers["Content-Type"].split(";")[0]
        assert kind in said["content"], (method, pattern, status, kind)
        found = list(self.faults(body, said["content"][kind]["schema"]))
        assert not found, f"{method} {pattern} {status}: {found[:5]}"
        for name in said.get("headers", {}):
            assert name in headers, (method, pattern, name)
        self.seen.add((method, pattern, status))


class described_api(api):
    """Every answer is held against the description."""

    def __init__(self, about, *arguments):
        super().__init__(*arguments)
        self.about = about

    def ask(self, method, path, body=None, **headers):
        said = super().ask(method, path, body, **headers)
        plain = re.sub(r"^/(cases|quarantine)/[^/?]+", r"/\1/{case}", path.split("?")[0])
        if plain in self.about.document["paths"] and method.lower() in self.about.document["paths"][plain]:
            self.about.check(method, plain, *said)
        return said


class demo:
    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.log = open(folder + ".log", "w")
        asked = [PYKALA, "demo", "--data", folder, "--port", str(self.port), "--metrics-port", "0"]
        self.running = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=self.log, text=True)
        while "127.0.0.1" not in (line := self.running.stdout.readline()):
            assert line, open(folder + ".log").read()

    def command(self, *arguments, stdin=""):
        return run(*arguments, "--demo", self.folder, "--tenant", "kuopio", stdin=stdin)

    def client(self, about, user):
        made = self.command("token", "create", "--user", user)
        assert made.returncode == 0, made.stderr
        return described_api(about, self.port, json.loads(made.stdout)["token"], "/kuopio/api/v1")

    def stop(self):
        self.running.send_signal(signal.SIGTERM)
        self.running.communicate(timeout=60)
        self.log.close()
        assert self.running.returncode == 0, open(self.folder + ".log").read()


def letter(right="access", **more):
    return {"right": right, "channel": "letter", "language": "fi", "received_on": days_ago(6), **more}


def check_routes(about, officer):
    """What the document names is there, and what it does not name is not. That the table of routes and the document
    name the same is in tests/api/web/routes_test.cpp."""
    methods = ("GET", "POST", "PUT", "PATCH", "DELETE")
    for pattern, operations in about.document["paths"].items():
        path = pattern.replace("{case}", "KUO-2026-000001")
        for method in methods:
            status, headers, body = api.ask(officer, method, path, {} if method != "GET" else None)
            if method.lower() in operations:
                there = status != 405 and not (status == 404 and body["title"] == "no_such_page")
                assert there, (method, pattern, body)
            else:
                assert status == 405 and headers["Allow"], (method, pattern, status)
    assert api.ask(officer, "GET", "/nothing")[0] == 404


def check_filing(officer):
    status, headers, filed = officer.post("/cases", letter(), "one")
    assert status == 201 and headers["ETag"] == f'"{filed["version"]}"', filed
    assert headers["Location"] == "/kuopio/api/v1/cases/" + filed["id"]
    again = officer.post("/cases", letter(), "one")
    assert again[0] == 201 and again[2] == filed, "the same key and body: the same answer"
    other = officer.post("/cases", letter("erasure"), "one")
    assert other[0] == 409 and other[2]["title"] == "idempotency_reused", other
    for body, code in (({}, "missing_input"), (letter(received_on="2026-02-30"), "bad_input"),
                       (letter(received_on="2999-01-01"), "arrival_in_future"), (letter("all"), "no_such_right"),
                       (letter(channel="pigeon"), "bad_input"), (letter(colour="red"), "unknown_input"),
                       (letter(kind="direct_marketing"), "wrong_kind"), (letter(subject="Matti"), "bad_input")):
        status, _, said = officer.post("/cases", body, "bad-" + code + str(len(body)))
        assert status in (400, 422) and said["title"] == code, (body, said)
    assert officer.ask("POST", "/cases", letter())[2]["title"] == "idempotency_key_needed"
    return filed


def check_steps(officer, reviewer, filed):
    case = "/cases/" + filed["id"]
    status, headers, shown = officer.get(case)
    version, etag = shown["version"], headers["ETag"]
    assert etag == f'"{version}"' and shown["received_on"] == days_ago(6) and shown["channel"] == "letter"
    steps = case + "/transitions"
    take = lambda body, key, **headers: officer.post(steps, body, key, **headers)
    question = {"transition": "ask_identity", "doubt": "Pyyntö tuli kirjeellä ilman todistetta.",
                "question": "Millä tavalla voimme varmistua henkilöllisyydestäsi?"}
    assert take(question, "q0")[0] == 428
    assert take(question, "q0", If_Match='"yesterday"')[0] == 428
    assert take({"doubt": "?"}, "q0", If_Match=etag)[2]["title"] == "missing_input"
    assert take({"transition": "fly"}, "q0", If_Match=etag)[2]["title"] == "unknown_transition"
    wrong = take({"transition": "release"}, "q0", If_Match=etag)  # out of order
    assert wrong[0] == 422 and wrong[2]["title"] == "wrong_state", wrong
    stranger = reviewer.post(steps, question, "q0", If_Match=etag)
    assert stranger[0] == 403 and stranger[2]["title"] == "wrong_role", stranger
    assert officer.get(case)[2]["version"] == version, "a refused step changed the case"
    taken = take(question, "q1", If_Match=etag)
    assert taken[0] == 200 and taken[2]["version"] > version, taken
    assert take(question, "q1", If_Match=etag)[2] == taken[2], "the same key: the same answer, also now"
    stale = take({"transition": "withdraw"}, "q2", If_Match=etag)
    assert stale[0] == 412 and stale[2]["title"] == "version_moved", stale
    _, headers, shown = officer.get(case)
    assert shown["state"] == "verifying" and headers["ETag"] == f'"{taken[2]["version"]}"'
    _, _, events = officer.get(case + "/events")
    assert [each["seq"] for each in events["events"]] == list(range(shown["version"]))
    assert "ask_identity" in [each["kind"] for each in events["events"]]
    assert officer.get("/cases/KUO-2026-999999")[0] == 404


def a_customer(folder):
    with sqlite3.connect(os.path.join(folder, "kuopio/registers/crm.db")) as crm:
        return crm.execute("SELECT hetu FROM customer WHERE hetu LIKE '%-9%' ORDER BY hetu LIMIT 1").fetchone()[0]


def check_records(officer, hetu):
    asked = letter("erasure", assurance="visit_id", subject={"hetu": hetu})
    status, headers, filed = officer.post("/cases", asked, "rec")
    assert status == 201, filed
    case, end = "/cases/" + filed["id"], time.monotonic() + 60
    while True:
        records = officer.get(case + "/records")[2]["records"]
        if records and all(each["assessment"] for each in records):
            break
        if time.monotonic() > end:
            raise AssertionError(officer.get(case)[2])
        time.sleep(0.3)
    assert {each["assessment"]["outcome"] for each in records} <= {"erase", "retain", "review"}
    shown = officer.get(case)[2]
    assert shown["subject"]["hetu"] == hetu and shown["state"] == "in_progress", shown
    return len(records)


def check_lists(officer):
    for number, right in enumerate(("erasure", "portability", "restriction", "access")):
        assert officer.post("/cases", letter(right) | {"received_on": days_ago(5 - number)}, f"list-{number}")[0] == 201
    everything = officer.get("/cases?limit=500")[2]
    ids = [each["id"] for each in everything["cases"]]
    assert len(ids) >= 6 and everything["next"] is None
    due = [each["due_on"] for each in everything["cases"]]
    assert due == sorted(due), "the most urgent first"
    for sort in ("due_on", "-due_on", "received_on", "-received_on", "id", "-id"):
        walked, cursor = [], ""
        while cursor is not None:
            page = officer.get(f"/cases?sort={sort}&limit=2&cursor={urllib.parse.quote(cursor)}")[2]
            assert len(page["cases"]) <= 2
            walked += page["cases"]
            cursor = page["next"]
        assert sorted(each["id"] for each in walked) == sorted(ids), f"{sort}: a page lost or doubled a case"
        name = sort.lstrip("-")
        keys = [each[name] for each in walked]
        assert keys == sorted(keys, reverse=sort.startswith("-")), (sort, keys)
    middle = sorted(set(due))[len(set(due)) // 2]
    for query, holds in (("right=erasure", lambda c: c["right"] == "erasure"),
                         ("state=verifying", lambda c: c["state"] == "verifying"),
                         (f"due_before={middle}", lambda c: c["due_on"] < middle),
                         ("assignee=nobody", lambda c: c["assignee"] == "nobody"),
                         (f"right=erasure&due_before={middle}",
                          lambda c: c["right"] == "erasure" and c["due_on"] < middle)):
        got = [each["id"] for each in officer.get(f"/cases?{query}&limit=500")[2]["cases"]]
        assert sorted(got) == sorted(each["id"] for each in everything["cases"] if holds(each)), query
    for query in ("due_before=soon", "limit=0", "limit=501", "limit=many", "sort=colour", "cursor=nonsense"):
        assert officer.get("/cases?" + query)[0] == 400, query
    for query, code in (("state=foo", "bad_state"), ("right=bar", "bad_right"), ("nope=1", "unknown_filter")):
        status, _, said = officer.get("/cases?" + query)
        assert (status, said["title"]) == (400, code), said


def check_bad_input(officer, port):
    head = {"Idempotency_Key": "bad"}
    deep = b"[" * 100_000 + b"]" * 100_000
    broken = (b"", b"{", b"[]", b"null", deep, b'{"right":' * 5000 + b"1" + b"}" * 5000, b'{"right":"\xff\xfe"}',
              b'{"right":"access","right":"erasure"}', b'{"right":"\\ud800"}', b'{"right":1e999}')
    bodies = [(body, "application/json") for body in broken]
    bodies += [(json.dumps(letter()).encode(), "text/plain"), (b"<right/>", "application/xml"),
               (b"right=access", "application/x-www-form-urlencoded")]
    before = officer.get("/cases?limit=500")[2]
    for body, kind in bodies:
        status, headers, said = officer.ask("POST", "/cases", body, Content_Type=kind, **head)
        assert status == 400 and said["detail"], (body[:40], said)
        assert headers["Content-Type"] == "application/problem+json"
    large = b'{"request":"' + b"a" * 1_048_577 + b'"}'
    status, headers, said = officer.ask("POST", "/cases", large, **head)
    assert status == 413, said
    many = json.dumps({f"k{n}": n for n in range(60_000)})
    assert officer.ask("POST", "/cases", many, Idempotency_Key="many")[0] == 400
    assert officer.get("/cases?limit=500")[2] == before, "bad input changed something"
    # a client that sends a byte now and then is let go, and others are served meanwhile
    slow = socket.create_connection(("127.0.0.1", port))
    slow.sendall(b"POST /kuopio/api/v1/cases HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
    slow.settimeout(60)
    begun = time.monotonic()
    assert officer.get("/cases?limit=1")[0] == 200
    while True:
        try:
            slow.sendall(b"a")
            slow.settimeout(1)
            if slow.recv(100) == b"":
                break
        except socket.timeout:
            assert time.monotonic() - begun < 50, "a slow client is never let go"
        except OSError:
            break
    assert time.monotonic() - begun > 10, "it was let go at once"


def check_who(about, running, officer):
    nobody = described_api(about, running.port, None, "/kuopio/api/v1")
    status, headers, _ = nobody.get("/cases")
    assert status == 401 and headers["WWW-Authenticate"] == "Bearer"
    assert described_api(about, running.port, "0" * 64, "/kuopio/api/v1").get("/cases")[0] == 401
    auditor = running.client(about, "auditor")
    assert auditor.get("/cases")[0] == 403
    foreign = api(running.port, officer.token, "/kss/api/v1")
    assert foreign.get("/cases")[0] == 401, "a token of one tenant opened another"
    assert running.command("user", "disable", "auditor").returncode == 0
    assert auditor.get("/cases")[0] == 401
    # the name of a user counts on the socket only
    assert nobody.get("/cases", Pykala_User="officer")[0] == 401


def check_exports(about, running, officer, number):
    auditor = running.client(about, "auditor")
    status, headers, bundle = auditor.get(f"/audit/export?case={number}")
    assert status == 200 and headers["Content-Disposition"].startswith("attachment"), bundle
    assert int(headers["Content-Length"]) == len(bundle.encode())
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write(bundle)
        file.flush()
        verified = run("audit", "verify", file.name, "--key", headers["Pykala-Log-Key"])
    assert json.loads(verified.stdout)["findings"] == [], verified.stderr
    for query, expected, code in (("case=KUO-2020-000001", 404, "no_such_case"), ("since=soon", 400, "bad_day"),
                                  ("since=2999-01-01", 404, "nothing_to_export"),
                                  ("open=package", 400, "unknown_class"),
                                  ("open=content&masked=yes", 400, "masked_and_open"),
                                  (f"case={number}&since=2026-01-01", 400, "case_and_since")):
        status, _, said = auditor.get("/audit/export?" + query)
        assert (status, said["title"]) == (expected, code), said
    assert officer.get("/audit/export")[0] == 403


def put_aside(running, number):
    """As the program does with a case whose invariant breaks."""
    with sqlite3.connect(os.path.join(running.folder, "kuopio/cases.db")) as database:
        database.execute("INSERT INTO quarantine SELECT id, '2026-11-20T10:00:00.000Z', 'a step contradicts the others' "
                         "FROM cases WHERE number = ?", (number,))


def check_quarantine(about, running, officer, number):
    assert officer.get("/quarantine")[2] == {"cases": []}
    put_aside(running, number)
    listed = officer.get("/quarantine")[2]["cases"]
    assert [(c["id"], c["why"]) for c in listed] == [(number, "a step contradicts the others")], listed
    _, headers, shown = officer.get("/cases/" + number)
    assert shown["quarantined"] is True
    stopped = officer.post(f"/cases/{number}/transitions", {"transition": "assign", "assignee": "officer"}, "stopped",
                           If_Match=headers["ETag"])
    assert stopped[0] == 422 and stopped[2]["title"] == "case_quarantined", stopped
    table = running.command("case", "list", "--quarantined", "--user", "officer")
    assert number in table.stdout and "a step contradicts the others" in table.stdout, table.stderr
    way, reason = f"/quarantine/{number}/release", {"reason": "syy korjattu"}
    assert officer.post(way, reason, "r1")[0] == 403
    boss = running.client(about, "administrator")
    assert boss.ask("POST", way, reason)[2]["title"] == "idempotency_key_needed"
    assert boss.post(way, {"reason": " "}, "r1")[2]["title"] == "missing_reason"
    assert boss.post(way, {"reason": "x" * 3000}, "r1")[0] == 413
    released = boss.post(way, reason, "r1")
    assert released[0] == 200 and released[2] == {"id": number, "version": shown["version"]}, released
    assert boss.post(way, reason, "r1")[2] == released[2]
    assert boss.post(way, {"reason": "another"}, "r1")[0] == 409
    assert boss.post(way, reason, "r2")[2]["title"] == "not_quarantined"
    put_aside(running, number)
    done = running.command("case", "release", number, "--user", "administrator", "--reason", "korjattu taas")
    assert done.returncode == 0 and json.loads(done.stdout)["id"] == number, done.stderr
    assert officer.get("/cases/" + number)[2]["quarantined"] is False


def check_commands(running, officer):
    listed = running.command("case", "list", "--user", "officer", "--format", "json", "--limit", "500")
    assert json.loads(listed.stdout) == officer.get("/cases?limit=500")[2], listed.stderr
    request = {**letter("rectification"), "channel": "phone"}
    filed = running.command("case", "file", "--user", "officer", "--key", "k", stdin=json.dumps(request))
    number = json.loads(filed.stdout)["id"]
    again = running.command("case", "file", "--user", "officer", "--key", "k", stdin=json.dumps(request))
    assert json.loads(again.stdout)["id"] == number
    shown = running.command("case", "show", number, "--user", "officer")
    assert json.loads(shown.stdout) == officer.get("/cases/" + number)[2]
    table = running.command("case", "list", "--user", "officer", "--right", "rectification")
    assert number in table.stdout, table.stdout
    wrong = running.command("case", "file", "--user", "officer", stdin='{"right":"access"}')
    assert wrong.returncode == 1 and "missing_input" in wrong.stderr, wrong.stderr
    assert "no_such_user" in running.command("case", "list", "--user", "nobody").stderr
    checked = running.command("queue", "check")
    assert checked.returncode == 0 and json.loads(checked.stdout) == {"findings": []}, checked.stdout
    return number


def check_without_server(running, number):
    """The same commands, now holding the lock themselves; a queue that was tampered with is found and made anew."""
    shown = running.command("case", "show", number, "--user", "officer")
    assert shown.returncode == 0 and json.loads(shown.stdout)["id"] == number, shown.stderr
    with sqlite3.connect(os.path.join(running.folder, "kuopio/cases.db")) as database:
        database.execute("UPDATE queue SET due_on = '2030-01-01' WHERE number = ?", (number,))
    found = running.command("queue", "check")
    findings = json.loads(found.stdout)["findings"]
    put_aside(running, number)
    refused = running.command("case", "release", number, "--user", "administrator", "--reason", "en katsonut")
    assert refused.returncode == 1 and "still_broken" in refused.stderr, refused.stderr
    assert found.returncode == 1 and [(f["code"], f["case"]) for f in findings] == [("queue_differs", number)], findings
    assert json.loads(running.command("queue", "check", "--rebuild").stdout) == {"rebuilt": 1}
    assert json.loads(running.command("queue", "check").stdout) == {"findings": []}
    done = running.command("case", "release", number, "--user", "administrator", "--reason", "jono tehty uudelleen")
    assert done.returncode == 0, done.stderr


def main():
    with tempfile.TemporaryDirectory() as folder:
        running = demo(os.path.join(folder, "demo"))
        stopped = False
        try:
            address = f"http://127.0.0.1:{running.port}/kuopio/api/v1/openapi.json"
            about = description(json.loads(urllib.request.urlopen(address).read()))
            assert about.document["openapi"].startswith("3.1.")
            officer, reviewer = running.client(about, "officer"), running.client(about, "reviewer")
            filed = check_filing(officer)
            check_routes(about, officer)
            check_steps(officer, reviewer, filed)
            hetu = a_customer(running.folder)
            count = check_records(officer, hetu)
            check_lists(officer)
            check_bad_input(officer, running.port)
            number = check_commands(running, officer)
            check_quarantine(about, running, officer, number)
            check_exports(about, running, officer, number)
            check_who(about, running, officer)
            running.stop()
            stopped = True
            check_without_server(running, number)
            log = open(running.folder + ".log").read()
            for secret in (hetu, officer.token, filed["id"]):
                assert secret not in log, "the log names a person, a case or a secret"
            print(f"{len(about.seen)} kinds of answers are as described; {count} records read")
        finally:
            if not stopped:
                running.running.kill()


if __name__ == "__main__":
    sys.exit(main())
