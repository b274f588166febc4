#!/usr/bin/env node
// Every page that there is, as an office PC and a phone show it: sound to see, to press and to hear, light enough.
import assert from "node:assert/strict";
import test from "node:test";

import { crawl } from "./crawl.mjs";
import { furnish } from "./furnish.mjs";
import { withSite } from "./site.mjs";
import { Visitor, WIDTHS, withBrowser } from "./visitor.mjs";

const PAGES_MIN = 20;

const name = (where) => where.replace(/^\//, "").replace(/[^\w]+/g, "-").replace(/[0-9a-f]{64}/g, "hash") || "screens";

for (const width of WIDTHS) {
  for (const colorScheme of width === 390 ? ["light", "dark"] : ["light"]) {
    test(`every page is sound, ${width} wide, ${colorScheme}`, async () => {
      let site;
      await withSite((served) => withBrowser(async (browser) => {
        await furnish(site = served);
        const visitor = await Visitor.at(browser, site, width, { colorScheme });
        await visitor.signIn();
        const faults = [];
        const look = async (where) => {
          visitor.faults = [];
          if (await visitor.page.locator("main").count() === 0) return; // a part of a page
          await visitor.examine(`page-${colorScheme}-${name(where)}`).catch((error) => {
            if (error.code !== "ERR_ASSERTION") throw error;
            faults.push(...error.actual.map((fault) => `${where}: ${fault}`));
          });
        };
        const { pages } = await crawl(visitor, { words: "", look, leave: () => true });
        console.log(`# ${pages.length} pages: ${pages.join(" ")}`);
        assert.ok(pages.length >= PAGES_MIN, pages.join(" "));
        assert.equal(faults.length, 0, faults.join("\n"));
      }));
    });
  }
}

test("every page is light", async () => {
  await withSite((site) => withBrowser(async (browser) => {
    await furnish(site);
    const visitor = await Visitor.at(browser, site, 390);
    await visitor.signIn();
    const { pages } = await crawl(visitor, { words: "", look: async () => {}, leave: () => true });
    for (const page of pages) await visitor.weigh(page);
  }));
});
