#!/usr/bin/env node
// A notice's picture is sent in and chosen without leaving it, and a text in an old encoding becomes Unicode by a press.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import test from "node:test";

import { furnish } from "./furnish.mjs";
import { withSite } from "./site.mjs";
import { Visitor, WIDTHS, withBrowser } from "./visitor.mjs";

const LEGACY = "Th«ng b¸o t¹m ngõng cÊp n­íc"; // TCVN3
const UNICODE = "Thông báo tạm ngừng cấp nước";

function picture(site) {
  const file = path.join(site.folder, "duong-ong.png");
  execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:duration=1", "-frames:v", "1", file]);
  return file;
}

const saved = (page, words) => page.waitForResponse((answer) =>
  answer.url().endsWith("/save") && (answer.request().postData() ?? "").includes(words));

async function choosePicture(visitor, site) {
  const { page } = visitor;
  assert.equal(await page.locator("select[name=picture]").count(), 1); // without a script it stays
  await visitor.press(page.locator("details", { has: page.locator("#picture") }).last().locator("summary"));
  await page.locator("#picture .pick").waitFor();
  assert.equal(await page.locator("[name=picture]").count(), 1);
  await page.locator("input[type=file][form=upload]").setInputFiles(picture(site));
  const choice = page.locator("#picture .choice", { hasText: "duong-ong" });
  await choice.waitFor();
  await visitor.examine("compose-pick");
  const kept = saved(page, "picture=");
  await choice.click();
  const sha256 = await choice.locator("input").getAttribute("value");
  assert.ok((await kept).request().postData().includes(`picture=${sha256}`));
  // what is chosen is not lost by looking for another
  const looked = page.waitForResponse((answer) => answer.url().includes("/media/pick") && answer.url().includes("q=khong"));
  await page.fill("#pick-q", "khong co");
  await looked;
  await page.locator(`#picture input[value="${sha256}"]:checked`).waitFor();
  await page.reload();
  assert.equal(await page.locator("select[name=picture]").inputValue(), sha256);
}

async function convert(visitor) {
  const { page } = visitor;
  await page.fill("[name=title-0]", LEGACY);
  const button = page.locator("#said-title-0 button[value=unicode]");
  await button.waitFor({ timeout: 60_000 });
  await visitor.pressTo(button, /checked=1/);
  assert.equal(await page.inputValue("[name=title-0]"), UNICODE);
  assert.equal(await page.locator("button[value=unicode]").count(), 0);
}

for (const width of WIDTHS)
  test(`a picture and an old encoding, ${width} wide`, { timeout: 200_000 }, () => withSite((site) => withBrowser(async (browser) => {
    await furnish(site);
    const visitor = await Visitor.at(browser, site, width);
    await visitor.signIn();
    await visitor.open("/notices/1");
    await choosePicture(visitor, site);
    await convert(visitor);
    await visitor.close();
  })));
