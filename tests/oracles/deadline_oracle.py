"""Deadlines of requests under article 12(3) GDPR, the slow way: an oracle for `pykala deadline`.

Written from the legal text and the published contract alone. It walks a calendar day by day, takes
Easter from the table of paschal full moons instead of a closed formula, and knows nothing of the
program it judges.

Sources: Regulation 1182/71 articles 2 and 3 (same-number day, clamping, rolling over holidays,
Sundays and Saturdays), Act 150/1930 section 5 (the eves), Church Act 652/2023 1:6 and Church Order
657/2023 1:4 (holy days), Acts 272/1944 and 388/1937 (1 May, 6 December).

Readings taken where the contract leaves room:
  R1 An empty pause (FROM = TO) and a reversed one (TO before FROM) are not spoken of; a reversed
     one cannot be a half-open range and is refused, an empty one is left out of the comparison.
  R2 Pauses may be given in any order; two that touch ([a, b) and [b, c)) do not overlap. A pause
     that begins on the day of receipt does not begin before receipt.
  R3 A pause that begins after the untolled due day still adds its days: the contract adds the sum
     of the pauses.
  R4 The promise is 30 days for every tenant and also without one.
  R5 An empty word after --received is wrong usage as well as refused input: only the batch form,
     where it must be refused, is asked.
"""

FIRST_YEAR, LAST_YEAR = 2016, 2075

MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6

# Paschal full moon by golden number (1..19), Gregorian, valid for the years 1900 to 2199.
PASCHAL_FULL_MOON = [
    (4, 14),
    (4, 3),
    (3, 23),
    (4, 11),
    (3, 31),
    (4, 18),
    (4, 8),
    (3, 28),
    (4, 16),
    (4, 5),
    (3, 25),
    (4, 13),
    (4, 2),
    (3, 22),
    (4, 10),
    (3, 30),
    (4, 17),
    (4, 7),
    (3, 27),
]


class Refused(Exception):
    """The input cannot be answered; the text says why."""


def month_length(year, month):
    if month == 2:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31


def walk():
    """Every day of the calendar in order, with its weekday; 1 January 2016 was a Friday."""
    year, month, day, weekday = FIRST_YEAR, 1, 1, FRIDAY
    while year <= LAST_YEAR:
        yield (year, month, day), weekday
        weekday = (weekday + 1) % 7
        day += 1
        if day > month_length(year, month):
            month, day = month + 1, 1
            if month > 12:
                year, month = year + 1, 1


DAYS, WEEKDAY = [], {}
for _day, _weekday in walk():
    DAYS.append(_day)
    WEEKDAY[_day] = _weekday
INDEX = {day: position for position, day in enumerate(DAYS)}


def next_day(day):
    return DAYS[INDEX[day] + 1]


def day_before(day):
    return DAYS[INDEX[day] - 1]


def plus_days(day, count):
    for _ in range(count):
        day = next_day(day)
    return day


def first_weekday_from(day, weekday):
    while WEEKDAY[day] != weekday:
        day = next_day(day)
    return day


def easter(year):
    """The Sunday after the paschal full moon."""
    moon = (year,) + PASCHAL_FULL_MOON[year % 19]
    return first_weekday_from(next_day(moon), SUNDAY)


def holidays(year):
    """All fifteen days, also those that fall on a weekend, in the order of the calendar."""
    sunday = easter(year)
    friday = sunday
    while WEEKDAY[friday] != FRIDAY:
        friday = day_before(friday)
    midsummer = first_weekday_from((year, 6, 20), SATURDAY)
    return sorted(
        {
            (year, 1, 1),
            (year, 1, 6),
            friday,
            sunday,
            next_day(sunday),
            (year, 5, 1),
            plus_days(sunday, 39),
            plus_days(sunday, 49),
            day_before(midsummer),
            midsummer,
            first_weekday_from((year, 10, 31), SATURDAY),
            (year, 12, 6),
            (year, 12, 24),
            (year, 12, 25),
            (year, 12, 26),
        }
    )


CLOSED = {day for day, weekday in WEEKDAY.items() if weekday in (SATURDAY, SUNDAY)}
for _year in range(FIRST_YEAR, LAST_YEAR + 1):
    CLOSED.update(holidays(_year))


