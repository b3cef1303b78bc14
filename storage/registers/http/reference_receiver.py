#!/usr/bin/env python3
"""A register behind the connector contract `pykala-register/1` (README.md here), to read and to try against.

It needs Python 3.9 and the command `openssl`, nothing else. Its data are a small customer register of invented people
(reference_register.py) in one SQLite file; the requests it has taken stand in the same file, so that a change and the
answer about it are one transaction. A supplier replaces the class `Register` by his own system and keeps the rest.

    reference_receiver.py --make-sample demo.db
    reference_receiver.py --make-certificate key.pem cert.pem --domain opendsr.crm.example
    reference_receiver.py --database demo.db --domain opendsr.crm.example --key key.pem --certificate cert.pem \\
                          --token-file token --port 8443 [--tls-certificate chain.pem --tls-key tls.pem]
"""

import argparse
import base64
import datetime
import hashlib
import hmac
import json
import re
import sqlite3
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from reference_register import Conflict, Register, make_sample

CONTRACT = "pykala-register/1"
TYPES = ["access", "erasure", "restriction", "rectification", "objection"]
REQUEST_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
NEEDED = {"find": [], "read": ["on"], "series": ["record"], "media": ["record", "column"],
          "change": ["on", "not_after", "seen", "changes_digest", "changes"]}
VERBS = {"erase", "unlink", "reduce", "restrict", "hold_only", "release", "ban", "rectify"}
LARGEST_BODY = 4 << 20
RESULTS_KEPT = datetime.timedelta(hours=24)  # they are copies of personal data

# What makes a change happen once: the request, its body's digest and its answer, in the file of the data.
REQUESTS = """
CREATE TABLE IF NOT EXISTS dsr_request(
  id TEXT PRIMARY KEY, body_sha256 TEXT NOT NULL, received TEXT NOT NULL, confirmation TEXT NOT NULL,
  request TEXT NOT NULL, changes_digest TEXT, status TEXT NOT NULL, outcome TEXT, results TEXT,
  carried_out INTEGER NOT NULL DEFAULT 0);
"""


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def timestamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def whole_of(outcomes):
    good = any(o["result"] in ("done", "corrected") for o in outcomes)
    if any(o["result"] in ("kept", "failed", "conflict") for o in outcomes):
        return "partial" if good else "refused"
    return "done" if good else "no_data"


class Refused(Exception):
    """HTTP 400 of OpenDSR. The message names members, never what is in them."""

    def __init__(self, reason, message, code=400):
        super().__init__(message)
        self.body = {"error": {"code": code, "message": message,
                               "errors": [{"domain": "Validation", "reason": reason, "message": message}]}}
        self.code = code


