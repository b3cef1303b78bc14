"""The register that the reference receiver shows: three invented customers in a SQLite file.

A supplier puts his own system here. What the receiver needs of it: `find`, `read`, `seen`, `series`, `media` and
`change`, and a transaction around them.
"""

import base64
import hashlib
import hmac
import json
import sqlite3

SCHEMA = """
CREATE TABLE customer(number TEXT PRIMARY KEY, name TEXT, email TEXT, phone TEXT, language TEXT, protected INTEGER);
CREATE TABLE contract(id INTEGER PRIMARY KEY, customer TEXT, product TEXT, started TEXT, ended TEXT, note TEXT,
                      restricted INTEGER DEFAULT 0, hold_only INTEGER DEFAULT 0);
CREATE TABLE invoice(id INTEGER PRIMARY KEY, customer TEXT, contract INTEGER, issued TEXT, period_end TEXT,
                     amount_cents INTEGER, open_cents INTEGER, restricted INTEGER DEFAULT 0, hold_only INTEGER DEFAULT 0);
CREATE TABLE marketing(id INTEGER PRIMARY KEY, customer TEXT, channel TEXT, allowed INTEGER, given TEXT,
                       restricted INTEGER DEFAULT 0, hold_only INTEGER DEFAULT 0);
CREATE TABLE suppressed(address_hash TEXT PRIMARY KEY, channel TEXT, since TEXT);
CREATE TABLE recording(id INTEGER PRIMARY KEY, customer TEXT, recorded TEXT, sound BLOB,
                       restricted INTEGER DEFAULT 0, hold_only INTEGER DEFAULT 0);
CREATE TABLE reading(id INTEGER PRIMARY KEY, customer TEXT, point TEXT, month TEXT, wh TEXT,
                     restricted INTEGER DEFAULT 0, hold_only INTEGER DEFAULT 0);
CREATE TABLE correction(id INTEGER PRIMARY KEY, invoice INTEGER, field TEXT, old TEXT, new TEXT, kind TEXT, made TEXT);
CREATE TABLE hold(id INTEGER PRIMARY KEY, row_table TEXT, row_key INTEGER, reason TEXT, until TEXT);
CREATE TABLE disclosure(id INTEGER PRIMARY KEY, customer TEXT, recipient TEXT, disclosed TEXT, what TEXT);
"""


def make_sample(path):
    """Three invented customers."""
    db = sqlite3.connect(path)
    db.executescript(SCHEMA)
    db.executemany("INSERT INTO customer VALUES(?,?,?,?,?,?)", [
        ("100234", "Aino Esimerkki", "aino@esimerkki.example", "+358401234567", "fi", 0),
        ("100235", "Bertel Exempel", "bertel@exempel.example", "+358401234568", "sv", 1),
        ("100236", "Celia Malli", "celia@malli.example", None, "fi", 0)])
    db.executemany("INSERT INTO contract(id,customer,product,started,ended,note) VALUES(?,?,?,?,?,?)", [
        (1, "100234", "electricity", "2012-01-01", "2014-06-30", "muutti pois"),
        (2, "100234", "electricity", "2020-01-01", None, None),
        (3, "100235", "heat", "2015-01-01", None, None)])
    db.executemany("INSERT INTO invoice(id,customer,contract,issued,period_end,amount_cents,open_cents) "
                   "VALUES(?,?,?,?,?,?,?)", [
        (11, "100234", 1, "2014-07-05", "2014-12-31", 4590, 0),
        (12, "100234", 2, "2026-10-05", "2026-12-31", 8120, 8120),
        (13, "100235", 3, "2026-10-06", "2026-12-31", 10050, 0)])
    db.executemany("INSERT INTO marketing(id,customer,channel,allowed,given) VALUES(?,?,?,?,?)", [
        (21, "100234", "email", 1, "2020-01-01"), (22, "100235", "email", 1, "2019-01-01")])
    db.execute("INSERT INTO recording(id,customer,recorded,sound) VALUES(31,'100234','2024-03-01',?)", (b"RIFF\x00\x01",))
    db.execute("INSERT INTO reading(id,customer,point,month,wh) VALUES(41,'100234','643006966000000017','2026-09',?)",
               ("1200 1350 990",))
    db.execute("INSERT INTO hold(row_table,row_key,reason,until) VALUES('invoice',13,'dispute',NULL)")
    db.execute("INSERT INTO disclosure(customer,recipient,disclosed,what) "
               "VALUES('100234','Perintä Oy','2026-11-01','avoin lasku')")
    db.commit()
    db.close()


class Conflict(Exception):
    """What was decided upon is not there as it was: nothing of the request is done."""


