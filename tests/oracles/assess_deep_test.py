"""Protects what assess_test.py protects, at the depth of a million records.

The same comparison with other seeds: combinations of class, boundary and hold that twenty thousand
records miss.
"""

import sys

import assess_cases as cases


def main():
    records = persons = wrong = 0
    for seed in range(1000, 1010):
        tally = cases.compare_random(seed, records_wanted=100000)
        records, persons, wrong = (
            records + tally.records,
            persons + tally.persons,
            wrong + tally.wrong,
        )
        if wrong:
            break
    print("assess deep: %d records of %d persons, %d of them differ" % (records, persons, wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
