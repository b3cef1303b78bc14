"""Writes tests/storage/fixtures/case.jsonl and case.key with the program of today: a bundle as an auditor gets it, of one
short case without personal data. Keys and salts are drawn anew each time, so it is kept and not made by the build:
python3 tests/tools/make_fixture.py, only when a new version of the format needs a bundle of its own."""

import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../api"))
from instance_support import api, instance

FIXTURES = os.path.join(HERE, "../storage/fixtures")


def main():
    with tempfile.TemporaryDirectory() as folder:
        made = instance(folder)
        made.start()
        user = api(made.port, made.token())
        letter = {"right": "erasure", "channel": "letter", "language": "fi", "received_on": "2026-11-02"}
        number = user.post("/cases", letter, "file")[2]["id"]
        steps = [{"transition": "ask_identity", "doubt": "Kirjeessä ei ole nimeä.", "question": "Kuka olet?"},
                 {"transition": "correct_arrival", "received_on": "2026-11-03", "reason": "Leima kuoressa."},
                 {"transition": "withdraw", "note": "Pyytäjä perui puhelimessa."}]
        for step in steps:
            version = user.get("/cases/" + number)[2]["version"]
            taken = user.post(f"/cases/{number}/transitions", step, step["transition"], If_Match=f'"{version}"')
            assert taken[0] == 200, taken
        made.stop()
        exported = made.on_tenant("audit", "export", "--case", number, "--out", os.path.join(FIXTURES, "case.jsonl"))
        assert exported.returncode == 0, exported.stderr
        with open(os.path.join(FIXTURES, "case.key"), "w", encoding="utf-8") as out:
            out.write(re.search(r"--key (\S+)", exported.stderr).group(1) + "\n")


main()
