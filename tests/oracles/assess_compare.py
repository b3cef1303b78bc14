"""Compares what the assess oracle expects with what `pykala assess` says, field by field.

Every field but the wording of `cite` counts; what the contract leaves open (see assess_oracle) is
not compared.
"""

from assess_oracle import text

SIMPLE = (
    "id",
    "outcome",
    "action",
    "hold",
    "statutory_until",
    "retain_until",
    "erase_on",
    "erase_by",
    "liftable",
    "confirm",
)


def differences(expected, actual):
    """Names of the fields that differ, each with what was expected."""
    found = [
        (name, expected[name])
        for name in SIMPLE
        if name not in actual or actual[name] != expected[name]
    ]
    missing = actual.get("missing")
    if not isinstance(missing, list) or len(set(missing)) != len(missing):
        found.append(("missing", sorted(expected["missing"])))
    elif (
        not expected["missing"]
        <= set(missing)
        <= expected["missing"] | expected["_missing_allowed"]
    ):
        found.append(("missing", sorted(expected["missing"])))
    if expected["_reasons"]:
        if actual.get("reason") not in expected["_reasons"]:
            found.append(("reason", sorted(expected["_reasons"])))
    elif "reason" not in actual or actual["reason"] is not None:
        found.append(("reason", None))
    return found + because_differences(expected, actual) + governing_differences(expected, actual)


def because_differences(expected, actual):
    lines = actual.get("because")
    if not isinstance(lines, list):
        return [("because", "a list")]
    left, found = list(lines), []
    for entry in expected["_entries"]:
        match = next((line for line in lines if fits(entry, line)), None)
        if match is None:
            found.append(("because", describe(entry)))
        left = [line for line in left if not fits(entry, line)]
    for line in left:
        if expected["_follows"] and line.get("authority") in ("case", "statute", "house"):
            continue
        if not any(fits(entry, line) for entry in expected["_optional"]):
            found.append(
                (
                    "because",
                    "no such line: %s %s..%s %s"
                    % (
                        line.get("authority"),
                        line.get("start_on"),
                        line.get("until"),
                        line.get("grade"),
                    ),
                )
            )
    return found


def fits(entry, line):
    if line.get("authority") != entry.authority or line.get("until") != text(entry.until):
        return False
    if entry.authority != "case" and line.get("start_on") != text(entry.start):
        return False
    if entry.grades and entry.until and line.get("grade") not in entry.grades:
        return False
    if entry.act and entry.act not in (line.get("cite") or ""):
        return False
    return not entry.name or line.get("rule") == entry.name


def describe(entry):
    return " ".join(
        str(each)
        for each in (
            entry.authority,
            entry.act or entry.name or "",
            "%s..%s" % (entry.start, entry.until),
            entry.grades or "",
        )
    )


def governing_differences(expected, actual):
    if "governing" not in actual:
        return [("governing", "a field")]
    line = actual["governing"]
    if not expected["_top"]:
        return [] if line is None else [("governing", None)]
    wanted = "%s until %s" % (expected["_top"][0].authority, expected["_top"][0].until)
    if not line or line.get("authority") != expected["_top"][0].authority:
        return [("governing", wanted)]
    if not all(name in line for name in ("rule", "authority", "cite", "grade")):
        return [("governing", "rule, authority, cite, grade")]
    grades = [hold.grades for hold in expected["_top"]]
    if all(grades) and line["grade"] not in set().union(*grades):
        return [("governing", "%s, grade %s" % (wanted, grades))]
    names = [hold.names for hold in expected["_top"]]
    if all(names) and None not in set().union(*names) and line["rule"] not in set().union(*names):
        return [("governing", "%s, rule %s" % (wanted, names))]
    if not any(
        each.get("rule") == line["rule"] and each.get("until") == text(expected["_top"][0].until)
        for each in actual.get("because") or []
    ):
        return [("governing", "a rule that because lists with the same end")]
    return []
