// Protects the main job as people do it: a customer forbids marketing and asks for erasure, the officer decides, a
// second person approves, the registers change and the answer stands in the portal. Walks the real demo in Chromium.
import { spawnSync } from "node:child_process";
import { known_of, look_at_files, look_at_what_is_said } from "./planted.mjs";
import { Demo, check_page, check_words, expect, step, submit, until } from "./walk.mjs";

const tenant = "kuopio";
const written = {
    says: "Poistakaa, mitä voitte.", upheld: "Laskuista voi vielä tulla riita.",
    proposed: "Osa tiedoista on lain mukaan säilytettävä.", by_letter: "Sanni Kuusisto"
};
const started = Date.now();
const note = (says) => console.log(`${((Date.now() - started) / 1000).toFixed(1)} s  ${says}`);

async function file(page, demo, right, fill) {
    await page.goto(`${demo.top}/${tenant}/requests/new/${right}`);
    await fill(page);
    await submit(page, page.locator("main form button"));
    return page.url().split("/").pop();
}

const status = async (page) => {
    await page.reload();
    return (await page.locator(".status").first().innerText()).replace(/\s+/g, " ");
};

async function stops_marketing(demo, customer) {
    await check_page(customer, "own requests");
    await customer.goto(`${demo.top}/${tenant}/requests/new/objection`);
    await check_page(customer, "form of a request");
    const asked = Date.now();
    await file(customer, demo, "objection", (page) => page.check("input[value=direct_marketing]"));
    await until(() => status(customer), (is) => is.includes("Valmis Toteutettu"), 30);
    note(`marketing stopped ${((Date.now() - asked) / 1000).toFixed(1)} s after it was asked for, without a person`);
    expect((await customer.locator(".letter").first().innerText()).includes("Markkinointi sinulle on lopetettu"),
        "the letter about the ban is not in the portal");
    const bans = demo.register(tenant, "crm", "SELECT min(banned), count(*) FROM marketing_choice WHERE customer_id = 1");
    expect(/^1\|[1-9]/.test(bans), `the register holds no ban: ${bans}`);
    await check_page(customer, "own case");
    await check_words(customer, "own case");
}

async function decides(officer) {
    await until(async () => {
        await officer.reload();
        return await officer.locator(".attention").count();
    }, (reading) => reading === 0, 30);
    for (const language of ["sv", "en", "fi"]) {
        await officer.goto(`${officer.url().split("?")[0]}?lang=${language}`);
        await check_page(officer, `case (${language})`);
        await check_words(officer, `case (${language})`);
    }
    await submit(officer, officer.locator(".bulk button"));
    await submit(officer, step(officer, "Vahvista oma säilytysaika"));
    await check_page(officer, "step");
    await check_words(officer, "step");
    const form = officer.url();
    const upholds = async (until) => {
        await officer.goto(form);
        await officer.selectOption("#ground", "17_3_e");
        await officer.fill("#reason", written.upheld);
        await officer.fill("#until", until);
        await submit(officer, officer.locator("main form button"));
    };
    await upholds("2090-12-31");
    expect((await officer.locator("main").innerText()).includes("päättyy jo ennen tätä päivää"),
        "a day after the end of our own rule was taken");
    await upholds("2036-06-30");
    expect((await officer.locator(".group-look").count()) === 0, "something still needs a decision");
    await submit(officer, step(officer, "Esitä osittaista poistamista"));
    await officer.fill("#reason", written.proposed);
    await submit(officer, officer.locator("main form button"));
    expect((await step(officer, "Hyväksy").count()) === 0, "who proposed may approve");
}

