"""Protects `pykala policy diff`: what a change of the law files does to each category is told, and nothing else. Each
change is made in a copy of the definitions."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

PYKALA, SOURCE = os.environ["PYKALA"], os.environ["PYKALA_SOURCE"]


def diff(*arguments):
    return subprocess.run([PYKALA, "policy", "diff", "--tenant", "kuopio", *arguments], capture_output=True, text=True)


def change(folder, file, pattern, text):
    path = os.path.join(folder, "policies", file)
    before = open(path, encoding="utf-8").read()
    after, count = re.subn(pattern, text, before, count=1, flags=re.S)
    assert count == 1, (file, pattern)
    with open(path, "w", encoding="utf-8") as out:
        out.write(after)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for part in ("policies", "workflows"):
            shutil.copytree(os.path.join(SOURCE, part), os.path.join(folder, part))
        same = diff("--definitions", SOURCE, "--to-definitions", folder)
        assert same.returncode == 0 and same.stdout == "", same.stdout
        change(folder, "controllers/kuopio/categories_billing.toml", r'(\[category\.KUO-C06\].*?classes = )\["INV"\]',
               r'\1["BILL"]')
        changed = diff("--definitions", SOURCE, "--to-definitions", folder)
        assert changed.returncode == 1, changed.stderr
        assert "KUO-C06: classes\n    - INV\n    + BILL\n" in changed.stdout, changed.stdout
        assert "KUO-C06: accounting.voucher\n    - " in changed.stdout, changed.stdout
        others = [line for line in changed.stdout.splitlines() if line[0] != " " and not line.startswith("KUO-C06: ")]
        assert others == [], others
        back = diff("--definitions", folder, "--to-definitions", SOURCE)
        assert "KUO-C06: classes\n    - BILL\n    + INV\n" in back.stdout, back.stdout

    days = diff("--on", "2014-01-01", "--to-on", "2026-01-01")
    assert days.returncode == 1
    assert "KUO-A09: electricity.contract\n    - no version in force; " in days.stdout, days.stdout
    assert diff("--on", "2026-01-01", "--to-on", "2026-01-02").returncode == 0
    for wrong, code in (((), "nothing_to_compare"), (("--to-on", "soon"), "bad_day"),
                        (("--to-definitions", "/nowhere"), "no_definitions")):
        said = diff(*wrong)
        assert said.returncode == 1 and code in said.stderr, (wrong, said.stderr)


if __name__ == "__main__":
    sys.exit(main())
