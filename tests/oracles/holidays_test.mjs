// Protects the calendar of non-working days against a slip in the rules of Easter, Midsummer or All
// Saints' Day. Compares every holiday that `pykala calendar` gives for 2018-2060 with the npm
// package date-holidays: Finland, type public, and the two eves that it lists as bank holidays.
import { spawnSync } from "node:child_process";
import process from "node:process";
import Holidays from "date-holidays";

const first = 2018;
const last = 2060;
const eves = ["juhannusaatto", "jouluaatto"];
const program = process.env.PYKALA;
if (!program) {
    console.error("set PYKALA to the path of the program");
    process.exit(2);
}

function expected(year) {
    const days = new Holidays("FI").getHolidays(year, "fi");
    const counted = days.filter((day) => day.type === "public" || eves.includes(day.name));
    return [...new Set(counted.map((day) => day.date.slice(0, 10)))].sort();
}

function actual() {
    const words = ["calendar", "--from", String(first), "--to", String(last)];
    const run = spawnSync(program, words, { encoding: "utf8" });
    if (run.status !== 0) {
        console.error(`pykala calendar ended with ${run.status ?? run.error}: ${run.stderr ?? ""}`);
        process.exit(1);
    }
    return JSON.parse(run.stdout);
}

const calendar = actual();
let compared = 0;
let differences = 0;
for (let year = first; year <= last; ++year) {
    const want = expected(year);
    const have = calendar[String(year)] ?? [];
    const missing = want.filter((day) => !have.includes(day));
    const extra = have.filter((day) => !want.includes(day));
    const twice = have.filter((day, position) => have.indexOf(day) !== position);
    const unsorted = have.some((day, position) => position > 0 && have[position - 1] > day);
    if (want.length !== 15) {
        console.error(`${year}: date-holidays gives ${want.length} days instead of 15`);
        ++differences;
    }
    if (missing.length + extra.length + twice.length > 0 || unsorted) {
        const order = unsorted ? ", not in order" : "";
        console.error(`${year}: missing [${missing}] extra [${extra}] twice [${twice}]${order}`);
        ++differences;
    }
    compared += want.length;
}
const asked = (year) => Number(year) >= first && Number(year) <= last;
const strangers = Object.keys(calendar).filter((year) => !asked(year));
if (strangers.length > 0) {
    console.error(`years that nobody asked for: ${strangers}`);
    ++differences;
}
const compare = `${compared} days of ${first}-${last} compared with date-holidays`;
console.log(`holidays: ${compare}, ${differences} disagreements`);
process.exit(differences === 0 ? 0 : 1);