class Receiver:
    """The contract: takes requests, carries each out once, answers about them. One thread at a time."""

    def __init__(self, options):
        self.options = options
        self.lock = threading.RLock()
        self.base = None  # set when the port is known
        self.db = sqlite3.connect(options.database, check_same_thread=False, isolation_level=None)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA secure_delete=ON")
        self.db.executescript(REQUESTS)
        self.register = Register(self.db)

    def sign(self, body):
        made = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.options.key],
                              input=body, stdout=subprocess.PIPE, check=True)
        return base64.b64encode(made.stdout).decode()

    def discovery(self):
        return {"api_version": "2.0",
                "supported_identities": [{"identity_type": t, "identity_format": "raw"}
                                         for t in ("controller_customer_id", "email")],
                "supported_subject_request_types": TYPES,
                "processor_certificate": self.base + "/cert.pem",
                "extensions": {self.options.domain: {"contract": CONTRACT}}}

    def checked(self, body):
        """The request that the body is, or Refused."""
        try:
            request = json.loads(body)
        except ValueError:
            raise Refused("MalformedRequest", "the body is not JSON") from None
        for name in ("subject_request_id", "subject_request_type", "submitted_time", "regulation", "extensions"):
            if not isinstance(request, dict) or name not in request:
                raise Refused("MissingField", f"{name} field is required")
        if not REQUEST_ID.fullmatch(str(request["subject_request_id"])):
            raise Refused("InvalidField", "subject_request_id is no lowercase UUID version 4")
        if request["subject_request_type"] not in TYPES:
            raise Refused("UnsupportedType", "subject_request_type is not in the discovery")
        own = request["extensions"].get(self.options.domain)
        if not isinstance(own, dict) or own.get("contract") != CONTRACT:
            raise Refused("MissingField", f"extensions needs {CONTRACT} under the domain of this register")
        if own.get("ask") not in NEEDED:
            raise Refused("InvalidField", "ask is not one of the contract")
        for name in NEEDED[own["ask"]]:
            if name not in own:
                raise Refused("MissingField", f"{name} field is required where ask is {own['ask']}")
        for change in own.get("changes", []):
            if change.get("verb") not in VERBS or ("record" in change) == (change["verb"] == "ban"):
                raise Refused("InvalidField", "a change needs a verb of the contract, and its record unless it is a ban")
        return request

    def take(self, body):
        """POST /requests: the same id with the same body gets the same answer, with another body 400."""
        request = self.checked(body)
        digest = hashlib.sha256(body).hexdigest()
        with self.lock:
            self.forget_results()
            known = self.db.execute("SELECT body_sha256, confirmation FROM dsr_request WHERE id = ?",
                                    (request["subject_request_id"],)).fetchone()
            if known and (known[0] != digest or not known[1]):
                raise Refused("RequestIdReused", "subject_request_id was used with another body")
            if known:
                return known[1].encode()
            at = now()
            confirmation = json.dumps({
                "controller_id": self.options.controller, "received_time": timestamp(at),
                "expected_completion_time": timestamp(at + datetime.timedelta(days=1)),
                "encoded_request": base64.b64encode(body).decode(),
                "subject_request_id": request["subject_request_id"], "api_version": "2.0"})
            self.db.execute("INSERT INTO dsr_request(id,body_sha256,received,confirmation,request,changes_digest,"
                            "status) VALUES(?,?,?,?,?,?,'pending')",
                            (request["subject_request_id"], digest, timestamp(at), confirmation, body.decode(),
                             request["extensions"][self.options.domain].get("changes_digest")))
            return confirmation.encode()

    def forget_results(self):
        """Copies of personal data do not stay: neither results nor what was asked. What became of a change stays."""
        before = timestamp(now() - RESULTS_KEPT)
        self.db.execute("UPDATE dsr_request SET results = NULL WHERE received < ?", (before,))
        self.db.execute("UPDATE dsr_request SET request = '', confirmation = '' WHERE received < ? AND "
                        "status IN ('completed','cancelled')", (before,))
        self.db.execute("DELETE FROM dsr_request WHERE received < ? AND outcome IS NULL AND status = 'completed'",
                        (before,))

    def work(self):
        """Carries out what is pending. A real register may do this in a nightly run."""
        with self.lock:
            for (request_id,) in self.db.execute(
                    "SELECT id FROM dsr_request WHERE status IN ('pending','in_progress') "
                    "ORDER BY received, id").fetchall():
                self.carry_out(request_id)

    def carry_out(self, request_id):
        text = self.db.execute("SELECT request FROM dsr_request WHERE id = ?", (request_id,)).fetchone()[0]
        request = json.loads(text)
        own = request["extensions"][self.options.domain]
        identities = request.get("subject_identities", [])
        people = [i["identity_value"] for i in identities]
        self.db.execute("BEGIN IMMEDIATE")
        try:
            status, outcome, results = "completed", None, {"contract": CONTRACT, "subject_request_id": request_id}
            if own["ask"] == "find":
                results["people"] = self.register.find(identities)
            elif own["ask"] == "read":
                results.update(self.register.read(people, own["on"]), seen=self.register.seen(people, own["on"]))
            elif own["ask"] == "series":
                results["values"] = self.register.series(own["record"])
            elif own["ask"] == "media":
                results["data"] = self.register.media(own["record"], own["column"])
            else:
                results = None
                status, outcome = self.change(own, people)
            self.db.execute(
                "UPDATE dsr_request SET status = ?, outcome = ?, results = ?, carried_out = carried_out + 1 WHERE id = ?",
                (status, outcome and json.dumps(outcome), results and json.dumps(results), request_id))
            self.db.execute("COMMIT")
        except BaseException:
            self.db.execute("ROLLBACK")
            raise

    def change(self, own, people):
        """All or nothing: a savepoint is taken back when something is not as it was decided upon."""
        if now().date().isoformat() > own["not_after"]:
            return "cancelled", None
        changes = own["changes"]
        self.db.execute("SAVEPOINT changes")
        try:
            if people and own["seen"] != self.register.seen(people, own["on"]):
                raise Conflict("changed_meanwhile")
            # what the controller has judged itself is told again with the rest, and not carried out
            outcomes = [c.get("outcome") or self.register.change(c, people, own["on"]) for c in changes]
            self.leave(people)
        except Conflict as why:
            self.db.execute("ROLLBACK TO changes")
            outcomes = [c.get("outcome") or {"result": "conflict", "reason": str(why)} for c in changes]
        self.db.execute("RELEASE changes")
        told = [{"verb": c["verb"], **({"record": c["record"]} if "record" in c else {}), **o}
                for c, o in zip(changes, outcomes)]
        return "completed", {"result": whole_of(outcomes), "changes": told}

    def leave(self, people):
        """The row of a person of whom nothing is held any more goes by itself, and the disclosures with it."""
        for number in people:
            left = self.register.read([number], "9999-12-31")["records"]
            if not left:
                self.db.execute("DELETE FROM customer WHERE number = ?", (number,))
                self.db.execute("DELETE FROM disclosure WHERE customer = ?", (number,))

    def status(self, request_id):
        """GET /requests/{id}; None where there is none."""
        with self.lock:
            row = self.db.execute("SELECT status, outcome, results IS NOT NULL, changes_digest FROM dsr_request "
                                  "WHERE id = ?", (request_id,)).fetchone()
        if row is None:
            return None
        status, outcome, has_results, digest = row
        own = {"contract": CONTRACT}
        if digest:  # opaque here: the controller knows its own decision again by it
            own["changes_digest"] = digest
        if outcome:
            own["outcome"] = json.loads(outcome)
        answer = {"controller_id": self.options.controller, "subject_request_id": request_id, "request_status": status,
                  "expected_completion_time": timestamp(now()), "api_version": "2.0",
                  "extensions": {self.options.domain: own}}
        if has_results:
            answer["results_url"] = f"{self.base}/results/{request_id}"
        return json.dumps(answer).encode()

    def results(self, request_id):
        with self.lock:
            row = self.db.execute("SELECT results FROM dsr_request WHERE id = ?", (request_id,)).fetchone()
        return row[0].encode() if row and row[0] else None


