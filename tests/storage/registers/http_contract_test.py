"""Protects suppliers: the published OpenAPI file, the reference receiver and the vectors say the same.

Runs the reference receiver as its README tells, walks every call of the contract, and holds each answer against
connector.openapi.json and its signature against the certificate, with the command `openssl`.
"""

import base64
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import openapi_check  # noqa: E402

SOURCE = os.environ.get("PYKALA_SOURCE") or sys.exit("set PYKALA_SOURCE to the top of the sources")
HTTP = os.path.join(SOURCE, "storage/registers/http")
RECEIVER = [sys.executable, os.path.join(HTTP, "reference_receiver.py")]
DOMAIN = "opendsr.crm.example"
QUIET = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def verifies(certificate, body, signature):
    with tempfile.TemporaryDirectory() as folder:
        key, sig, text = (os.path.join(folder, n) for n in ("key", "sig", "text"))
        with open(key, "wb") as out:
            out.write(subprocess.run(["openssl", "x509", "-in", certificate, "-pubkey", "-noout"], check=True,
                                     stdout=subprocess.PIPE).stdout)
        for name, data in ((sig, base64.b64decode(signature)), (text, body)):
            with open(name, "wb") as out:
                out.write(data)
        return subprocess.run(["openssl", "dgst", "-sha256", "-verify", key, "-signature", sig, text],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


class Supplier:
    def __init__(self, folder):
        at = lambda name: os.path.join(folder, name)  # noqa: E731
        self.database, self.certificate = at("demo.db"), at("cert.pem")
        subprocess.run([*RECEIVER, "--make-sample", self.database], **QUIET)
        subprocess.run([*RECEIVER, "--make-certificate", at("key.pem"), self.certificate, "--domain", DOMAIN], **QUIET)
        with open(at("token"), "w", encoding="utf-8") as out:
            out.write("a-token\n")
        self.process = subprocess.Popen(
            [*RECEIVER, "--database", self.database, "--domain", DOMAIN, "--key", at("key.pem"), "--certificate",
             self.certificate, "--token-file", at("token"), "--port", "0"], stdout=subprocess.PIPE, text=True)
        self.base = self.process.stdout.readline().split()[-1]

    def call(self, path, body=None, token="a-token", known_as=None):
        """Status and body; held against the document and the certificate."""
        url = path if path.startswith("http") else self.base + path
        asked = urllib.request.Request(url, data=body, headers={"Authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                status, text, headers = answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            status, text, headers = error.code, error.read(), error.headers
        named = known_as or path
        schema = openapi_check.answer_schema(named, "post" if body is not None else "get", status)
        wrong = openapi_check.faults(json.loads(text), schema)
        assert not wrong, wrong
        if status < 300 and named != "/discovery":
            assert headers["X-OpenDSR-Processor-Domain"] == DOMAIN
            assert verifies(self.certificate, text, headers["X-OpenDSR-Signature"])
        else:
            assert "X-OpenDSR-Signature" not in headers
        return status, text

    def request(self, ask, kind="access", people=(), **more):
        made = {"regulation": "gdpr", "api_version": "2.0", "subject_request_id": str(uuid.uuid4()),
                "subject_request_type": kind, "submitted_time": "2026-12-01T09:08:05Z",
                "extensions": {DOMAIN: {"contract": "pykala-register/1", "ask": ask, **more}}}
        if people:
            made["subject_identities"] = [{"identity_type": "controller_customer_id", "identity_value": p,
                                           "identity_format": "raw"} for p in people]
        assert not openapi_check.faults(made, openapi_check.SCHEMAS["request"])
        return made

    def answered(self, request):
        """Puts the request and asks until it is completed."""
        status, text = self.call("/requests", json.dumps(request).encode())
        assert status == 201, text
        while True:
            status, text = self.call("/requests/" + request["subject_request_id"], known_as="/requests/{id}")
            answer = json.loads(text)
            assert status == 200 and answer["subject_request_id"] == request["subject_request_id"]
            if answer["request_status"] not in ("pending", "in_progress"):
                return answer

    def results(self, request):
        status, text = self.call(self.answered(request)["results_url"], known_as="/results/{id}")
        assert status == 200
        return json.loads(text)

    def sql(self, query):
        with sqlite3.connect(self.database) as db:
            return db.execute(query).fetchall()


def check_vectors():
    at = lambda name: os.path.join(HTTP, "vectors", name)  # noqa: E731
    with open(at("status.json"), "rb") as file:
        body = file.read()
    with open(at("pkcs1.txt"), encoding="ascii") as file:
        signature = file.read()
    assert verifies(at("certificate.pem"), body, signature)
    assert not verifies(at("certificate.pem"), body + b" ", signature)
    assert not openapi_check.faults(json.loads(body), openapi_check.SCHEMAS["status"])


def check_calls(s):
    assert s.call("/discovery")[0] == 200
    assert s.call("/requests/" + str(uuid.uuid4()), known_as="/requests/{id}")[0] == 404
    found = s.results(s.request("find", people=["100234"]))
    assert [p["key"] for p in found["people"]] == ["100234"]
    read = s.results(s.request("read", people=["100234"], on="2026-12-01", **{"for": "answer"}))
    held = s.sql("SELECT (SELECT count(*) FROM invoice WHERE customer = '100234'), "
                 "(SELECT count(*) FROM contract WHERE customer = '100234')")[0]
    tables = [r["table"] for r in read["records"]]
    assert (tables.count("invoice"), tables.count("contract")) == held == (2, 2)
    assert s.results(s.request("series", record="crm/reading/41#KUO-B09"))["values"] == [1200, 1350, 990]
    assert s.results(s.request("media", record="crm/recording/31#KUO-R04", column="sound"))["data"] == "UklGRgAB"
    return read["seen"]


def check_change(s, seen):
    kept = {"result": "kept", "retention": {"basis": "retained", "until": "2032-12-31"}}
    change = s.request("change", "erasure", ["100234"], on="2026-12-01", not_after="2999-12-31", seen=seen,
                       changes_digest="d1", changes=[
                           {"record": "crm/contract/1#KUO-A13", "verb": "erase"},
                           {"record": "crm/invoice/11#KUO-C06", "verb": "erase", "outcome": kept},
                           {"record": "crm/contract/99#KUO-A13", "verb": "erase"}])
    body = json.dumps(change).encode()
    first = s.call("/requests", body)
    own = s.answered(change)["extensions"][DOMAIN]
    assert own["changes_digest"] == "d1"
    assert own["outcome"]["result"] == "partial"
    assert [c["result"] for c in own["outcome"]["changes"]] == ["done", "kept", "gone"]
    assert s.sql("SELECT group_concat(id) FROM contract")[0][0] == "2,3"
    assert s.sql("SELECT count(*) FROM invoice WHERE id = 11") == [(1,)]
    assert s.call("/requests", body) == first
    change["extensions"][DOMAIN]["changes"].pop()
    status, text = s.call("/requests", json.dumps(change).encode())
    assert status == 400 and json.loads(text)["error"]["errors"][0]["reason"] == "RequestIdReused"
    again = s.request("change", "erasure", ["100234"], on="2026-12-01", not_after="2999-12-31", seen=seen,
                      changes_digest="d2", changes=[{"record": "crm/contract/2#KUO-A13", "verb": "erase"}])
    assert s.answered(again)["extensions"][DOMAIN]["outcome"]["changes"][0]["result"] == "conflict"
    late = s.request("change", "erasure", ["100234"], on="2020-01-01", not_after="2020-01-08", seen=seen,
                     changes_digest="d3", changes=[{"record": "crm/contract/2#KUO-A13", "verb": "erase"}])
    assert s.answered(late)["request_status"] == "cancelled"
    assert s.sql("SELECT group_concat(id) FROM contract")[0][0] == "2,3"
    assert s.sql("SELECT max(carried_out) FROM dsr_request") == [(1,)]


def check_refusals(s):
    good = s.request("find", people=["100234"])
    for change in (lambda r: r.pop("regulation"), lambda r: r.update(subject_request_id="7"),
                   lambda r: r.update(subject_request_type="portability"),
                   lambda r: r.update(extensions={"opendsr.other.example": {}}),
                   lambda r: r["extensions"][DOMAIN].update(ask="everything")):
        bad = json.loads(json.dumps(good))
        change(bad)
        assert s.call("/requests", json.dumps(bad).encode())[0] == 400
    for more in ({"ask": "read"}, {"ask": "change", "changes": []},
                 {"ask": "change", "on": "2026-12-01", "not_after": "2999-12-31", "seen": "", "changes_digest": "d",
                  "changes": [{"verb": "erase"}]}):
        bad = json.loads(json.dumps(good))
        bad["extensions"][DOMAIN].update(more)
        assert s.call("/requests", json.dumps(bad).encode())[0] == 400
    assert s.call("/requests", b"{")[0] == 400
    assert s.call("/requests", json.dumps(good).encode(), token="another")[0] == 401


def main():
    check_vectors()
    with tempfile.TemporaryDirectory() as folder:
        supplier = Supplier(folder)
        try:
            seen = check_calls(supplier)
            check_change(supplier, seen)
            check_refusals(supplier)
        finally:
            supplier.process.kill()
            supplier.process.wait()
    print("the contract, its receiver and its vectors agree")


main()
