"""Protects the statutory day: one wrong roll or clamp makes an answer late without anybody knowing.

Compares `pykala deadline` with deadline_oracle.py for every receipt day of 2018-2060, with random
pauses under both policies of tolling, for instants around midnight and the changes of summer time,
and for input to be refused.
"""

import json
import os
import random
import subprocess
import sys

import deadline_oracle as oracle

PROGRAM = os.environ.get("PYKALA") or sys.exit("set PYKALA to the path of the program")
TENANTS = ["kokkola", "kuopio", "kss", "turku", "valkeakoski"]
FIRST, LAST = (2018, 1, 1), (2060, 12, 31)
RECEIPTS = [day for day in oracle.DAYS if FIRST <= day <= LAST]

# law.md 2.4: received, statutory due day (rolled), 30 days, earlier of the two readings of three
# months.
GOLDEN = [line.split() for line in """
2024-01-31 2024-02-29 2024-03-01 2024-04-29
2024-02-29 2024-04-02 2024-03-30 2024-05-29
2025-01-29 2025-02-28 2025-02-28 2025-04-28
2025-01-30 2025-02-28 2025-03-01 2025-04-28
2025-01-31 2025-02-28 2025-03-02 2025-04-28
2025-02-01 2025-03-03 2025-03-03 2025-05-02
2025-02-14 2025-03-14 2025-03-16 2025-05-14
2025-03-18 2025-04-22 2025-04-17 2025-06-18
2025-05-20 2025-06-23 2025-06-19 2025-08-20
2025-05-31 2025-06-30 2025-06-30 2025-09-01
2025-08-31 2025-09-30 2025-09-30 2025-12-01
2025-10-31 2025-12-01 2025-11-30 2026-01-30
2025-11-24 2025-12-29 2025-12-24 2026-02-24
2025-12-06 2026-01-07 2026-01-05 2026-03-06
2026-01-30 2026-03-02 2026-03-01 2026-04-28
2026-02-28 2026-03-30 2026-03-30 2026-05-28
2026-03-03 2026-04-07 2026-04-02 2026-06-03
2026-03-05 2026-04-07 2026-04-04 2026-06-05
2026-04-01 2026-05-04 2026-05-01 2026-07-01
2026-04-14 2026-05-15 2026-05-14 2026-07-14
2026-05-19 2026-06-22 2026-06-18 2026-08-19
2026-05-31 2026-06-30 2026-06-30 2026-08-31
2026-08-31 2026-09-30 2026-09-30 2026-11-30
2026-11-06 2026-12-07 2026-12-06 2027-02-08
2026-11-22 2026-12-22 2026-12-22 2027-02-22
2026-11-24 2026-12-28 2026-12-24 2027-02-24
2026-12-01 2027-01-04 2026-12-31 2027-03-01
2027-05-25 2027-06-28 2027-06-24 2027-08-25
2028-01-30 2028-02-29 2028-02-29 2028-05-02
2028-01-31 2028-02-29 2028-03-01 2028-05-02
2032-02-29 2032-03-30 2032-03-30 2032-05-31
2037-03-03 2037-04-07 2037-04-02 2037-06-03
""".strip().splitlines()]

# Instants whose Helsinki day is not the day that is written, and those just on the other side.
INSTANTS = [line.split() for line in """
2026-01-30T21:59:59Z 2026-01-30
2026-01-30T22:00:00Z 2026-01-31
2026-07-01T20:59:59Z 2026-07-01
2026-07-01T21:00:00Z 2026-07-02
2026-01-31T00:30:00+03:00 2026-01-30
2026-01-31T00:30:00+02:00 2026-01-31
2026-07-15T00:30:00+03:00 2026-07-15
2026-07-14T23:30:00+02:00 2026-07-15
2026-03-28T21:59:59Z 2026-03-28
2026-03-28T22:00:00Z 2026-03-29
2026-03-29T00:59:59Z 2026-03-29
2026-03-29T20:59:59Z 2026-03-29
2026-03-29T21:00:00Z 2026-03-30
2026-10-24T20:59:59Z 2026-10-24
2026-10-24T21:00:00Z 2026-10-25
2026-10-25T21:30:00Z 2026-10-25
2026-10-25T22:00:00Z 2026-10-26
2026-02-28T17:00:00-05:00 2026-03-01
2026-12-31T22:00:00Z 2027-01-01
2028-02-28T22:00:00Z 2028-02-29
2027-01-01T09:59:00+12:00 2026-12-31
""".strip().splitlines()]

