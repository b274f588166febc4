#!/usr/bin/env node
// What somebody who means harm tries through the browsers of those who may.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import http from "node:http";
import path from "node:path";
import test from "node:test";

import { crawl } from "./crawl.mjs";
import { Board, PASSWORD, withSite } from "./site.mjs";
import { Visitor, withBrowser } from "./visitor.mjs";

const SOURCE = path.resolve(process.env.SOURCE ?? ".");
// Each would leave a mark: an element of its own, a dialog, or a name in the window.
const PAYLOADS = [
  `"'><x-evil id=evil></x-evil><img src=x onerror="window.hit=1">`,
  `</textarea></title></script><script>window.hit=1</script><x-evil>`,
  `javascript:window.hit=1//"onfocus=window.hit=1 autofocus x="`,
  `{{constructor.constructor('window.hit=1')()}}\${window.hit=1}<svg/onload=alert(1)>`,
];

function everyRole(site) {
  for (const role of ["editor", "approver", "operator", "auditor", "administrator"]) site.give("an", role);
}

test("no words that anybody types become markup or a program", () => withSite((site) => withBrowser(async (browser) => {
  const visitor = await Visitor.at(browser, site, 1280, { bypassCSP: true }); // the words alone must hold
  await visitor.signIn();
  let shown = 0;
  for (const words of PAYLOADS) {
    const board = new Board(site, "kp-x");
    await board.enrol();
    const look = async (where) => {
      const marks = await visitor.page.evaluate(() => [window.hit, document.querySelector("x-evil, [onerror], [onload], [onfocus]")?.outerHTML,
        document.querySelector("a[href^='javascript:' i]")?.outerHTML]);
      assert.deepEqual(marks, [undefined, undefined, undefined], `${where}: ${words}`);
      if ((await visitor.page.locator("body").innerText()).includes(words.slice(0, 20))) shown++;
    };
    const went = await crawl(visitor, { words, look, leave: (form) => /sign-out|practice\/enter/.test(form.action) });
    await crawl(visitor, { words, look, leave: () => true }); // and what is there afterwards
    console.log(`# ${went.pages.length} pages, ${went.forms} forms`);
    assert.ok(went.pages.length >= 20 && went.forms >= 20, JSON.stringify(went));
  }
  assert.ok(shown > 0, "no page showed the words: nothing was tried");
  assert.deepEqual(visitor.faults.filter((fault) => /dialog/.test(fault)), []);
}), everyRole));

