"""What happens to each record of a person on a day: an oracle for `pykala assess`, small and slow.

Written from the published contract alone, by somebody who has not read the engine. Each sentence of
the contract is followed to the letter; where it leaves room, the reading taken is listed here.

  A1  A class without any rule of its own (FB, SVC, REC beside COR) gives `retention_unstated` also
      where a statute of another class of the record has ended: "a record to which no statutory rule
      applies" and "under the rules of each (retain beats review beats erase)" can be read both
      ways, and of two readings the product takes the one that erases nothing.
  A2  NAME and HETU have a rule in the table ("held while ..."), so nothing left to hold them means
      `erase`, not `retention_unstated`.
  A3  `contract_end` of a name, address or identity code is read from that record's own `dates`; the
      contract says what it means there (end of the person's last contract), not that the engine
      gathers it.
  A4  A record whose commodity is missing counts as one whose statutory rule lacks its date: not
      liftable, no `erase_on`. `commodity` is demanded of an ended contract and of readings; a
      contract in force is held without.
  A5  REP "as CON" includes the ceiling of s 75 c and s 58 b.
  A6  While `defeated_by`, `lifted` stand, the house rule does not hold, is no part of
      `retain_until` and its date is not missing; its ceiling stays. Whether it is listed in
      `because` is left open.
  A7  `upheld` is the officer's confirmation: `confirm` is then false although the record stays
      liftable, and an unconfirmed rule so upheld holds like any other.
  A8  `missing` lists `balance` on every INV record without it, retained ones too ("filled also when
      another rule retains"). A ceiling alone asks for no date.
  A9  An invoice with neither date lacks `date:accounting_period_end`; naming `date:event` beside it
      is allowed.
  A10 A record without person's data: `hold` none, every date null, nothing liftable.
  A11 NAME and HETU take `keep` when any record that holds them is itself kept by a contract in
      force; `hold` is `open` before `contract` before `dated`. `erase_on` is null while a record
      that holds them lacks a statutory date.
  A12 HETU: a record that is CON, MET or REP among others counts whole.
  A13 `follows_review` and a reason of the record's own: either is accepted.
  A14 `because` of NAME and HETU: its own rules are demanded, the rules of the records it follows
      are welcome.
  A15 The heat comparison depends on a contract in force but is a dated floor: `restrict`, not
      `keep`.
  A16 In force, the statutory rule of CON and REP has no end; listing it without one is allowed.
      `start_on` of a legal hold or balance is left open.
  A17 `defeated_by` is one word.
"""

import dataclasses
import datetime

import assess_law as law

DAY = datetime.timedelta(days=1)
RANK = {"case": 2, "statute": 1, "house": 0}
NATURE = ("open", "contract", "dated")


@dataclasses.dataclass
class Hold:
    """Something that keeps a record on DATE; until None is undated."""

    authority: str
    nature: str
    until: datetime.date | None = None
    by_contract: bool = False
    liftable: bool = False
    confirm: bool = False
    lacks: bool = False
    grades: set | None = None
    names: set | None = None


@dataclasses.dataclass
class Entry:
    """One line of `because`."""

    authority: str
    start: datetime.date | None = None
    until: datetime.date | None = None
    grades: set | None = None
    act: str | None = None
    name: str | None = None


class Assessment:
    def __init__(self):
        self.holds, self.own_case_holds = [], []
        self.ends, self.statutory_ends, self.ceilings = [], [], []
        self.missing, self.missing_allowed = set(), set()
        self.statute_lacks = self.commodity_lacks = self.date_lacks = False
        self.in_window = self.unconfirmed = self.unstated = False
        self.entries, self.optional = [], []
        self.follows_review = False
        self.reason = None


def day(text):
    return datetime.date.fromisoformat(text) if text else None


def dates_of(record):
    return {name: day(text) for name, text in (record.get("dates") or {}).items() if text}


def case_holds(record, on):
    """Open balance and legal holds; those that ended before DATE count for nothing."""
    found = []
    if record.get("balance") == "open":
        found.append(Hold("case", "open"))
    for hold in record.get("holds") or []:
        until = day(hold.get("until"))
        if until is None:
            found.append(Hold("case", "open"))
        elif until >= on:
            found.append(Hold("case", "dated", until))
    return found