class Register:
    """The customer register itself: its records, and how each change is made. Law is not its business."""

    # column: (label fi, sv, en; form)
    LABELS = {
        "name": ("Nimi", "Namn", "Name", "text"), "email": ("Sähköposti", "E-post", "E-mail", "text"),
        "phone": ("Puhelin", "Telefon", "Phone", "text"), "product": ("Tuote", "Produkt", "Product", "text"),
        "started": ("Alkoi", "Började", "Began", "day"), "ended": ("Päättyi", "Slutade", "Ended", "day"),
        "note": ("Muistiinpano", "Anteckning", "Note", "text"), "issued": ("Päivätty", "Daterad", "Issued", "day"),
        "amount_cents": ("Summa", "Summa", "Amount", "cents"), "channel": ("Kanava", "Kanal", "Channel", "text"),
        "allowed": ("Sallittu", "Tillåten", "Allowed", "flag"), "given": ("Annettu", "Given", "Given", "day"),
        "recorded": ("Tallennettu", "Inspelad", "Recorded", "day"), "sound": ("Tallenne", "Inspelning", "Recording", "text"),
        "point": ("Käyttöpaikka", "Bruksplats", "Metering point", "text"), "month": ("Kuukausi", "Månad", "Month", "text")}
    # table: (category of the controller's notice, key column, columns that are shown)
    TABLES = {
        "customer": ("KUO-A01", "number", ["name", "email", "phone"]),
        "contract": ("KUO-A13", "id", ["product", "started", "ended", "note"]),
        "invoice": ("KUO-C06", "id", ["issued", "amount_cents"]),
        "marketing": ("KUO-A14", "id", ["channel", "allowed", "given"]),
        "recording": ("KUO-R04", "id", ["recorded", "sound"]),
        "reading": ("KUO-B09", "id", ["point", "month"])}

    def __init__(self, db):
        self.db = db

    def rows(self, sql, *values):
        cursor = self.db.execute(sql, values)
        names = [d[0] for d in cursor.description]
        return [dict(zip(names, row)) for row in cursor]

    def find(self, identities):
        found = {}
        for identity in identities:
            column = {"controller_customer_id": "number", "email": "email"}.get(identity["identity_type"])
            kind = {"number": "customer_number"}.get(column, column)
            if column is None or identity["identity_format"] != "raw":
                continue
            for row in self.rows(f"SELECT * FROM customer WHERE {column} = ? ORDER BY number", identity["identity_value"]):
                one = found.setdefault(row["number"], {
                    "key": row["number"], "found_by": [],
                    "gives": {"customer_number": [row["number"]],
                              **({"email": [row["email"]]} if row["email"] else {})}})
                if kind not in one["found_by"]:
                    one["found_by"].append(kind)
        return list(found.values())

    def read(self, people, on):
        answer = {"people": [], "records": [], "disclosures": []}
        for number in people:
            for row in self.rows("SELECT * FROM customer WHERE number = ?", number):
                answer["people"].append({"key": number, "name": row["name"], "language": row["language"],
                                         "kind": "person", "protected_address": bool(row["protected"])})
            for table, (category, key, columns) in self.TABLES.items():
                owner = "number" if table == "customer" else "customer"
                for row in self.rows(f"SELECT * FROM {table} WHERE {owner} = ? ORDER BY {key}", number):
                    # a category whose columns are all empty is no record
                    if any(row[c] is not None for c in columns):
                        answer["records"].append(self.record(table, category, key, columns, row, number, on))
            for row in self.rows("SELECT * FROM disclosure WHERE customer = ? ORDER BY id", number):
                answer["disclosures"].append({"recipient": row["recipient"], "on": row["disclosed"], "what": row["what"]})
        return answer

    def record(self, table, category, key, columns, row, person, on):
        contracts = self.rows("SELECT * FROM contract WHERE customer = ?", person)
        if table == "contract":
            contracts = [row]
        elif table == "invoice":
            contracts = [c for c in contracts if c["id"] == row["contract"]]
        in_force = any(c["ended"] is None or c["ended"] >= on for c in contracts)
        one = {
            "person": person, "table": table, "key": str(row[key]), "category": category,
            # What the assessment rests on is always said; what is not known is null, never a guess.
            "contract": "in_force" if in_force else "ended",
            "contract_end": None if in_force else max((c["ended"] for c in contracts), default=None),
            "balance": "unknown",
            "holds": [{"reason": h["reason"], "until": h["until"]} for h in self.rows(
                "SELECT * FROM hold WHERE row_table = ? AND row_key = ? ORDER BY id", table, row[key])],
            "fields": [self.field(c, row[c]) for c in columns],
            "restricted": bool(row.get("restricted")), "hold_only": bool(row.get("hold_only")),
            "voucher": table == "invoice"}
        if table == "invoice":
            one.update(event=row["issued"], accounting_period_end=row["period_end"],
                       balance="open" if row["open_cents"] else "settled")
        if table in ("contract", "marketing", "recording"):
            one["event"] = row[{"contract": "started", "marketing": "given", "recording": "recorded"}[table]]
        if table in ("contract", "invoice") and contracts:
            one["commodity"] = contracts[0]["product"]
        if table == "reading":
            one.update(event=row["month"] + "-01", commodity="electricity", series={
                "point": row["point"], "month": row["month"], "step": "hour", "unit": "Wh",
                "count": len(row["wh"].split()), "digest": hashlib.sha256(row["wh"].encode()).hexdigest()})
        return one

    def field(self, column, value):
        fi, sv, en, form = self.LABELS[column]
        field = {"column": column, "label": {"fi": fi, "sv": sv, "en": en}, "form": form}
        if isinstance(value, bytes):
            return {**field, "media": True, "value": ""}
        return {**field, "value": None if value is None else str(value)}

    def seen(self, people, on):
        """The state on which a change rests: everything that `read` tells of these people."""
        text = json.dumps(self.read(people, on), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def series(self, record):
        row = self.row_of(record, "reading")
        return [int(n) for n in row["wh"].split()] if row else None

    def media(self, record, column):
        row = self.row_of(record, "recording")
        return base64.b64encode(row[column]).decode() if row and column == "sound" else None

    def parts(self, record):
        table, rest = record.split("/", 2)[1:]
        key, category = rest.rsplit("#", 1)
        return (table, key) if table in self.TABLES and self.TABLES[table][0] == category else (None, None)

    def row_of(self, record, wanted=None):
        table, key = self.parts(record)
        if table is None or (wanted and table != wanted):
            return None
        rows = self.rows(f"SELECT * FROM {table} WHERE {self.TABLES[table][1]} = ?", key)
        return rows[0] if rows else None

    def change(self, change, people, on):
        """Makes one change and gives its outcome. Raises Conflict where nothing of the request may be done."""
        verb = change["verb"]
        if verb == "ban":
            return self.ban(change, people, on)
        table, key = self.parts(change["record"])
        row = self.row_of(change["record"])
        if row is None or row["number" if table == "customer" else "customer"] not in people:
            return {"result": "gone"}
        key_column = self.TABLES[table][1]
        if verb in ("restrict", "hold_only", "release"):
            if table == "customer":
                return {"result": "failed", "reason": "no_such_field"}
            sets = {"restrict": "restricted = 1", "hold_only": "hold_only = 1",
                    "release": "restricted = 0, hold_only = 0"}[verb]
            self.db.execute(f"UPDATE {table} SET {sets} WHERE {key_column} = ?", (key,))
            return {"result": "done"}
        if verb == "rectify":
            return self.rectify(table, key_column, key, row, change, on)
        if verb == "reduce" and table == "marketing" and not row["allowed"]:
            customer = self.rows("SELECT * FROM customer WHERE number = ?", row["customer"])
            for address in filter(None, [c[row["channel"]] for c in customer if row["channel"] in c]):
                self.suppress(address, row["channel"], on)
        if table == "customer":
            # other tables refer to the number: the row stays without what names the person
            self.db.execute("UPDATE customer SET name = NULL, email = NULL, phone = NULL WHERE number = ?", (key,))
        elif verb == "unlink":
            self.db.execute(f"UPDATE {table} SET customer = NULL WHERE {key_column} = ?", (key,))
        else:
            self.db.execute(f"DELETE FROM {table} WHERE {key_column} = ?", (key,))
        return {"result": "done"}

    def rectify(self, table, key_column, key, row, change, on):
        field = change["field"]
        if field not in self.TABLES[table][2] or isinstance(row[field], bytes):
            return {"result": "failed", "reason": "no_such_field"}
        if (None if row[field] is None else str(row[field])) != change.get("old"):
            raise Conflict("changed_meanwhile")
        if table == "invoice":  # booked: an entry beside it, never over it
            self.db.execute("INSERT INTO correction(invoice,field,old,new,kind,made) VALUES(?,?,?,?,?,?)",
                            (key, field, change.get("old"), change.get("new"), change["correction"], on))
            return {"result": "corrected"}
        self.db.execute(f"UPDATE {table} SET {field} = ? WHERE {key_column} = ?", (change.get("new"), key))
        return {"result": "done"}

    def ban(self, change, people, on):
        for number in people:
            self.db.execute("UPDATE marketing SET allowed = 0, given = ? WHERE customer = ? AND allowed <> 0", (on, number))
            for row in self.rows("SELECT * FROM customer WHERE number = ?", number):
                for channel in ("email", "phone"):
                    if row[channel]:
                        self.suppress(row[channel], channel, on)
        if change.get("new"):
            self.suppress(change["new"], change["field"], on)
        return {"result": "done"}

    def suppress(self, address, channel, on):
        key = b"a secret of this register"
        digest = hmac.new(key, address.encode(), hashlib.sha256).hexdigest()
        self.db.execute("INSERT OR IGNORE INTO suppressed VALUES(?,?,?)", (digest, channel, on))
