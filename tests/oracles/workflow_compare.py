"""Follows the lines of `pykala workflow trace` with the second interpreter and says where they part."""
import collections
import json
import os
import pathlib
import subprocess

import workflow_interpreter

SOURCE = pathlib.Path(os.environ.get("PYKALA_SOURCE", pathlib.Path(__file__).parents[2]))
PROGRAM = os.environ.get("PYKALA", str(SOURCE / "build/release/pykala"))
# What the program refuses by itself, after everything that the files say has let the step through.
OF_THE_PROGRAM = {
    "arrival_in_future", "bad_dispatch_day", "evidence_unsealed", "house_rule_holds", "missing_ground",
    "missing_input", "missing_reason", "missing_value", "order_answered", "person_frozen", "statute_binds",
    "statutory_hold", "suspended_by_case", "task_done", "unknown_category", "unknown_field", "unknown_order",
    "unknown_record", "unknown_recipient", "unknown_rule", "unknown_task", "unknown_use", "until_after_rule", "until_in_past",
    "voucher_booked"}


def lines_of(right, seed, steps):
    command = [PROGRAM, "workflow", "trace", "--right", right, "--seed", str(seed), "--steps", str(steps)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as running:
        for line in running.stdout:
            yield line
    if running.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {running.returncode}")


class Comparison:
    """One right: what was seen, and where the two part."""

    def __init__(self, right, folder=None):
        self.flow = workflow_interpreter.Workflow(folder or SOURCE / "workflows", right)
        self.right = right
        self.taken = collections.Counter()      # (kind, transition)
        self.refused = collections.Counter()    # (kind, transition)
        self.codes = collections.Counter()
        self.lines = self.events = 0
        self.mismatches = []

    def follow(self, seed, steps):
        for number, text in enumerate(lines_of(self.right, seed, steps), 1):
            line = json.loads(text)
            self.lines += 1
            for what, ours, theirs in self.differences(line):
                attempt = line["attempt"]
                before = line["before"] or {}
                self.mismatches.append(
                    f"{self.right} seed {seed} line {number}: {attempt['what']} {attempt['name']} by {attempt['role']}"
                    f" in {before.get('state')} ({before.get('kind')}): {what}: the files say {ours},"
                    f" the engine {theirs}")

    def differences(self, line):
        before, attempt, answer = line["before"], line["attempt"], line["answer"]
        if before is not None:
            yield from self.standing(before)
            for role in workflow_interpreter.ROLES:
                ours = self.flow.open_to(before, role)
                if ours != sorted(line["open"][role]):
                    yield f"open to {role}", *parted(ours, line["open"][role])
        if attempt["what"] == "transition":
            yield from self.attempted(before, attempt, answer)
        elif "refused" in answer:
            yield "refusal", None, answer["refused"]
        yield from self.happened(before, attempt, answer.get("events", []))

    def attempted(self, before, attempt, answer):
        name, code = attempt["name"], answer.get("refused")
        kind = before["kind"]
        seen = {**before, "guards_of_step": {**before["guards_of_step"], name: attempt["guards_of_step"]}}
        ours = self.flow.refusal(name, seen, attempt["role"], attempt["by"], attempt["inputs"])
        if code is not None:
            self.refused[kind, name] += 1
            self.codes[code] += 1
        if ours != code and not (ours is None and code in OF_THE_PROGRAM):
            yield "refusal", ours, code

    def happened(self, before, attempt, events):
        for place, event in enumerate(events):
            after = event["after"]
            if place == 0:
                name = {"file": "request_received", "timer": "timer_fired"}.get(attempt["what"], attempt["name"])
            else:
                name = self.flow.next_by_system(before)
            if event["kind"] != name:
                yield "the next step", name, event["kind"]
                return
            self.events += 1
            if attempt["what"] == "file" and place == 0:
                ours = self.flow.arrive()
                ours["facts"] = set(after["facts"]) & {"person_matched"}   # filing may name the person
            elif attempt["what"] == "timer" and place == 0:
                ours = self.flow.fire(attempt["name"], before)
            else:
                self.taken[after["kind"], name] += 1
                ours = self.flow.take(name, before, event["days_moved"])
                yield from self.found_person(name, ours, event)
            yield from self.result(ours, event, after)
            before = after
        if events:
            ours = self.flow.next_by_system(before)
            if ours is not None:
                yield "the step of the system that follows", ours, None
            yield from self.standing(before)

    def found_person(self, name, ours, event):
        """A register's answer may bring the person with it: the one fact that no effect of the vocabulary sets."""
        if name == "record_register_answer" and "person_matched" in event["set"]:
            ours["facts"].add("person_matched")
        return ()

    def result(self, ours, event, after):
        letters = event["intents"][:len(event["letters"])]
        for what, we, they in (("state", ours["state"], after["state"]),
                               ("outcome", ours["outcome"], after["outcome"]),
                               ("letters", ours["letters"], event["letters"]),
                               ("letters before effects", ["letter"] * len(event["letters"]), letters)):
            if we != they:
                yield what, we, they
        if ours["facts"] != set(after["facts"]):
            yield "facts", *parted(ours["facts"], after["facts"])
        for what, must, may, they in (("timers started", ours["starts"], ours["may_start"], set(event["started"])),
                                      ("timers running", ours["runs"], ours["may_run"], set(after["running"])),
                                      ("timers fired", ours["fired"], ours["may_be_fired"], set(after["fired"]))):
            if not must <= they <= must | may:
                yield what, *parted(must, they)

    def standing(self, situation):
        paused = self.flow.clock(situation) == "paused"
        if paused != situation["paused"]:
            yield "clock", self.flow.clock(situation), "paused" if situation["paused"] else "not paused"
        # the pack may accept less than the file, never more
        enough = self.flow.assurance(situation["kind"], situation["scope"])
        if "identity_sufficient" in situation["guards"] and situation["assurance"] not in enough:
            yield "assurance", enough, situation["assurance"]

    def steps(self):
        """Every (kind, transition) that the file has."""
        return {(kind, name) for kind in self.flow.kinds for name, step in self.flow.steps.items()
                if kind in step.get("kinds", [kind])}


def parted(ours, theirs):
    """Only what differs."""
    ours, theirs = set(ours), set(theirs)
    return sorted(ours - theirs) or "no more", sorted(theirs - ours) or "no more"


def run(rights, seeds, steps, floor, refused_floor):
    """Follows traces of every right; prints what was covered. Gives what is wrong, as lines."""
    wrong = []
    for right in rights:
        seen = Comparison(right)
        for seed in seeds:
            seen.follow(seed, steps)
            if len(seen.mismatches) > 20:
                break
        every = seen.steps()
        taken, refused = every & set(seen.taken), every & set(seen.refused)
        print(f"{right}: {seen.lines} attempts, {seen.events} events; {len(taken)} of {len(every)} transitions taken,"
              f" {len(refused)} refused; {len(seen.codes)} codes of refusal", flush=True)
        missing = sorted(" ".join(filter(None, one)) for one in every - taken)
        if missing:
            print(f"  never taken: {', '.join(missing)}")
        wrong += seen.mismatches
        if len(taken) < floor * len(every):
            wrong.append(f"{right}: {len(taken)} of {len(every)} transitions taken, the floor is {floor:.0%}")
        if len(refused) < refused_floor * len(every):
            wrong.append(f"{right}: {len(refused)} of {len(every)} transitions refused, the floor is"
                         f" {refused_floor:.0%}")
    return wrong
