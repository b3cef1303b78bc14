// Looks for what is known of a person wherever nothing of it may stand: files at rest, the log, addresses of pages,
// metrics, the answers to bad requests.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "./walk.mjs";

// What the register holds on a customer, and what was written while the cases ran.
export function known_of(demo, tenant, customer, texts) {
    const columns = ["first_name || ' ' || last_name", "hetu", "phone", "email", "street", "customer_number"];
    const held = columns.map((each) =>
        demo.register(tenant, "crm", `SELECT ${each} FROM customer WHERE id = ${customer}`));
    expect(held.every((each) => each.length >= 5), "the customer lacks something to look for");
    return [...held, ...held[0].split(" ").filter((each) => each.length >= 5), ...texts];
}

function found_in(where, bytes, needles) {
    const text = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
    for (const each of needles)
        for (const form of [Buffer.from(each), Buffer.from(each, "utf16le"), Buffer.from(encodeURIComponent(each))])
            expect(!text.includes(form), `${where} holds something of the person`);
}

// Everything below the tenant's folder but the registers themselves.
export function look_at_files(demo, tenant, needles) {
    const top = join(demo.folder, tenant);
    let files = 0;
    for (const each of readdirSync(top, { recursive: true, withFileTypes: true })) {
        const path = join(each.parentPath ?? each.path, each.name);
        if (!each.isFile() || path.startsWith(join(top, "registers"))) continue;
        found_in(path, readFileSync(path), needles);
        files += 1;
    }
    expect(files >= 3, `only ${files} files were looked at`);
}

export async function look_at_what_is_said(demo, tenant, needles) {
    const metrics = await demo.metrics();
    expect(metrics.includes("pykala_"), "there are no metrics");
    found_in("the metrics", metrics, needles);
    found_in("an address", demo.urls.join("\n"), needles);
    expect(demo.urls.length > 20, "no addresses were noted");
    const [name, hetu] = needles;
    const refused = [
        fetch(`${demo.top}/${tenant}/api/v1/cases`, { method: "POST", body: JSON.stringify({ subject: { name, hetu } }) }),
        fetch(`${demo.top}/${tenant}/sign-in`, { method: "POST", body: new URLSearchParams({ person: hetu, name }) }),
        fetch(`${demo.top}/${tenant}/requests/new/access`, { method: "POST", body: new URLSearchParams({ says: name }) }),
        fetch(`${demo.top}/${tenant}/api/v1/cases/KUO-2026-000001/transitions`,
            { method: "POST", headers: { Authorization: `Bearer ${hetu}` }, body: `{"name":"${name}"` }),
    ];
    for (const each of await Promise.all(refused)) {
        expect(each.status >= 400, `a bad request was taken: ${each.url} ${each.status}`);
        found_in("an answer to a bad request", await each.text(), needles);
    }
    // the greeting of the demo names its invented customers
    found_in("the log", demo.log.replace(/^ *sign in as .*$/gm, ""), needles);
}