// Another site, at another port: it is sent this one's cookie.
async function withEvil(site, page, work) {
  const server = http.createServer((request, answer) => {
    answer.setHeader("Content-Type", "text/html; charset=utf-8");
    answer.end(page);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  try {
    await work(`http://127.0.0.1:${server.address().port}/`);
  } finally {
    server.close();
  }
}

// The ways by which a page changes something, out of the tables of routes: [method, path].
function changing() {
  const said = execFileSync("python3", ["-c", "from source_routes import routes\nfor r in routes(): print(r.method, r.path())"],
    { cwd: path.join(SOURCE, "tests/peers"), env: { ...process.env, SOURCE }, encoding: "utf8" });
  const found = said.trim().split("\n").map((line) => line.split(" ")).filter(([method]) => method !== "GET");
  assert.ok(found.length >= 4, said);
  return found;
}

test("no form of another site is heard, not even with the right token", () => withSite((site) => withBrowser(async (browser) => {
  const visitor = await Visitor.at(browser, site, 1280);
  await visitor.signIn();
  const token = await visitor.page.locator("input[name=token]").first().inputValue();
  const before = site.kept();
  await withEvil(site, "<p>Xin chào</p>", async (evil) => {
    for (const [method, where] of changing()) {
      const statuses = [];
      visitor.page.on("response", (answer) => {
        if (answer.url().startsWith(site.address) && answer.request().method() === method) statuses.push(answer.status());
      });
      await visitor.page.goto(evil);
      await visitor.page.evaluate(async ({ method, target, token }) => {
        const body = new URLSearchParams({ token, user: "an", password: "x", name: "x", code: "x", screen: "x" });
        for (const mode of ["no-cors", "cors"])
          await fetch(target, { method: mode === "cors" ? method : "POST", mode, body, credentials: "include" }).catch(() => {});
      }, { method, target: site.address + where, token });
      if (method === "POST") {
        await Promise.all([visitor.page.waitForURL(site.address + "/**"), visitor.page.evaluate(({ target, token }) => {
          const form = document.createElement("form");
          form.method = "post";
          form.action = target;
          for (const [name, value] of Object.entries({ token, name: "x", user: "an", password: "x" })) {
            const field = document.createElement("input");
            field.name = name;
            field.value = value;
            form.append(field);
          }
          document.body.append(form);
          form.submit();
        }, { target: site.address + where, token })]);
        assert.ok(statuses.length > 0, where);
      }
      visitor.page.removeAllListeners("response");
      assert.ok(statuses.every((status) => status === 400 || status === 403), `${method} ${where}: ${statuses}`);
    }
    await visitor.open("/");
    assert.equal(new URL(visitor.page.url()).pathname, "/"); // still signed in
  });
  assert.equal(site.kept(), before);
}), everyRole));

test("no other site reads a page, puts it in a frame, or listens", () => withSite((site) => withBrowser(async (browser) => {
  const visitor = await Visitor.at(browser, site, 1280);
  await visitor.signIn();
  await withEvil(site, "<p>Xin chào</p>", async (evil) => {
    await visitor.page.goto(evil);
    const seen = await visitor.page.evaluate(async (target) => {
      const read = await fetch(target + "/", { credentials: "include" }).then((answer) => answer.text()).catch(() => "refused");
      const opaque = await fetch(target + "/", { credentials: "include", mode: "no-cors" }).then((answer) => answer.type).catch(() => "refused");
      const stream = await new Promise((done) => {
        const events = new EventSource(target + "/v1/screens/kp-01/events", { withCredentials: true });
        events.onopen = () => done("opened");
        events.onerror = () => done("refused");
      });
      const script = await new Promise((done) => {
        const element = Object.assign(document.createElement("script"), { src: target + "/", onload: () => done("run"), onerror: () => done("refused") });
        document.body.append(element);
      });
      return { read, opaque, stream, script };
    }, site.address);
    assert.deepEqual(seen, { read: "refused", opaque: "refused", stream: "refused", script: "refused" });
    await visitor.page.setContent(`<iframe src="${site.address}/"></iframe>`);
    await visitor.page.waitForTimeout(500);
    const inside = await visitor.page.frames().at(-1).evaluate(() => document.body?.innerText ?? "").catch(() => "");
    assert.doesNotMatch(inside, /kp-01|Đăng xuất/);
  });
}), (site) => { everyRole(site); site.addScreen("kp-01", "Chợ"); }));

test("a session that was planted is not the visitor's", () => withSite((site) => withBrowser(async (browser) => {
  const thief = await Visitor.at(browser, site, 390);
  await thief.signIn();
  const [planted] = await thief.context.cookies();
  for (const value of [planted.value, "f".repeat(64)]) {
    const victim = await Visitor.at(browser, site, 1280);
    await victim.context.addCookies([{ ...planted, value }]);
    await victim.open("/sign-in");
    if (new URL(victim.page.url()).pathname === "/sign-in") await victim.signIn();
    else await victim.page.evaluate(async (password) => fetch("/sign-in", { method: "POST",
      body: new URLSearchParams({ user: "an", password }) }), PASSWORD);
    const [own] = await victim.context.cookies();
    assert.notEqual(own.value, value);
    assert.ok(own.httpOnly && own.sameSite === "Strict", JSON.stringify(own));
    assert.equal(await victim.page.evaluate(() => document.cookie), "");
    await victim.close();
    await thief.context.clearCookies();
    await thief.context.addCookies([{ ...planted, value }]);
    await thief.open("/");
    assert.equal(new URL(thief.page.url()).pathname, "/sign-in", value);
  }
})));
