-- Fills the register of the benchmark `retention`: ?1 persons of 100 records each; the same every time.
CREATE TABLE customer(id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, phone TEXT, email TEXT,
                      customer_number TEXT);
CREATE TABLE contract(id INTEGER PRIMARY KEY, customer_id INTEGER, contract_number TEXT, signed_on TEXT,
                      started_on TEXT, ended_on TEXT, commodity TEXT);
CREATE TABLE invoice(id INTEGER PRIMARY KEY, customer_id INTEGER, invoice_number TEXT, issued_on TEXT,
                     period_end TEXT, due_on TEXT, amount_cents INTEGER, balance TEXT);
CREATE TABLE reading(id INTEGER PRIMARY KEY, customer_id INTEGER, last_on TEXT, wh INTEGER, commodity TEXT);
INSERT INTO customer
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {people})
SELECT i, 'Etu' || i % 997, 'Suku' || i % 4999, '+35840' || (1000000 + i), 'a' || i || '@example.com',
       'KUO' || (100000 + i) FROM n;
INSERT INTO contract(customer_id, contract_number, signed_on, started_on, ended_on, commodity)
WITH RECURSIVE k(j) AS (SELECT 0 UNION ALL SELECT j + 1 FROM k WHERE j < 1)
SELECT id, 'S' || id || '-' || j, date('2004-01-01', '+' || (id * 7 % 7000 + j * 400) || ' days'),
       date('2004-01-15', '+' || (id * 7 % 7000 + j * 400) || ' days'),
       CASE WHEN id % 3 = 0 AND j = 1 THEN NULL
            ELSE date('2005-01-01', '+' || (id * 7 % 7000 + j * 500) || ' days') END,
       'electricity' FROM customer, k;
INSERT INTO invoice(customer_id, invoice_number, issued_on, period_end, due_on, amount_cents, balance)
WITH RECURSIVE k(j) AS (SELECT 0 UNION ALL SELECT j + 1 FROM k WHERE j < 23)
SELECT id, 'L' || (id * 24 + j), date('2005-01-10', '+' || (id * 7 % 6000 + j * 61) || ' days'),
       substr(date('2005-01-10', '+' || (id * 7 % 6000 + j * 61) || ' days'), 1, 4) || '-12-31',
       date('2005-01-24', '+' || (id * 7 % 6000 + j * 61) || ' days'), 1000 + id % 9000 + j,
       CASE WHEN id % 97 = 0 AND j = 23 THEN 'open' ELSE 'settled' END FROM customer, k;
INSERT INTO reading(customer_id, last_on, wh, commodity)
WITH RECURSIVE k(j) AS (SELECT 0 UNION ALL SELECT j + 1 FROM k WHERE j < 43)
SELECT id, date('2015-01-31', '+' || (id % 1000 + j * 30) || ' days'), id * 31 % 900000 + j, 'electricity'
FROM customer, k;
CREATE INDEX contract_by_customer ON contract(customer_id);
CREATE INDEX invoice_by_customer ON invoice(customer_id);
CREATE INDEX reading_by_customer ON reading(customer_id);
