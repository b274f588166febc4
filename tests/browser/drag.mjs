#!/usr/bin/env node
// What is put in its place by hand: a playlist's order, the zones of a layout, a programme in its week; by the mouse, by
// a finger, and by the keyboard alone. What counts is what the source has kept.
import assert from "node:assert/strict";
import test from "node:test";

import { Person } from "./furnish.mjs";
import { until, withSite } from "./site.mjs";
import { Visitor, WIDTHS, withBrowser } from "./visitor.mjs";

const STREAMS = ["a", "b", "c", "d", "e"];
const KEPT_LIMIT_MS = 10_000;

// ---- a hand ----

const middleOf = (box) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });

// Along these points with a mouse, on a phone with a finger.
async function drag(visitor, points) {
  const { page, wire } = visitor, finger = visitor.width < 600;
  const steps = points.flatMap((to, i) => i === 0 ? [to] : Array.from({ length: 8 }, (_, n) => ({
    x: points[i - 1].x + (to.x - points[i - 1].x) * (n + 1) / 8, y: points[i - 1].y + (to.y - points[i - 1].y) * (n + 1) / 8 })));
  const touch = (type, at) => wire.send("Input.dispatchTouchEvent", { type, touchPoints: at ? [at] : [] });
  const [first, ...others] = steps;
  if (!finger) await page.mouse.move(first.x, first.y);
  await (finger ? touch("touchStart", first) : page.mouse.down());
  for (const at of others) await (finger ? touch("touchMove", at) : page.mouse.move(at.x, at.y));
  await (finger ? touch("touchEnd") : page.mouse.up());
}

// ---- a playlist ----

async function prepare(site) {
  const an = await Person.in(site, "an");
  await an.send("/playlists", { name: "Tin trong ngày", area: "krongpa" });
  await an.send("/layouts", { name: "Hai vùng", from: "strip", area: "krongpa" });
  await an.send("/programmes", { name: "Cả ngày", area: "krongpa" });
  for (const [i, name] of STREAMS.entries())
    await an.send("/playlists/1/add", { revision: String(i + 1), url: `https://vi.du/${name}`, stream_s: "60" });
  return an;
}

const orderOf = (site) => JSON.parse(site.database("SELECT items FROM playlist WHERE id = 1")[0][0])
  .map((item) => item.url.at(-1)).join("");

// Kept, and on the page as it is kept, with the source's word for those who do not see it.
async function becomes(visitor, site, order, said) {
  await until(order, KEPT_LIMIT_MS, () => orderOf(site) === order);
  const shown = visitor.page.locator(".sortable b");
  await until(order, KEPT_LIMIT_MS, async () => (await shown.allInnerTexts()).map((url) => url.at(-1)).join("") === order);
  if (said) assert.match(await visitor.page.locator("#said").innerText(), said);
}

async function dragRow(visitor, from, to) {
  const handles = visitor.page.locator(".handle");
  await handles.nth(Math.max(from, to)).scrollIntoViewIfNeeded();
  await handles.nth(Math.min(from, to)).scrollIntoViewIfNeeded();
  const at = middleOf(await handles.nth(from).boundingBox()), row = await visitor.page.locator(".sortable > li").nth(to).boundingBox();
  await drag(visitor, [at, { x: at.x, y: to > from ? row.y + row.height - 4 : row.y + 4 }]);
}

async function order(visitor, site) {
  const { page } = visitor;
  await visitor.open("/playlists/1");
  assert.equal(orderOf(site), "abcde");
  await dragRow(visitor, 0, 2);
  await becomes(visitor, site, "bcade", /vi\.du\/a: .*3.*5/);
  await dragRow(visitor, 4, 0);
  await becomes(visitor, site, "ebcad", /vi\.du\/e: .*1.*5/);
  // let go where it was
  const at = middleOf(await page.locator(".handle").nth(1).boundingBox());
  await drag(visitor, [at, { x: at.x, y: at.y + 5 }, at]);
  // by the keyboard: the row keeps it, however often and fast it is pressed
  await page.locator(".handle").nth(0).focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowDown");
  await becomes(visitor, site, "becad", /vi\.du\/e: .*2.*5/);
  const held = await page.evaluate(() => document.activeElement.id);
  assert.match(held, /^handle-/);
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowDown");
  await becomes(visitor, site, "bcade", /vi\.du\/e: .*5.*5/);
  assert.equal(await page.evaluate(() => document.activeElement.id), held);
  await visitor.examine("drag-playlist");
  // what was lost on the line is sent again by the next press
  await visitor.context.setOffline(true);
  const lost = page.waitForEvent("requestfailed");
  await page.keyboard.press("ArrowUp");
  await lost;
  await visitor.context.setOffline(false);
  await page.keyboard.press("ArrowUp");
  await becomes(visitor, site, "bcaed");
  visitor.faults = visitor.faults.filter((fault) => !/ERR_INTERNET_DISCONNECTED|htmx:sendError/.test(fault));
}

