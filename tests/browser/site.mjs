// A real source in a folder of its own: made as an installer makes it, served on a free port.
import { spawn, execFileSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export const BUILD = path.resolve(process.env.BUILD ?? "build");
const PROGRAM = path.join(BUILD, "bin/bangtin-source");
const START_LIMIT_MS = 30_000;
export const PASSWORD = "mật khẩu dài";

export async function until(what, limit_ms, ask) {
  for (const end = Date.now() + limit_ms; Date.now() < end; await pause(50)) {
    const answer = await ask();
    if (answer) return answer;
  }
  throw new Error(`${what}: not within ${limit_ms} ms`);
}

export class Site {
  // `empty`: nothing is there yet.
  constructor({ empty = false } = {}) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), "bt-browser-"));
    this.data = path.join(this.folder, "data");
    this.keys = path.join(this.folder, "keys");
    if (empty) return;
    this.made = JSON.parse(this.call("init", "--data", this.data, "--keys", this.keys,
      "--source", "krongpa", "--name", "Xã Phú Túc", "--json"));
  }

  // As an installer begins, on a port that is chosen before; the first administrator is "quantri".
  async setUp() {
    this.port = await new Promise((done) => {
      const server = net.createServer().listen(0, "127.0.0.1", () => {
        const { port } = server.address();
        server.close(() => done(port));
      });
    });
    this.made = JSON.parse(this.call("setup", "--data", this.data, "--keys", this.keys, "--source", "krongpa",
      "--name", "Xã Phú Túc", "--user", "quantri", "--base", `http://127.0.0.1:${this.port}`, "--json"));
    return this.made;
  }

  // What the program printed; throws with what it said when it failed.
  call(...args) {
    return execFileSync(PROGRAM, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }

  run(command, ...args) {
    return this.call(...command.split(" "), "--data", this.data, ...args);
  }

  addUser(name) {
    const file = path.join(this.folder, "password");
    fs.writeFileSync(file, PASSWORD + "\n");
    this.run("user add", name, "--password-file", file);
  }

  // What only an administrator at the page may do, done by hand: a role in the area of all areas.
  give(user, role, area = "krongpa") {
    this.database("INSERT OR IGNORE INTO role (user, area, role) VALUES (?, ?, ?)", user, area, role);
  }

  take(user, role) {
    this.database("DELETE FROM role WHERE user = ? AND role = ?", user, role);
  }

  // One time past the second step for somebody who approves, and so has an authenticator from now on; null: nobody asks.
  secondStep(user) {
    if (this.database("SELECT 1 FROM role WHERE user = ? AND role = 'approver'", user).length === 0) return null;
    const code = crypto.randomBytes(8).toString("hex").toUpperCase();
    const hash = crypto.createHash("sha256").update(`${user}\n${code}`).digest("hex");
    this.database("UPDATE user SET totp_secret = ? WHERE name = ? AND totp_secret = ''", "A".repeat(32), user);
    this.database("INSERT INTO recovery_code (user, hash) VALUES (?, ?)", user, hash);
    return code;
  }

  // Rows as JSON. Node 18 has no SQLite of its own.
  database(sql, ...values) {
    return JSON.parse(execFileSync("python3", ["-c", "import json, sqlite3, sys\n" +
      "with sqlite3.connect(sys.argv[1], timeout=10) as db: print(json.dumps(db.execute(sys.argv[2], sys.argv[3:]).fetchall()))",
      path.join(this.data, "source.db"), sql, ...values], { encoding: "utf8" }));
  }

  // All that is in the database but its diary.
  kept() {
    return execFileSync("python3", ["-c", "import sqlite3, sys\n" +
      "for line in sqlite3.connect(sys.argv[1], timeout=10).iterdump():\n" +
      "  if 'diary' not in line and 'sqlite_sequence' not in line: print(line)",
      path.join(this.data, "source.db")], { encoding: "utf8" });
  }

  addScreen(id, name) {
    const board = new Board(this, id);
    this.run("screen add", id, "--key", board.public, "--name", name);
    return board;
  }

  // On a free port, or again on the one that it had.
  async serve(...args) {
    const file = path.join(this.folder, "port");
    fs.rmSync(file, { force: true });
    this.server = spawn(PROGRAM, ["serve", "--data", this.data, "--listen", `127.0.0.1:${this.port ?? 0}`, "--port-file", file,
      ...args], { stdio: ["ignore", "ignore", "inherit"] });
    this.ended = new Promise((done) => this.server.on("exit", done));
    this.port = await until("the server", START_LIMIT_MS, () =>
      this.server.exitCode === null && fs.existsSync(file) && fs.readFileSync(file, "utf8").trim());
    this.address = `http://127.0.0.1:${this.port}`;
  }

  // As when its power is taken.
  async kill() {
    this.server.kill("SIGKILL");
    await this.ended;
    this.server = null;
  }

  // It ends as the service manager ends it, and says so.
  async stop() {
    if (!this.server) return;
    this.server.kill("SIGTERM");
    const code = await this.ended;
    this.server = null;
    if (code !== 0) throw new Error(`the server ended with ${code}`);
  }

  async remove() {
    if (this.server) await this.kill();
    fs.rmSync(this.folder, { recursive: true });
  }
}

