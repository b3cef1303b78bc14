"""Protects bundles that auditors hold already: one written in 2026 must verify for ever, and the command must say so.

Runs the program on a bundle kept in fixtures/, then on the same with one digit changed and without the key.
"""
import json
import os
import pathlib
import subprocess
import tempfile

FIXTURES = pathlib.Path(__file__).parent / "fixtures"
BUNDLE = FIXTURES / "case.jsonl"
KEY = (FIXTURES / "case.key").read_text().strip()


def verify(file, *more):
    done = subprocess.run([os.environ["PYKALA"], "audit", "verify", str(file), *more], capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


status, told, words = verify(BUNDLE, "--key", KEY)
assert status == 0 and told["findings"] == [], (told, words)
events = sum('"line":"event"' in line for line in BUNDLE.read_text().splitlines())
again = told["recomputed"]
assert told["cases"] == 1 and told["events"] == events > 3, told
assert again["transitions"] == events and again["deadlines"] > 20 and again["not_possible"] == {}, told
assert told["masked"]["content"] > 2 and told["shredded"] == {}, told

status, told, words = verify(BUNDLE)
assert status == 1 and "unpinned_key" in [f["code"] for f in told["findings"]], told

with tempfile.TemporaryDirectory() as folder:
    changed = pathlib.Path(folder) / "changed.jsonl"
    changed.write_text(BUNDLE.read_text().replace("2026-11-02", "2026-11-01", 1))
    status, told, words = verify(changed, "--key", KEY)
    assert status == 1 and "bundle_signature" in [f["code"] for f in told["findings"]], told
    assert "bundle_signature" in words, words

    empty = pathlib.Path(folder) / "empty.jsonl"
    empty.write_text("")
    assert verify(empty)[0] == 1
    assert verify(pathlib.Path(folder) / "missing.jsonl")[0] == 1

done = subprocess.run([os.environ["PYKALA"], "audit", "verify"], capture_output=True, text=True)
assert done.returncode == 2, done
print("audit verify: holds")
