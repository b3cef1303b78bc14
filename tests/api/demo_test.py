"""Protects the first run: the demo starts on an empty folder, a sample customer files a request, and the privacy
officer finds it in the queue. Speaks to the program over HTTP as a browser does."""

import hashlib
import html
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request


class no_redirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class browser:
    """Keeps the cookies of one person; Secure cookies of 127.0.0.1 too, as browsers do."""

    def __init__(self, top):
        self.top, self.cookies = top, {}

    def ask(self, path, form=None):
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(self.top + path, data=data)
        request.add_header("Cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        try:
            answer = urllib.request.build_opener(no_redirects).open(request, timeout=60)
        except urllib.error.HTTPError as other:
            answer = other
        for each in answer.headers.get_all("Set-Cookie") or []:
            name, text = each.split(";")[0].split("=", 1)
            self.cookies[name] = text
        body = answer.read().decode()
        if answer.status == 303:
            return self.ask(answer.headers["Location"])
        return answer.status, body

    def send(self, page, action, **fields):
        """Sends the form of the page that goes to `action`, hidden fields as they stand there."""
        form = re.search(r'<form[^>]*action="%s".*?</form>' % re.escape(action), page, re.S)
        assert form, f"no form to {action}"
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form.group(0)))
        return self.ask(action, {**hidden, **fields})


def wait_for_address(demo):
    lines = []
    for line in demo.stdout:
        lines.append(line)
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        if found:
            return found.group(0)
    raise AssertionError("the demo ended: " + "".join(lines))


def audit(what, folder, *more):
    return subprocess.run([os.environ["PYKALA"], "audit", what, "--demo", folder, "--tenant", "kuopio", *more],
                          capture_output=True, text=True)


def without_server(folder, number, key):
    """The commands of an auditor on the data of a server that has stopped."""
    file = os.path.join(folder, "command.jsonl")
    for more in (["--case", number], ["--since", "2000-01-01"], ["--case", number, "--masked"],
                 ["--case", number, "--open", "content"]):
        done = audit("export", folder, *more, "--out", file)
        assert done.returncode == 0 and key in done.stderr, done.stderr
        verified = subprocess.run([os.environ["PYKALA"], "audit", "verify", file, "--key", key],
                                  capture_output=True, text=True)
        report = json.loads(verified.stdout)
        assert verified.returncode == 0 and report["findings"] == [], verified.stderr
        masked = "--masked" in more
        assert report["recomputed"]["not_possible"] == ({"masked": report["events"]} if masked else {}), report
        assert ("masked" in verified.stderr) == masked, verified.stderr
        assert ("Kiitos" in open(file).read()) == ("content" in more), "words are shown that were not asked for"
    for more, code in ((["--case", "KUO-2020-000001"], "no_such_case"), (["--since", "yesterday"], "bad_day"),
                       (["--since", "2999-01-01"], "nothing_to_export"), (["--open", "package"], "unknown_class")):
        done = audit("export", folder, *more, "--out", os.devnull)
        assert done.returncode == 1 and code in done.stderr, (more, done.stderr)
    assert audit("export", folder, "--case", number, "--out", "/nowhere/x").returncode == 1
    assert audit("export", folder, "--case", number, "--since", "2026-01-01", "--out", file).returncode == 2
    done = subprocess.run([os.environ["PYKALA"], "replay", "--demo", folder, "--tenant", "kuopio"],
                          capture_output=True, text=True)
    report = json.loads(done.stdout)
    assert done.returncode == 0 and report["cases"] == 1 and report["findings"] == [], done.stderr
    assert report["recomputed"]["transitions"] == report["events"] > 1, report


def own_events(bundle, of):
    """Events of the tenant's own stream of a kind, as name and opened fields."""
    events = [json.loads(line) for line in bundle.splitlines()]
    return [(e["body"]["actor"], {f["name"]: f.get("value") for f in e["fields"]})
            for e in events if e["line"] == "event" and e["body"]["of"] == of]