class Oracle:
    """names maps (tenant, class) to the id of the house rule, where known."""

    def __init__(self, tenant, on, names=None):
        self.tenant, self.on = tenant, on
        self.categories = law.categories(tenant)
        self.names = names or {}

    def person(self, records):
        """Expected answers of one person's records, in order."""
        found = [self.own(record) for record in records]
        answers = [
            None if self.follows(record) else self.answer(record, one)
            for record, one in zip(records, found)
        ]
        for position, record in enumerate(records):
            if self.follows(record):
                self.gather(position, records, found, answers)
        for position, record in enumerate(records):
            if self.follows(record):
                answers[position] = self.answer(record, found[position])
        return answers

    def classes(self, record):
        return self.categories.get(record["category"])

    def follows(self, record):
        return bool({"NAME", "HETU"} & set(self.classes(record) or ()))

    def commodity(self, record):
        return (
            record.get("commodity")
            or law.OF_CATEGORY.get(record["category"])
            or law.SOLD.get(self.tenant)
        )

    def own(self, record):
        """Rules of the record itself, without those of the person's other records."""
        found = Assessment()
        classes = self.classes(record)
        if not classes:
            return found
        dates, in_force = dates_of(record), record.get("contract") == "in_force"
        found.own_case_holds = case_holds(record, self.on)
        found.holds += found.own_case_holds
        found.ends += [hold.until for hold in found.own_case_holds if hold.until]
        found.entries += [Entry("case", None, hold.until) for hold in found.own_case_holds]
        if in_force and {"CON", "REP", "LAND"} & set(classes):
            found.holds.append(Hold("case", "contract", by_contract=True))
            found.entries.append(Entry("case"))
        for each in classes:
            self.statutes(each, record, dates, in_force, found)
        for each in classes:
            self.house(each, record, dates, in_force, found)
        if "INV" in classes and record.get("balance") is None:
            found.missing.add("balance")
        return found

    def states_nothing(self, each):
        return (
            each not in law.HOUSE[self.tenant]
            and each not in law.KEPT_FOR_NOTHING
            and each not in ("NAME", "HETU")
        )

    def statutes(self, each, record, dates, in_force, found):
        commodity = self.commodity(record)
        if each in ("CON", "MET", "REP") and not commodity:
            if in_force and each != "MET":
                found.missing_allowed.add("commodity")
                found.optional.append(Entry("statute"))
                return
            found.missing.add("commodity")
            found.missing_allowed |= {"date:contract_end", "date:role_end", "date:event"}
            found.commodity_lacks = found.statute_lacks = True
            found.optional.append(Entry("statute"))
            return
        if in_force and each in ("CON", "REP"):
            found.optional.append(Entry("statute"))
        floors = law.statutory_floors(each, dates, commodity, in_force)
        found.unstated |= not floors and self.states_nothing(each)
        for floor in floors:
            if floor.lacks:
                found.missing.add("date:" + floor.lacks)
                if floor.lacks == "accounting_period_end":
                    found.missing_allowed.add("date:event")
                found.date_lacks = found.statute_lacks = True
                found.optional.append(Entry("statute"))
                continue
            found.entries.append(
                Entry("statute", floor.start, floor.until, floor.grades, floor.act)
            )
            found.ends.append(floor.until)
            found.statutory_ends.append(floor.until)
            if floor.ceiling:
                found.ceilings.append(floor.until)
            if floor.until >= self.on:
                found.holds.append(Hold("statute", "dated", floor.until, grades=floor.grades))
            elif floor.window_until and floor.window_until >= self.on:
                found.in_window = True

    def house(self, each, record, dates, in_force, found):
        rule = law.HOUSE[self.tenant].get(each)
        if not rule:
            return
        start_name, years, holds, ceiling, confirmed = rule
        if start_name == "end":
            start_name = "role_end" if each == "REP" else "contract_end"
        name = self.names.get((self.tenant, each))
        grade = law.HOUSE_GRADE.get((self.tenant, each))
        grades = {grade} if grade else None
        upheld = name is not None and name in (record.get("upheld") or [])
        beaten = bool(record.get("defeated_by")) or (
            name is not None and name in (record.get("lifted") or [])
        )
        open_ended = in_force and start_name != "event"
        start = None if open_ended else dates.get(start_name)
        until = law.plus_years(start, years) if start else None
        if until and ceiling:
            found.ceilings.append(until)
        entry = Entry("house", start, until, grades, name=name)
        if beaten or (not open_ended and not start):
            found.optional.append(entry)
            if not beaten and holds:
                found.missing.add("date:" + start_name)
                found.date_lacks = True
            elif not start:
                found.missing_allowed.add("date:" + start_name)
            return
        found.entries.append(entry)
        if not holds:
            return
        if not confirmed and not upheld:
            found.unconfirmed |= open_ended or until >= self.on
            return
        if until:
            found.ends.append(until)
        if open_ended or until >= self.on:
            found.holds.append(
                Hold(
                    "house",
                    "contract" if open_ended else "dated",
                    until,
                    by_contract=open_ended,
                    liftable=True,
                    confirm=not upheld,
                    grades=grades,
                    names={name},
                )
            )

    def gather(self, position, records, found, answers):
        """What the person's other records do to a name or an identity code."""
        code = "HETU" in self.classes(records[position])
        mine = found[position]
        for other, record in enumerate(records):
            classes = self.classes(record)
            if other == position or classes == []:
                continue
            counts = (
                bool({"CON", "MET", "REP"} & set(classes or ()))
                if code
                else not self.follows(record)
            )
            if not counts:
                mine.holds += found[other].own_case_holds
                mine.ends += [hold.until for hold in found[other].own_case_holds if hold.until]
                continue
            answer = answers[other]
            if answer["outcome"] == "review":
                mine.follows_review = True
            if answer["outcome"] != "retain":
                continue
            until, statutory = answer["retain_until"], answer["statutory_until"]
            mine.holds.append(
                Hold(
                    answer["_top"][0].authority,
                    answer["hold"],
                    day(until),
                    answer["action"] == "keep",
                    answer["liftable"],
                    answer["confirm"],
                    found[other].statute_lacks,
                )
            )
            mine.ends += [day(until)] if until else []
            mine.statutory_ends += [day(statutory)] if statutory else []

    def answer(self, record, found):
        classes = self.classes(record)
        answer = {
            "id": record["id"],
            "outcome": "review",
            "action": "none",
            "hold": "none",
            "statutory_until": None,
            "retain_until": None,
            "erase_on": None,
            "erase_by": None,
            "liftable": False,
            "confirm": False,
            "missing": set(),
            "reason": None,
            "_missing_allowed": set(),
            "_entries": [],
            "_optional": [],
            "_top": [],
            "_reasons": set(),
            "_follows": False,
        }
        if classes is None:
            answer["_reasons"] = {"unknown_category"}
            return answer
        if not classes:
            answer.update(outcome="retain", action="keep")
            return answer
        answer.update(
            statutory_until=text(max(found.statutory_ends, default=None)),
            retain_until=text(max(found.ends, default=None)),
            erase_by=text(min(found.ceilings, default=None)),
            missing=found.missing,
            _missing_allowed=found.missing_allowed,
            _entries=found.entries,
            _optional=found.optional,
            _follows=self.follows(record),
        )
        if found.holds:
            self.retain(answer, found)
            return answer
        answer["_reasons"] = self.reasons(classes, record, found)
        if not answer["_reasons"]:
            answer["outcome"], answer["erase_on"] = "erase", text(self.on)
            answer["action"] = (
                "reduce" if "DMC" in classes else "unlink" if "SITE" in classes else "delete"
            )
        return answer

    def retain(self, answer, found):
        nature = next(each for each in NATURE if any(hold.nature == each for hold in found.holds))
        lacks = found.statute_lacks or any(hold.lacks for hold in found.holds)
        liftable = (
            all(hold.liftable for hold in found.holds)
            and not found.statute_lacks
            and not found.in_window
        )
        top = max((hold.until or datetime.date.max, RANK[hold.authority]) for hold in found.holds)
        answer.update(
            outcome="retain",
            hold=nature,
            liftable=liftable,
            confirm=liftable and any(hold.confirm for hold in found.holds),
            action="keep" if any(hold.by_contract for hold in found.holds) else "restrict",
            _top=[
                hold
                for hold in found.holds
                if (hold.until or datetime.date.max, RANK[hold.authority]) == top
            ],
        )
        if nature != "dated":
            answer["retain_until"] = None
        elif not lacks:
            answer["erase_on"] = text(day(answer["retain_until"]) + DAY)

    def reasons(self, classes, record, found):
        """Empty: nothing stands in the way. Two: the contract does not say which comes first."""
        own = None
        if found.commodity_lacks:
            own = "missing_commodity"
        elif found.date_lacks:
            own = "missing_date"
        elif found.in_window or found.unconfirmed:
            own = "unconfirmed_rule"
        elif found.unstated:
            own = "retention_unstated"
        elif "INV" in classes and record.get("balance") is None:
            own = "missing_balance"
        return {
            reason for reason in (own, "follows_review" if found.follows_review else None) if reason
        }


def text(date):
    return date.isoformat() if date else None