PAUSE = "2026-02-01/2026-02-10"
REFUSED = [
    ("pauses that overlap", "2026-01-30", [PAUSE, "2026-02-09/2026-02-12"]),
    ("the same pause twice", "2026-01-30", [PAUSE, PAUSE]),
    ("a pause inside another", "2026-01-30", ["2026-02-03/2026-02-05", PAUSE]),
    ("a pause before receipt", "2026-01-30", ["2026-01-29/2026-02-03"]),
    ("a pause that ends before it begins", "2026-01-30", ["2026-02-05/2026-02-03"]),
    ("a pause to a day that is not", "2026-01-30", ["2026-02-05/2026-02-30"]),
    ("a pause without an end", "2026-01-30", ["2026-02-05"]),
    ("30 February", "2026-02-30", []),
    ("29 February of a common year", "2027-02-29", []),
    ("29 February 2100", "2100-02-29", []),
    ("month 13", "2026-13-01", []),
    ("month 0", "2026-00-10", []),
    ("day 0", "2026-01-00", []),
    ("a word", "tomorrow", []),
    ("a date with words behind it", "2026-01-30 noon", []),
    ("an instant without an offset", "2026-01-30T12:00:00", []),
    ("hour 25", "2026-01-30T25:00:00Z", []),
    ("a Finnish date", "30.1.2026", []),
]

failures = []


def fail(what):
    failures.append(what)
    if len(failures) <= 20:
        print("FAILED", what, file=sys.stderr)


def run(*arguments, text=None):
    command = [PROGRAM, "deadline", *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=300)


def plain(received, pauses=(), tolling=None, tenant=None):
    words = ["--received", received]
    for pause in pauses:
        words += ["--pause", pause]
    if tolling:
        words += ["--tolling", tolling]
    if tenant:
        words += ["--tenant", tenant]
    return run(*words)


def batch(lines):
    return run("--batch", "-", text="".join(json.dumps(line) + "\n" for line in lines))


def compare(query, answer, expected):
    for name, day in expected.items():
        if answer.get(name) != day:
            fail("%s: %s is %s, not %s" % (json.dumps(query), name, answer.get(name), day))
            return
    if not set(expected) <= set(answer):
        fail("%s: fields are missing: %s" % (json.dumps(query), sorted(answer)))


def random_pauses(rng, start):
    """Up to four pauses without overlap, often touching each other or the day of receipt."""
    pauses, position = [], oracle.INDEX[start]
    for _ in range(rng.choice([1, 1, 2, 3, 4])):
        begin = position + rng.choice([0, 0, 1, rng.randrange(40)])
        end = begin + rng.choice([1, 1, 2, 7, rng.randrange(1, 90)])
        pauses.append(oracle.text(oracle.DAYS[begin]) + "/" + oracle.text(oracle.DAYS[end]))
        position = end
    rng.shuffle(pauses)
    return pauses


def every_day():
    """One query a receipt day without pauses, one with pauses under each policy."""
    rng = random.Random(20260130)
    queries = []
    for day in RECEIPTS:
        received = oracle.text(day)
        queries.append({"received": received})
        pauses = random_pauses(rng, day)
        for tolling in ("none", "edpb"):
            query = {"received": received, "pauses": pauses, "tolling": tolling}
            if rng.random() < 0.2:
                query["tenant"] = rng.choice(TENANTS)
            queries.append(query)
    result = batch(queries)
    lines = result.stdout.splitlines()
    if result.returncode != 0 or len(lines) != len(queries):
        fail(
            "batch: exit %d, %d lines for %d: %s"
            % (result.returncode, len(lines), len(queries), result.stderr[:300])
        )
        return 0
    for query, line in zip(queries, lines):
        expected = oracle.deadline(
            query["received"], query.get("pauses", ()), query.get("tolling", "none")
        )
        compare(query, json.loads(line), expected)
    return len(queries)


def golden():
    for received, statutory, thirty, extended in GOLDEN:
        own = oracle.deadline(received)
        if (own["statutory_on"], own["promise_on"], own["extended_on"]) != (
            statutory,
            thirty,
            extended,
        ):
            fail("the oracle itself misses the golden vector of " + received)
        result = plain(received)
        if result.returncode != 0:
            fail("%s: exit %d, %s" % (received, result.returncode, result.stderr[:200]))
            continue
        compare({"received": received}, json.loads(result.stdout), own)