def beside_server(folder, number, key, from_page):
    """The same commands while the server runs: over its socket, in nobody's name and in an auditor's. The log says of
    each export who took it, how, and what."""
    file = os.path.join(folder, "beside.jsonl")
    for more in ([], ["--user", "auditor"]):
        done = audit("export", folder, "--case", number, *more, "--out", file)
        assert done.returncode == 0 and key in done.stderr, done.stderr
    done = audit("export", folder, "--case", number, "--out", "-")
    poured = os.path.join(folder, "poured.jsonl")
    with open(poured, "w") as out:
        out.write(done.stdout)
    verified = subprocess.run([os.environ["PYKALA"], "audit", "verify", poured, "--key", key], capture_output=True,
                              text=True)
    assert json.loads(verified.stdout)["findings"] == [], verified.stderr
    before = open(file).read()
    refused = audit("export", folder, "--case", number, "--user", "officer", "--out", file)
    assert refused.returncode == 1 and "role_may_not" in refused.stderr, refused.stderr
    assert open(file).read() == before and not os.path.exists(file + ".part"), "a refusal touched the file"
    done = audit("export", folder, "--out", file)
    assert done.returncode == 0, done.stderr
    everything = open(file).read()
    verified = subprocess.run([os.environ["PYKALA"], "audit", "verify", file, "--key", key], capture_output=True,
                              text=True)
    assert json.loads(verified.stdout)["findings"] == [], verified.stderr
    exports = own_events(everything, "export")
    assert [(role, e["way"], e.get("actor"), e["scope"]) for role, e in exports] == [
        ("auditor", "page", "auditor", "period"), ("auditor", "page", "auditor", "case"), ("administrator", "command", None, "case"),
        ("auditor", "command", "auditor", "case"), ("administrator", "command", None, "case")], exports
    page = exports[1][1]
    assert page["digest"] == hashlib.sha256(from_page.encode()).hexdigest() and page["bytes"] == len(from_page.encode())
    assert page["streams"] == [json.loads(line)["stream"] for line in before.splitlines() if '"event"' in line][:1]
    often = audit("export", folder, *["--case", number] * 2000, "--out", file)
    assert often.returncode == 0, f"a long list of cases: {often.stderr}"
    assert '"scope":"case"' in open(file).readline(), "a case named twice is two"
    done = subprocess.run([os.environ["PYKALA"], "replay", "--demo", folder, "--tenant", "kuopio"],
                          capture_output=True, text=True)
    assert done.returncode == 0 and json.loads(done.stdout)["cases"] == 1, done.stderr


def main():
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        demo = subprocess.Popen([os.environ["PYKALA"], "demo", "--data", folder, "--port", "0", "--metrics-port", "0"],
                                stdout=subprocess.PIPE, stderr=open(folder + ".log", "w"), text=True)
        try:
            top = wait_for_address(demo)
            print(f"started on an empty folder in {time.monotonic() - started:.1f} s")
            customer = browser(top)
            status, page = customer.ask("/kuopio/sign-in")
            assert status == 200, page
            status, page = customer.send(page, "/kuopio/sign-in", person="0")
            assert status == 200, page
            status, page = customer.ask("/kuopio/requests/new/erasure")
            assert status == 200, page
            status, page = customer.send(page, "/kuopio/requests/new/erasure", says="Kiitos.")
            assert status == 200, page
            number = re.search(r"KUO-\d{4}-\d{6}", page).group(0)

            officer = browser(top)
            status, page = officer.ask("/kuopio/officer/")
            status, page = officer.send(page, "/kuopio/officer/sign-in", name="officer", password="pykala-demo")
            assert status == 200 and number in page, page
            deadline = time.monotonic() + 60
            while True:
                status, page = officer.ask("/kuopio/officer/cases/" + number)
                assert status == 200, page
                rows = len(re.findall(r'<tr><th scope="row">', page))
                if rows > 20 or time.monotonic() > deadline:
                    break
                time.sleep(0.5)
            assert rows > 20, page
            print(f"{number}: {rows} records read from the registers")

            stranger = browser(top)
            status, page = stranger.ask("/kuopio/sign-in")
            status, page = stranger.send(page, "/kuopio/sign-in", person="1")
            status, page = stranger.ask("/kuopio/requests/" + number)
            assert status == 404, "somebody else's request is shown"

            auditor = browser(top)
            status, page = auditor.ask("/kuopio/officer/sign-in")
            status, page = auditor.send(page, "/kuopio/officer/sign-in", name="auditor", password="pykala-demo")
            key = html.unescape(re.search(r"--key &#39;(.*?)&#39;|--key '(.*?)'", page).group(1) or
                                re.search(r"--key '(.*?)'", page).group(1))
            for given, says in (({"number": "KUO-2020-000001"}, "Tällä tunnuksella ei ole pyyntöä."),
                                ({"since": "2999-01-01"}, "ei ole mitään vietävää"),
                                ({"number": number, "since": "2026-01-01"}, "ei molempia")):
                status, refused = auditor.send(page, "/kuopio/audit/export", **given)
                assert status in (400, 404) and says in refused, refused
            status, bundle = auditor.send(page, "/kuopio/audit/export", since="2026-01-01")
            assert status == 200 and '"scope":"period"' in bundle.splitlines()[0], bundle
            status, bundle = auditor.send(page, "/kuopio/audit/export", number=number)
            assert status == 200, bundle
            with open(os.path.join(folder, "case.jsonl"), "w") as out:
                out.write(bundle)
            verified = subprocess.run([os.environ["PYKALA"], "audit", "verify", out.name, "--key", key],
                                      capture_output=True, text=True)
            report = json.loads(verified.stdout)
            assert verified.returncode == 0 and report["findings"] == [] and report["cases"] == 1, verified.stderr
            again = report["recomputed"]
            assert again["transitions"] == report["events"] and again["not_possible"] == {}, report
            assert again["deadlines"] > 10 and again["decisions"] > 20, report
            beside_server(folder, number, key, bundle)
        finally:
            demo.send_signal(signal.SIGTERM)
            ended = demo.wait(timeout=30)
            log = open(folder + ".log").read()
            os.unlink(folder + ".log")
        assert ended == 0, log
        for secret in (number, "Kiitos"):
            assert secret not in log, "the log names a case or what was written"
        without_server(folder, number, key)


if __name__ == "__main__":
    sys.exit(main())
