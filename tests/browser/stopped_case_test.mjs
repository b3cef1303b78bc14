// Protects a case that stands still, as people meet it in Chromium: the officer sees that it does and what to do, the
// administrator lets it go on with a reason, and the auditor reads that in an export made beside the running server.
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { check_page, check_words, Demo, expect, submit } from "./walk.mjs";

const tenant = "kuopio";
const reason = "Säännöt palautettiin varmuuskopiosta";

// A case as the program puts it aside when its invariant breaks.
function put_aside(demo, number) {
    execFileSync("sqlite3", [join(demo.folder, tenant, "cases.db"),
        "PRAGMA busy_timeout = 5000; INSERT INTO quarantine SELECT id, '2026-11-20T10:00:00.000Z', " +
        `'steps of the system never end: dispatch' FROM cases WHERE number = '${number}'`]);
}

async function enters_a_letter(officer) {
    await submit(officer, officer.locator("a[href$='/arrivals/new']"));
    await officer.check("#right-access");
    await officer.selectOption("#channel", "letter");
    await officer.fill("#received_on", new Date(Date.now() - 86400000).toISOString().slice(0, 10));
    await officer.fill("#name", "Sanni Kuusisto");
    await submit(officer, officer.locator("main form button"));
    await officer.goto(officer.url().replace(/\/officer\/.*/, "/officer/"));
    return officer.locator("tbody tr th a").first().innerText();
}

async function officer_sees(officer, number) {
    await officer.reload();
    await check_page(officer, "queue with a stopped case");
    expect((await officer.locator("main").innerText()).includes("Pysäytettyjä pyyntöjä: 1."), "the queue says nothing");
    await submit(officer, officer.locator("tbody tr th a").first());
    await check_page(officer, "stopped case");
    await check_words(officer, "stopped case");
    const text = await officer.locator("main").innerText();
    expect(text.includes("Pyyntö on ollut pysäytettynä 20.11.2026 alkaen."), "the case does not say that it stands");
    expect(await officer.locator("main form, main a.button").count() === 0, "a stopped case offers steps");
    await officer.goBack();
    await submit(officer, officer.locator(".attention a"));
    await check_page(officer, "list of stopped cases");
    await check_words(officer, "list of stopped cases");
    expect(await officer.locator("textarea").count() === 0, "an officer may release a case");
}

async function administrator_releases(administrator, number) {
    expect(administrator.url().endsWith("/officer/quarantine"), "the administrator begins elsewhere");
    await check_page(administrator, "stopped cases of the administrator");
    await check_words(administrator, "stopped cases of the administrator");
    await administrator.fill(`#reason-${number}`, reason);
    await submit(administrator, administrator.locator("main form button"));
    const text = await administrator.locator("main").innerText();
    expect(text.includes("Yhtään pyyntöä ei ole pysäytetty."), "the case still stands");
    await check_page(administrator, "no stopped cases");
}

const demo = await Demo.start();
try {
    const [officer, administrator] = await Promise.all([
        demo.staff(tenant, "officer"), demo.staff(tenant, "administrator")]);
    const number = await enters_a_letter(officer);
    put_aside(demo, number);
    await officer_sees(officer, number);
    await administrator.reload();
    await administrator_releases(administrator, number);
    await officer.goto(`${demo.top}/${tenant}/officer/cases/${number}`);
    expect(await officer.locator("main a.button").count() > 0, "the case does not go on");
    const audit = ["audit", "export", "--demo", demo.folder, "--tenant", tenant, "--case", number, "--out", "-"];
    const exported = spawnSync(process.env.PYKALA, audit, { encoding: "utf8" });
    expect(exported.status === 0 && exported.stdout.includes(reason), `the log says nothing: ${exported.stderr}`);
} finally {
    await demo.stop();
}
