#!/usr/bin/env node
// A signing key and the backup of it: a browser whose storage was wiped signs again within two minutes, with the
// file and its passphrase, and not without.
import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";

import { makeKey, signInWithPhone } from "./approver.mjs";
import { PASSWORD, withSite } from "./site.mjs";
import { Visitor, WIDTHS, withBrowser } from "./visitor.mjs";

const PASSPHRASE = "một cụm mật khẩu dài";
const AGAIN_MAX_MS = 120_000;

// The end of a cut, which waits for a signature on this page.
async function askForAnEnd(visitor, site) {
  const cut = site.run("screen command", "kp-cho", "cut").trim();
  await visitor.open(`/cuts/${cut}`);
  await visitor.pressOn(visitor.page.locator(`form[action='/cuts/${cut}/end'] button`));
  return `/cuts/${cut}`;
}

async function sign(visitor, where) {
  await visitor.open(where);
  await visitor.press(visitor.page.locator("form[data-sign] button"));
}

async function isEnded(visitor) {
  await visitor.page.getByText("Đã cho phát lại").waitFor();
}

async function openBackup(visitor, site, passphrase) {
  const { page } = visitor;
  await visitor.open("/keys");
  const form = page.locator("form[data-restore-key]");
  const around = page.locator("details", { has: form });
  if (await around.count() > 0 && await around.getAttribute("open") === null) await visitor.press(around.locator("summary"));
  await form.locator("[name=backup]").setInputFiles(path.join(site.folder, "backup.json"));
  await form.locator("[name=passphrase]").fill(passphrase);
  await visitor.press(form.locator("button"));
  return form;
}

for (const width of WIDTHS) {
  test(`a wiped browser signs again from the backup, ${width} wide`, () => withSite((site) => withBrowser(async (browser) => {
    const visitor = await Visitor.at(browser, site, width), phone = {};
    await signInWithPhone(visitor, "an", PASSWORD, phone);
    const half = await makeKey(visitor, site.folder, PASSPHRASE);
    site.run("root add", "--public", half, "--name", "An", "--publish",
      ...[1, 2].flatMap((n) => ["--key", path.join(site.keys, `root-${n}.key`)]));
    await sign(visitor, await askForAnEnd(visitor, site));
    await isEnded(visitor);

    const waiting = await askForAnEnd(visitor, site);
    await visitor.wire.send("Storage.clearDataForOrigin", { origin: site.address, storageTypes: "all" });
    const began_ms = Date.now();
    await signInWithPhone(visitor, "an", PASSWORD, phone);
    await sign(visitor, waiting);
    await visitor.page.locator("[data-say=no-key]").first().waitFor();
    const form = await openBackup(visitor, site, "không phải cụm này đâu");
    await form.locator("[data-say=wrong-passphrase]").waitFor();
    await openBackup(visitor, site, PASSPHRASE);
    await visitor.page.locator("[data-key] [data-say=here]").first().waitFor();
    await visitor.examine("keys-restored");
    await sign(visitor, waiting);
    await isEnded(visitor);
    const took_ms = Date.now() - began_ms;
    console.log(`# signed again after ${took_ms} ms at ${width}`);
    assert.ok(took_ms < AGAIN_MAX_MS);
    await visitor.close();
  }), (site) => {
    for (const role of ["approver", "operator"]) site.give("an", role);
    site.addScreen("kp-cho", "Chợ Phú Túc");
  }));
}
