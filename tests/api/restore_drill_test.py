"""The drill: an instance that ships, a backup of it and copies of its registers; then an erasure is carried out. The
old data and old registers come back, and nothing that was erased may: told by plain SQL over whole registers, and by
an export that still verifies. `kill -9` falls into the middle of backup and restore; the same command ends them."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(__file__))
from instance_support import PASSWORD, PYKALA, SOURCE, api, days_ago, instance, run

TENANT = "kokkola"
REGISTERS = ("crm", "billing", "metering")


def sample_registers(folder):
    """The registers of a demo, which is stopped before anything is asked of it."""
    data = os.path.join(folder, "demo")
    asked = [PYKALA, "demo", "--data", data, "--port", "0", "--metrics-port", "0"]
    demo = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while "127.0.0.1" not in (line := demo.stdout.readline()):
        assert line, "the demo ended"
    demo.send_signal(signal.SIGTERM)
    demo.communicate(timeout=60)
    shutil.copytree(os.path.join(data, TENANT, "registers"), os.path.join(folder, "registers"))
    shutil.rmtree(data)


def configuration():
    samples = os.path.abspath(os.path.join(SOURCE, "storage/registers/sample"))
    text = '[shipping]\nfolder = "shipped"\n'
    for name in REGISTERS:
        text += (f'[[tenant.{TENANT}.register]]\ndatabase = "registers/{name}.db"\n'
                 f'mapping = "{samples}/{TENANT}/{name}.toml"\nlabels = "{samples}/labels.toml"\n')
    return text


def rows_of(file):
    """Every row of every table of a register but those that the connector keeps for itself, without the marks that it
    sets beside them: what is marked is not erased."""
    with contextlib.closing(sqlite3.connect(file)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                  if not name.startswith(("pykala_", "sqlite_"))]
        found = set()
        for table in tables:
            columns = [name for (name,) in db.execute(f'SELECT name FROM pragma_table_info("{table}")')
                       if name not in ("restricted", "hold_only")]
            asked = ", ".join(f'"{name}"' for name in columns)
            found |= {(table, repr(row)) for row in db.execute(f'SELECT {asked} FROM "{table}"')}
        return found


def copy_database(source, to):
    with contextlib.closing(sqlite3.connect(source)) as live, contextlib.closing(sqlite3.connect(to)) as copy:
        live.backup(copy)


class clerk:
    """One user of the API, who takes steps on cases."""

    def __init__(self, made, user, roles=None):
        if roles:
            added = made.on_tenant("user", "add", user, "--roles", roles, "--password-file", "-", stdin=PASSWORD)
            assert added.returncode == 0, added.stderr
        self.api, self.name, self.taken = api(made.port, made.token(user)), user, 0

    def get(self, path):
        status, _, said = self.api.get(path)
        assert status == 200, said
        return said

    def take(self, case, transition, **inputs):
        _, headers, _ = self.api.get(case)
        self.taken += 1
        return self.api.post(case + "/transitions", {"transition": transition, **inputs}, f"{self.name}-{self.taken}",
                             If_Match=headers["ETag"])

    def must_take(self, case, transition, **inputs):
        status, _, said = self.take(case, transition, **inputs)
        assert status == 200, (transition, said)


def file_erasure(officer, hetu):
    asked = {"right": "erasure", "channel": "letter", "language": "fi", "received_on": days_ago(6),
             "assurance": "visit_id", "subject": {"hetu": hetu}}
    status, _, filed = officer.api.post("/cases", asked, "drill-" + hetu)
    assert status == 201, filed
    case = "/cases/" + filed["id"]
    end = time.monotonic() + 90
    while not (records := officer.get(case + "/records")["records"]) or not all(r["assessment"] for r in records):
        assert time.monotonic() < end, officer.get(case)
        time.sleep(0.2)
    return case


def waiting_outside(made):
    """Orders that are not settled yet."""
    file = f"file:{made.path('data', TENANT, 'cases.db')}?mode=ro"
    with contextlib.closing(sqlite3.connect(file, uri=True)) as cases:
        return cases.execute("SELECT count(*) FROM outbox").fetchone()[0]


def carry_out(made, officer, reviewer, case):
    records = officer.get(case + "/records")["records"]
    rules = {r["assessment"]["governing"]["rule"] for r in records if r["assessment"].get("confirm")}
    for rule in sorted(rules):
        officer.must_take(case, "lift_house_rule", rule=rule, reason="Ei enää tarpeen.")
    waiting = [r["id"] for r in officer.get(case + "/records")["records"] if r["assessment"]["outcome"] == "review"]
    if waiting:
        officer.must_take(case, "decide_records", records=waiting, decision="erase", erasure_ground="17_1_a",
                          reason="Ei enää tarpeen.")
    if officer.take(case, "propose_erasure")[0] != 200:
        officer.must_take(case, "propose_partial_erasure", reason="Laki vaatii.")
    reviewer.must_take(case, "approve")
    end = time.monotonic() + 90
    while waiting_outside(made):
        assert time.monotonic() < end, open(made.path("server.log"), encoding="utf-8").read()
        time.sleep(0.2)


def verified_export(made, *what):
    file = made.path("bundle.jsonl")
    done = made.on_tenant("audit", "export", *what, "--out", file)
    assert done.returncode == 0, done.stderr
    key = next(word for word in done.stderr.split() if "+" in word and "/log/" in word)
    verified = run("audit", "verify", file, "--key", key)
    assert verified.returncode == 0 and json.loads(verified.stdout)["findings"] == [], verified.stderr
    with open(file, encoding="utf-8") as bundle:
        return [json.loads(line) for line in bundle]


def kill_in_the_middle(arguments, after):
    """Starts the command and kills it; whether it was killed before its end."""
    running = subprocess.Popen([PYKALA, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after)
    running.kill()
    return running.wait() == -signal.SIGKILL


def killed_backups(made):
    """A backup that was killed is none, and the same command makes one; the server goes on meanwhile."""
    killed = 0
    for number in range(8):
        to = made.path("backups", f"killed-{number}")
        arguments = ["backup", "--config", made.config, "--to", to]
        killed += kill_in_the_middle(arguments, 0.005 * 1.7 ** number)
        if not os.path.exists(os.path.join(to, TENANT)):
            refused = made.command("restore", "--from", to, "--replace")
            assert refused.returncode == 1
            done = run(*arguments)
            assert done.returncode == 0, done.stderr
        assert os.path.exists(os.path.join(to, TENANT, "manifest.note"))
    assert killed > 0, "no backup was killed"


def killed_restores(made, arguments):
    """Kills the restore ever later, until it ends before that; in between either nothing has changed, or nobody serves
    the tenant. Gives what the last one said."""
    killed = 0
    for number in range(60):
        after = 0.004 + 0.004 * number
        running = subprocess.Popen([PYKALA, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True)
        try:
            out, errors = running.communicate(timeout=after)
        except subprocess.TimeoutExpired:
            running.kill()
            running.communicate()
            killed += 1
            checked = made.command("serve", "--check")
            assert checked.returncode == 0 or "restore_unfinished" in checked.stderr, checked.stderr
            continue
        assert running.returncode == 0, errors
        assert killed > 0, "no restore was killed"
        return json.loads(out)
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def reapply(made, name, since):
    done = made.on_tenant("register", "reapply", name, "--since", since)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check_new_hold(made, billing, erased):
    """What somebody put under a hold before it is erased again stays, and is said to."""
    entry = next(row for table, row in sorted(erased) if table == "invoice")
    key = entry.strip("()").split(",")[0]
    with contextlib.closing(sqlite3.connect(billing)) as db:
        db.execute("INSERT INTO legal_hold(row_table, row_key, reason) VALUES('invoice', ?, 'dispute')", (key,))
        db.commit()
        told = reapply(made, "billing", days_ago(1))
        assert told["kept"].get("retained") and told["erased"] < told["records"], told
        assert db.execute("SELECT count(*) FROM invoice WHERE id = ?", (key,)).fetchone() == (1,)
        db.execute("DELETE FROM legal_hold WHERE row_table = 'invoice' AND row_key = ?", (key,))
        db.commit()


def main(folder):
    sample_registers(folder)
    os.mkdir(os.path.join(folder, "shipped"))
    os.mkdir(os.path.join(folder, "old"))
    made = instance(folder, TENANT, extra=configuration())
    try:
        drill(made)
    finally:
        made.stop(signal.SIGKILL)


def drill(made):
    registers = {name: made.path("registers", name + ".db") for name in REGISTERS}
    old = {name: made.path("old", name + ".db") for name in REGISTERS}
    made.start()
    officer, reviewer = clerk(made, "anna"), clerk(made, "reeta", "reviewer")
    with contextlib.closing(sqlite3.connect(registers["crm"])) as crm:
        people = [h for (h,) in crm.execute("SELECT hetu FROM customer WHERE hetu LIKE '%-9%' ORDER BY id LIMIT 3")]

    case = file_erasure(officer, people[1])
    before = {name: rows_of(file) for name, file in registers.items()}
    for name in REGISTERS:
        copy_database(registers[name], old[name])
    backup = made.path("backups", "before")
    done = made.command("backup", "--to", backup)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["leaves"] > 3 and told["documents_missing"] == 0, told
    assert not any("key" in file for _, _, files in os.walk(backup) for file in files), "keys are in the backup"
    killed_backups(made)

    carry_out(made, officer, reviewer, case)
    after = {name: rows_of(file) for name, file in registers.items()}
    erased = {name: before[name] - after[name] for name in REGISTERS}
    assert erased["crm"], "the erasure erased nothing in the first register"
    lost = file_erasure(officer, people[2])  # of which the backup knows nothing
    number = case.rsplit("/", 1)[1]
    verified_export(made, "--case", number)
    time.sleep(2.5)  # the log is shipped once a second
    running = made.command("restore", "--from", backup, "--replace")
    assert running.returncode == 1 and "store_in_use" in running.stderr, running.stderr
    made.stop(signal.SIGKILL)

    kept = made.command("restore", "--from", backup)
    assert kept.returncode == 1 and "data_in_place" in kept.stderr, kept.stderr
    told = killed_restores(made, ["restore", "--config", made.config, "--from", backup, "--replace"])
    assert told["old_origin"].endswith("/log/1"), told
    # a kill that came after the end has restored already, and the next one begins a log of its own
    assert told["origin"].startswith(told["old_origin"][:-1]) and int(told["origin"].rsplit("/", 1)[1]) >= 2, told
    assert told["known_leaves"] > told["leaves"] and told["erasures"] > 0, told
    with open(made.path("shipped", TENANT, "erasures.jsonl"), encoding="utf-8") as list_file:
        listed = [json.loads(line) for line in list_file]
    assert len(listed) == told["erasures"], (len(listed), told)
    assert not any(person in open(made.path("shipped", TENANT, "erasures.jsonl")).read() for person in people)

    for name in REGISTERS:  # the registers of before the erasure
        for tail in ("-wal", "-shm"):
            if os.path.exists(registers[name] + tail):
                os.remove(registers[name] + tail)
        shutil.copy(old[name], registers[name])
        assert rows_of(registers[name]) == before[name]
    wrong = made.on_tenant("register", "reapply", "cmr", "--since", days_ago(0))
    assert wrong.returncode == 1 and "no_such_register" in wrong.stderr and "crm" in wrong.stderr, wrong.stderr
    assert reapply(made, "crm", days_ago(-2))["erased"] == 0  # nothing was erased since the day after tomorrow
    assert rows_of(registers["crm"]) == before["crm"]
    check_new_hold(made, registers["billing"], erased["billing"])
    for name in REGISTERS:
        told = reapply(made, name, days_ago(1))
        assert told["kept"] == {} and told["erased"] == told["records"], told
        now = rows_of(registers[name])
        assert not now & erased[name], (name, sorted(now & erased[name])[:3], "was erased and is there again")
        assert before[name] - now == erased[name], (name, sorted(before[name] - now - erased[name])[:3], "is gone too")
        assert reapply(made, name, days_ago(1))["records"] == 0, "what is gone was found again"

    made.start()
    officer = clerk(made, "anna")
    assert officer.get(case)["state"] == "in_progress", "the case as it was in the backup"
    assert officer.api.get(lost)[0] == 404
    verified_export(made, "--case", number)
    whole = verified_export(made, "--since", "2000-01-01")
    own = [line["body"]["kind"] for line in whole if line["line"] == "event" and line["body"]["of"] == "restore"]
    assert own == ["log_begun", "restored"], own
    again = [line for line in whole if line["line"] == "event" and line["body"]["of"] == "reapplied"]
    assert len(again) == 2 * len(REGISTERS) + 2, len(again)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as here:
        main(here)
    print("restore drill: holds")
