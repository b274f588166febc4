// An approver's key lives here, in the browser: made here, sealed into a backup before it is used,
// kept so that no script can read it out, and used for what the page shows and nothing else.

const ITERATIONS = 600000; // PBKDF2 with SHA-256, as OWASP asks for
const MAX_ITERATIONS = 10000000; // of a file that somebody else may have made
const BACKUP_MAX_BYTES = 65536;
const PASSPHRASE_MIN = 12;

const utf8 = new TextEncoder();

// ---- bytes ----

const toBase64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const fromBase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const toHex = (bytes) => [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, "0")).join("");
const sha256 = async (bytes) => toHex(await crypto.subtle.digest("SHA-256", bytes));

// DSSE's pre-authentication encoding.
function messageOf(kind, payload) {
  const type = `application/vnd.bangtin.${kind}+json`;
  const head = utf8.encode(`DSSEv1 ${type.length} ${type} ${payload.length} `);
  const message = new Uint8Array(head.length + payload.length);
  message.set(head);
  message.set(payload, head.length);
  return message;
}

// ---- what is said ----

class Told extends Error {
  constructor(name, detail = "") {
    super(name);
    this.detail = detail;
  }
}

function say(place, name, detail = "") {
  for (const line of place.querySelectorAll(".says [data-say]")) {
    line.hidden = line.dataset.say !== name;
    if (!line.hidden) line.querySelector("span").textContent = detail;
  }
}

// Runs the work of a form; what goes wrong is said in it.
async function work(form, task) {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  const buttons = form.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  try {
    await task();
  } catch (error) {
    if (error instanceof Told) say(form, error.message, error.detail);
    else say(form, "refused", error.message);
  }
  for (const button of buttons) button.disabled = false;
  delete form.dataset.busy;
}

async function post(form, fields) {
  const body = new URLSearchParams({ token: form.elements.token.value, ...fields });
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
  } catch {
    throw new Told("no-line");
  }
  const where = answer.headers.get("HX-Redirect");
  if (answer.ok && where) return where;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  throw new Told("refused", page.body.textContent.trim().slice(0, 500));
}

// ---- the browser's own store ----

function openStore() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("bangtin-keys", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("keys", { keyPath: "keyid" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(new Told("no-room", String(asked.error)));
  });
}

async function inStore(mode, task) {
  const db = await openStore();
  try {
    return await new Promise((resolve, reject) => {
      const doing = db.transaction("keys", mode);
      const asked = task(doing.objectStore("keys"));
      doing.oncomplete = () => resolve(asked.result);
      doing.onerror = doing.onabort = () => reject(new Told("no-room", String(doing.error)));
    });
  } finally {
    db.close();
  }
}

const keepKey = (entry) => inStore("readwrite", (keys) => keys.put(entry));
const findKey = (keyid) => inStore("readonly", (keys) => keys.get(keyid));

// ---- keys and their backups ----

async function canSign() {
  if (!window.isSecureContext || !window.crypto?.subtle) return "no-https";
  try {
    await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
    return "";
  } catch {
    return "old-browser";
  }
}

async function sealingKey(passphrase, salt, iterations, use) {
  const words = utf8.encode(passphrase.normalize("NFC"));
  const base = await crypto.subtle.importKey("raw", words, "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, base,
    { name: "AES-GCM", length: 256 }, false, [use]);
}

async function seal(secret, about, passphrase) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const key = await sealingKey(passphrase, salt, ITERATIONS, "encrypt");
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, secret);
  return JSON.stringify({
    bangtin: "sealed signing key", version: 1, ...about,
    kdf: { name: "PBKDF2", hash: "SHA-256", iterations: ITERATIONS, salt: toBase64(salt) },
    cipher: { name: "AES-256-GCM", iv: toBase64(iv) },
    sealed: toBase64(sealed),
  }, null, 1);
}

async function readBackup(file) {
  try {
    if (!file || file.size > BACKUP_MAX_BYTES) throw new Error();
    const backup = JSON.parse(await file.text());
    const { iterations } = backup.kdf;
    if (backup.bangtin !== "sealed signing key" || backup.version !== 1) throw new Error();
    if (!Number.isInteger(iterations) || iterations < ITERATIONS || iterations > MAX_ITERATIONS) throw new Error();
    return backup;
  } catch {
    throw new Told("not-a-backup");
  }
}

async function unseal(backup, passphrase) {
  try {
    const key = await sealingKey(passphrase, fromBase64(backup.kdf.salt), backup.kdf.iterations, "decrypt");
    const iv = fromBase64(backup.cipher.iv);
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, fromBase64(backup.sealed)));
  } catch {
    throw new Told("wrong-passphrase");
  }
}

// The secret goes into the browser's store so that it can be used and not read, and is wiped here.
async function settle(form, secret, about) {
  const key = await crypto.subtle.importKey("pkcs8", secret, "Ed25519", false, ["sign"]);
  secret.fill(0);
  const trial = messageOf("trial", utf8.encode(about.keyid));
  const half = await crypto.subtle.importKey("raw", fromBase64(about.public), "Ed25519", false, ["verify"]);
  const signature = await crypto.subtle.sign("Ed25519", key, trial);
  if (!(await crypto.subtle.verify("Ed25519", half, signature, trial))) throw new Told("not-a-backup");
  await keepKey({ keyid: about.keyid, user: about.user, key });
  const where = await post(form, { public: about.public, label: about.label });
  say(form, "done");
  location.assign(where);
}

