#!/usr/bin/env node
// A hundred screens whose source loses its power in the middle; tests/soak/screens-500 is the long way.
import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { Crowd } from "./crowd.mjs";
import { until, withSite } from "./site.mjs";

const SCREENS = 100, BEAT_MS = 4000;

test("many screens come back at once, and nothing they said is lost or counted twice", async () => {
  let crowd;
  await withSite(async (site) => {
    await site.stop();
    await site.serve("--per-peer", "4000");
    crowd.begin(BEAT_MS);
    await until("all streams", 20_000, () => crowd.allListen());
    await pause(2 * BEAT_MS);
    await site.kill();
    await pause(1500);
    await site.serve("--per-peer", "4000");
    await until("all streams again", 20_000, () => crowd.allListen());
    await pause(2 * BEAT_MS);
    await crowd.end();
    const { said, counted, twice } = crowd.count();
    assert.ok(said > SCREENS * 3, `${said} facts`);
    assert.deepEqual({ counted, twice }, { counted: said, twice: 0 });
    assert.ok(crowd.looker.times_ms.length > 20, `${crowd.looker.times_ms.length} looks`);
    assert.ok(crowd.looker.percentile(0.99) < 1000, `a page took ${crowd.looker.percentile(0.99)} ms`);
  }, (site) => { crowd = new Crowd(site, SCREENS); });
});
