"""The law and the five packs as the assess oracle knows them: classes of every category, statutory
floors and ceilings, published periods of the controllers. Written by hand from the statutes'
summary and the published contract, not read from the program's policy files.

Classes are those of the seed documents; ID is split in three: NAME (name, customer number, kind of
person, postal address), HETU (personal identity code) and REACH (phone, e-mail, age). A category
without any class is not personal data. `COR?` is COR by assumption.
"""

import datetime

EVERY_PACK = "LEDGER=LEDGER OUTAGE=OUTAGE COR=COR"

PACKS = {
    "kokkola": """
        KOK-01=MET KOK-02=MET KOK-03= KOK-04=MET KOK-05= KOK-06=INV KOK-07=REACH KOK-08=CON
        KOK-09=MKT KOK-10=INV/MET/CON""",
    "kuopio": """
        KUO-A01=NAME KUO-A02=REACH KUO-A03=HETU KUO-A04=REACH KUO-A05=REACH KUO-A06=NAME KUO-A07=REP
        KUO-A08=NAME KUO-A09=CON KUO-A10=CON KUO-A11=SITE KUO-A12=SITE KUO-A13=CON KUO-A14=DMC
        KUO-B01=SITE KUO-B02=SITE/NAME KUO-B03=SITE KUO-B04=CON KUO-B05=CON KUO-B06=CON KUO-B07=CON
        KUO-B08=SITE KUO-B09=MET KUO-B10=SITE KUO-B11=SITE KUO-B12=SITE KUO-B13=SITE KUO-B14=SITE
        KUO-B15=SITE KUO-B16=SITE KUO-B17=CON KUO-B18=CON KUO-B19=CON KUO-B20=SITE KUO-B21=SITE
        KUO-B22=SITE KUO-B23=SITE KUO-B24=MET KUO-B25=MET KUO-C01=BILL KUO-C02=CON KUO-C03=CRED
        KUO-C04=CON/INV KUO-C05=CON/INV KUO-C06=INV KUO-C07=INV KUO-C08=INV KUO-C09=BILL
        KUO-C10=BILL KUO-C11=INV KUO-D01=REC KUO-D02=SVC KUO-D03=SVC KUO-D04=DMC KUO-D05=FB
        KUO-D06=SVC KUO-R01=MKT KUO-R02=REC KUO-R03=REC KUO-R04=REC KUO-R05=REC""",
    "kss": """
        KSS-A01=NAME KSS-A02=HETU KSS-A03=NAME KSS-A04=NAME KSS-A05=REACH KSS-B01=SITE/NAME
        KSS-B02=SITE/NAME KSS-B03=SITE/NAME KSS-B04=SITE KSS-B05=MET KSS-B06=SITE KSS-B07=MET
        KSS-B08=SITE KSS-B09=SITE KSS-C01=INV KSS-C02=INV KSS-C03=BILL KSS-C04=BILL KSS-C05=BILL
        KSS-C06=INV KSS-D01=FB/COR? KSS-D02=REC KSS-D03=SVC KSS-D04=FB KSS-D05=SVC/MKT KSS-D06=DMC
        KSS-D07=SVC KSS-E01=SVC KSS-E02=MKT KSS-E03=REC/COR? KSS-E04=MKT""",
    "turku": """
        TUR-01.name=NAME TUR-01.address=NAME TUR-01.contact=REACH TUR-02=REP TUR-03=SITE TUR-04=CON
        TUR-05=FB/SVC/COR? TUR-06=INV TUR-07=MET/SITE TUR-08=MKT TUR-09=HETU TUR-10=REC TUR-11=SVC
        TUR-12=CON""",
    "valkeakoski": """
        VAL-01=NAME VAL-02=HETU VAL-03.address=NAME VAL-03.contact=REACH VAL-04=SITE VAL-05=MET
        VAL-06=LAND VAL-07=LAND VAL-08=DMC VAL-09=DMC VAL-10=REC VAL-11=REC VAL-12=REC VAL-13=REC
        VAL-14=REC VAL-15=SVC VAL-16=SVC/COR? VAL-17=CON/MET VAL-18=MKT""",
}

COMMODITIES = ("electricity", "gas", "heat", "cooling", "water")
SOLD = {"kss": "electricity", "kokkola": "electricity"}
OF_CATEGORY = {"KUO-B17": "heat", "KUO-B18": "heat", "KUO-B19": "heat"}

# Classes whose category the pack keeps for no period of its own, with a rationale: erased when
# nothing holds.
KEPT_FOR_NOTHING = {"REACH", "CRED", "SITE", "DMC"}

