"""Protects `pykala workflow migrate` on a real instance: a case keeps the workflow that it began with until somebody who
may moves it, a dry run changes nothing and says which days would, and the command works beside the server and without it.
The workflow and the promise of the pack are changed between two starts."""

import json
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.dirname(__file__))
from instance_support import PASSWORD, api, days_ago, instance, run


def change(made, file, old, new):
    path = made.path("definitions", file)
    text = open(path, encoding="utf-8").read()
    text, count = re.subn(old, new, text)
    assert count, (file, old)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)


def file_case(made, right, key):
    letter = {"right": right, "channel": "letter", "language": "fi", "received_on": days_ago(1)}
    done = made.on_tenant("case", "file", "--user", "anna", "--key", key, stdin=json.dumps(letter))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["id"]


def migrate(made, *arguments, user="anna"):
    done = made.on_tenant("workflow", "migrate", "--user", user, "--reason", "the letter was missing", *arguments)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def show(made, number, part="case"):
    done = made.on_tenant("case", "show", number, "--user", "anna", "--part", part)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def add_user(made, name, roles):
    done = made.on_tenant("user", "add", name, "--roles", roles, "--password-file", "-", stdin=PASSWORD)
    assert done.returncode == 0, done.stderr


def check_beside_the_server(made, number):
    before = show(made, number)
    assert migrate(made, number, user="olga")[0] == 1 and "wrong_role" in migrate(made, number, user="olga")[2]
    status, moved, told = migrate(made, number)
    assert status == 1 and not moved and "timer_is_gone" in told and "--timer" in told, told
    renamed = ("--timer", "due_warning=near_its_end")
    status, moved, told = migrate(made, number, *renamed, "--dry-run")
    assert status == 0, told
    assert moved[0]["days"]["due_on"] == {"from": before["due_on"], "to": days_ago(-24)}, moved
    assert [each["name"] for each in moved[0]["timers"]["end"] if each["name"] == "due_warning"], moved
    assert show(made, number) == before, "a dry run changed the case"
    status, moved, told = migrate(made, number, *renamed)
    assert status == 0 and moved[0]["procedure"]["from"] != moved[0]["procedure"]["to"], told
    after = show(made, number)
    assert after["due_on"] == days_ago(-24) and after["state"] == before["state"]
    last = show(made, number, "events")["events"][-1]
    assert last["kind"] == "procedure_migrated" and last["role"] == "administrator"
    assert last["fields"]["in_reason"] == "the letter was missing" and last["fields"]["actor"] == "anna"
    status, moved, told = migrate(made, number)
    assert status == 1 and "nothing_to_migrate" in told
    return renamed


def check_proof(made):
    """The bundle carries both procedures of each right that moved, and the auditor needs nothing else."""
    bundle = made.path("all.jsonl")
    exported = made.on_tenant("audit", "export", "--out", bundle)
    assert exported.returncode == 0, exported.stderr
    key = re.search(r"--key (\S+)", exported.stderr).group(1)
    lines = [json.loads(line) for line in open(bundle, encoding="utf-8")]
    assert sum(each["line"] == "closure" and each["kind"] == "procedure" for each in lines) == 4
    verified = run("audit", "verify", bundle, "--key", key)
    said = json.loads(verified.stdout)
    assert verified.returncode == 0 and said["findings"] == [], said
    assert said["cases"] == 4 and not said["recomputed"]["not_possible"], said


def main():
    with tempfile.TemporaryDirectory() as folder:
        made = instance(folder)
        add_user(made, "olga", "officer")
        made.start()
        first, second, other = (file_case(made, right, right + str(n))
                                for n, right in enumerate(("erasure", "erasure", "access")))
        closed = file_case(made, "erasure", "closed")
        user = api(made.port, made.token())
        version = show(made, closed)["version"]
        taken = user.post(f"/cases/{closed}/transitions", {"transition": "withdraw"}, "w", If_Match=f'"{version}"')
        assert taken[0] == 200, taken
        due = show(made, second)["due_on"]
        made.stop()
        change(made, "workflows/erasure.toml", r"(?m)^due_warning ", "near_its_end ")
        change(made, "policies/controllers/kuopio.toml", r'(?m)^\[promise\]\nperiod = "30 days"',
               '[promise]\nperiod = "25 days"')
        made.start()
        assert show(made, second)["due_on"] == due, "a due day moved without an event"
        renamed = check_beside_the_server(made, first)
        status, moved, told = migrate(made, closed)
        assert status == 1 and "case_closed" in told, told
        made.stop()
        # without a server, with the lock: all that are open, in one go
        status, moved, told = migrate(made, "--right", "erasure", *renamed)
        assert status == 0 and [each["id"] for each in moved] == [second], (status, moved, told)
        assert show(made, second)["due_on"] == days_ago(-24)
        assert show(made, other)["due_on"] == due
        status, moved, told = migrate(made, "--all")
        assert status == 0 and [each["id"] for each in moved] == [other], (status, moved, told)
        assert migrate(made)[0] == 1 and migrate(made, first, "--all")[0] == 1
        assert json.loads(made.on_tenant("queue", "check").stdout) == {"findings": []}
        check_proof(made)
    print("ok")


main()
