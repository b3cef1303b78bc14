// What the browser tests share: the demo on a folder of its own, a browser, and the people in it.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { chromium } from "playwright-core";

const axe_source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const password = "pykala-demo";

export const wait = (ms) => new Promise((done) => setTimeout(done, ms));

// Takes what it is given until it holds; fails with what it was last.
export async function until(what, holds, seconds = 60) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
        const is = await what();
        if (holds(is)) return is;
        if (Date.now() > end) throw new Error(`waited ${seconds} s, and it is still: ${is}`);
        await wait(250);
    }
}

export function expect(holds, says) {
    if (!holds) throw new Error(says);
}

async function free_port() {
    const server = createServer();
    await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address();
    await new Promise((closed) => server.close(closed));
    return port;
}

export class Demo {
    static async start() {
        const demo = new Demo();
        demo.folder = mkdtempSync(join(tmpdir(), "pykala-browser-"));
        demo.urls = [];
        demo.log = "";
        demo.metrics_port = await free_port();
        demo.program = spawn(process.env.PYKALA,
            ["demo", "--data", demo.folder, "--port", "0", "--metrics-port", `${demo.metrics_port}`],
            { stdio: ["ignore", "pipe", "pipe"] });
        demo.program.stderr.on("data", (bytes) => { demo.log += bytes; });
        demo.top = await new Promise((found, failed) => {
            let said = "";
            demo.program.stdout.on("data", (bytes) => {
                said += bytes;
                demo.log += bytes;
                const address = said.match(/http:\/\/127\.0\.0\.1:\d+/);
                if (address) found(address[0]);
            });
            demo.program.on("exit", () => failed(new Error(`the demo ended: ${demo.log}`)));
        });
        demo.browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
        return demo;
    }

    async page(path) {
        const context = await this.browser.newContext({ locale: "fi-FI" });
        const page = await context.newPage();
        page.on("request", (asked) => this.urls.push(asked.url()));
        page.setDefaultTimeout(30000);
        await page.goto(this.top + path);
        return page;
    }

    async customer(tenant, index) {
        const page = await this.page(`/${tenant}/sign-in`);
        await page.locator("input[name=person]").nth(index).check();
        await submit(page, page.locator("main form button"));
        return page;
    }

    async staff(tenant, name) {
        const page = await this.page(`/${tenant}/officer/sign-in`);
        await page.fill("#name", name);
        await page.fill("#password", password);
        await submit(page, page.locator("main form button"));
        return page;
    }

    async metrics() {
        return (await fetch(`http://127.0.0.1:${this.metrics_port}/metrics`)).text();
    }

    // One value out of a register, by plain SQL.
    register(tenant, name, sql) {
        const file = join(this.folder, tenant, "registers", `${name}.db`);
        return execFileSync("sqlite3", ["-readonly", file, sql], { encoding: "utf8" }).trim();
    }

    // The server ends; its data stays until stop().
    async end() {
        await this.browser?.close();
        this.program.removeAllListeners("exit");
        if (this.program.exitCode !== null || this.program.signalCode !== null) return;
        const ended = new Promise((done) => this.program.once("exit", done));
        this.program.kill("SIGTERM");
        await Promise.race([ended, wait(5000)]);
        this.program.kill("SIGKILL");
    }

    async stop() {
        await this.end();
        rmSync(this.folder, { recursive: true, force: true });
    }
}

// Clicks and waits for the page that follows.
export async function submit(page, button) {
    await Promise.all([page.waitForEvent("load"), button.click()]);
}

// A step of the case, by the words on its button or link.
export const step = (page, name) =>
    page.getByRole("link", { name, exact: true }).or(page.getByRole("button", { name, exact: true })).first();

// WCAG 2.2 AA by axe; on a narrow screen nothing runs out of the page.
export async function check_page(page, name) {
    await page.evaluate(axe_source);
    const found = await page.evaluate(() =>
        window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
    const faults = found.violations.map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 160)}`);
    expect(faults.length === 0, `${name}: ${faults.join("; ")}`);
    const size = page.viewportSize();
    await page.setViewportSize({ width: 390, height: 800 });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    await page.setViewportSize(size);
    expect(width <= 390, `${name}: ${width} pixels wide on a screen of 390`);
}

// Names of the machine that nobody should read: `17_1_a`, `in_progress`, `stop_marketing`.
export async function check_words(page, name) {
    const text = await page.locator("main").evaluate((main) => {
        const copy = main.cloneNode(true);
        copy.querySelectorAll("code").forEach((each) => each.remove());
        return copy.textContent;
    });
    const words = text.match(/\b[a-z0-9]+_[a-z0-9_]+\b/g) ?? [];
    expect(words.length === 0, `${name}: machine words: ${[...new Set(words)].join(", ")}`);
}
