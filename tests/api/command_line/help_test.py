"""Protects that nobody is left with a list of flags: `--help` of every command shows an example that begins with the
command itself. The commands are found by asking, so a new one is tried without being named here."""

import os
import re
import subprocess

PYKALA = os.environ["PYKALA"]
FAILURES = []


def help_of(words):
    done = subprocess.run([PYKALA, *words, "--help"], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        FAILURES.append(f"{' '.join(words)} --help: exit {done.returncode}")
    return done.stdout


def subcommands(text):
    below = text.partition("\nSubcommands:\n")[2]
    return re.findall(r"^  ([a-z][a-z-]*) ", below, re.MULTILINE)


def walk(words):
    text = help_of(words)
    names = subcommands(text)
    for name in names:
        yield from walk([*words, name])
    if not names:
        yield words
        example = re.search(r"Examples?: (.*)", text)
        if not example or not re.search(rf"\bpykala {' '.join(words)}\b", text[example.start():]):
            FAILURES.append(f"{' '.join(words)} --help: no example of it")


commands = [" ".join(words) for words in walk([])]
for expected in ("assess", "audit export", "case list", "keys rotate", "policy check", "workflow migrate"):
    if expected not in commands:
        FAILURES.append(f"`{expected}` is not among the commands: {commands}")
for failure in FAILURES:
    print("FAILED:", failure)
print(f"{len(commands)} commands")
raise SystemExit(1 if FAILURES else 0)