def roll(day):
    """The day itself if it is a working day, else the next working day (article 3(4))."""
    while day in CLOSED:
        day = next_day(day)
    return day


def plus_months(day, count):
    """The same-number day so many months later; where there is none, the month's last day."""
    year, month, number = day
    for _ in range(count):
        month += 1
        if month > 12:
            year, month = year + 1, 1
    return (year, month, min(number, month_length(year, month)))


def text(day):
    return "%04d-%02d-%02d" % day


def parse_day(word):
    digits = word.replace("-", "")
    if (
        len(word) != 10
        or word[4] != "-"
        or word[7] != "-"
        or len(digits) != 8
        or not digits.isdigit()
    ):
        raise Refused("not a date: " + word)
    day = (int(word[:4]), int(word[5:7]), int(word[8:]))
    if day not in INDEX:
        raise Refused("no such day: " + word)
    return day


def helsinki_day(instant):
    """The Helsinki calendar day of `YYYY-MM-DDThh:mm[:ss]` followed by Z or +hh:mm.

    Finland is two hours ahead of UTC, three from the last Sunday of March to the last Sunday of
    October, changing at 01:00 UTC (Directive 2000/84/EC).
    """
    date, time = instant.split("T")
    day = parse_day(date)
    if time.endswith("Z"):
        clock, offset = time[:-1], 0
    else:
        clock, sign = time[:-6], 1 if time[-6] == "+" else -1
        offset = sign * (60 * int(time[-5:-3]) + int(time[-2:]))
    minutes = 60 * int(clock[:2]) + int(clock[3:5]) - offset
    day, minutes = normalise(day, minutes)
    minutes += 180 if is_summer(day, minutes) else 120
    return normalise(day, minutes)[0]


def normalise(day, minutes):
    while minutes < 0:
        day, minutes = day_before(day), minutes + 1440
    while minutes >= 1440:
        day, minutes = next_day(day), minutes - 1440
    return day, minutes


def is_summer(day, minutes):
    year = day[0]
    begins, ends = (year, 3, 31), (year, 10, 31)
    while WEEKDAY[begins] != SUNDAY:
        begins = day_before(begins)
    while WEEKDAY[ends] != SUNDAY:
        ends = day_before(ends)
    return (begins, 60) <= (day, minutes) < (ends, 60)


def pause_days(received, pauses):
    """The number of days that the pauses cover, counted one by one."""
    covered = set()
    total = 0
    for pause in pauses:
        if pause.count("/") != 1:
            raise Refused("not a range: " + pause)
        begin, end = (parse_day(part) for part in pause.split("/"))
        if end < begin:
            raise Refused("ends before it begins: " + pause)
        if begin < received:
            raise Refused("begins before receipt: " + pause)
        while begin != end:
            if begin in covered:
                raise Refused("overlaps: " + pause)
            covered.add(begin)
            total += 1
            begin = next_day(begin)
    return total


def deadline(received, pauses=(), tolling="none"):
    """The answer of `pykala deadline`, field for field; raises Refused."""
    start = helsinki_day(received) if "T" in received else parse_day(received)
    paused = pause_days(start, pauses)
    month = plus_months(start, 1)
    promise, statutory = plus_days(start, 30), roll(month)
    tolled_promise, tolled_statutory = plus_days(promise, paused), roll(plus_days(month, paused))
    tolled_due = min(tolled_promise, tolled_statutory)
    due = tolled_due if tolling == "edpb" else min(promise, statutory)
    act_by = due
    while act_by in CLOSED:
        act_by = day_before(act_by)
    extended = roll(min(plus_months(start, 3), plus_months(month, 2)))
    answer = {
        "received_on": start,
        "promise_on": promise,
        "statutory_on": statutory,
        "due_on": due,
        "act_by": act_by,
        "extension_notice_on": statutory,
        "extended_on": extended,
        "tolled_promise_on": tolled_promise,
        "tolled_statutory_on": tolled_statutory,
        "tolled_due_on": tolled_due,
    }
    return {name: text(day) for name, day in answer.items()}
