#!/usr/bin/env node
// What somebody meets who presses a button twice, or after the session is over: nothing that was typed is lost without a
// word, no button is dead, and no answer is written for programs.
import assert from "node:assert/strict";
import test from "node:test";

import { Person, furnish } from "./furnish.mjs";
import { until, withSite } from "./site.mjs";
import { Visitor, withBrowser } from "./visitor.mjs";

const PHONE = 360;

const withVisitor = (look) => withSite((site) => withBrowser(async (browser) => {
  await furnish(site);
  site.take("an", "approver"); // nobody's phone is asked for
  const visitor = await Visitor.at(browser, site, PHONE);
  await visitor.signIn();
  await look(visitor, site);
  await visitor.close();
}));

// Another way in, beside the pages that stand open.
async function signInBeside(visitor) {
  const page = visitor.page;
  visitor.page = await visitor.context.newPage();
  await visitor.signIn();
  await visitor.page.close();
  visitor.page = page;
}

// What htmx says to the console of it.
function refusedOnPurpose(visitor, status) {
  visitor.faults = visitor.faults.filter((fault) => !fault.includes(`Status Error Code ${status}`));
}

test("a form that gave a file gives another, and its page", () => withVisitor(async (visitor) => {
  const { page } = visitor;
  for (const [where, next] of [["/reports", "/reports/view"], ["/register", "/register"]]) {
    await page.goto(where);
    const form = page.locator("form", { has: page.locator("button[formaction$=csv]") });
    for (let i = 0; i < 2; i++)
      await Promise.all([page.waitForEvent("download"), visitor.press(form.locator("button[formaction$=csv]"))]);
    await visitor.pressTo(form.locator("button:not([formaction])"), (url) => url.pathname === next && url.search !== "");
  }
}));

test("who typed for half an hour is no idle visitor", () => withVisitor(async (visitor) => {
  const { page } = visitor;
  await page.clock.install();
  await page.goto("/emergency/new?template=flood");
  const said = page.locator("[name='vi.what']");
  let renewed = 0;
  page.on("request", (request) => { if (request.url().endsWith("/api/session")) renewed++; });
  await said.fill("Nước lên");
  await page.clock.fastForward("06:00");
  await said.fill("Nước lên nhanh");
  await until("the session renewed", 5000, () => renewed === 1);
  await said.fill("Nước lên rất nhanh");
  await page.waitForTimeout(300);
  assert.equal(renewed, 1, "at each letter");
}));

test("who is signed out meanwhile is told that nothing was done", () => withVisitor(async (visitor) => {
  const { page } = visitor;
  await page.goto("/emergency/new?template=flood");
  await page.fill("[name=reason]", "Nước sông lên nhanh");
  await visitor.context.clearCookies();
  await visitor.pressTo(page.locator("form.sheet button").last(), /sign-in/);
  assert.match(await page.locator("main [role=alert]").innerText(), /không còn đăng nhập[^]*chưa được thực hiện/);
  await visitor.examine("forms-signed-out");
  // where nothing was to be done, nothing is said
  await page.goto("/notices");
  assert.equal(await page.locator("main [role=alert]").count(), 0);
}));

test("a notice's words stay while its writer signs in again, and are saved then", () => withVisitor(async (visitor, site) => {
  const { page } = visitor;
  const words = "Điều tôi vừa viết thêm.";
  await page.goto("/notices/1");
  await visitor.context.clearCookies();
  await page.fill("[name=body-0]", words);
  const said = page.locator("#said-all [role=alert], #said-all");
  await until("a word of it", 5000, async () => /không còn đăng nhập/.test(await said.first().innerText()));
  assert.equal(new URL(page.url()).pathname, "/notices/1");
  assert.equal(await page.inputValue("[name=body-0]"), words);
  refusedOnPurpose(visitor, 401);
  await visitor.examine("forms-notice-signed-out");
  await signInBeside(visitor);
  await page.bringToFront();
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await until("it is saved", 5000, () => JSON.stringify(site.database("SELECT * FROM notice WHERE id = 1")).includes(words));
  await until("the word is gone", 5000, async () => !/không còn đăng nhập/.test(await said.first().innerText()));
}));

test("a page from before the last sign-in says so in words", () => withVisitor(async (visitor) => {
  const { page } = visitor;
  await page.goto("/emergency/new?template=flood");
  await visitor.context.clearCookies();
  await signInBeside(visitor);
  await page.fill("[name=reason]", "Nước sông lên nhanh");
  await visitor.pressOn(page.locator("form.sheet button").last());
  assert.match(await page.locator("main [role=alert]").innerText(), /mở trước khi/);
  await visitor.examine("forms-stale");
}));

test("an order that is not kept says so", () => withVisitor(async (visitor, site) => {
  const { page } = visitor;
  const an = await Person.in(site, "an");
  for (const revision of ["1", "2"]) await an.send("/playlists/1/add", { revision, clock: "1" });
  await page.goto("/playlists/1");
  const down = page.locator(".sortable button[value^=down]").first(), said = page.locator("#said");
  await visitor.context.setOffline(true);
  await visitor.press(down);
  await until("a word of the lost line", 5000, async () => /mất kết nối/.test(await said.innerText()));
  await visitor.context.setOffline(false);
  await visitor.context.clearCookies();
  await visitor.press(down);
  await until("a word of the session", 5000, async () => /không còn đăng nhập/.test(await said.innerText()));
}));

test("an alert that waits for its signature is not called on the screens; its pictures are reached by the keyboard",
  () => withVisitor(async (visitor) => {
    const { page } = visitor;
    await page.goto("/emergency/new?template=flood");
    await page.fill("[name=reason]", "Nước sông lên nhanh");
    for (const field of ["title", "what", "where", "when", "do"])
      await page.fill(`[name='vi.${field}']`, `Nước sông Ba đang lên, bà con ven sông lên nơi cao ngay (${field}).`);
    await visitor.pressTo(page.locator("form.sheet button").last(), /emergency\/\d+/);
    await until("its pictures", 30_000, async () => (await page.locator(".pictures img").count()) > 1);
    await visitor.examine("forms-alert");
    await page.goto("/emergency");
    assert.match(await page.locator("h2", { hasText: "phát" }).first().innerText(), /chờ ký/);
  }));

test("what is thrown away for good takes two presses", () => withVisitor(async (visitor) => {
  const { page } = visitor;
  for (const where of ["/notices", "/playlists/1", "/layouts/1", "/programmes/1"]) {
    await page.goto(where);
    const form = page.locator("form[action$='/remove']").first();
    if (where.startsWith("/playlists") || where.startsWith("/layouts")) assert.equal(await form.count(), 1, where);
    assert.equal(await form.locator("button").isVisible(), false, where);
    await visitor.press(page.locator("details", { has: form }).locator("summary").first());
    assert.match(await page.locator("details", { has: form }).innerText(), /mất hẳn/);
  }
  await visitor.examine("forms-remove");
}));

test("what went wrong is said in the reader's language", () => withVisitor(async (visitor) => {
  const { page } = visitor;
  for (const where of ["/people/khong", "/screens/khong-co", "/emergency/999", "/cuts/khong", "/proposals/999", "/areas/khong"]) {
    await page.goto(where);
    const said = await page.locator("main [role=alert]").innerText();
    assert.match(said, /[À-ỹ]/, `${where}: ${said}`);
  }
}));
