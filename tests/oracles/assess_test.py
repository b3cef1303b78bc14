"""Protects the answer to "may this be erased": a wrong day breaks the law one way or the other.

Compares `pykala assess` on random persons of all five packs, on days around each computed end, with
assess_oracle.py; then the dated example of the contract, hand-computed cases, and malformed input.
"""

import datetime
import json
import subprocess
import sys

import assess_cases as cases
import assess_oracle as oracle

failures = []


def fail(what):
    failures.append(what)
    print("FAILED", what, file=sys.stderr)


def run(text, tenant="kuopio", on="2027-05-01"):
    return subprocess.run(
        [cases.PROGRAM, "assess", "--tenant", tenant, "--on", on, "--records", "-"],
        input=text,
        capture_output=True,
        text=True,
        timeout=600,
    )


EXAMPLE = {
    "id": "r1",
    "person": "p1",
    "category": "KUO-C06",
    "commodity": "electricity",
    "dates": {
        "event": "2020-03-15",
        "contract_end": "2021-05-31",
        "accounting_period_end": "2020-12-31",
    },
    "contract": "ended",
    "balance": "settled",
    "holds": [],
}
EXAMPLE_ANSWER = {
    "id": "r1",
    "outcome": "retain",
    "action": "restrict",
    "hold": "dated",
    "statutory_until": "2026-12-31",
    "retain_until": "2030-03-15",
    "erase_on": "2030-03-16",
    "erase_by": "2030-03-15",
    "liftable": True,
    "confirm": True,
    "missing": [],
    "reason": None,
}
EXAMPLE_BECAUSE = [
    ("statute", "2020-12-31", "2026-12-31", "confirmed"),
    ("house", "2020-03-15", "2030-03-15", "assumed"),
]


def example():
    answer = json.loads(run(json.dumps(EXAMPLE) + "\n").stdout or "{}")
    for name, value in EXAMPLE_ANSWER.items():
        if answer.get(name, "absent") != value:
            fail(
                "the contract's example: %s is %s, not %s"
                % (name, answer.get(name, "absent"), value)
            )
    lines = [
        (line["authority"], line["start_on"], line["until"], line["grade"])
        for line in answer.get("because", [])
    ]
    if sorted(lines) != sorted(EXAMPLE_BECAUSE):
        fail("the contract's example: because is %s" % lines)
    governing = answer.get("governing") or {}
    if (governing.get("rule"), governing.get("authority"), governing.get("grade")) != (
        "kuopio.billing_and_metering",
        "house",
        "assumed",
    ):
        fail("the contract's example: governing is %s" % governing)
    if not any(line.get("cite") == "1336/1997 2:10(2)" for line in answer.get("because", [])):
        fail("the contract's example: no line cites 1336/1997 2:10(2)")


# Ends that the law itself gives as examples (law.md 3.1, 4.2): tenant, record, last day of the
# statute.
LAW_EXAMPLES = [
    (
        "kss",
        {"category": "KSS-C06", "dates": {"accounting_period_end": "2019-12-31"}},
        "2025-12-31",
    ),
    (
        "kss",
        {"category": "KSS-C06", "dates": {"accounting_period_end": "2024-03-31"}},
        "2030-12-31",
    ),
    (
        "kss",
        {"category": "KSS-C06", "dates": {"accounting_period_end": "2017-04-30"}},
        "2023-12-31",
    ),
    (
        "turku",
        {"category": "LEDGER", "dates": {"accounting_period_end": "2024-03-31"}},
        "2034-03-31",
    ),
    (
        "turku",
        {"category": "LEDGER", "dates": {"accounting_period_end": "2017-04-30"}},
        "2027-04-30",
    ),
    ("kss", {"category": "KSS-B05", "dates": {"event": "2020-11-22"}}, "2026-11-22"),
    ("kokkola", {"category": "KOK-08", "dates": {"contract_end": "2020-05-31"}}, "2026-05-31"),
    ("kss", {"category": "KSS-B05", "dates": {"event": "2020-02-29"}}, "2026-02-28"),
    (
        "valkeakoski",
        {"category": "VAL-05", "commodity": "gas", "dates": {"event": "2020-02-29"}},
        "2026-12-31",
    ),
    ("kss", {"category": "OUTAGE", "dates": {"event": "2024-09-01"}}, "2026-09-01"),
]


def law_examples():
    for tenant, record, until in LAW_EXAMPLES:
        last = datetime.date.fromisoformat(until)
        record = {"id": "x", "balance": "settled", **record}
        for on, holds in ((last, True), (last + oracle.DAY, False)):
            answer = (cases.assess(tenant, on, [record]) or [{}])[0]
            expected = oracle.Oracle(tenant, on).person([record])[0]
            if expected["statutory_until"] != until:
                fail(
                    "the oracle itself: %s ends %s"
                    % (json.dumps(record), expected["statutory_until"])
                )
            statute = any(
                line["authority"] == "statute" and line["until"] >= on.isoformat()
                for line in answer.get("because", [])
            )
            if answer.get("statutory_until") != until or statute != holds:
                fail(
                    "%s on %s: statutory_until %s"
                    % (json.dumps(record), on, answer.get("statutory_until"))
                )


