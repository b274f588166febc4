#!/usr/bin/env node
// The way in and the board of screens, as somebody sees them on an office PC and on a phone.
import assert from "node:assert/strict";
import test from "node:test";

import { Board, PASSWORD, withSite } from "./site.mjs";
import { Visitor, WIDTHS, withBrowser } from "./visitor.mjs";

// A screen of each sort: playing, dark, never heard of; and a board that waits.
async function prepared(site) {
  const market = site.addScreen("kp-cho", "Chợ Phú Túc, cổng phía đông");
  const house = site.addScreen("kp-nha", "Nhà văn hóa buôn Ma Nher");
  site.addScreen("kp-truong", "Trường THCS");
  return { market, house };
}

async function report({ market, house }) {
  await market.report({ type: "state", state: "playing", on_air: [{ zone: "main", item: "n1", class: "ordinary" }] });
  await house.report({ type: "state", state: "dark", on_air: [] });
}

async function withVisitors(options, look) {
  let boards;
  await withSite((site) => withBrowser(async (browser) => {
    await report(boards);
    for (const width of WIDTHS) {
      const visitor = await Visitor.at(browser, site, width, options);
      await look(visitor, site);
      await visitor.close();
    }
  }), async (site) => { boards = await prepared(site); });
}

test("the way in and the screens are sound to see and to press", () => withVisitors({}, async (visitor) => {
  await visitor.open("/");
  assert.equal(new URL(visitor.page.url()).pathname, "/sign-in");
  await visitor.examine("sign-in");
  await visitor.page.fill("input[name=user]", "an");
  await visitor.page.fill("input[name=password]", "sai mật khẩu");
  await visitor.press(visitor.page.locator("main button").first());
  await visitor.page.locator("[role=alert], [role=status]").first().waitFor();
  await visitor.examine("sign-in-wrong");
  await visitor.signIn();
  assert.match(await visitor.page.locator("main").innerText(), /Chợ Phú Túc/);
  assert.equal(await visitor.page.locator(".summary [aria-current='true']").count(), 1); // to hear which are shown
  assert.equal(await visitor.page.locator("html").getAttribute("lang"), "vi");
  await visitor.examine("screens");
}));

test("dark is as sound as light", () => withVisitors({ colorScheme: "dark" }, async (visitor) => {
  await visitor.open("/sign-in");
  await visitor.examine("sign-in-dark");
  await visitor.signIn();
  await visitor.examine("screens-dark");
}));

test("a board is accepted by the keyboard alone", () => withVisitors({}, async (visitor, site) => {
  const board = new Board(site, `kp-${visitor.width}`);
  assert.equal((await board.enrol()).status, 202);
  await visitor.open("/sign-in");
  await visitor.tabTo("input[name=user]");
  await visitor.page.keyboard.type("an");
  await visitor.tabTo("input[name=password]");
  await visitor.page.keyboard.type(PASSWORD);
  await visitor.enter();
  await visitor.page.waitForURL((url) => url.pathname !== "/sign-in", { waitUntil: "load" });
  await visitor.examine("screens-waiting");
  await visitor.tabTo("a[href^='/claim']");
  await visitor.enter();
  await visitor.page.waitForURL(/claim/, { waitUntil: "load" });
  await visitor.tabTo("input[name=name]");
  await visitor.page.keyboard.type("Cổng ủy ban");
  await visitor.tabTo("input[name=screen]");
  await visitor.page.keyboard.type(board.id);
  await visitor.tabTo("form[action='/claim'] button");
  await visitor.enter();
  await visitor.page.getByRole("heading", { name: "Cổng ủy ban" }).first().waitFor();
  assert.match(site.run("screen list"), new RegExp(board.id));
}));

test("it works without scripts", () => withVisitors({ javaScriptEnabled: false }, async (visitor) => {
  await visitor.signIn();
  assert.match(await visitor.page.locator("main").innerText(), /Nhà văn hóa/);
  await visitor.pressTo(visitor.page.getByRole("button", { name: "Đăng xuất" }), /sign-in/);
}));

test("a page is light, and comes over a poor link", () => withVisitors({}, async (visitor) => {
  await visitor.weigh("/sign-in");
  const cold_ms = await visitor.slowly("/sign-in");
  assert.ok(cold_ms < 6000, `${cold_ms} ms`);
  await visitor.signIn();
  await visitor.weigh("/");
  const warm_ms = await visitor.slowly("/", { again: true });
  assert.ok(warm_ms < 4000, `${warm_ms} ms`);
}));

test("an examination finds what is planted", () => withVisitors({}, async (visitor) => {
  await visitor.open("/sign-in");
  for (const plant of [
    () => document.querySelector("label").replaceWith(document.querySelector("input")),
    () => document.querySelector("main").style.setProperty("min-width", "5000px"),
    () => document.querySelector("button").style.setProperty("min-height", "20px") || document.querySelector("button").style.setProperty("padding", "0"),
    () => document.querySelector("label").style.setProperty("font-size", "12px"),
    () => { const script = document.createElement("script"); script.textContent = "1"; document.body.append(script); },
    () => alert("xin chào"),
    () => console.error("không được"),
  ]) {
    await visitor.page.evaluate(plant);
    await assert.rejects(visitor.examine("planted"), assert.AssertionError, String(plant));
    visitor.faults = [];
    await visitor.open("/sign-in");
  }
}));