// What the approver is asked to sign is in this order too.
async function propose(site, an) {
  await an.send("/programmes/1", { revision: "1", name: "Cả ngày", layout: "full", "zone-main": "1", "area-krongpa": "1",
    class: "ordinary", weight: "1" });
  await an.send("/programmes/propose", { area: "krongpa", reason: "" });
  for (const [text] of site.database("SELECT CAST (payload AS TEXT) FROM proposal_document")) {
    const list = JSON.parse(text).playlists.find((playlist) => playlist.id === "p1");
    assert.equal(list.items.map((item) => item.url.at(-1)).join(""), orderOf(site));
  }
}

// ---- a layout ----

const zonesOf = (site) => JSON.parse(site.database("SELECT body FROM layout WHERE id = 1")[0][0]).zones.map((zone) => zone.rect);

// A point of the screen that is drawn, in per cent of it.
async function pointsOf(visitor, ...points) {
  await visitor.page.locator("#canvas").scrollIntoViewIfNeeded();
  const glass = await visitor.page.locator("#canvas .ground").boundingBox();
  return points.map(([x, y]) => ({ x: glass.x + glass.width * x / 100, y: glass.y + glass.height * y / 100 }));
}

async function dragOn(visitor, ...points) {
  await drag(visitor, await pointsOf(visitor, ...points));
}

async function fields(page, zone) {
  return Promise.all(["x", "y", "w", "h"].map(async (side) => Number(await page.inputValue(`[name=${side}-${zone}]`))));
}

const near = (found, wanted, most) => found.every((n, i) => Math.abs(n - wanted[i]) <= most);
const saveLayout = (visitor) => visitor.pressOn(visitor.page.locator("button[value=save]"));

async function drawZones(visitor, site) {
  const { page } = visitor;
  await visitor.open("/layouts/1");
  const [, , width, height] = await fields(page, 0);
  assert.equal(width, 100);
  // made smaller by its corner, then moved; its edge finds the glass's
  await dragOn(visitor, [98, height - 2], [68, 58]);
  assert.ok(near(await fields(page, 0), [0, 0, 70, 60], 2), `${await fields(page, 0)}`);
  const [, , w, h] = await fields(page, 0);
  await dragOn(visitor, [20, 20], [20 + 99 - w, 20.8]);
  assert.deepEqual(await fields(page, 0), [100 - w, 0, w, h]);
  // upon another: it is said at once, and the source does not keep it
  await dragOn(visitor, [80, 20], [80, 60]);
  assert.equal(await page.locator("#canvas .wrong").count(), 2);
  assert.match(await page.locator("#told").innerText(), /“.+” và “.+” chồng lên nhau/);
  await visitor.examine("drag-overlap");
  const before = zonesOf(site);
  await saveLayout(visitor);
  assert.match(await page.locator("[role=alert]").innerText(), /chồng lên nhau/);
  assert.deepEqual(zonesOf(site), before);
  await dragOn(visitor, [80, 60], [80, 20]);
  assert.equal(await page.locator("#canvas .wrong").count(), 0);
  // one more, drawn where nothing lies
  const drawn = page.waitForEvent("load");
  await dragOn(visitor, [3, 5], [24, 50]);
  await drawn;
  assert.ok(near(await fields(page, 2), [3, 5, 21, 45], 1), `${await fields(page, 2)}`);
  assert.equal(await page.locator("[role=alert]").count(), 0);
  await page.fill("[name=name-2]", "Bên");
  await visitor.examine("drag-layout");
  const wanted = [];
  for (const zone of [0, 1, 2]) wanted.push((await fields(page, zone)).map((percent) => Math.round(percent * 10)));
  await saveLayout(visitor);
  assert.deepEqual(zonesOf(site), wanted);
}

