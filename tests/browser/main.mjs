#!/usr/bin/env node
// The main way: from an empty folder to a notice in two languages, with a picture, on the glass of a running player;
// what it shows is what the preview showed. At most twelve presses from signed in to published.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import test from "node:test";

import { makeKey, signInWithPhone } from "./approver.mjs";
import { Player, pixelsOf } from "./player.mjs";
import { Site, until } from "./site.mjs";
import { PICTURES, Visitor, WIDTHS, withBrowser } from "./visitor.mjs";

const PRESSES_MAX = 12;
const SECRET = "một mật khẩu rất dài";
const TEXTS = [["Tạm ngừng cấp nước", "Từ 8 giờ đến 11 giờ ngày 24/12 tạm ngừng cấp nước. Mong bà con trữ nước trước."],
  ["Pơđơi ia", "Mơ̆ng 8 mông truh 11 mông hrơi 24/12 pơđơi ia kơ pơmă ding ia."]];

async function giveRole(visitor, role) {
  const { page } = visitor;
  await page.goto("/people/quantri");
  const give = page.locator("form[action$='/give']");
  await page.locator("details", { has: give }).locator("summary").first().click();
  await give.locator("select[name=role]").selectOption(role);
  await visitor.pressOn(give.locator("button"));
}

// A password by the one-time link, one official, all roles: the first day. The last role wants the phone's codes, so it
// is signed in anew.
async function firstDay(visitor, site, link) {
  const { page } = visitor;
  await page.goto(link);
  await visitor.examine("main-invitation");
  await page.fill("input[name=password]", SECRET);
  await page.fill("input[name=again]", SECRET);
  await visitor.press(page.locator("main button").first());
  await page.waitForURL((url) => !url.pathname.startsWith("/invitation"), { waitUntil: "load" });
  if (new URL(page.url()).pathname === "/sign-in") await visitor.signInPlainly("quantri", SECRET);
  for (const role of ["editor", "operator"]) await giveRole(visitor, role);
  await page.goto("/areas/krongpa");
  await visitor.pressOn(page.locator("form[action$='/one-official'] button"));
  await giveRole(visitor, "approver");
  assert.equal(new URL(page.url()).pathname, "/sign-in");
}

// Two holders of root keys let the key of the browser publish.
async function getAKey(visitor, site) {
  const half = await makeKey(visitor, site.folder, SECRET);
  site.run("root add", "--public", half, "--name", "Quản trị", "--publish",
    ...[1, 2].flatMap((n) => ["--key", path.join(site.keys, `root-${n}.key`)]));
}

// A picture is sent in, and a notice written with it in two languages. A choice from a list is two presses.
async function compose(visitor, site) {
  const { page } = visitor;
  await visitor.openMenu();
  await visitor.pressTo(page.locator("nav a[href='/media']"), /media/);
  visitor.presses++; // of the button that opens the choice of files
  await page.locator("form.upload input[type=file]").setInputFiles(picture(site));
  await page.locator("#uploads [data-state=done]").waitFor();
  await visitor.pressTo(page.locator(".cards a[href^='/media/']").first(), /media\/[0-9a-f]{64}/);
  await visitor.examine("main-picture");
  await visitor.pressTo(page.locator("form[action='/notices/new'] button"), /notices\/\d+/);
  await page.fill("[name=title-0]", TEXTS[0][0]);
  await page.fill("[name=body-0]", TEXTS[0][1]);
  await page.locator("select[name=add]").selectOption("jra");
  visitor.presses += 2;
  await visitor.pressTo(page.locator("button[name=do][value=add]"), /add=jra/);
  await page.fill("[name=title-1]", TEXTS[1][0]);
  const saved = page.waitForResponse((answer) => answer.url().endsWith("/save") && answer.request().postData().includes("body-1=M"));
  await page.fill("[name=body-1]", TEXTS[1][1]);
  await saved;
  await page.locator(".choices").first().waitFor(); // the preview knows both languages
  await page.locator("img.glass").first().waitFor();
}

// Handed in, and signed in the browser, by the one official.
async function publish(visitor) {
  const { page } = visitor;
  await visitor.pressTo(page.locator("button[formaction$='/send']"), /proposals\/\d+/);
  await visitor.examine("main-proposal");
  await visitor.press(page.locator("form[data-sign] button").first());
  await page.locator(".state.good").first().waitFor();
}

// The pictures of the preview, to the pixel.
async function previewOf(visitor, site) {
  await visitor.examine("main-notice");
  const addresses = await visitor.page.locator("img.glass").evaluateAll((images) => images.map((image) => image.src));
  assert.ok(addresses.length > 0, "no preview");
  return Promise.all(addresses.map(async (address, n) => {
    const answer = await visitor.page.request.get(address);
    const file = path.join(site.folder, `preview-${n}.png`);
    fs.writeFileSync(file, await answer.body());
    return pixelsOf(file);
  }));
}

// What was on the glass, and what the preview showed, to be looked at.
function keepPictures(site, width) {
  for (const from of ["player/glass.png", "preview-0.png", "preview-1.png"])
    if (fs.existsSync(path.join(site.folder, from)))
      fs.copyFileSync(path.join(site.folder, from), path.join(PICTURES, `main-${path.basename(from, ".png")}-${width}.png`));
}

function picture(site) {
  const file = path.join(site.folder, "duong-ong.png");
  execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:duration=1", "-frames:v", "1", file]);
  return file;
}

for (const width of WIDTHS) {
  test(`from an empty folder to the glass, ${width} wide`, { timeout: 280_000 }, () => withBrowser(async (browser) => {
    const site = new Site({ empty: true });
    const player = new Player(site);
    try {
      const made = await site.setUp();
      await site.serve();
      const visitor = await Visitor.at(browser, site, width);
      const { page } = visitor;
      await firstDay(visitor, site, made.link);
      await page.goto("/");
      await player.greet();
      await visitor.context.clearCookies();
      const phone = {};
      await signInWithPhone(visitor, "quantri", SECRET, phone);
      await page.goto("/");
      await page.getByText(player.code).first().waitFor();
      await visitor.examine("main-waiting");
      await visitor.pressOn(page.locator("a[href^='/claim']").first());
      await visitor.examine("main-claim");
      await page.locator("input[name=screen]").first().fill("kp-cho");
      await page.locator("input[name=name]").first().fill("Chợ Phú Túc");
      await page.locator("select[name=kind]").selectOption("led");
      await page.fill("input[name=width]", "640");
      await page.fill("input[name=height]", "384");
      await visitor.pressOn(page.locator("form[action='/claim'] button").first());
      await player.play();
      await getAKey(visitor, site);
      await visitor.context.clearCookies();
      await signInWithPhone(visitor, "quantri", SECRET, phone);

      visitor.presses = 0;
      await compose(visitor, site);
      const preview = await previewOf(visitor, site);
      await publish(visitor);
      assert.ok(visitor.presses <= PRESSES_MAX, `${visitor.presses} presses`);
      console.log(`# ${visitor.presses} presses at ${width}`);
      await until("the notice on the glass", 60_000, () => player.shows(preview));
      await page.goto("/");
      await visitor.examine("main-screens");
    } finally {
      keepPictures(site, width);
      await player.stop();
      await site.remove();
    }
  }));
}
