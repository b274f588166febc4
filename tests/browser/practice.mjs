#!/usr/bin/env node
// The practice area, as somebody walks it alone: written, signed in the browser with a key for practice, seen on the
// glass that is drawn; and no byte that a board reads is another one.
import assert from "node:assert/strict";
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import test from "node:test";

import { withSite } from "./site.mjs";
import { Visitor, WIDTHS, withBrowser } from "./visitor.mjs";

const BAND = ".practice";

function treeOf(site) {
  const hash = crypto.createHash("sha256");
  const walk = (folder) => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = path.join(folder, entry.name);
      if (entry.isDirectory()) walk(name);
      else hash.update(name).update(fs.readFileSync(name));
    }
  };
  walk(path.join(site.data, "tree"));
  return hash.digest("hex");
}

async function makeKey(visitor) {
  const { page } = visitor;
  await page.goto("/keys");
  assert.equal(await page.locator("[name=passphrase]").count(), 0);
  await visitor.press(page.locator("form[data-make-practice-key] button"));
  await page.locator("[data-key]").first().waitFor();
  await visitor.examine("practice-keys");
}

async function writeAndSign(visitor) {
  const { page } = visitor;
  await page.goto("/notices");
  await visitor.pressTo(page.locator("form[action='/notices/new'] button").first(), /notices\/\d+/);
  await page.fill("[name=title-0]", "Tập viết bản tin");
  const saved = page.waitForResponse((answer) => answer.url().endsWith("/save") && answer.request().postData().includes("body-0=S"));
  await page.fill("[name=body-0]", "Sáng mai họp dân ở nhà văn hóa.");
  await saved;
  await visitor.pressTo(page.locator("button[formaction$='/send']"), /proposals\/\d+/);
  await page.locator(BAND).waitFor();
  await visitor.press(page.locator("form[data-sign] button").first());
  await page.locator(".state.good").first().waitFor();
}

// Both screens play what was signed; their pictures have come.
async function seeTheGlass(visitor) {
  const { page } = visitor;
  await page.goto("/");
  const glass = page.locator("img.glass");
  assert.equal(await glass.count(), 2);
  for (const picture of await glass.all()) {
    await picture.scrollIntoViewIfNeeded();
    await picture.evaluate((image) => image.decode());
  }
  await visitor.examine("practice-screens");
}

// Two presses, of which the first does nothing; then all is as it was at first.
async function clearIt(visitor) {
  const { page } = visitor;
  await page.goto("/practice");
  await visitor.pressOn(page.locator("a[href='/practice/clear']"));
  assert.match(await page.locator("main").innerText(), /Bản tin\s+1\b/);
  await visitor.examine("practice-clear");
  await visitor.pressOn(page.locator("a[href='/practice']").last());
  await visitor.pressOn(page.locator("a[href='/practice/clear']"));
  await visitor.pressOn(page.locator("form[action='/practice/clear'] button"));
  assert.match(await page.locator("[role=status]").innerText(), /lại trống/);
  await visitor.examine("practice-cleared");
  await page.goto("/");
  assert.equal(await page.locator("img.glass").count(), 0);
  await page.goto("/notices");
  assert.equal(await page.getByText("Tập viết bản tin").count(), 0);
}

for (const width of WIDTHS) {
  test(`somebody practises alone at ${width}`, () => withSite((site) => withBrowser(async (browser) => {
    const visitor = await Visitor.at(browser, site, width);
    const { page } = visitor;
    await visitor.signIn();
    const before = treeOf(site);
    await visitor.openMenu();
    await visitor.pressTo(page.locator("nav a[href='/practice']"), /practice/);
    await visitor.examine("practice");
    await visitor.pressOn(page.locator("form[action='/practice/enter'] button"));
    assert.match(await page.locator(BAND).innerText(), /THỰC HÀNH – không hiện lên bảng nào/);
    await visitor.examine("practice-empty");
    await makeKey(visitor);
    await writeAndSign(visitor);
    await seeTheGlass(visitor);
    await clearIt(visitor);
    await visitor.pressOn(page.locator(`${BAND} button`));
    assert.equal(await page.locator(BAND).count(), 0);
    assert.equal(await page.getByText("thực hành", { exact: false }).locator("visible=true").count(), 0);
    assert.equal(treeOf(site), before);
    await visitor.close();
  }), (site) => {
    for (const role of ["editor", "approver", "operator"]) site.give("an", role);
    site.addScreen("kp-cho", "Chợ Phú Túc");
  }));
}
