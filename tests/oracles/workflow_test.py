"""The engine follows the workflow files as their description says: a second interpreter, in another language and
written from workflows/README.md alone, agrees with it on random sequences of events. How: `pykala workflow trace`
drives the engine with random commands for each right and kind; every line is followed by workflow_interpreter.py.
"""
import sys

import workflow_compare
import workflow_interpreter

SEEDS, STEPS = range(1, 5), 1500
# of the transitions of a file, for each kind of request; some are for a kind that never comes to them
TAKEN, REFUSED = 0.75, 0.9


def main(seeds=SEEDS):
    wrong = workflow_compare.run(workflow_interpreter.RIGHTS, seeds, STEPS, TAKEN, REFUSED)
    for each in sorted(wrong, key=len)[:30]:
        print(each, file=sys.stderr)
    if wrong:
        print(f"{len(wrong)} differences", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
