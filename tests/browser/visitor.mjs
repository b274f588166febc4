// Somebody at a real browser: what they press is counted, and every page that they look at is examined.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import { BUILD, PASSWORD } from "./site.mjs";

const modules = createRequire(path.join(BUILD, "tests/browser/modules/"));
const { chromium } = modules("playwright-core");
const axe = fs.readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");
export const PICTURES = path.join(BUILD, "tests/browser/pictures");
export const WIDTHS = [1280, 390];
const PAGE_MAX_BYTES = 150_000;
const TARGET_MIN_PX = 44;
const TEXT_MIN_PX = 16;
const SLOW = { offline: false, latency: 300, downloadThroughput: 256_000 / 8, uploadThroughput: 256_000 / 8 };
const STEP_LIMIT_MS = 15_000;

export async function withBrowser(test) {
  // A browser in a browser's jail wants user namespaces, which root in a container has not.
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium",
    args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
  try {
    await test(browser);
  } finally {
    await browser.close();
  }
}

// In the page: tells of what its policy forbade, wherever it happened.
function watchPolicy() {
  window.__refused = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    window.__refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
  });
}

// In the page: what is too small to press or to read, and what sticks out.
function measure({ target_px, text_px }) {
  const name = (element) => `${element.tagName.toLowerCase()}.${element.className} "${(element.innerText || element.name || "").slice(0, 40)}"`;
  const faults = [];
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    !element.closest(".skip, .sr-only");
  for (const element of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
    if (!seen(element) || element.type === "hidden") continue;
    const box = (element.matches("input[type=checkbox], input[type=radio], input[type=file]") && element.closest("label") || element).getBoundingClientRect();
    if (box.height < target_px - 0.5) faults.push(`${name(element)}: ${box.height} px high to press`);
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !seen(element) || element.closest("svg, canvas, script, option")) continue;
    const size_px = parseFloat(getComputedStyle(element).fontSize);
    if (size_px < text_px) faults.push(`${name(element)}: letters of ${size_px} px`);
  }
  const over_px = document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth;
  if (over_px > 0) {
    const wide = [...document.querySelectorAll("body *")].find((e) => e.getBoundingClientRect().right > innerWidth + 1);
    faults.push(`wider than the glass by ${over_px} px${wide ? `: ${name(wide)}` : ""}`);
  }
  return faults;
}

export class Visitor {
  #weight = 0;
  #types = new Map();

  // `options` go to the browser's context: colorScheme, javaScriptEnabled, …
  static async at(browser, site, width, options = {}) {
    const visitor = new Visitor();
    const phone = width < 600;
    visitor.site = site;
    visitor.width = width;
    visitor.context = await browser.newContext({ locale: "vi-VN", timezoneId: "Asia/Ho_Chi_Minh", baseURL: site.address,
      viewport: { width, height: phone ? 844 : 800 }, deviceScaleFactor: phone ? 2 : 1, isMobile: phone, hasTouch: phone,
      ...options });
    visitor.page = await visitor.context.newPage();
    visitor.page.setDefaultTimeout(STEP_LIMIT_MS);
    visitor.wire = await visitor.context.newCDPSession(visitor.page);
    visitor.presses = 0;
    visitor.faults = [];
    await visitor.#watch();
    return visitor;
  }