def samples():
    """The plain form says what the batch form says."""
    rng = random.Random(1182)
    for _ in range(40):
        day = rng.choice(RECEIPTS)
        received, pauses = oracle.text(day), random_pauses(rng, day)
        tolling, tenant = rng.choice([None, "none", "edpb"]), rng.choice([None] + TENANTS)
        result = plain(received, pauses, tolling, tenant)
        query = {"received": received, "pauses": pauses, "tolling": tolling, "tenant": tenant}
        if result.returncode != 0:
            fail("%s: exit %d, %s" % (json.dumps(query), result.returncode, result.stderr[:200]))
            continue
        compare(
            query, json.loads(result.stdout), oracle.deadline(received, pauses, tolling or "none")
        )


def instants():
    for instant, day in INSTANTS:
        if oracle.text(oracle.helsinki_day(instant)) != day:
            fail("the oracle itself misplaces " + instant)
        result = plain(instant)
        if result.returncode != 0:
            fail("%s: exit %d, %s" % (instant, result.returncode, result.stderr[:200]))
            continue
        compare({"received": instant}, json.loads(result.stdout), oracle.deadline(day))
    rng, queries = random.Random(41), []
    for day in rng.sample(RECEIPTS, 2000):
        offset = rng.choice(["Z", "+00:00", "+02:00", "+03:00", "-08:00", "+05:30"])
        hour = rng.choice([0, 1, 2, 3, 4, 20, 21, 22, 23, 12])
        queries.append(
            {
                "received": "%sT%02d:%02d:00%s"
                % (oracle.text(day), hour, rng.choice([0, 30, 59]), offset)
            }
        )
    lines = batch(queries).stdout.splitlines()
    if len(lines) != len(queries):
        fail("batch of instants: %d lines for %d" % (len(lines), len(queries)))
    for query, line in zip(queries, lines):
        compare(query, json.loads(line), oracle.deadline(query["received"]))


def refused():
    for what, received, pauses in REFUSED:
        result = plain(received, pauses)
        if result.returncode != 1 or result.stdout or not result.stderr.strip():
            fail(
                "%s: exit %d, stdout %r, stderr %r"
                % (what, result.returncode, result.stdout, result.stderr[:120])
            )
    lines = [{"received": received, "pauses": pauses} for _, received, pauses in REFUSED]
    lines += [
        {"received": ""},
        {"received": 20260130},
        {"pauses": []},
        {"received": "2026-01-30", "pauses": "2026-02-01/2026-02-05"},
        {"received": "2026-01-30", "tolling": "always"},
        {"received": "2026-01-30", "tenant": "nowhere"},
    ]
    mixed = [entry for line in lines for entry in (line, {"received": "2026-01-30"})]
    result = batch(mixed)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    if len(answers) != len(mixed):
        fail("batch with refusals: %d lines for %d" % (len(answers), len(mixed)))
    for query, answer in zip(mixed, answers):
        if query == {"received": "2026-01-30"}:
            compare(query, answer, oracle.deadline("2026-01-30"))
        elif not (
            set(answer) == {"error"}
            and answer["error"].get("code")
            and answer["error"].get("detail")
        ):
            fail("%s: not refused: %s" % (json.dumps(query), json.dumps(answer)))
    broken = run(
        "--batch", "-", text='{"received":"2026-01-30"}\n{"received":\n{"received":"2026-01-30"}\n'
    )
    kinds = ["error" in json.loads(line) for line in broken.stdout.splitlines()]
    if kinds != [False, True, False]:
        fail("batch with a broken line: %s" % kinds)
    return len(mixed)


def usage():
    for words in (
        [],
        ["--received"],
        ["--received", "2026-01-30", "--tolling", "sometimes"],
        ["--received", "2026-01-30", "--no-such-flag"],
        ["2026-01-30"],
    ):
        result = run(*words)
        if result.returncode != 2 or result.stdout or not result.stderr.strip():
            fail("usage %s: exit %d, stdout %r" % (words, result.returncode, result.stdout[:120]))


def main():
    golden()
    days = every_day()
    samples()
    instants()
    lines = refused()
    usage()
    print(
        "deadline: %d queries over %d receipt days, %d golden vectors, %d instants, "
        "%d refusals; %d disagreements"
        % (
            days,
            len(RECEIPTS),
            len(GOLDEN),
            len(INSTANTS) + 2000,
            lines // 2 + len(REFUSED),
            len(failures),
        )
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
