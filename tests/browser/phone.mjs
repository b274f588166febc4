// An authenticator: what an approver's phone shows (RFC 6238, six digits, thirty seconds).
import crypto from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

const STEP_MS = 30_000;

function fromBase32(text) {
  const bits = [...text.replace(/[\s=]/g, "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

// A code that was not used yet: each counts once.
export async function codeOf(phone) {
  while (Math.floor(Date.now() / STEP_MS) === phone.step) await pause(200);
  phone.step = Math.floor(Date.now() / STEP_MS);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(phone.step));
  const digest = crypto.createHmac("sha1", fromBase32(phone.secret)).update(counter).digest();
  const at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
