-- The contract of `pykala assess` as set-based SQL. Dates are ISO texts, '9999' stands for no end, and a rule that
-- governs is found by the greatest of end, rank and printf('%02d', 99 - rule). Days: the table `today` holds the day of assessment.

-- Each part of each record beside each rule that may apply.
CREATE TABLE applied AS
WITH met AS MATERIALIZED (
  SELECT r.id, p.part, p.stated, p.held, r.in_force, r.commodity, r.hold_open, r.hold_until, r.balance, r.event,
         u.id AS rule, u.rank, u.floor, u.ceiling, u.unconfirmed, u.calendar_year, u.years, u.window_months, u.starts,
         u.commodities <> 0 AND r.commodity = 0 AS no_commodity,
         r.in_force AND u.starts IN (1, 2) AS while_held,
         CASE u.starts WHEN 0 THEN r.event WHEN 1 THEN r.contract_end WHEN 2 THEN r.role_end
                       ELSE coalesce(r.period_end, substr(r.event, 1, 4) || '-12-31') END AS start,
         u.starts = 3 AND r.period_end IS NULL AND r.event IS NOT NULL AS derived
  FROM rec r
  JOIN part p ON p.category = r.category
  LEFT JOIN part_rule pr ON pr.category = p.category AND pr.part = p.part
  LEFT JOIN rule u ON u.id = pr.rule
       AND (u.commodities = 0 OR r.commodity = 0 OR (u.commodities & r.commodity) <> 0)
       AND (u.only_in_force = 0 OR r.in_force = 1)
), counted AS MATERIALIZED (
  SELECT *, rule IS NOT NULL AND NOT while_held AND NOT no_commodity AS computes,
         date(start, '+' || years || ' years') AS plain
  FROM met
)
SELECT id, part, stated, held, in_force, rule, rank, floor, ceiling, unconfirmed, no_commodity, while_held, computes,
       start,
       CASE WHEN NOT computes OR start IS NULL THEN NULL
            WHEN calendar_year THEN printf('%04d-12-31', substr(start, 1, 4) + years)
            WHEN substr(start, 6) = '02-29' AND substr(plain, 6) = '03-01' THEN date(plain, '-1 day')
            ELSE plain END AS until,
       CASE WHEN computes AND derived THEN
              CASE WHEN calendar_year THEN printf('%04d-12-31', substr(month_end, 1, 4) + years)
                   ELSE CASE WHEN substr(month_end, 6) = '02-29' AND substr(date(month_end, '+' || years || ' years'), 6)
                                  = '03-01' THEN date(month_end, '+' || years || ' years', '-1 day')
                             ELSE date(month_end, '+' || years || ' years') END END END AS window_until
FROM (SELECT *, CASE WHEN derived AND substr(date(event, '+' || window_months || ' months'), 9) <> substr(event, 9)
                     THEN date(event, '+' || window_months || ' months', 'start of month', '-1 day')
                     WHEN derived THEN date(event, '+' || window_months || ' months') END AS month_end
      FROM counted);

CREATE TABLE by_part AS
SELECT id, part,
       max(stated OR rule IS NOT NULL AND NOT (no_commodity AND while_held) OR held AND in_force) AS stated,
       max(held AND in_force) AS in_force_holds,
       max(CASE WHEN rank = 2 AND floor THEN until END) AS statutory_until,
       max(CASE WHEN floor AND NOT unconfirmed THEN until END) AS retain_until,
       min(CASE WHEN ceiling AND NOT unconfirmed THEN until END) AS erase_by,
       max(no_commodity AND NOT while_held) AS lacks_commodity,
       max(computes AND start IS NULL AND floor) AS lacks_date,
       max(rank = 2 AND (no_commodity AND NOT while_held OR computes AND start IS NULL AND floor)) AS statute_unknown,
       max(rank = 2 AND floor AND until < day AND day <= window_until) AS in_window,
       max(unconfirmed AND floor AND (while_held OR until >= day)) AS unconfirmed,
       coalesce(max(rank = 1 AND floor AND NOT unconfirmed AND while_held), 0) AS house_open,
       max(rank = 1 AND floor AND NOT unconfirmed AND (while_held OR until >= day)) AS house_holds,
       max(floor AND NOT unconfirmed AND until >= day) AS dated,
       max(CASE WHEN NOT floor OR unconfirmed THEN NULL
                WHEN rank = 1 AND while_held THEN '9999|1|' || printf('%02d', 99 - rule)
                WHEN until >= day THEN until || '|' || rank || '|' || printf('%02d', 99 - rule) END) AS governing
