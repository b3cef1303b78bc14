"""Kills a writing program at random moments and checks each time that every acknowledged event is there, that
the log verifies and that the queue equals the events. kill -9 cannot see a missing sync (the power cuts of
sqlite/crash do); it sees what a process leaves when it stops anywhere."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time


def wait_for_bytes(file):
    for _ in range(3000):
        if os.fstat(file).st_size > len("ready\n"):
            return
        time.sleep(0.01)
    sys.exit("the writer acknowledged nothing within thirty seconds")


def run(kills, seed):
    writer = os.path.join(os.environ["PYKALA_BUILD"], "tests", "kill_writer")
    chance = random.Random(seed)
    told = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "k.db")
        for kill in range(1, kills + 1):
            with open(os.path.join(folder, "acks"), "w+b") as acks:
                process = subprocess.Popen([writer, "write", path], stdout=acks)
                if chance.random() < 0.8:  # in the midst of writing; else also while it starts
                    wait_for_bytes(acks.fileno())
                time.sleep(chance.uniform(0.001, 0.1))
                process.send_signal(signal.SIGKILL)
                status = process.wait()
                if status != -signal.SIGKILL:
                    sys.exit(f"kill {kill}: the writer ended by itself with {status}")
                acks.seek(0)
                told += [line for line in acks.read().decode().splitlines() if line != "ready"]
            if not os.path.exists(path):
                continue  # killed before it had begun
            if os.path.getsize(path) == 0 or not told:
                made = subprocess.run([writer, "check", path], input="", capture_output=True, text=True)
                if made.returncode == 4 and "store_foreign" in made.stderr and not told:
                    os.remove(path)  # killed while the database was being made: refused, made again
                    continue
            checked = subprocess.run([writer, "check", path], input="\n".join(told), capture_output=True, text=True)
            if checked.returncode != 0:
                sys.exit(f"kill {kill} (seed {seed}): {checked.stderr}")
        print(f"{kills} kills, {len(told)} acknowledged, {checked.stdout.strip()}")
        if len(told) < kills:
            sys.exit("the writer was killed before it wrote anything worth losing")
