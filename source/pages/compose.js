// What the compose page has beside htmx. Everything works without it, by the button that saves.

// What was refused says why, above the form; the line that says "saved" holds the revision and stays.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "saved" || event.detail.xhr.status < 400) return;
  event.detail.target = document.getElementById("said-all");
  event.detail.shouldSwap = true;
});
for (const failed of ["htmx:sendError", "htmx:timeout"])
  document.body.addEventListener(failed, () => {
    const saved = document.getElementById("saved");
    if (saved) saved.firstChild.textContent = saved.dataset.offline;
  });
// Refused because the session is over: whoever signed in again beside this page, and comes back to it, goes on here.
let refused = false;
document.body.addEventListener("htmx:afterRequest", ({ detail: { xhr, target } }) => {
  if (target.id === "saved" || target.id === "said-all") refused = [401, 403].includes(xhr.status);
});
addEventListener("focus", async () => {
  if (!refused) return;
  const answer = await fetch("/api/session", { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  form.elements.token.value = (await answer.json()).token;
  document.getElementById("said-all").replaceChildren();
  htmx.trigger(form, "change");
});
// A press while a save is under way waits for it: else it would carry an older revision.
const form = document.getElementById("notice");
let saving = 0, pressed = null;
form?.addEventListener("htmx:beforeRequest", (event) => { if (event.target === form) saving++; });
form?.addEventListener("htmx:afterRequest", (event) => {
  if (event.target !== form) return;
  saving = Math.max(0, saving - 1);
  if (saving > 0 || !pressed) return;
  form.requestSubmit(pressed);
  pressed = null;
});
form?.addEventListener("submit", (event) => {
  if (saving === 0) return;
  pressed = event.submitter;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
// What is saved as one types needs no button.
for (const button of document.querySelectorAll("[data-without-script]")) button.hidden = true;
for (const part of document.querySelectorAll("[data-with-script]")) part.hidden = false;
