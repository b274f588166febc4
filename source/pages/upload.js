// Files go to the source in pieces, so that a line that breaks costs one piece. The source says how
// much it has; we never believe ourselves. Words come from the page.

const LEAST = 16 * 1024, MOST = 256 * 1024; // of a piece
const WANTED_MS = 2000; // for a piece: seen to move, and not all lost by a cut
const LONGEST_WAIT_MS = 60000;

class Ended extends Error {} // with words for people: trying again would not help

const form = document.querySelector("form.upload");
const list = document.querySelector("#uploads");
const rows = [];
let busy = false;

const wait = (ms) => new Promise((done) => {
  const timer = setTimeout(done, ms);
  addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
});

// ---- what the source is asked ----

async function ask(path, options) {
  const answer = await fetch(path, {
    redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(45000), ...options,
  });
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new Ended(form.dataset.signedOut);
  const said = answer.headers.get("Content-Type")?.startsWith("application/json")
    ? await answer.json() : {};
  return { status: answer.status, said };
}

function need({ status, said }) {
  if (status >= 500 && status !== 507) throw new Error(said.error);
  if (status >= 400 && status !== 409) throw new Ended(said.message ?? form.dataset.refused);
  return said;
}

function begin(row) {
  const { file } = row;
  return ask("/uploads", {
    method: "POST",
    body: new URLSearchParams({
      token: form.elements.token.value, area: row.area, name: file.name,
      size: file.size, modified: Math.max(0, file.lastModified),
    }),
  }).then(need);
}

function sendPiece(row, from, size) {
  return ask(`/uploads/${row.id}`, {
    method: "PATCH",
    headers: {
      "Content-Type": "application/octet-stream", "Upload-Offset": from,
      "X-Token": form.elements.token.value,
    },
    body: row.file.slice(from, from + size),
  }).then(need);
}

// ---- one file ----

function show(row, words, state) {
  row.said.textContent = words;
  row.item.dataset.state = state;
  row.pause.hidden = state !== "sending" && state !== "paused";
  row.pause.textContent = state === "paused" ? form.dataset.goOn : form.dataset.pause;
  row.cancel.hidden = state === "done" || state === "looking";
}

function showOffset(row, offset) {
  row.bar.value = offset;
  show(row, `${Math.floor(100 * offset / row.file.size)} %`, "sending");
}

// One step on the way; what the source has then.
async function step(row, known) {
  if (!row.id) {
    const said = await begin(row);
    row.id = said.id;
    return said;
  }
  if (!known) return need(await ask(`/uploads/${row.id}`));
  if (known.state === "whole") {
    show(row, form.dataset.looking, "looking");
    await wait(700);
    return need(await ask(`/uploads/${row.id}`));
  }
  const begun = performance.now();
  const said = await sendPiece(row, known.offset, row.piece);
  const took = Math.max(1, performance.now() - begun);
  row.piece = Math.round(Math.min(MOST, Math.max(LEAST, row.piece * Math.min(2, WANTED_MS / took))));
  return said;
}

function finish(row, said) {
  if (said.state === "failed") throw new Ended(said.message);
  row.bar.value = row.file.size;
  show(row, form.dataset.done, "done");
  document.body.dispatchEvent(new CustomEvent("uploaded", { bubbles: true }));
}

async function send(row) {
  let known = null, failures = 0;
  while (row.state === "going") {
    try {
      known = await step(row, known);
      failures = 0;
      showOffset(row, known.offset);
      if (known.state === "done" || known.state === "failed") {
        row.state = "over";
        return finish(row, known);
      }
    } catch (trouble) {
      if (trouble instanceof Ended) throw trouble;
      known = null; // a piece may have arrived whose answer did not
      show(row, form.dataset.lost, "sending");
      await wait(Math.min(LONGEST_WAIT_MS, 1000 * 2 ** failures++) * (0.75 + Math.random() / 2));
    }
  }
  if (row.state === "paused") show(row, form.dataset.paused, "paused");
}

// One after the other: a slow line is not shared.
async function sendAll() {
  if (busy) return;
  busy = true;
  for (let row; (row = rows.find((one) => one.state === "waiting"));) {
    row.state = "going";
    try {
      await send(row);
    } catch (trouble) {
      row.state = "over";
      show(row, trouble.message, "failed");
    }
  }
  busy = false;
}

async function cancel(row) {
  row.state = "over";
  row.item.remove();
  rows.splice(rows.indexOf(row), 1);
  form.elements.files.focus();
  if (!row.id) return;
  const body = new URLSearchParams({ token: form.elements.token.value });
  await fetch(`/uploads/${row.id}/forget`, { method: "POST", body, redirect: "manual" }).catch(() => {});
}

function togglePause(row) {
  const goesOn = row.state === "paused";
  row.state = goesOn ? "waiting" : "paused";
  show(row, goesOn ? form.dataset.waiting : form.dataset.paused, goesOn ? "sending" : "paused");
  if (goesOn) sendAll();
}

// ---- choosing ----

function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "quiet";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

function add(file) {
  const row = { file, area: form.elements.area.value, state: "waiting", piece: 64 * 1024, id: null };
  row.item = document.createElement("li");
  row.bar = document.createElement("progress");
  row.bar.max = Math.max(1, file.size);
  row.bar.value = 0;
  row.bar.setAttribute("aria-label", file.name);
  row.said = document.createElement("span");
  row.said.setAttribute("role", "status");
  row.pause = button(form.dataset.pause, () => togglePause(row));
  row.cancel = button(form.dataset.cancel, () => cancel(row));
  const name = document.createElement("b");
  name.textContent = file.name;
  row.item.append(name, row.bar, row.said, row.pause, row.cancel);
  list.append(row.item);
  rows.push(row);
  show(row, form.dataset.waiting, "waiting");
}

function addAll(files) {
  for (const file of files) add(file);
  sendAll();
}

if (form) {
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.files.addEventListener("change", () => {
    addAll([...form.elements.files.files]);
    form.elements.files.value = "";
  });
  for (const kind of ["dragover", "dragleave", "drop"])
    form.addEventListener(kind, (event) => {
      event.preventDefault();
      form.classList.toggle("over", kind === "dragover");
      if (kind === "drop") addAll([...event.dataTransfer.files]);
    });
  addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
}
