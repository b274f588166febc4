#!/usr/bin/env node
// A film and its subtitles are sent in and put together on the page, and stay together.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import test from "node:test";

import { Person } from "./furnish.mjs";
import { withSite } from "./site.mjs";
import { Visitor, WIDTHS, withBrowser } from "./visitor.mjs";

const CUE = "1\n00:00:00,000 --> 00:00:02,000\nBà con chú ý\n";

function files(site) {
  const film = path.join(site.folder, "phong-chay.mp4"), words = ["phong-chay.srt", "phong-chay.km.srt"].map((name) => path.join(site.folder, name));
  execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x192:rate=25:duration=3", "-c:v", "libx264",
    "-pix_fmt", "yuv420p", film]);
  words.forEach((file, i) => fs.writeFileSync(file, CUE + "\n".repeat(i)));
  return [film, ...words];
}

async function sendIn(visitor, site) {
  const { page } = visitor;
  await visitor.open("/media");
  await page.setInputFiles("input[name=files]", files(site));
  for (const name of ["phong-chay.mp4", "phong-chay.srt", "phong-chay.km.srt"])
    await page.locator("#files .card", { hasText: name }).waitFor({ timeout: 60_000 });
  await visitor.pressOn(page.locator("#files a", { hasText: "phong-chay.km.srt" }));
  await page.locator("details:has(.cues) summary").click();
  assert.match(await page.locator(".cues").innerText(), /Bà con chú ý/);
  await visitor.examine("subtitles-file");
}

async function putTogether(visitor, site) {
  const { page } = visitor;
  await visitor.open("/playlists/1/add");
  await page.locator("label.choice", { hasText: "phong-chay.mp4" }).click();
  await visitor.pressTo(page.locator("form.panel button"), /playlists\/1$/);
  await visitor.pressOn(page.locator(".sortable a[href*='/item']"));
  await page.selectOption("[name=file-0]", { label: "phong-chay.srt" });
  await page.selectOption("[name=file-1]", { label: "phong-chay.km.srt" });
  await visitor.examine("subtitles-choose");
  await visitor.pressTo(page.locator("form.panel button"), /playlists\/1$/);
  assert.match(await page.locator(".sortable .what").innerText(), /Phụ đề: Tiếng Việt, Khmer/);
  await visitor.examine("subtitles-list");
  // as it was chosen, to be changed
  await visitor.pressOn(page.locator(".sortable a[href*='/item']"));
  assert.equal(await page.locator("[name=lang-1]").inputValue(), "km");
  await page.selectOption("[name=file-0]", "");
  await visitor.pressTo(page.locator("form.panel button"), /playlists\/1$/);
  const [item] = JSON.parse(site.database("SELECT items FROM playlist WHERE id = 1")[0][0]);
  assert.deepEqual(item.subtitles.map((one) => one.lang), ["km"]);
}

for (const width of WIDTHS)
  test(`a film and its subtitles, ${width} wide`, { timeout: 200_000 }, () => withSite((site) => withBrowser(async (browser) => {
    await (await Person.in(site, "an")).send("/playlists", { name: "Phim", area: "krongpa" });
    const visitor = await Visitor.at(browser, site, width);
    await visitor.signIn();
    await sendIn(visitor, site);
    await putTogether(visitor, site);
    await visitor.close();
  }), (site) => site.give("an", "editor")));
