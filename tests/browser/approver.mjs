// An approver at the browser: signs in with a phone's code, and makes the key that lives there.
import fs from "node:fs";
import path from "node:path";

import { codeOf } from "./phone.mjs";

// The key of the page goes into a phone, here a few lines.
export async function signInWithPhone(visitor, user, password, phone) {
  const { page } = visitor;
  await visitor.signInPlainly(user, password);
  await page.waitForURL(/sign-in\/code/);
  const shown = page.locator(".code.small");
  if (await shown.count() > 0) phone.secret = (await shown.innerText()).replaceAll(" ", "");
  await page.fill("input[name=code]", await codeOf(phone));
  await visitor.pressOn(page.locator("main form button"));
}

// Its public half; the backup of it stays in the folder.
export async function makeKey(visitor, folder, passphrase) {
  const { page } = visitor;
  await page.goto("/keys");
  const form = page.locator("form[data-make-key]");
  await form.locator("[name=label]").fill("Máy tính ở ủy ban");
  await form.locator("[name=passphrase]").fill(passphrase);
  await form.locator("[name=again]").fill(passphrase);
  const [backup] = await Promise.all([page.waitForEvent("download"), visitor.press(form.locator("button").first())]);
  const file = path.join(folder, "backup.json");
  await backup.saveAs(file);
  await form.locator("[name=backup]").setInputFiles(file);
  await page.locator("[data-key]").first().waitFor();
  return JSON.parse(fs.readFileSync(file, "utf8")).public;
}
