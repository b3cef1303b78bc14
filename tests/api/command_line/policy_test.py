"""Protects `pykala policy check|show` as the contract fixes them: exit status, streams, and what a lawyer reads.
Runs the built program on the real definitions and on copies of them with one thing changed."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

PYKALA = os.environ["PYKALA"]
SOURCE = pathlib.Path(os.environ["PYKALA_SOURCE"])
TENANTS = ["kokkola", "kss", "kuopio", "turku", "valkeakoski"]
FAILURES = []


def run(*arguments):
    return subprocess.run([PYKALA, "policy", *arguments], capture_output=True, text=True, timeout=60)


def check(holds, what):
    if not holds:
        FAILURES.append(what)


def test_check():
    for tenant in TENANTS:
        done = run("check", "--tenant", tenant)
        check(done.returncode == 0, f"check --tenant {tenant}: {done.stdout[:300]}")
        others = [f"policies/controllers/{other}" for other in TENANTS if other != tenant]
        check(not any(other in done.stdout for other in others), f"{tenant} hears of other packs")
    check(run("check").returncode == 0, "the real policies hold")
    strict = run("check", "--strict")
    check(strict.returncode == 1, "--strict counts warnings")
    check("P21: warning: `kuopio." in strict.stdout, "over-retention of kuopio is told")
    check("P22: warning: `kokkola." in strict.stdout, "the unconfirmed rule of kokkola is told")
    check("0 errors" in strict.stderr, "the count goes to standard error")
    check(run("check", "--tenant", "turkku").returncode == 1, "an unknown tenant is refused")
    check(run("check", "--bogus").returncode == 2, "an unknown flag is wrong usage")
    check(run("show").returncode == 2, "show needs a tenant")


def changed(path, old, new, expected, law=True):
    """One change to a real file, in a copy, and what check says about it."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(SOURCE / "policies", pathlib.Path(folder) / "policies")
        file = pathlib.Path(folder) / path
        text = file.read_text(encoding="utf-8")
        assert old in text, (path, old)
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        done = run("check", "--definitions", folder)
        check(done.returncode == 1, f"{path}: `{old}` → `{new}` passes")
        check(expected in done.stdout, f"{path}: no {expected} in {done.stdout[:400]}")
        if not law:
            return
        refused = run("show", "--tenant", "turku", "--definitions", folder)
        check(refused.returncode == 1 and not refused.stdout, f"{path}: show uses a broken law")


def broken_root():
    """What a pack lacks because its root does not parse is no finding of its own."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(SOURCE / "policies", pathlib.Path(folder) / "policies")
        root = pathlib.Path(folder) / "policies/controllers/turku.toml"
        root.write_text(root.read_text(encoding="utf-8").replace("schema = 1", "schema =", 1), encoding="utf-8")
        told = [line for line in run("check", "--definitions", folder).stdout.splitlines() if ": warning: " not in line
                and not line.startswith("    hint: ")]
        check(len(told) == 1 and told[0].startswith("policies/controllers/turku.toml:"), f"more than the fault: {told}")


def test_changes():
    accounting = "policies/statutes/accounting.toml"
    changed(accounting, 'period = "6 years"', 'period = "5 years"', "P04: ")
    changed(accounting, 'end = "calendar_year_end"', 'end = "anniversary"', "P04: ")
    changed(accounting, "rationale", "rationele", "S01: unknown key `rationele`")
    changed(accounting, 'classes = ["INV"', 'classes = ["INVV"', "hint: did you mean `INV`?")
    changed(accounting, "schema = 1", "schema = ", "T00: ")
    changed("policies/statutes/electricity.toml", 'starts = "event"', 'starts = "contract_end"', "S02: ")
    turku = "policies/controllers/turku.toml"
    changed(turku, "schema = 1", "schema =", f"{turku}:8:")
    broken_root()
    letters = "policies/letters/letters.toml"
    changed(letters, "verified_as_of = 2026", "verified_as_of = 2099", f"{letters}:9:18: P13: ", law=False)
    changed("policies/practice.toml", "verified_as_of = 2026", "verified_as_of = 2099", "P13: ", law=False)
    early = run("check", "--on", "2025-01-31")
    check(early.returncode == 1 and "P13: nobody has read the source up to" in early.stdout, "the day of --on counts")
    changed("policies/statutes/gdpr.toml", 'period = "1 month"', 'period = "30 days"', "P04: ")
    changed("policies/controllers/turku.toml", 'calendar = "fi"', 'calendar = "sf"', "P01: ")
    refusal = "policies/letters/sv/refusal.txt"
    changed(refusal, "{{> court}}", "", f"{refusal}:1:1: L03: mandatory part `court`", law=False)
    changed(refusal, "{{> court}}", "{{&service}}", "L05: ", law=False)


def test_show():
    for tenant in TENANTS:
        table = run("show", "--tenant", tenant, "--on", "2027-05-01")
        check(table.returncode == 0 and "1336/1997 2:10(2)" in table.stdout, f"table of {tenant}")
        told = json.loads(run("show", "--tenant", tenant, "--format", "json").stdout)
        check(told["tenant"] == tenant, f"tenant of {tenant}")
        for category in told["categories"]:
            check(all(category["name"].values()), f"{category['id']} has no name in a language")
    kuopio = json.loads(run("show", "--tenant", "kuopio", "--format", "json", "--on", "2027-05-01").stdout)
    invoice = next(each for each in kuopio["categories"] if each["id"] == "KUO-C06")
    check([each["rule"] for each in invoice["statutory"]] == ["accounting.voucher"], "acts of KUO-C06")
    check(invoice["statutory"][0]["formula"] == "31 December of the year of (accounting_period_end) + 6 years",
          "formula of KUO-C06")
    check(any(each["authority"] == "house" and each["period"] == "10 years" for each in invoice["house"]),
          "the house period of KUO-C06")
    early = json.loads(run("show", "--tenant", "kuopio", "--format", "json", "--on", "2001-01-01").stdout)
    before = next(each for each in early["categories"] if each["id"] == "KUO-C06")
    check(before["statutory"][0]["period"] is None, "no version of 2001")
    check(run("show", "--tenant", "kuopio", "--on", "2027-02-29").returncode == 1, "an impossible day")


for each in (test_check, test_changes, test_show):
    each()
for failure in FAILURES:
    print("FAILED:", failure)
raise SystemExit(1 if FAILURES else 0)
