"""A second, small interpreter of the workflow files, written from workflows/README.md and the files alone.

It knows nothing of the program. Given a situation it says which steps are open to whom, which step the system takes
by itself, and what a step changes. What a guard answers, and what an effect does beyond the facts that the vocabulary
names, is the program's: a situation brings the answer of every guard with it.

A situation is a dict:
  state, kind     the state the case stands in; the kind of the request, or None
  scope           of the vocabulary, or ""
  facts           the facts that hold
  guards          the guards that hold
  guards_of_step  {transition: guards that answer otherwise for this step, whose letters or inputs they look at}
  last            {transition: [number of the event, who]}: who last took it
  running, fired  timers that wait for a day; timers that have fired and neither started again nor been used up

Where the README left room when this was first written, and how it reads now (where it says so now: README):
  1  a step with `after` and the system in `by` is taken by the system also without `at_once`; `system_requires` binds
     it the same way. First read: in one alphabet with the at-once steps. README: after them
  2  first read: the system takes such a step once for each firing. README: whoever takes it uses the firing up
  3  the system never takes a step by itself that must be told something. README
  4  four eyes look at the one latest step among those named, not at the last taker of each. README
  5  a person who takes a step that also the system may take needs no `system_requires`
  6  a timer whose `until` holds at the end of the step that would start it does not start; one that its fact ended
     does not start again when the fact is cleared, and one that had fired before stays fired
  7  a timer that names a state and an `until` does not end when the state is left
  8  "arrival" happens once: reopening starts no timer of the arrival. A day that moves starts its timer again. README
  9  a timer with `date` may have no day at all, and one whose rule looks at another case likewise: then it never
     runs, though its start has come
 10  closing ends first, then what starts on the final state starts
 11  a letter or digit is any of Unicode, and a character is a code point
 12  a step's own list of choices narrows the vocabulary's; without one the vocabulary's holds
 13  a guard may look at the letters of the step or at an input; before the input is given, it stands in nobody's
     way. README
 14  when a step is refused for several reasons, which one is named. README
 15  an input that is given as nothing at all is missing
"""
import datetime
import pathlib
import re
import tomllib

RIGHTS = ["access", "rectification", "erasure", "restriction", "portability", "objection"]
ROLES = ["customer", "representative", "officer", "reviewer", "dpo", "customer_service", "system"]
ASKS_INPUT = {"method_sufficient": "method"}   # guards about an input, by their meaning in the vocabulary
OTHER_CASES = {"practice.access_before_erasure"}   # rules that count from another case of the person


