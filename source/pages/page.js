// What every page has beside htmx: nothing is needed to read, all of it is a help.

// A form that was sent is not sent again by a second press.
document.addEventListener("submit", (event) => {
  const form = event.target;
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