# Published periods: class -> (start, years, holds, is a ceiling, confirmed). `end` is contract_end,
# for REP role_end.
HOUSE = {
    "kuopio": {
        "CON": ("end", 10, True, True, True),
        "REP": ("end", 10, True, True, True),
        "INV": ("event", 10, True, True, True),
        "BILL": ("event", 10, True, True, True),
        "MET": ("event", 10, True, True, True),
        "REC": ("event", 1, True, True, True),
        "MKT": ("event", 1, False, True, True),
    },
    "valkeakoski": {
        **{
            each: ("end", 10, True, True, True)
            for each in ("NAME", "HETU", "CON", "REP", "INV", "MET", "LAND")
        },
        "REC": ("event", 1, True, True, True),
    },
    "kokkola": {each: ("end", 10, True, False, False) for each in ("CON", "INV", "MET")},
    "kss": {},
    "turku": {},
}

# What the contract fixes about grades; where it is silent any grade will do.
HOUSE_GRADE = {
    ("kuopio", "INV"): "assumed",
    ("kuopio", "BILL"): "assumed",
    ("kuopio", "MET"): "assumed",
    ("kuopio", "CON"): "confirmed",
    ("kuopio", "REC"): "confirmed",
}


# Section 58 b names the calendar year concerned, not the end of a contract: its grade is left open.
ELECTRICITY_CONTRACT = ("contract_end", "electricity")


def categories(tenant):
    """Category id -> list of classes."""
    return {
        word.split("=")[0]: [each for each in word.split("=")[1].split("/") if each]
        for word in (PACKS[tenant] + " " + EVERY_PACK).split()
    }


def plus_years(day, years):
    """The same day so many years later; 29 February becomes 28 where there is none. Not rolled."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return datetime.date(day.year + years, 2, 28)


def plus_eighteen_months(day):
    month, year = day.month + 6, day.year + 1
    if month > 12:
        month, year = month - 12, year + 1
    number = day.day
    while True:
        try:
            return datetime.date(year, month, number)
        except ValueError:
            number -= 1


def year_end(year):
    return datetime.date(year, 12, 31)


class Floor:
    """One statutory floor of a record: until its end the record may not be erased.

    lacks: the date that is missing for it, or None. window_until: last day of the span after the
    end during which a longer accounting period cannot be excluded. ceiling: the act also orders
    deletion after the end.
    """

    def __init__(
        self, act, lacks=None, start=None, until=None, window_until=None, ceiling=False, grades=None
    ):
        self.act, self.lacks, self.start, self.until = act, lacks, start, until
        self.window_until, self.ceiling, self.grades = window_until, ceiling, grades


def accounting(dates, years_after, assumed):
    """Accounting Act 1336/1997 2:10; years_after turns the period's last day into the end."""
    given, event = dates.get("accounting_period_end"), dates.get("event")
    if given:
        return Floor(
            "1336/1997",
            start=given,
            until=years_after(given),
            grades={"assumed" if assumed else "confirmed"},
        )
    if event:
        derived = year_end(event.year)
        return Floor(
            "1336/1997",
            start=derived,
            until=years_after(derived),
            window_until=years_after(plus_eighteen_months(event)),
            grades={"assumed"},
        )
    return Floor("1336/1997", lacks="accounting_period_end")


def vouchers(dates, assumed=False):
    return accounting(dates, lambda end: year_end(end.year + 6), assumed)


def ledgers(dates):
    return accounting(dates, lambda end: plus_years(end, 10), False)


def six_years(dates, start, commodity):
    """Electricity Market Act 588/2013 s 75 c; Natural Gas Market Act 587/2017 s 58 b."""
    act = "588/2013" if commodity == "electricity" else "587/2017"
    day = dates.get(start)
    if not day:
        return Floor(act, lacks=start)
    until = plus_years(day, 6) if commodity == "electricity" else year_end(day.year + 6)
    fixed = (
        {"confirmed"} if start == "event" or (start, commodity) == ELECTRICITY_CONTRACT else None
    )
    return Floor(act, start=day, until=until, ceiling=True, grades=fixed)


def statutory_floors(record_class, dates, commodity, in_force):
    """The floors of one class; commodity is known wherever the class needs it."""
    if record_class == "INV":
        return [vouchers(dates)]
    if record_class in ("COR", "COR?"):
        return [vouchers(dates, record_class == "COR?")]
    if record_class == "LEDGER":
        return [ledgers(dates)]
    if record_class in ("CON", "REP") and commodity in ("electricity", "gas") and not in_force:
        return [
            six_years(dates, "contract_end" if record_class == "CON" else "role_end", commodity)
        ]
    if record_class == "MET" and commodity in ("electricity", "gas"):
        return [six_years(dates, "event", commodity)]
    if record_class == "MET" and commodity in ("heat", "cooling") and in_force:
        day = dates.get("event")
        return [
            (
                Floor("254/2021", start=day, until=year_end(day.year + 3))
                if day
                else Floor("254/2021", lacks="event")
            )
        ]
    if record_class == "OUTAGE":
        day = dates.get("event")
        return [
            (
                Floor("767/2021", start=day, until=plus_years(day, 2), grades={"confirmed"})
                if day
                else Floor("767/2021", lacks="event")
            )
        ]
    return []