class Workflow:
    def __init__(self, folder, right):
        folder = pathlib.Path(folder)
        self.vocabulary = tomllib.loads((folder / "vocabulary.toml").read_text(encoding="utf-8"))
        self.file = tomllib.loads((folder / f"{right}.toml").read_text(encoding="utf-8"))
        self.right = right
        self.kinds = self.file.get("kinds", [None])
        self.states = self.file["state"]
        self.steps = self.file["transition"]
        self.timers = self.file["timer"]
        self.initial = next(s for s, one in self.states.items() if one["kind"] == "initial")

    # ── what is open ─────────────────────────────────────────────────────────────────────────────────────────────

    def holds(self, name, situation, step=None):
        if name in self.vocabulary["fact"]:
            return name in situation["facts"]
        assert name in self.vocabulary["guard"], name
        return (name in situation["guards"]) != (name in situation["guards_of_step"].get(step, []))

    def closed_by_guards(self, name, situation, role, given=None):
        """The guards that keep a step closed, as refusals, in the order in which they are named. `given`: the inputs,
        or None while nobody has been asked for them."""
        step = self.steps[name]
        wanted = step.get("requires", []) + (step.get("system_requires", []) if role == "system" else [])
        refusals = []
        if "after" in step and step["after"] not in situation["fired"]:
            refusals.append("too_early")
        for one in wanted:
            unasked = given is None and ASKS_INPUT.get(one) in {**step.get("input", {}), **step.get("optional", {})}
            if not unasked and not self.holds(one, situation, name):
                refusals.append(f"needs_{one}")
        refusals += [f"blocked_by_{one}" for one in step.get("unless", []) if self.holds(one, situation, name)]
        return refusals

    def fits_case(self, name, situation):
        step = self.steps[name]
        return situation["state"] in step["from"] and situation["kind"] in step.get("kinds", [situation["kind"]])

    def open_to(self, situation, role):
        return sorted(name for name, step in self.steps.items()
                      if role in step["by"] and self.fits_case(name, situation)
                      and not self.closed_by_guards(name, situation, role))

    def next_by_system(self, situation):
        """The step that the system takes now by itself, or None."""
        able = [one for one in self.open_to(situation, "system") if not self.steps[one].get("input")]
        at_once = [one for one in able if self.steps[one].get("at_once")]
        by_timer = [one for one in able if "after" in self.steps[one]]
        return next(iter(at_once + by_timer), None)

    def same_person(self, name, situation, who):
        """Four eyes: whether this person took the latest of the steps that this one must not share a person with."""
        taken = [situation["last"][one] for one in self.steps[name].get("not_same_person_as", [])
                 if one in situation["last"]]
        return bool(taken) and max(taken)[1] == who

    def refusal(self, name, situation, role, who, inputs):
        """Why a step is refused: the first reason; or None."""
        step = self.steps.get(name)
        if step is None:
            return "unknown_transition"
        if role not in step["by"]:
            return "wrong_role"
        if situation["state"] not in step["from"]:
            return "wrong_state"
        if not self.fits_case(name, situation):
            return "wrong_kind"
        if role != "system" and self.same_person(name, situation, who):
            return "same_person"
        wrong = set(self.wrong_inputs(name, inputs).values())
        for one in ("unknown", "missing", "bad"):
            if one in wrong:
                return f"{one}_input"
        return next(iter(self.closed_by_guards(name, situation, role, inputs)), None)

    # ── what is said ─────────────────────────────────────────────────────────────────────────────────────────────

    def wrong_inputs(self, name, inputs):
        """{input: "unknown" | "missing" | "bad"} for what a person says when taking a step."""
        step = self.steps[name]
        needed, may = step.get("input", {}), step.get("optional", {})
        wrong = {one: "missing" for one in needed if inputs.get(one) is None}
        for one, value in inputs.items():
            if value is None and one in {**needed, **may}:
                continue
            shape = needed.get(one, may.get(one))
            if shape is None:
                wrong[one] = "unknown"
            elif not self.fits(one, shape, value):
                wrong[one] = "bad"
        return wrong

    def fits(self, name, shape, value):
        if isinstance(shape, list):
            return value in shape
        if shape == "choice":
            return value in self.vocabulary["input"][name]["of"]
        if shape == "text":
            return isinstance(value, str) and len(value) <= 10_000 and any(c.isalnum() for c in value)
        if shape == "date":
            if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
                return False
            try:
                datetime.date.fromisoformat(value)
            except ValueError:
                return False
            return True
        if shape in ("records", "fields", "purposes"):
            return isinstance(value, list) and bool(value) and all(isinstance(one, str) and one for one in value)
        return isinstance(value, str) and bool(value)

    # ── what changes ─────────────────────────────────────────────────────────────────────────────────────────────

    def change(self, facts, letters, effects):
        """The facts after letters and effects: letters first, then each effect clears and then sets."""
        facts = set(facts)
        for letter in letters:
            facts |= set(self.vocabulary["letter"][letter].get("sets", []))
        for effect in effects:
            facts -= set(self.vocabulary["effect"][effect].get("clears", []))
            facts |= set(self.vocabulary["effect"][effect].get("sets", []))
        return facts

    def take(self, name, situation, days_moved=False):
        step = self.steps[name]
        here = situation["state"]
        there = here if step["to"] == "same" else step["to"]
        letters, effects = step.get("sends", []), step.get("does", [])
        facts = self.change(situation["facts"], letters, effects)
        fired = set(situation["fired"]) - {step.get("after")}
        moved = (None, None) if step["to"] == "same" else (here, there)
        return {"state": there, "letters": letters, "facts": facts, "outcome": self.outcome(there, step, situation),
                **self.timers_after({**situation, "fired": fired}, facts, *moved, f"by:{name}", days_moved)}

    def outcome(self, there, step, situation):
        """A case has an outcome while it stands in a final state."""
        if "outcome" in step:
            return step["outcome"]
        return situation["outcome"] if self.states[there]["kind"] == "final" else None

    def arrive(self):
        nothing = {"running": [], "fired": []}
        return {"state": self.initial, "letters": [], "facts": set(), "outcome": None,
                **self.timers_after(nothing, set(), None, self.initial, "arrival", False)}

    def fire(self, timer, situation):
        """A timer with several days runs on after one of them: then it is in `may_run`."""
        return {"state": situation["state"], "letters": [], "outcome": situation["outcome"],
                "facts": self.change(situation["facts"], [], self.timers[timer]["does"]),
                "runs": set(situation["running"]) - {timer},
                "may_run": {timer} if "date" in self.timers[timer] else set(),
                "fired": set(situation["fired"]) | {timer}, "may_be_fired": set(),
                "starts": set(), "may_start": set()}

    def timers_after(self, situation, facts, left, entered, cause, days_moved):
        """Which timers run and have fired; `may_run` where it hangs on days that only the program knows."""
        running, fired = set(situation["running"]), set(situation["fired"])
        may_run, may_be_fired, starts, may_start = set(), set(), set(), set()
        closing = entered is not None and self.states[entered]["kind"] == "final"
        for name, timer in self.timers.items():
            until = timer.get("until") in facts
            begins = timer["starts"] in (cause, f"on:{entered}") and not until
            if timer["starts"] == f"on:{left}" and "until" not in timer:
                running.discard(name)
                fired.discard(name)
            if until or (closing and timer["starts"] != f"on:{entered}"):
                running.discard(name)
            elif begins and not (closing and timer["starts"] == cause):
                running.add(name)
                fired.discard(name)
                (may_start if self.may_have_no_day(name) else starts).add(name)
                if self.may_have_no_day(name):
                    running.discard(name)
                    may_run.add(name)
                    may_be_fired |= {name} & set(situation["fired"])
            elif days_moved and (timer["starts"] == "arrival" or name in running or "date" in timer):
                # starts again on its new day, unless it had fired and that day is past; a date may be gone
                if name not in running or self.may_have_no_day(name):
                    running.discard(name)
                    may_run.add(name)
                    may_be_fired |= {name} & fired
                fired.discard(name)
                may_start.add(name)
        return {"starts": starts, "may_start": may_start, "runs": running, "may_run": may_run,
                "fired": fired, "may_be_fired": may_be_fired}

    def may_have_no_day(self, timer):
        return "date" in self.timers[timer] or self.timers[timer].get("rule") in OTHER_CASES

    # ── clock and identity ───────────────────────────────────────────────────────────────────────────────────────

    def clock(self, situation):
        if "answer_dispatched" in situation["facts"]:
            return "stopped"
        state = self.states[situation["state"]]
        if state["clock"] != "paused":
            return state["clock"]
        held = (all(self.holds(one, situation) for one in state.get("pause_requires", []))
                and not any(self.holds(one, situation) for one in state.get("pause_unless", [])))
        return "paused" if held else "running"

    def assurance(self, kind, scope):
        """The levels of assurance that the file accepts; the narrower table wins."""
        table = self.file["assurance"]
        return table.get(scope) or table.get(kind) or table["default"]