FROM applied, today GROUP BY id, part;

CREATE TABLE own AS
SELECT r.id, r.person, c.personal, c.identity, c.follows_others, c.follows_regulated, c.regulated, c.needs_balance,
       r.balance = 1 OR r.hold_open AS open,
       max(b.in_force_holds OR b.house_open) AS contract,
       max(b.dated) OR r.hold_until >= day AS dated,
       r.balance = 1 OR r.hold_open OR coalesce(r.hold_until >= day, 0) OR max(b.in_force_holds) AS case_holds,
       max(b.statutory_until) AS statutory_until,
       CASE WHEN r.hold_until >= day THEN max(coalesce(max(b.retain_until), ''), r.hold_until)
            ELSE max(b.retain_until) END AS retain_until,
       min(b.erase_by) AS erase_by, max(coalesce(b.lacks_commodity, 0)) AS lacks_commodity, max(b.lacks_date) AS lacks_date,
       max(coalesce(b.statute_unknown, 0)) AS statute_unknown, max(coalesce(b.in_window, 0)) AS in_window,
       max(coalesce(b.unconfirmed, 0)) AS unconfirmed, max(NOT b.stated) AS unstated,
       max(coalesce(b.house_holds, 0)) AS house_holds,
       c.needs_balance AND r.balance = 0 AS lacks_balance,
       nullif(max(coalesce(max(b.governing), ''),
                  CASE WHEN max(b.in_force_holds) THEN '9999|3|' || printf('%02d', 99 - contract_rule) ELSE '' END,
                  CASE WHEN r.hold_open THEN '9999|3|' || printf('%02d', 99 - hold_rule)
                       WHEN r.hold_until >= day THEN r.hold_until || '|3|' || printf('%02d', 99 - hold_rule) ELSE '' END,
                  CASE WHEN r.balance = 1 THEN '9999|3|' || printf('%02d', 99 - balance_rule) ELSE '' END), '') AS governing,
       r.hold_open AS own_hold_open, CASE WHEN r.hold_until >= day THEN r.hold_until END AS own_hold_until, r.balance
FROM by_part b JOIN rec r ON r.id = b.id JOIN cat c ON c.id = r.category, today
GROUP BY b.id;

-- Records that follow nobody.
CREATE TABLE answer AS
SELECT id, person, personal, identity, regulated, own_hold_open, own_hold_until, balance,
       CASE WHEN NOT personal OR open OR contract OR coalesce(dated, 0) THEN 2
            WHEN lacks_commodity OR coalesce(lacks_date, 0) OR in_window OR unconfirmed OR unstated OR lacks_balance
            THEN 1 ELSE 0 END AS outcome,
       CASE WHEN NOT personal THEN 0 WHEN open THEN 3 WHEN contract THEN 2 WHEN dated THEN 1 ELSE 0 END AS hold,
       CASE WHEN lacks_commodity THEN 2 WHEN lacks_date THEN 3 WHEN in_window OR unconfirmed THEN 4 WHEN unstated THEN 5
            WHEN lacks_balance THEN 6 ELSE 0 END AS doubt,
       contract, statutory_until, retain_until, erase_by,
       CASE WHEN personal THEN governing END AS governing, statute_unknown AS day_unknown,
       NOT case_holds AND NOT statute_unknown AND NOT in_window AND house_holds
         AND day > coalesce(statutory_until, '') AS liftable
FROM own, today WHERE NOT identity;