function download(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function newPassphrase(form) {
  const { passphrase, again, label } = form.elements;
  if (!label.value.trim()) throw new Told("no-name");
  if ([...passphrase.value].length < PASSPHRASE_MIN) throw new Told("too-short");
  if (passphrase.value !== again.value) throw new Told("no-match");
  return passphrase.value;
}

// Step one: the key, and its backup as a file. Nothing is kept yet.
async function makeKey(form) {
  const passphrase = newPassphrase(form);
  say(form, "busy");
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const half = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const secret = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  const about = {
    keyid: await sha256(half), public: toBase64(half), user: form.dataset.user,
    source: form.dataset.source, label: form.elements.label.value.trim(), created: new Date().toISOString(),
  };
  const text = await seal(secret, about, passphrase);
  secret.fill(0);
  download(text, `bangtin-${about.source}-${about.user}-${about.keyid.slice(0, 8)}.json`);
  form.dataset.keyid = about.keyid;
  for (const field of ["label", "passphrase", "again"]) form.elements[field].readOnly = true;
  form.querySelector("[data-step=read-back]").hidden = false;
  form.querySelector("button").hidden = true;
  say(form, "saved");
  form.elements.backup.focus();
}

// A key for practice signs nothing real: it is made so that no script can ever read it out, and has no backup.
async function makePracticeKey(form) {
  say(form, "busy");
  const { publicKey, privateKey } = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const half = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
  await keepKey({ keyid: await sha256(half), user: form.dataset.user, key: privateKey, practice: true });
  const where = await post(form, { public: toBase64(half), label: form.elements.label.value });
  say(form, "done");
  location.assign(where);
}

// Step two: the very file is read back; only then is the key kept, and registered.
async function readBack(form) {
  say(form, "busy");
  const backup = await readBackup(form.elements.backup.files[0]);
  if (backup.keyid !== form.dataset.keyid) throw new Told("other-key");
  await settle(form, await unseal(backup, form.elements.passphrase.value), backup);
}

async function restoreKey(form) {
  say(form, "busy");
  const backup = await readBackup(form.elements.backup.files[0]);
  const secret = await unseal(backup, form.elements.passphrase.value);
  await settle(form, secret, { ...backup, user: form.dataset.user });
}

// ---- signing ----

// Every text of what is to be signed must stand on the page, to the letter.
function isShown(payload, page) {
  const shown = new Set([...page.querySelectorAll("[data-text]")].map((place) => place.textContent));
  const { playlists } = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  const texts = (playlists ?? []).flatMap((list) => list.items ?? []).flatMap((item) => item.texts ?? []);
  return texts.every((text) => [text.title, text.body].every((words) => !words || shown.has(words)));
}

async function fetchDocument(form, number) {
  let answer;
  try {
    answer = await fetch(form.dataset.documents + number);
  } catch {
    throw new Told("no-line");
  }
  if (!answer.ok) throw new Told("no-line");
  return new Uint8Array(await answer.arrayBuffer());
}

async function ownKey(form) {
  for (const keyid of form.dataset.keys.split(" ").filter(Boolean)) {
    const found = await findKey(keyid);
    if (found) return found;
  }
  form.querySelector("[data-say=to-keys]").hidden = false;
  throw new Told("no-key");
}

// `teller` says how it goes: the form itself, or the one by whose press it is signed.
async function signAll(form, teller = form) {
  const { keyid, key } = await ownKey(form);
  const hashes = form.dataset.sha256.split(" ");
  const documents = [];
  for (const [number, hash] of hashes.entries()) {
    say(teller, "reading", `${number + 1} / ${hashes.length}`);
    const payload = await fetchDocument(form, number);
    if ((await sha256(payload)) !== hash || !isShown(payload, form.ownerDocument)) throw new Told("changed");
    documents.push(payload);
  }
  const signatures = [];
  for (const [number, payload] of documents.entries()) {
    say(teller, "signing", `${number + 1} / ${hashes.length}`);
    signatures.push(toBase64(await crypto.subtle.sign("Ed25519", key, messageOf(form.dataset.kind, payload))));
  }
  say(teller, "sending");
  const back = form.elements.back.value;
  location.assign(await post(form, { keyid, back, signatures: signatures.join("\n") }));
}

// The same content again: proposed and signed by one press. Its page is read as a person would.
async function renew(form) {
  say(form, "busy");
  const where = await post(form, {});
  const page = new DOMParser().parseFromString(await (await fetch(where)).text(), "text/html");
  const signing = page.querySelector("form[data-sign]");
  if (!signing) return location.assign(where);
  try {
    await signAll(signing, form);
  } catch (error) {
    if (error instanceof Told && error.message === "no-key") return location.assign(where);
    throw error;
  }
}

// ---- the page ----

async function markKeys() {
  for (const card of document.querySelectorAll("[data-key]"))
    if (await findKey(card.dataset.key)) card.querySelector("[data-say=here]").hidden = false;
}

function take(selector, event, task) {
  for (const form of document.querySelectorAll(selector))
    form.addEventListener(event, (happened) => {
      happened.preventDefault();
      happened.stopPropagation();
      work(form, () => task(form));
    });
}

async function begin() {
  take("form[data-sign]", "submit", signAll);
  take("form[data-renew]", "submit", renew);
  take("form[data-make-key]", "submit", makeKey);
  take("form[data-make-practice-key]", "submit", makePracticeKey);
  take("form[data-restore-key]", "submit", restoreKey);
  for (const form of document.querySelectorAll("form[data-make-key]"))
    form.elements.backup.addEventListener("change", () => work(form, () => readBack(form)));
  const why = await canSign();
  if (why) {
    for (const line of document.querySelectorAll("[data-sign-check] [data-say]"))
      line.hidden = line.dataset.say !== why;
    const signing = ["data-sign", "data-make-key", "data-make-practice-key"].map((name) => `form[${name}] button`);
    for (const button of document.querySelectorAll(signing.join()))
      button.disabled = true;
    return;
  }
  await markKeys();
}

begin();
