// A real player without a display: it greets, plays, and leaves what is on its glass as a picture.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { BUILD, until } from "./site.mjs";

const PROGRAM = path.join(BUILD, "bin/bangtin");
const WAIT_MS = 30_000;

// A picture as its bare pixels.
export function pixelsOf(file) {
  return execFileSync("ffmpeg", ["-v", "error", "-i", file, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], { maxBuffer: 1 << 28 });
}

export class Player {
  constructor(site) {
    this.site = site;
    this.running = [];
  }

  #run(...args) {
    const out = fs.openSync(path.join(this.folder, "log"), "a");
    const child = spawn(PROGRAM, args, { stdio: ["ignore", out, out], env: { ...process.env, LC_ALL: "C.UTF-8", LANGUAGE: "" } });
    child.ended = new Promise((done) => child.on("exit", done));
    this.running.push(child);
    return child;
  }

  get log() {
    return fs.readFileSync(path.join(this.folder, "log"), "utf8");
  }

  // It asks to be accepted; `code` is what it shows meanwhile.
  async greet() {
    this.folder = path.join(this.site.folder, "player");
    this.glass = path.join(this.folder, "glass.png");
    this.config = path.join(this.folder, "player.conf");
    fs.mkdirSync(this.folder);
    fs.writeFileSync(this.config, `[screen]\nname=Chợ\nkind=led\nstate=state\n[display]\nkind=offscreen\ncanvas=640x384\n` +
      `picture=glass.png\n[clock]\ntrust=system\n[report]\nheartbeat=5\n[source krongpa]\nkind=native\nbase=${this.site.address}\npoll=1\n`);
    this.greeting = this.#run("enrol", this.site.address, "--config", this.config, "--for", "120");
    const said = await until("the board's code", WAIT_MS, () => /^Code of this screen: (\S+)/m.exec(this.log));
    this.code = said[1];
  }

  async play() {
    const code = await this.greeting.ended;
    if (code !== 0) throw new Error(`the board was not accepted: ${this.log}`);
    this.#run("play", "--config", this.config);
    await until("a picture on the glass", WAIT_MS, () => fs.existsSync(this.glass));
  }

  // Whether one of these pictures is what is on the glass now, to the pixel.
  shows(pictures) {
    try {
      const now = pixelsOf(this.glass);
      return pictures.some((picture) => picture.equals(now));
    } catch {
      return false; // it is being written
    }
  }

  async stop() {
    for (const child of this.running) child.kill("SIGTERM");
    await Promise.all(this.running.map((child) => child.ended));
  }
}