def line(person, identity="r"):
    return json.dumps({**EXAMPLE, "id": identity, "person": person}) + "\n"


HINTED = ("a doubled key", "a lifted rule that is none")


def malformed():
    """Exit 1, the number of the line on standard error, nothing written for it or after it."""
    good, other = line("p1"), line("p2")
    bad = {
        "broken JSON": '{"id":"r3","person":\n',
        "no object": "[1,2]\n",
        "a person who returns": line("p1", "r3"),
    }
    fields = {
        "an impossible date": {"dates": {"event": "2026-02-30"}},
        "29 February of a common year": {"dates": {"contract_end": "2027-02-29"}},
        "a date that is a number": {"dates": {"event": 20260130}},
        "dates that are a list": {"dates": ["2026-01-30"]},
        "a category that is a number": {"category": 6},
        "holds that are an object": {"holds": {"reason": "x", "until": None}},
        "a hold that is a word": {"holds": ["court"]},
        "a hold until an impossible day": {"holds": [{"reason": "x", "until": "2026-11-31"}]},
        "a balance of another word": {"balance": "perhaps"},
        "a balance that is a number": {"balance": 0},
        "a contract of another word": {"contract": "sleeping"},
        "a commodity of another word": {"commodity": "coal"},
        "lifted that is no list": {"lifted": 5},
        "defeated_by of another word": {"defeated_by": "rain"},
        "a lifted rule that is none": {"lifted": ["kuopio.billing"]},
        "an upheld rule of an act": {"upheld": ["accounting.voucher"]},
        "an upheld rule of another pack": {"upheld": ["kokkola.recordings"]},
    }
    for what, change in fields.items():
        bad[what] = json.dumps({**EXAMPLE, "id": "r3", "person": "p3", **change}) + "\n"
    whole = line("p3", "r3")
    bad["a doubled key"] = whole.replace("{", '{"balance": "open", ', 1)
    bad["a doubled key with an escape"] = whole.replace("{", '{"balan\\u0063e": "open", ', 1)
    bad["a doubled date"] = whole.replace('"event"', '"event": "2020-01-01", "event"', 1)
    told = run(line("p1").replace('"id": "r"', '"id": "a: \\"b\\": {c"'))
    if told.returncode != 0:
        fail("colons and quotes in a text are no keys: %r" % told.stderr[:200])
    for what, wrong in bad.items():
        result = run(good + other + wrong + line("p4", "r4"))
        if result.returncode != 1:
            fail("%s: exit %d" % (what, result.returncode))
        if what in HINTED and "hint:" not in result.stderr:
            fail("%s: no hint: %r" % (what, result.stderr[:200]))
        if "3" not in result.stderr.replace("r3", "").replace("p3", ""):
            fail("%s: standard error does not name line 3: %r" % (what, result.stderr[:200]))
        written = [json.loads(each)["id"] for each in result.stdout.splitlines()]
        if written not in (["r"], ["r", "r"]):
            fail("%s: written before it: %s" % (what, written))
    return len(bad)


def whole_input_is_one_person():
    """Without `person` a name waits for the invoice wherever it stands."""
    name = {"id": "n", "category": "KUO-A01"}
    invoice = {key: value for key, value in EXAMPLE.items() if key != "person"}
    answers = cases.assess("kuopio", datetime.date(2027, 5, 1), [name] + [invoice])
    if not answers or (answers[0]["outcome"], answers[0]["retain_until"]) != (
        "retain",
        "2030-03-15",
    ):
        fail("without person: the name does not follow the invoice: %s" % answers)
    crowd = json.dumps({"id": "r", "category": "KUO-C03"}) + "\n"
    if run(crowd * 100000).returncode != 0:
        fail("100,000 records without person are refused")
    if run(crowd * 100001).returncode != 1:
        fail("100,001 records without person are not refused")


def usage():
    if run("").returncode != 0 or run("").stdout:
        fail("no records: not an empty answer")
    for words in (
        ["--on", "2027-05-01"],
        ["--tenant", "kuopio"],
        ["--tenant", "kuopio", "--on", "2027-05-01", "--no"],
    ):
        result = subprocess.run(
            [cases.PROGRAM, "assess", *words], input="", capture_output=True, text=True, timeout=60
        )
        if result.returncode != 2 or result.stdout:
            fail("usage %s: exit %d" % (words, result.returncode))
    for result in (run(line("p1"), on="2027-02-30"), run(line("p1"), tenant="nowhere")):
        if result.returncode not in (1, 2) or result.stdout or not result.stderr:
            fail(
                "a day or a tenant that is not: exit %d, %r"
                % (result.returncode, result.stdout[:100])
            )


def main():
    example()
    law_examples()
    bad = malformed()
    whole_input_is_one_person()
    usage()
    tally = cases.compare_random(seed=588, records_wanted=20000)
    print(
        "assess: %d records of %d persons (%s), %d of them differ; "
        "%d malformed inputs; %d other disagreements"
        % (
            tally.records,
            tally.persons,
            ", ".join("%s %d" % each for each in sorted(tally.outcomes.items())),
            tally.wrong,
            bad,
            len(failures),
        )
    )
    return 1 if tally.wrong or failures else 0


if __name__ == "__main__":
    sys.exit(main())