async function erases(demo, customer, officer, reviewer) {
    const before = Number(demo.register(tenant, "crm", "SELECT count(*) FROM customer WHERE id = 1 AND phone IS NOT NULL"));
    expect(before === 1, "the sample customer has no phone number");
    const number = await file(customer, demo, "erasure", (page) => page.fill("#says", written.says));
    await officer.goto(`${demo.top}/${tenant}/officer/`);
    await check_page(officer, "queue");
    await check_words(officer, "queue");
    await submit(officer, officer.getByRole("link", { name: number }));
    await decides(officer);
    note("the officer has decided and proposed");
    await reviewer.goto(officer.url());
    await submit(reviewer, step(reviewer, "Hyväksy"));
    for (;;) {
        const is = await until(async () => `${await status(officer)} ${await step(officer, "Kirjaa vastaanottajan tieto").count()}`,
            (seen) => seen.includes("Valmis") || seen.endsWith("1"), 60);
        if (is.includes("Valmis")) break;
        await submit(officer, step(officer, "Kirjaa vastaanottajan tieto"));
        await officer.selectOption("#recipient", { index: 1 });
        await officer.selectOption("#result", "sent");
        await submit(officer, officer.locator("main form button"));
    }
    note("approved, carried out, the recipients told, closed");
    const after = demo.register(tenant, "crm", "SELECT count(*) FROM customer WHERE id = 1 AND phone IS NOT NULL");
    expect(after === "0", "the phone number is still in the register");
    await customer.goto(`${demo.top}/${tenant}/requests/${number}`);
    const letter = await customer.locator(".letter").first().innerText();
    expect(letter.includes("kirjanpitolain (1336/1997) 2 luvun 10 §"), "the letter names no act and section");
    expect(/\d{1,2}\.\d{1,2}\.20\d\d/.test(letter), "the letter names no last day");
    for (const empty of [/koska\s*\./, /Lainkohta:\s*\./, /päivä on\s*\./])
        expect(!empty.test(letter), `the letter has an empty place: ${empty}`);
    await check_page(customer, "own closed case");
    await check_words(customer, "own closed case");
}

async function enters_a_letter(demo, officer) {
    await officer.goto(`${demo.top}/${tenant}/officer/arrivals/new`);
    await check_page(officer, "entering a request");
    const day = new Date(Date.now() - 3 * 86400000).toISOString().slice(0, 10);
    await officer.check("#right-access");
    await officer.check("#right-rectification");
    await officer.selectOption("#channel", "letter");
    await officer.fill("#received_on", day);
    await officer.fill("#name", written.by_letter);
    await officer.fill("#customer_number", demo.register(tenant, "crm", "SELECT customer_number FROM customer WHERE id = 2"));
    await submit(officer, officer.locator("main form button"));
    await submit(officer, officer.locator("tbody tr th a").first());
    const text = await officer.locator("main").innerText();
    const [year, month, date] = day.split("-").map(Number);
    expect(text.includes(`Kirje, ${date}.${month}.${year}`), "the day of arrival is not the one entered");
    expect(text.includes("kirjattu"), "the day of entry is not shown beside the day of arrival");
    expect(text.includes("samassa viestissä"), "the two requests of one letter are not linked");
    await check_words(officer, "entered case");
}

// The auditor takes everything with her and computes it again from the file alone.
function audits(demo) {
    const bundle = `${demo.folder}/kuopio.jsonl`;
    const run = (...words) => spawnSync(process.env.PYKALA, ["audit", ...words], { encoding: "utf8" });
    const exported = run("export", "--demo", demo.folder, "--tenant", tenant, "--out", bundle);
    expect(exported.status === 0, `the export failed: ${exported.stderr}`);
    const key = exported.stderr.match(/--key (\S+)/)[1];
    const proof = JSON.parse(run("verify", bundle, "--key", key).stdout);
    expect(proof.findings.length === 0, `the proof found ${JSON.stringify(proof.findings)}`);
    expect(proof.cases >= 4, `only ${proof.cases} cases in the export`);
    for (const what of ["deadlines", "transitions", "decisions"])
        expect(proof.recomputed[what] > 0, `no ${what} were computed again`);
    return proof;
}

const demo = await Demo.start();
try {
    note("the demo stands");
    const known = known_of(demo, tenant, 1, Object.values(written));
    await check_page(await demo.page("/"), "choice of the utility");
    await check_page(await demo.page(`/${tenant}/`), "start page");
    const [customer, officer, reviewer] = await Promise.all([
        demo.customer(tenant, 0), demo.staff(tenant, "officer"), demo.staff(tenant, "reviewer")]);
    await stops_marketing(demo, customer);
    await erases(demo, customer, officer, reviewer);
    await enters_a_letter(demo, officer);
    note("a letter with two requests entered");
    await look_at_what_is_said(demo, tenant, known);
    await demo.end();
    look_at_files(demo, tenant, known);
    note("nothing of the person stands in files, log, addresses, metrics or refusals");
    const proof = audits(demo);
    note(`computed again: ${JSON.stringify(proof.recomputed)}`);
} finally {
    await demo.stop();
}
