// Many screens at one source: each reports, polls and listens as a board does, and comes back at once when the
// source was away. Nothing that one of them said may be lost or counted twice.
import http from "node:http";
import { setTimeout as pause } from "node:timers/promises";

import { Board, PASSWORD } from "./site.mjs";

const FACTS_MAX = 50; // of a batch
const AWAY_MS = 500;  // before a board tries again

class Screen extends Board {
  constructor(site, id, agent) {
    super(site, id);
    this.agent = agent;
    this.waiting = [];
    this.hints = 0;
  }

  // {status, headers, text}; null when nobody is there.
  ask(method, where, headers = {}, body = undefined) {
    return new Promise((done) => {
      const request = http.request(this.site.address + where, { method, headers, agent: this.agent }, (answer) => {
        const pieces = [];
        answer.on("data", (piece) => pieces.push(piece));
        answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(pieces).toString() }));
        answer.on("error", () => done(null));
      });
      request.on("error", () => done(null));
      request.setTimeout(30_000, () => request.destroy());
      request.end(body);
    });
  }

  note() {
    this.waiting.push(JSON.stringify({ id: `${this.id}-${++this.seq}`, boot: "b1", seq: this.seq, at: new Date().toISOString(),
      mono_ms: this.seq * 1000, clock: "trusted", type: "state", state: "playing",
      on_air: [{ zone: "main", item: "n1", class: "ordinary" }] }) + "\n");
  }

  // Sends what waits; it waits on until it is accepted.
  async tell() {
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, FACTS_MAX), where = `/v1/screens/${this.id}/reports`, body = batch.join("");
      const answer = await this.ask("POST", where, this.signed(where, body), body);
      if (answer?.status !== 200) {
        if (answer && ![429, 503].includes(answer.status)) throw new Error(`${this.id}: ${answer.status} ${answer.text}`);
        return false;
      }
      this.waiting.splice(0, batch.length);
    }
    return true;
  }

  async poll() {
    const answer = await this.ask("GET", `/v1/screens/${this.id}/now.json`, this.tag ? { "If-None-Match": this.tag } : {});
    if (answer?.status === 200) this.tag = answer.headers.etag;
    return answer !== null;
  }

  // Keeps its stream, whatever happens, until `over`.
  async listen(over) {
    while (!over.aborted) {
      await new Promise((done) => {
        const request = http.get(`${this.site.address}/v1/screens/${this.id}/events`, { agent: false, signal: over }, (answer) => {
          this.listens = true;
          answer.on("data", (words) => { this.hints += String(words).includes("event: now"); });
          answer.on("close", done);
          answer.on("error", done);
        });
        request.on("error", done);
      });
      this.listens = false;
      if (!over.aborted) await pause(AWAY_MS);
    }
  }

  async live(beat_ms, first_ms, over) {
    await pause(first_ms);
    while (!over.aborted) {
      const began = Date.now();
      this.note();
      while (!over.aborted && !(await this.tell() && await this.poll())) await pause(AWAY_MS);
      await pause(Math.max(0, beat_ms - (Date.now() - began)), undefined, { signal: over }).catch(() => {});
    }
  }
}

// Somebody who looks at the page again and again; how long each time took, ms.
class Looker {
  times_ms = [];

  constructor(site) {
    this.site = site;
  }

  async look() {
    if (!this.cookie) {
      const answer = await fetch(`${this.site.address}/sign-in`, { method: "POST", redirect: "manual",
        body: new URLSearchParams({ user: "an", password: PASSWORD }) });
      this.cookie = answer.headers.get("set-cookie")?.split(";")[0];
    }
    const began = performance.now();
    const answer = await fetch(`${this.site.address}/`, { redirect: "manual", headers: { Cookie: this.cookie, "Accept-Language": "vi" } });
    this.text = await answer.text();
    if (answer.status !== 200) this.cookie = null; // the source was started anew
    else this.times_ms.push(performance.now() - began);
  }

  async keepLooking(every_ms, over) {
    while (!over.aborted) {
      await this.look().catch(() => { this.cookie = null; });
      await pause(every_ms);
    }
  }

  percentile(share) {
    const sorted = [...this.times_ms].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  }
}

export class Crowd {
  // Before the site is served.
  constructor(site, screens) {
    this.site = site;
    this.agent = new http.Agent({ keepAlive: true, maxSockets: screens });
    this.screens = Array.from({ length: screens }, (_, n) => new Screen(site, `s${String(n).padStart(3, "0")}`, this.agent));
    for (const screen of this.screens) site.run("screen add", screen.id, "--key", screen.public, "--name", `Màn hình ${screen.id}`);
    this.looker = new Looker(site);
    this.ends = new Map(this.screens.map((screen) => [screen, new AbortController()]));
    this.over = new AbortController();
  }

  begin(beat_ms) {
    this.work = this.screens.flatMap((screen, n) => {
      const over = this.ends.get(screen).signal;
      return [screen.listen(over), screen.live(beat_ms, beat_ms * n / this.screens.length, over)];
    });
    this.work.push(this.looker.keepLooking(200, this.over.signal));
  }

  silence(screen) {
    this.ends.get(screen).abort();
  }

  allListen() {
    return this.screens.every((screen) => screen.listens || this.ends.get(screen).signal.aborted);
  }

  async end() {
    for (const over of this.ends.values()) over.abort();
    this.over.abort();
    await Promise.all(this.work);
    for (const screen of this.screens) if (!await screen.tell()) throw new Error(`${screen.id}: not heard at the end`);
    this.agent.destroy();
  }

  // [what was said, what was counted, what was counted more than once]
  count() {
    const said = this.screens.reduce((sum, screen) => sum + screen.seq, 0);
    const [[counted, distinct]] = this.site.database("SELECT count(*), count(DISTINCT id) FROM fact");
    return { said, counted, twice: counted - distinct };
  }
}
