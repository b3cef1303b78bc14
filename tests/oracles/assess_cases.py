"""Random persons for the assess oracle, the comparison, and the smallest person that differs."""

import datetime
import json
import os
import random
import subprocess
import sys

import assess_compare
import assess_law as law
import assess_oracle as oracle

PROGRAM = os.environ.get("PYKALA") or sys.exit("set PYKALA to the path of the program")
TENANTS = sorted(law.PACKS)
DATES = [
    datetime.date.fromisoformat(word)
    for word in (
        "2026-11-22",
        "2026-12-31",
        "2027-01-01",
        "2027-05-01",
        "2028-02-29",
        "2028-03-01",
        "2029-06-30",
        "2031-12-31",
        "2032-01-01",
        "2034-07-01",
    )
]
PERIODS = [0, 0, 1, 2, 3, 4, 6, 6, 6, 7, 8, 9, 10, 10, 11, 12, 13]
SHOWN = 20


def boundary(rng, on):
    """A day whose two, six or ten years, or year's end, or eighteen months, end near `on`."""
    year = on.year - rng.choice(PERIODS)
    kind = rng.randrange(10)
    if kind < 4:
        month, number = on.month, on.day
    elif kind < 7:
        month, number = rng.choice(
            [(1, 1), (12, 31), (2, 28), (2, 29), (6, 30), (7, 1), (3, 1), (12, 30)]
        )
    elif kind < 9:
        month, number = rng.randrange(1, 13), rng.randrange(1, 29)
    else:
        return on + datetime.timedelta(days=rng.randrange(-500, 800))
    try:
        found = datetime.date(year, month, number)
    except ValueError:
        found = datetime.date(year, 3, 1)
    return found + datetime.timedelta(days=rng.choice([0, 0, 0, -1, 1, -2, 2]))


def random_hold(rng, on):
    until = rng.choice(
        [
            None,
            on,
            on - oracle.DAY,
            on + oracle.DAY,
            boundary(rng, on),
            on + datetime.timedelta(days=rng.randrange(1, 3000)),
        ]
    )
    return {"reason": rng.choice(["dispute", "court", "inquiry"]), "until": oracle.text(until)}


def random_record(rng, tenant, on, names, shared):
    """shared: days that several records of the person have in common."""
    known = law.categories(tenant)
    record = {"category": rng.choice(sorted(known))}
    if rng.random() < 0.02:
        return {"category": "NO-SUCH-" + str(rng.randrange(9))}
    if rng.random() < 0.6:
        record["commodity"] = rng.choice(["electricity"] * 4 + list(law.COMMODITIES))
    dates = {}
    for name in ("event", "contract_end", "role_end", "accounting_period_end"):
        chance = rng.random()
        if chance < 0.78 and (name != "accounting_period_end" or chance < 0.55):
            dates[name] = oracle.text(
                rng.choice(shared) if rng.random() < 0.3 else boundary(rng, on)
            )
        elif chance > 0.95:
            dates[name] = None
    if dates or rng.random() < 0.5:
        record["dates"] = dates
    record["contract"] = rng.choice(["in_force", "ended", "ended", None])
    record["balance"] = rng.choice(["settled"] * 6 + ["open", None, None])
    if rng.random() < 0.2:
        record["holds"] = [random_hold(rng, on) for _ in range(rng.choice([0, 1, 1, 2, 3]))]
    if rng.random() < 0.06:
        record["defeated_by"] = rng.choice(
            ["direct_marketing", "consent_withdrawn", "objection_upheld"]
        )
    rules = sorted({rule for (owner, _), rule in names.items() if owner == tenant})
    for key in ("lifted", "upheld"):
        if rules and rng.random() < 0.06:
            record[key] = rng.sample(rules, rng.randrange(1, len(rules) + 1))
    if not known[record["category"]]:
        record.pop("holds", None)
        record["balance"] = rng.choice(["settled", None])
    for key in ("contract", "balance", "commodity", "holds", "dates"):
        if record.get(key, 0) is None and rng.random() < 0.6:
            del record[key]
        elif key not in record and rng.random() < 0.05:
            record[key] = None
    return record


def random_person(rng, tenant, on, names, person):
    shared = [boundary(rng, on) for _ in range(3)]
    records = []
    for number in range(rng.choice([1, 1, 2, 3, 4, 6, 10])):
        record = {"id": "%s-%d" % (person, number), "person": person}
        record.update(random_record(rng, tenant, on, names, shared))
        records.append(record)
    return records


def assess(tenant, on, records, check=True):
    """Runs the program; the answers as objects in order, or None when it fails."""
    text = "".join(json.dumps(record) + "\n" for record in records)
    run = subprocess.run(
        [PROGRAM, "assess", "--tenant", tenant, "--on", oracle.text(on), "--records", "-"],
        input=text,
        capture_output=True,
        text=True,
        timeout=600,
    )
    if run.returncode != 0:
        if check:
            print(
                "%s on %s: exit %d: %s" % (tenant, on, run.returncode, run.stderr[:400]),
                file=sys.stderr,
            )
        return None
    return [json.loads(line) for line in run.stdout.splitlines()]