-- What keeps a person's identity: any record, or for the identity code the regulated ones and what a case brought.
CREATE TABLE kept AS
WITH holder AS (
  SELECT person, 0 AS regulated, outcome, hold, contract, statutory_until, retain_until, governing, liftable,
         hold = 1 AND day_unknown AS day_unknown
  FROM answer WHERE personal
  UNION ALL
  SELECT person, 1, outcome, hold, contract, statutory_until, retain_until, governing, liftable,
         hold = 1 AND day_unknown
  FROM answer WHERE personal AND regulated
  UNION ALL
  SELECT person, 1, 2, CASE WHEN own_hold_open OR balance = 1 THEN 3 ELSE 1 END, 0, NULL, own_hold_until,
         CASE WHEN own_hold_open THEN '9999|3|' || printf('%02d', 99 - hold_rule) WHEN balance = 1 THEN '9999|3|' || printf('%02d', 99 - balance_rule)
              ELSE own_hold_until || '|3|' || printf('%02d', 99 - hold_rule) END, 0, 0
  FROM answer, today
  WHERE personal AND NOT regulated AND (own_hold_open OR balance = 1 OR own_hold_until IS NOT NULL)
)
SELECT person, regulated, max(outcome) AS strongest,
       max(CASE WHEN outcome = 2 THEN hold END) AS hold,
       max(CASE WHEN outcome = 2 THEN contract END) AS contract,
       max(CASE WHEN outcome = 2 THEN statutory_until END) AS statutory_until,
       max(CASE WHEN outcome = 2 AND hold = 1 THEN retain_until END) AS retain_until,
       max(CASE WHEN outcome = 2 THEN governing END) AS governing,
       min(CASE WHEN outcome = 2 THEN liftable ELSE 1 END) AS liftable,
       max(CASE WHEN outcome = 2 THEN day_unknown END) AS day_unknown
FROM holder GROUP BY person, regulated;
CREATE UNIQUE INDEX kept_of ON kept(person, regulated);

-- Identity: its own rules and what keeps it, together.
CREATE TABLE identity_answer AS
WITH both AS (
  SELECT o.*, k.strongest = 2 AS kept_any, coalesce(k.strongest = 1, 0) AS kept_review, coalesce(k.hold, 0) AS k_hold,
         coalesce(k.contract, 0) AS k_contract, k.statutory_until AS k_statutory, k.retain_until AS k_retain,
         k.governing AS k_governing, coalesce(k.liftable, 1) AS k_liftable, coalesce(k.day_unknown, 0) AS k_day_unknown
  FROM own o LEFT JOIN kept k ON k.person = o.person AND k.regulated = o.follows_regulated
  WHERE o.identity
)
SELECT id, CASE WHEN open OR contract OR coalesce(dated, 0) OR coalesce(kept_any, 0) THEN 2
            WHEN lacks_commodity OR coalesce(lacks_date, 0) OR in_window OR unconfirmed OR unstated OR lacks_balance
                 OR kept_review THEN 1 ELSE 0 END AS outcome,
       CASE WHEN open OR k_hold = 3 THEN 3 WHEN contract OR k_hold = 2 OR k_contract THEN 2
            WHEN coalesce(dated, 0) OR k_hold = 1 THEN 1 ELSE 0 END AS hold,
       CASE WHEN lacks_commodity THEN 2 WHEN lacks_date THEN 3 WHEN in_window OR unconfirmed THEN 4 WHEN unstated THEN 5
            WHEN lacks_balance THEN 6 WHEN kept_review THEN 7 ELSE 0 END AS doubt,
       nullif(max(coalesce(statutory_until, ''), coalesce(k_statutory, '')), '') AS statutory_until,
       nullif(max(coalesce(retain_until, ''), coalesce(k_retain, '')), '') AS retain_until, erase_by,
       nullif(max(coalesce(governing, ''), coalesce(k_governing, '')), '') AS governing,
       statute_unknown OR k_day_unknown AS day_unknown,
       NOT case_holds AND NOT statute_unknown AND NOT in_window AND (house_holds OR coalesce(kept_any, 0)) AND k_liftable
         AND day > max(coalesce(statutory_until, ''), coalesce(k_statutory, '')) AS liftable
FROM both, today;

CREATE TABLE final AS
WITH both AS (
  SELECT id, outcome, hold, doubt, statutory_until, retain_until, erase_by, governing, day_unknown, liftable FROM answer
  UNION ALL SELECT * FROM identity_answer
)
SELECT b.id, outcome, CASE WHEN outcome = 2 THEN hold ELSE 0 END AS hold,
       CASE WHEN outcome = 1 THEN doubt ELSE 0 END AS reason, statutory_until,
       CASE WHEN outcome < 2 OR hold = 1 THEN retain_until END AS retain_until,
       CASE WHEN outcome = 0 THEN day WHEN outcome = 2 AND hold = 1 AND NOT day_unknown
            THEN date(retain_until, '+1 day') END AS erase_on, erase_by,
       CASE WHEN outcome = 2 THEN u.id END AS rule, CASE WHEN outcome = 2 THEN u.cite END AS cite,
       outcome = 2 AND liftable AS liftable
FROM both b LEFT JOIN rule u ON u.id = 99 - substr(governing, instr(governing, '|') + 3), today;