// Runs `test` with a source that has an account "an" and is served.
export async function withSite(test, prepare = () => {}) {
  const site = new Site();
  try {
    site.addUser("an");
    await prepare(site);
    await site.serve();
    await test(site);
    await site.stop();
  } finally {
    await site.remove();
  }
}

// What a board says of itself, signed as boards sign (RFC 9421).
export class Board {
  #key;

  constructor(site, id) {
    const pair = crypto.generateKeyPairSync("ed25519");
    const raw = pair.publicKey.export({ format: "der", type: "spki" }).subarray(-32);
    this.#key = pair.privateKey;
    this.site = site;
    this.id = id;
    this.public = raw.toString("base64");
    this.keyid = crypto.createHash("sha256").update(raw).digest("hex");
    this.seq = 0;
  }

  // What it shows for the operator to compare.
  get code() {
    const said = crypto.createHash("sha256").update("bangtin claim code 1\n").update(Buffer.from(this.public, "base64")).digest();
    const code = Array.from(said.subarray(0, 8), (byte) => "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[byte % 32]).join("");
    return `${code.slice(0, 4)}-${code.slice(4)}`;
  }

  signed(where, body) {
    const url = this.site.address + where, date = new Date().toUTCString();
    const digest = `sha-256=:${crypto.createHash("sha256").update(body).digest("base64")}:`;
    const parts = `("@method" "@target-uri" "date" "content-digest");created=${Math.floor(Date.now() / 1000)};` +
      `keyid="${this.keyid}";alg="ed25519"`;
    const text = `"@method": POST\n"@target-uri": ${url}\n"date": ${date}\n"content-digest": ${digest}\n` +
      `"@signature-params": ${parts}`;
    return { Date: date, "Content-Digest": digest, "Signature-Input": `sig1=${parts}`,
      Signature: `sig1=:${crypto.sign(null, text, this.#key).toString("base64")}:` };
  }

  post(where, body) {
    return fetch(this.site.address + where, { method: "POST", body, headers: this.signed(where, body) });
  }

  enrol() {
    return this.post("/v1/enrol", JSON.stringify({ key: this.public, code: this.code }));
  }

  async report(...facts) {
    const at = new Date().toISOString();
    const lines = facts.map((fact) => JSON.stringify({ id: `f${++this.seq}`, boot: "b1", seq: this.seq, at,
      mono_ms: this.seq * 1000, clock: "trusted", ...fact }) + "\n");
    const answer = await this.post(`/v1/screens/${this.id}/reports`, lines.join(""));
    if (answer.status !== 200) throw new Error(`a report: ${answer.status} ${await answer.text()}`);
  }
}
