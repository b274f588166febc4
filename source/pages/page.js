// What every page has beside htmx: nothing is needed to read, all of it is a help.

const RENEW_MS = 5 * 60 * 1000;

// A form that was sent is not sent again by a second press. One that only asks may ask again: its answer may be a file,
// and the page stays.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method") !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
// One whose answer did not come may be sent again.
document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) delete event.target.closest?.("form")?.dataset.sent;
});

// Whoever types is there: the session, which ends when it is not used, is used.
let renewed_ms = Date.now();
document.addEventListener("input", () => {
  if (Date.now() - renewed_ms < RENEW_MS) return;
  renewed_ms = Date.now();
  fetch("/api/session", { headers: { Accept: "application/json" } }).catch(() => {});
});
