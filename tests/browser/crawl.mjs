// Every page that a way leads to, every form that stands on one, and what is typed into it.
const PAGES_MAX = 400;
const OF_A_KIND_MAX = 4; // pages whose addresses differ in a number or a name only

// "/notices/12?tab=a" → "/notices/*?tab="
function kind(address) {
  const url = new URL(address, "http://x");
  const path = url.pathname.split("/").map((part, at) => (at > 1 || /\d/.test(part)) && part ? "*" : part).join("/");
  return path + [...url.searchParams.keys()].sort().join("&");
}

// In the page: the ways on, and the forms with what they would send if `words` were typed into every field.
function gather(words) {
  const here = (address) => address && new URL(address, location.href).origin === location.origin &&
    new URL(address, location.href).pathname + new URL(address, location.href).search;
  const ways = [...document.querySelectorAll("a[href], [hx-get]")].map((e) => here(e.getAttribute("href") ?? e.getAttribute("hx-get")));
  const type = (field, plain) => {
    if (field.type === "hidden" || field.type === "submit" || field.disabled) return;
    if (field.matches("select")) field.selectedIndex = Math.max(field.selectedIndex, field.options.length - 1);
    else if (["checkbox", "radio"].includes(field.type)) field.checked = true;
    else if (field.type === "date") field.value ||= "2026-12-24";
    else if (field.type === "time") field.value ||= "08:30";
    else if (field.type === "datetime-local") field.value ||= "2026-12-24T08:30";
    else if (field.type === "number" || field.type === "range") field.value ||= field.min || "1";
    else if (field.type === "email") field.value = plain ? "a@b.example" : words;
    else if (field.type === "password") field.value = "mật khẩu dài";
    else if (field.type !== "file") field.value = plain && (field.value || field.pattern) ? field.value || "kp-x1" : words;
  };
  const forms = [];
  for (const form of document.forms) {
    for (const plain of [true, false]) {
      for (const field of form.elements) if (field.matches("input, textarea, select")) type(field, plain);
      const action = here(form.getAttribute("action") ?? form.getAttribute("hx-post") ?? location.href);
      const method = (form.getAttribute("method") ?? (form.hasAttribute("hx-post") ? "post" : "get")).toLowerCase();
      const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")).toString();
      if (action) forms.push({ action, method, body });
    }
  }
  return { ways: ways.filter(Boolean), forms };
}

// Walks all pages from "/"; `look` examines each, `words` go into every field of every form, once a form and kind.
// Forms to which `leave` says yes are not sent.
export async function crawl(visitor, { words, look, leave = () => false }) {
  const waiting = ["/"], seen = new Map(), sent = new Set(), pages = [];
  while (waiting.length && pages.length < PAGES_MAX) {
    const where = waiting.shift(), of = kind(where);
    if (pages.includes(where) || (seen.get(of) ?? 0) >= OF_A_KIND_MAX) continue;
    seen.set(of, (seen.get(of) ?? 0) + 1);
    const answer = await visitor.page.goto(where, { waitUntil: "load" }).catch((error) => {
      if (/ERR_ABORTED|Download is starting/.test(String(error))) return null; // a table to keep
      throw error;
    });
    if (!answer || !/html/.test(answer.headers()["content-type"] ?? "")) continue;
    if (new URL(visitor.page.url()).pathname === "/sign-in") {
      await visitor.signIn();
      waiting.unshift(where);
      seen.set(of, seen.get(of) - 1);
      continue;
    }
    pages.push(where);
    await look(where);
    const found = await visitor.page.evaluate(gather, words);
    waiting.push(...found.ways.filter((way) => !/^\/(files|v1|sign-out)/.test(way)));
    for (const form of found.forms) {
      const key = `${form.method} ${kind(form.action)} ${form.body.replace(/token=\w+/, "")}`;
      if (sent.has(key) || leave(form)) continue;
      sent.add(key);
      if (form.method === "get") {
        waiting.push(`${form.action.split("?")[0]}?${form.body}`);
        continue;
      }
      const went = await visitor.page.evaluate(async ({ action, body }) => {
        const answer = await fetch(action, { method: "POST", body: new URLSearchParams(body) });
        return { status: answer.status, at: new URL(answer.url).pathname + new URL(answer.url).search };
      }, form);
      if (went.status >= 500) throw new Error(`${form.method} ${form.action} ${form.body}: ${went.status}`);
      waiting.push(went.at);
    }
  }
  return { pages, forms: sent.size };
}
