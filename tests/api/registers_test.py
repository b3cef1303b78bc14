"""What an integrator asks of registers from the command line: `register test` connects, reads one sample person and
changes nothing; `retention plan` counts what is past its ceiling. The oracle of both is plain SQL on the register."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile

from instance_support import PYKALA, SOURCE, run

TENANT = "kuopio"


def make_demo(folder):
    asked = [PYKALA, "demo", "--data", folder, "--port", "0", "--metrics-port", "0"]
    demo = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while "127.0.0.1" not in (line := demo.stdout.readline()):
        assert line, "the demo ended"
    demo.send_signal(signal.SIGTERM)
    demo.communicate(timeout=60)


def contents(file):
    with contextlib.closing(sqlite3.connect(file)) as db:
        return "\n".join(db.iterdump())


def ask(file, sql):
    with contextlib.closing(sqlite3.connect(file)) as db:
        return db.execute(sql).fetchone()[0]


def of_demo(folder, *arguments):
    return run(*arguments, "--demo", folder, "--tenant", TENANT)


def check_trial(folder, crm):
    with contextlib.closing(sqlite3.connect(crm)) as db, db:
        for table in ("pykala_mark", "pykala_intent", "pykala_intent_result"):
            db.execute(f"DROP TABLE {table}")
    before = contents(crm)
    said = of_demo(folder, "register", "test", "crm")
    assert said.returncode == 0, said.stderr
    told = json.loads(said.stdout)
    assert told["register"] == "crm" and told["kind"] == "sqlite" and told["sample_person"] is True, told
    assert told["records"]["KUO-A01"] == 1 and sum(told["records"].values()) > 5, told
    name = ask(crm, "SELECT last_name FROM customer WHERE id = 1")
    assert name not in said.stdout + said.stderr, "it told who the sample person is"
    assert contents(crm) == before, "a trial left something behind"
    said = of_demo(folder, "register", "test", "erp")
    assert said.returncode == 1 and "unknown_register" in said.stderr and "crm, billing, metering" in said.stderr, said
    with contextlib.closing(sqlite3.connect(crm)) as db, db:
        db.execute("ALTER TABLE customer RENAME COLUMN phone TO telephone")
    said = of_demo(folder, "register", "test", "crm")
    assert said.returncode == 1 and "`customer.phone`" in said.stderr, said
    with contextlib.closing(sqlite3.connect(crm)) as db, db:
        db.execute("ALTER TABLE customer RENAME COLUMN telephone TO phone")
    assert of_demo(folder, "register", "test", "crm").returncode == 0


def plan(folder, *arguments):
    said = of_demo(folder, "retention", "plan", "--format", "json", *arguments)
    assert said.returncode == 0, said.stderr
    return {(line["register"], line["category"]): line for line in map(json.loads, said.stdout.splitlines())}


def check_plan(folder, crm):
    """The register of direct marketing: the notice says one year and then deletion, and nothing else holds it."""
    for day, limit in (("2026-11-20", "2025-11-20"), ("2027-11-20", "2026-11-20"), ("2020-01-01", "2019-01-01")):
        line = plan(folder, "--on", day).get(("crm", "KUO-R01"))
        assert line["records"] == ask(crm, "SELECT count(*) FROM campaign WHERE customer_id IS NOT NULL"), line
        due = ask(crm, f"SELECT count(*) FROM campaign WHERE sent_on < '{limit}' AND customer_id IS NOT NULL")
        assert line["due"] == due, f"{day}: {line}, by SQL {due}"
        assert line["held"] == line["review"] == 0, line
    with contextlib.closing(sqlite3.connect(crm)) as db, db:
        row = db.execute("SELECT id FROM campaign WHERE sent_on < '2025-11-20' AND customer_id IS NOT NULL"
                         ).fetchone()[0]
        db.execute("INSERT INTO pykala_mark VALUES('campaign', ?, 'KUO-R01', 1, 0)", (str(row),))
    before = contents(crm)
    now = plan(folder, "--on", "2026-11-20")
    assert now["crm", "KUO-R01"]["restricted"] == 1, now["crm", "KUO-R01"]
    assert contents(crm) == before, "a plan changed the register"
    return now


def check_other_law(folder, demo, crm, now):
    """The company adopts five years instead of one: the plan says what would stay, before anything is published."""
    adopted = os.path.join(folder, "adopted")
    for part in ("policies", "workflows", "api/pages", "storage/registers/sample"):
        shutil.copytree(os.path.join(SOURCE, part), os.path.join(adopted, part))
    file = os.path.join(adopted, "policies/controllers/kuopio.toml")
    text = open(file, encoding="utf-8").read()
    begin = text.index("[[house.marketing_register.version]]")
    rule = text[begin:].replace('"1 year"', '"5 years"').replace("2024-09-10", "2028-09-10")
    rule = rule.replace("until = 2025-02-28", "until = 2029-02-28")
    with open(file, "w", encoding="utf-8") as out:
        out.write(text[:begin] + rule)
    checked = run("policy", "check", "--tenant", TENANT, "--definitions", adopted)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    moved = plan(demo, "--on", "2026-11-20", "--with", adopted)["crm", "KUO-R01"]
    late = ask(crm, "SELECT count(*) FROM campaign WHERE sent_on < '2021-11-20' AND customer_id IS NOT NULL")
    assert moved["due"] == now["crm", "KUO-R01"]["due"] and moved["newly_due"] == 0, moved
    assert moved["no_longer_due"] == moved["due"] - late, (moved, late)
    assert moved["no_longer_due"] > 0, moved


def main():
    with tempfile.TemporaryDirectory() as folder:
        demo = os.path.join(folder, "demo")
        make_demo(demo)
        crm = os.path.join(demo, TENANT, "registers/crm.db")
        check_trial(demo, crm)
        now = check_plan(demo, crm)
        check_other_law(folder, demo, crm, now)
    print("register test and retention plan: hold")


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(__file__))
    sys.exit(main())
