#!/usr/bin/env node
// An approver in a real Chromium who obeys a program: `presser.mjs ADDRESS USER PASSWORD FOLDER`. Each answer is a line of
// JSON on standard output: first {"public"}, the half of the key that was made in the browser, then one for each
// line on standard input. "open PATH": the page stands there, ready to be signed. "press": {"pressed_ms", "shown_ms"}, by
// the wall clock, when the button was pressed and when the page that came of it stood there.
import readline from "node:readline";

import { makeKey, signInWithPhone } from "./approver.mjs";
import { Visitor, withBrowser } from "./visitor.mjs";

const [address, user, password, folder] = process.argv.slice(2);
const SIGN = "form[data-sign] button";
const WIDTH = 1280;

const say = (words) => process.stdout.write(`${JSON.stringify(words)}\n`);

async function open(visitor, where) {
  await visitor.open(where);
  await visitor.page.locator(`${SIGN}:enabled`).first().waitFor();
  return {};
}

async function press(visitor) {
  const button = visitor.page.locator(SIGN).first();
  await button.scrollIntoViewIfNeeded();
  const pressed_ms = Date.now();
  await visitor.pressOn(button);
  return { pressed_ms, shown_ms: Date.now() };
}

await withBrowser(async (browser) => {
  const visitor = await Visitor.at(browser, { address }, WIDTH);
  await signInWithPhone(visitor, user, password, {});
  say({ public: await makeKey(visitor, folder, password) });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [order, where] = line.split(" ");
    say(await (order === "open" ? open(visitor, where) : press(visitor)));
  }
});