  async #watch() {
    await this.page.addInitScript(watchPolicy);
    this.page.on("console", (message) => {
      // A form that was refused on purpose is an error to the console, and none to us; nor is a question that was
      // given up for a newer one.
      if (message.type() === "error" && !/status of 4\d\d|^htmx:(sendAbort|afterRequest)/.test(message.text())) this.faults.push(`console: ${message.text()}`);
    });
    this.page.on("pageerror", (error) => this.faults.push(`script: ${error.message}`));
    this.page.on("dialog", (dialog) => {
      this.faults.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    await this.wire.send("Network.enable");
    this.wire.on("Network.responseReceived", ({ requestId, type }) => this.#types.set(requestId, type));
    this.wire.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      if (!["Image", "Media", "EventSource"].includes(this.#types.get(requestId))) this.#weight += encodedDataLength;
    });
  }

  async close() {
    await this.context.close();
  }

  async open(where) {
    return this.page.goto(where, { waitUntil: "load" });
  }

  // ---- what a hand does ----

  // One press of a finger, of a mouse, or of Enter.
  async press(what) {
    this.presses++;
    const place = typeof what === "string" ? this.page.getByRole("button", { name: what }) : what;
    await (this.width < 600 ? place.tap() : place.click());
  }

  // The same, and the page that comes of it.
  async pressTo(what, where) {
    await this.press(what);
    await this.page.waitForURL(where, { waitUntil: "load" });
  }

  // The same, where another page comes whose address nobody knows beforehand.
  async pressOn(what) {
    const loaded = this.page.waitForEvent("load");
    await this.press(what);
    await loaded;
  }

  // The ways that do not stand in the first row are behind a word.
  async openMenu() {
    const more = this.page.locator("header nav summary, header details summary").first();
    if (await more.count() > 0 && await more.isVisible()) await this.press(more);
  }

  // An approver by a code for whom has no phone at hand: that costs no press that is counted.
  async signIn(user = "an", password = PASSWORD) {
    const code = this.site.secondStep(user);
    await this.signInPlainly(user, password);
    if (code === null) return;
    await this.page.fill("input[name=code]", code);
    await this.page.locator("main form").filter({ has: this.page.locator("input[name=code]") }).locator("button").click();
    await this.page.waitForURL((url) => url.pathname !== "/sign-in/code", { waitUntil: "load" });
  }

  async signInPlainly(user, password) {
    await this.open("/sign-in");
    await this.page.fill("input[name=user]", user);
    await this.page.fill("input[name=password]", password);
    await this.press(this.page.locator("main button[type=submit], main button:not([type])").first());
    await this.page.waitForURL((url) => url.pathname !== "/sign-in", { waitUntil: "load" });
  }

  // Goes there by the tabulator alone; what has the focus is seen to have it.
  async tabTo(selector, max = 200) {
    for (let i = 0; i < max; i++) {
      await this.page.keyboard.press("Tab");
      const at = await this.page.evaluate((wanted) => {
        const element = document.activeElement, style = getComputedStyle(element);
        return { there: element.matches(wanted), marked: element === document.body ||
          (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2), tag: element.outerHTML.slice(0, 120) };
      }, selector);
      assert.ok(at.marked, `nobody sees where the keyboard is: ${at.tag}`);
      if (at.there) return;
    }
    assert.fail(`${selector}: not reached by ${max} presses of Tab`);
  }

  async enter() {
    this.presses++;
    await this.page.keyboard.press("Enter");
  }

  // ---- what an eye sees ----

  async picture(name) {
    fs.mkdirSync(PICTURES, { recursive: true });
    await this.page.screenshot({ path: path.join(PICTURES, `${name}-${this.width}.png`), fullPage: true, animations: "disabled" });
  }

  // The page as it stands: no violation of accessibility or of its policy, nothing too small, nothing sticking out.
  async examine(name) {
    await this.picture(name);
    await this.page.evaluate(axe);
    const found = await this.page.evaluate(() => axe.run(document, { resultTypes: ["violations"],
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
    const faults = found.violations.map((violation) => `axe ${violation.id}: ${violation.help}: ` +
      violation.nodes.map((node) => node.html.slice(0, 160)).join(" | "));
    faults.push(...await this.page.evaluate(measure, { target_px: TARGET_MIN_PX, text_px: TEXT_MIN_PX }));
    faults.push(...(await this.page.evaluate(() => window.__refused)).map((refused) => `policy: ${refused}`));
    assert.deepEqual([...faults, ...this.faults], [], `${name} at ${this.width}`);
  }

  // What a page weighs that nobody has seen before, without pictures, films and sound.
  async weigh(where) {
    await this.wire.send("Network.clearBrowserCache");
    this.#weight = 0;
    await this.page.goto(where, { waitUntil: "load" });
    assert.ok(this.#weight > 200, `${where}: ${this.#weight} bytes: nothing was counted`);
    assert.ok(this.#weight < PAGE_MAX_BYTES, `${where}: ${this.#weight} bytes`);
    return this.#weight;
  }

  // Over a poor link (256 kbit/s, 300 ms): ms until the page's heading is to be read.
  async slowly(where, { again = false } = {}) {
    if (!again) await this.wire.send("Network.clearBrowserCache");
    await this.wire.send("Network.emulateNetworkConditions", SLOW);
    try {
      const began = Date.now();
      await this.page.goto(where, { waitUntil: "commit" });
      await this.page.locator("h1").first().waitFor();
      return Date.now() - began;
    } finally {
      await this.wire.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
    }
  }
}
