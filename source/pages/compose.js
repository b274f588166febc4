// What the compose page has beside htmx. Everything works without it, by the button that saves.

// What was refused says why, in the place where "saved" would stand.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "saved" && event.detail.xhr.status >= 400)
    event.detail.shouldSwap = true;
});
for (const failed of ["htmx:sendError", "htmx:timeout"])
  document.body.addEventListener(failed, () => {
    const saved = document.getElementById("saved");
    if (saved) saved.textContent = saved.dataset.offline;
  });
// What is saved as one types needs no button.
for (const button of document.querySelectorAll("[data-without-script]")) button.hidden = true;