def learn_names():
    """The ids of the house rules, learnt from the program; they must begin with the tenant."""
    names, on = {}, datetime.date(2027, 5, 1)
    day = "2026-12-01"
    dates = {"event": day, "contract_end": day, "role_end": day}
    for tenant in TENANTS:
        probes = {}
        for category, classes in law.categories(tenant).items():
            for each in set(classes) & set(law.HOUSE[tenant]):
                if each not in probes or len(classes) < probes[each][0]:
                    probes[each] = (len(classes), category)
        records = [
            {"id": each, "person": each, "category": category, "dates": dates}
            for each, (_, category) in probes.items()
        ]
        for answer in assess(tenant, on, records) or []:
            rules = {line["rule"] for line in answer["because"] if line["authority"] == "house"}
            if len(rules) == 1:
                names[(tenant, answer["id"])] = rules.pop()
    wrong = {rule for (tenant, _), rule in names.items() if not rule.startswith(tenant + ".")}
    return names, wrong


class Tally:
    """What differs, by kind, with a few examples of each."""

    def __init__(self, names):
        self.names, self.records, self.persons, self.wrong = names, 0, 0, 0
        self.outcomes, self.kinds = {}, {}

    def judge(self, tenant, on, persons):
        flat = [record for records in persons for record in records]
        answers = assess(tenant, on, flat)
        if answers is None or len(answers) != len(flat):
            self.wrong += 1
            print(
                "%s on %s: %s answers for %d records"
                % (tenant, on, "no" if answers is None else len(answers), len(flat)),
                file=sys.stderr,
            )
            return
        judge, position = oracle.Oracle(tenant, on, self.names), 0
        for records in persons:
            given = answers[position : position + len(records)]
            position += len(records)
            self.persons += 1
            self.person(judge, tenant, on, records, given)

    def person(self, judge, tenant, on, records, given):
        for record, expected, actual in zip(records, judge.person(records), given):
            self.records += 1
            self.outcomes[expected["outcome"]] = self.outcomes.get(expected["outcome"], 0) + 1
            found = assess_compare.differences(expected, actual)
            if not found:
                continue
            self.wrong += 1
            classes = judge.classes(record)
            kind = (
                tenant,
                "/".join(classes) if classes else str(classes),
                found[0][0],
                expected["outcome"],
                actual.get("outcome"),
            )
            self.kinds.setdefault(kind, []).append((on, records))

    def report(self):
        """At most 20 kinds, the commonest first, each by the smallest person that still differs."""
        for kind, examples in sorted(self.kinds.items(), key=lambda item: -len(item[1]))[:SHOWN]:
            on, records = min(examples, key=lambda example: len(example[1]))
            records = shrink(kind[0], on, records, self.names, kind[1:])
            print(
                "DIFFERS %d times: %s" % (len(examples), " ".join(map(str, kind))), file=sys.stderr
            )
            judge, answers = oracle.Oracle(kind[0], on, self.names), assess(kind[0], on, records)
            for record, expected, actual in zip(records, judge.person(records), answers):
                print("  on %s: %s" % (on, json.dumps(record)), file=sys.stderr)
                for name, wanted in assess_compare.differences(expected, actual):
                    print("    %s: expected %s" % (name, wanted), file=sys.stderr)
                print(
                    "    program: %s"
                    % json.dumps({key: value for key, value in actual.items() if key != "id"}),
                    file=sys.stderr,
                )
        if len(self.kinds) > SHOWN:
            print("and %d more kinds" % (len(self.kinds) - SHOWN), file=sys.stderr)


def still_differs(tenant, on, records, names, kind):
    answers = assess(tenant, on, records, check=False)
    judge = oracle.Oracle(tenant, on, names)
    for record, expected, actual in zip(records, judge.person(records), answers or []):
        classes = judge.classes(record)
        found = assess_compare.differences(expected, actual)
        if (
            found
            and kind[0] == ("/".join(classes) if classes else str(classes))
            and kind[1] == found[0][0]
        ):
            return True
    return False


def smaller(records):
    """Each way to leave out one thing."""
    for number in range(len(records)):
        if len(records) > 1:
            yield records[:number] + records[number + 1 :]
    for number, record in enumerate(records):
        for key in record:
            if key in ("id", "person", "category"):
                continue
            yield records[:number] + [{k: v for k, v in record.items() if k != key}] + records[
                number + 1 :
            ]
        for key in record.get("dates") or {}:
            dates = {k: v for k, v in record["dates"].items() if k != key}
            yield records[:number] + [{**record, "dates": dates}] + records[number + 1 :]


def shrink(tenant, on, records, names, kind):
    runs, again = 0, True
    while again and runs < 150:
        again = False
        for candidate in smaller(records):
            runs += 1
            if still_differs(tenant, on, candidate, names, kind):
                records, again = candidate, True
                break
            if runs >= 150:
                break
    return records


def compare_random(seed, records_wanted):
    """Random persons of every tenant and date, about so many records; the tally."""
    names, wrong = learn_names()
    tally = Tally(names)
    for rule in wrong:
        tally.wrong += 1
        print("house rule %s does not begin with its tenant" % rule, file=sys.stderr)
    wanted = records_wanted // (len(TENANTS) * len(DATES))
    for tenant in TENANTS:
        for on in DATES:
            rng = random.Random("%d %s %s" % (seed, tenant, on))
            persons, count = [], 0
            while count < wanted:
                persons.append(random_person(rng, tenant, on, names, "p%d" % len(persons)))
                count += len(persons[-1])
            tally.judge(tenant, on, persons)
    tally.report()
    return tally
