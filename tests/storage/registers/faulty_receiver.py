"""The reference receiver with faults: what it does wrong stands in a file that a test may rewrite at any time.

    faulty_receiver.py FAULTS --database … (as reference_receiver.py; the port is any that is free)

The first word of FAULTS is the fault, the second (where there is one) how often or how long.
"""

import json
import os
import subprocess
import sys
import time

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../storage/registers/http")
sys.path.insert(0, SOURCE)
sys.dont_write_bytecode = True

import openapi_check  # noqa: E402
import reference_receiver as reference  # noqa: E402


class Faults:
    def __init__(self, file):
        self.file = file
        self.text, self.left = "", 0

    def now(self):
        with open(self.file, encoding="utf-8") as file:
            text = file.read().strip()
        if text != self.text:
            self.text = text
            self.left = int((text.split() + ["1000000"])[1]) if text else 0
        return text.split()[0] if text else ""

    def take(self, *names):
        """Whether one of these faults is to happen now; each counts down."""
        if self.now() not in names or self.left == 0:
            return False
        self.left -= 1
        return True


FAULTS = Faults(sys.argv.pop(1))


class FaultyReceiver(reference.Receiver):
    def sign(self, body):
        fault = FAULTS.now()
        key = self.options.key + ".other" if fault == "other_key" else self.options.key
        if fault == "altered":
            body += b" "
        options = (["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:-1"] if fault == "pss" else [])
        made = subprocess.run(["openssl", "dgst", "-sha256", *options, "-sign", key], input=body,
                              stdout=subprocess.PIPE, check=True)
        text = reference.base64.b64encode(made.stdout).decode()
        return "" if fault == "unsigned" else text

    def work(self):
        if FAULTS.now() != "never":
            super().work()

    def carry_out(self, request_id):
        text = self.db.execute("SELECT request FROM dsr_request WHERE id = ?", (request_id,)).fetchone()[0]
        if FAULTS.now() != "no_change" or '"ask":"change"' not in text:
            super().carry_out(request_id)

    def status(self, request_id):
        if FAULTS.now() not in ("never", "polls"):
            self.work()
        if FAULTS.now() == "polls" and not FAULTS.take("polls"):
            self.work()
        return self.bent(super().status(request_id))

    # What the program sends is what the published file says.
    def checked(self, body):
        request = super().checked(body)
        wrong = openapi_check.faults(request, openapi_check.SCHEMAS["request"])
        if wrong:
            raise reference.Refused("InvalidField", "; ".join(wrong))
        return request

    def take(self, body):
        if FAULTS.now() == "repeats":
            super().take(body)
        confirmation = json.loads(super().take(body))
        if FAULTS.now() == "other_body":
            confirmation["encoded_request"] = reference.base64.b64encode(body + b" ").decode()
        if FAULTS.now() == "other_confirmed":
            confirmation["subject_request_id"] = "00000000-0000-4000-8000-000000000000"
        return json.dumps(confirmation).encode()

    def results(self, request_id):
        body = super().results(request_id)
        if body is None:
            return None
        answer = json.loads(body)
        fault = FAULTS.now()
        if fault == "others_record" and answer.get("records"):
            answer["records"][0]["person"] = "100236"
        if fault == "no_holds" and answer.get("records"):
            del answer["records"][0]["holds"]
        if fault == "misspelt" and answer.get("records"):
            answer["records"][0]["contract_ends"] = "2099-01-01"
        if fault == "twice" and answer.get("records"):
            answer["records"].append(answer["records"][0])
        if fault == "results_of_other":
            answer["subject_request_id"] = "00000000-0000-4000-8000-000000000000"
        return json.dumps(answer).encode()

    def bent(self, body):
        if body is None:
            return None
        fault = FAULTS.now()
        answer = json.loads(body)
        own = answer["extensions"][self.options.domain]
        changes = own.get("outcome", {}).get("changes", [])
        if fault == "other_id":
            answer["subject_request_id"] = "00000000-0000-4000-8000-000000000000"
        if fault == "odd_status":
            answer["request_status"] = "almost"
        if fault == "dialect":
            answer["request_status"] = {"in_progress": "IN-PROGRESS"}.get(answer["request_status"],
                                                                          answer["request_status"].upper())
        if fault == "elsewhere" and "results_url" in answer:
            answer["results_url"] = answer["results_url"].replace("127.0.0.1", "127.0.0.2")
        if fault == "leaves_out" and changes:
            changes.pop()
        if fault == "swaps" and len(changes) > 1:
            changes[0], changes[1] = changes[1], changes[0]
        if fault == "no_outcome":
            own.pop("outcome", None)
        if fault == "lies" and changes:
            for change in changes:
                change.pop("retention", None)
                change["result"] = "done"
            own["outcome"]["result"] = "done"
        if fault == "contradicts" and changes:
            own["outcome"]["result"] = "refused"
        if fault == "names_person" and changes:
            changes[0].update(result="failed", reason="Aino Esimerkki")
        return b"{" if fault == "not_json" else json.dumps(answer).encode()


class FaultyHandler(reference.Handler):
    def answer(self, status, body, signed=True, kind="application/json; charset=utf-8"):
        if FAULTS.take("errors"):
            return super().answer(500, b"Aino Esimerkki", signed=False)
        if FAULTS.take("busy"):
            return super().answer(429, b"", signed=False)
        if FAULTS.take("redirects"):
            self.send_response(302)
            self.send_header("Location", "/v2/elsewhere")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if FAULTS.now() == "delays":
            time.sleep(FAULTS.left)
        # taken, and the answer lost on the way
        if status == 201 and (FAULTS.take("drops") or self.stalls()):
            self.close_connection = True
            return self.connection.close()
        return super().answer(status, body, signed, kind)

    def stalls(self):
        if FAULTS.now() != "stalls" or b'"ask":"change"' not in self.last:
            return False
        self.server.receiver.work()
        time.sleep(60)
        return True

    def do_POST(self):
        whole = self.rfile

        class Remembering:
            def read(this, count):
                self.last = whole.read(count)
                return self.last

        self.rfile = Remembering()
        try:
            super().do_POST()
        finally:
            self.rfile = whole

    def send_header(self, keyword, value):
        if keyword == "X-OpenDSR-Processor-Domain" and FAULTS.now() == "other_domain":
            value = "opendsr.other.example"
        super().send_header(keyword, value)


def main():
    options = reference.prepare(reference.arguments().parse_args())
    options.port = 0
    receiver = FaultyReceiver(options)
    server = reference.Server(options, receiver, FaultyHandler)
    print(f"listening on {receiver.base}", flush=True)
    server.serve_forever()


main()