// The same without a hand: the arrow keys on the zone's handle, and its fields.
async function zonesByKeys(visitor, site) {
  const { page } = visitor;
  await visitor.open("/layouts/1");
  await visitor.tabTo("fieldset[data-zone='2'] .handle");
  const [x, y, w, h] = await fields(page, 2);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Shift+ArrowDown");
  assert.deepEqual(await fields(page, 2), [x + 1, y + 1, w - 1, h + 1]);
  assert.match(await page.locator("#told").innerText(), new RegExp(`Bên: .*${x + 1}.*${y + 1}.*${w - 1}.*${h + 1}`));
  for (let i = 0; i < 40; i++) await page.keyboard.press("Shift+ArrowLeft");
  assert.equal((await fields(page, 2))[2], 2); // no smaller than boards show
  await page.fill("[name=w-2]", "1");
  assert.match(await page.locator("#told").innerText(), /quá nhỏ/);
  await visitor.tabTo("button[value=save]");
  const loaded = page.waitForEvent("load");
  await visitor.enter();
  await loaded;
  assert.match(await page.locator("[role=alert]").innerText(), /quá nhỏ/);
  assert.equal(zonesOf(site)[2][2], w * 10);
  await page.fill("[name=w-2]", "12.5");
  await visitor.tabTo("button[value=save]");
  const saved = page.waitForEvent("load");
  await visitor.enter();
  await saved;
  assert.deepEqual(zonesOf(site)[2], [(x + 1) * 10, (y + 1) * 10, 125, (h + 1) * 10]);
}

// ---- the week ----

const inWords = async (page) => {
  await page.locator("details:has(table) summary").click();
  return page.locator("details table").innerText();
};

const saveProgramme = (visitor) => visitor.pressOn(visitor.page.locator("form:has([name=layout]) button"));

async function week(visitor, site) {
  const { page } = visitor;
  await visitor.open("/programmes/1");
  const days = page.locator("input[name^=day-]");
  for (const day of await days.all()) await day.uncheck();
  await page.check("[name=day-mon]");
  await page.check("[name=day-thu]");
  await page.fill("[name=start-0]", "06:30");
  await page.fill("[name=end-0]", "08:00");
  await saveProgramme(visitor);
  await visitor.open("/programmes");
  assert.equal(await page.locator(".week .ordinary rect").count(), 2);
  const first = await page.locator(".week .ordinary rect").first().boundingBox();
  assert.equal((await inWords(page)).match(/06:30–08:00 Cả ngày/g).length, 2);
  await visitor.examine("drag-week");
  // moved to another day and hour, from its name in the week
  await visitor.pressOn(page.locator(".legend a"));
  await page.uncheck("[name=day-mon]");
  await page.fill("[name=start-0]", "18:00");
  await page.fill("[name=end-0]", "19:30");
  await saveProgramme(visitor);
  await visitor.open("/programmes");
  assert.equal(await page.locator(".week .ordinary rect").count(), 1);
  const moved = await page.locator(".week .ordinary rect").boundingBox();
  assert.ok(moved.y > first.y + 100 && moved.x > first.x + 100);
  assert.match(await inWords(page), /Thứ năm[^\n]*\s+18:00–19:30 Cả ngày/i);
  assert.deepEqual(JSON.parse(site.database("SELECT body FROM programme WHERE id = 1")[0][0]).when,
    { days: ["thu"], times: [["18:00", "19:30"]] });
}

for (const width of WIDTHS)
  test(`order, zones and the week by hand, ${width} wide`, { timeout: 200_000 }, () => withSite((site) => withBrowser(async (browser) => {
    const an = await prepare(site);
    const visitor = await Visitor.at(browser, site, width);
    await visitor.signIn();
    await order(visitor, site);
    await propose(site, an);
    await drawZones(visitor, site);
    await zonesByKeys(visitor, site);
    await week(visitor, site);
    await visitor.close();
  }), (site) => {
    site.give("an", "editor");
    site.addScreen("kp-cho", "Chợ Phú Túc");
  }));