class Handler(BaseHTTPRequestHandler):
    """HTTP, credentials, signatures. Nothing is logged: paths and bodies speak of people."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, signed=True, kind="application/json; charset=utf-8"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if signed:
            self.send_header("X-OpenDSR-Processor-Domain", self.server.receiver.options.domain)
            self.send_header("X-OpenDSR-Signature", self.server.receiver.sign(body))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, refused):
        self.answer(refused.code, json.dumps(refused.body).encode(), signed=False)

    def is_allowed(self):
        token = self.server.receiver.options.token
        given = self.headers.get("Authorization", "")
        return not token or hmac.compare_digest(given.encode(), f"Bearer {token}".encode())

    def do_GET(self):
        receiver = self.server.receiver
        if self.path == "/v2/cert.pem":
            with open(receiver.options.certificate, "rb") as file:
                return self.answer(200, file.read(), signed=False, kind="application/x-pem-file")
        if not self.is_allowed():
            return self.refuse(Refused("Unauthorized", "the token is not known", 401))
        if self.path == "/v2/discovery":
            return self.answer(200, json.dumps(receiver.discovery()).encode(), signed=False)
        form = re.fullmatch(r"/v2/(requests|results)/([0-9a-f-]{36})", self.path)
        found = form and (receiver.status if form[1] == "requests" else receiver.results)(form[2])
        if not found:
            return self.refuse(Refused("NotFound", "there is no such request", 404))
        return self.answer(200, found)

    def do_POST(self):
        receiver = self.server.receiver
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            return self.refuse(Refused("TooLarge", f"at most {LARGEST_BODY} bytes", 413))
        body = self.rfile.read(length)
        if not self.is_allowed():
            return self.refuse(Refused("Unauthorized", "the token is not known", 401))
        if self.path != "/v2/requests":
            return self.refuse(Refused("NotFound", "there is nothing here", 404))
        try:
            confirmation = receiver.take(body)
        except Refused as refused:
            return self.refuse(refused)
        self.answer(201, confirmation)
        self.server.begin_work()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, options, receiver, handler=Handler):
        super().__init__((options.address, options.port), handler)
        self.receiver = receiver
        scheme = "http"
        if options.tls_certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(options.tls_certificate, options.tls_key)
            self.socket = context.wrap_socket(self.socket, server_side=True)
            scheme = "https"
        receiver.base = f"{scheme}://{options.host or options.address}:{self.server_port}/v2"

    def begin_work(self):
        threading.Thread(target=self.receiver.work, daemon=True).start()


def arguments():
    read = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    read.add_argument("--make-sample", metavar="FILE")
    read.add_argument("--make-certificate", nargs=2, metavar=("KEY", "CERTIFICATE"))
    read.add_argument("--database")
    read.add_argument("--domain", default="opendsr.crm.example")
    read.add_argument("--controller", default="utility-001")
    read.add_argument("--key", help="PEM; signs the answers")
    read.add_argument("--certificate", help="PEM; of that key")
    read.add_argument("--token-file", help="the bearer token; without it everybody is answered")
    read.add_argument("--address", default="127.0.0.1")
    read.add_argument("--host", help="the name under which it is reached, where it is not the address")
    read.add_argument("--port", type=int, default=8443)
    read.add_argument("--tls-certificate")
    read.add_argument("--tls-key")
    return read


def prepare(options):
    options.token = None
    if options.token_file:
        with open(options.token_file, encoding="utf-8") as file:
            options.token = file.read().strip()
    return options


def main():
    read = arguments()
    options = read.parse_args()
    if options.make_sample:
        return make_sample(options.make_sample)
    if options.make_certificate:
        key, certificate = options.make_certificate
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "730", "-keyout", key,
                        "-out", certificate, "-subj", f"/CN={options.domain}",
                        "-addext", f"subjectAltName=DNS:{options.domain}"], check=True, stderr=subprocess.DEVNULL)
        return None
    if not (options.database and options.key and options.certificate):
        read.error("needs --database, --key and --certificate")
    options = prepare(options)
    receiver = Receiver(options)
    server = Server(options, receiver)
    receiver.work()  # what was pending when it stopped
    print(f"listening on {receiver.base}", flush=True)
    return server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
