// A list put in order by hand: a row is dragged by its handle, or moved by arrow keys on it. What
// counts is what the source answers; the form's own buttons do the same without a script.

const rowsOf = (list) => [...list.children];

// Where a row was sent, until the source has answered; and what was wished meanwhile, the last word of it.
let going = null, wished = null;

function send(row, place) {
  const wish = { item: row.dataset.item, place };
  if (going) {
    wished = wish;
    return;
  }
  going = wish;
  const button = row.closest("form").querySelector("button.place");
  button.value = `place ${wish.item} ${place}`;
  button.click();
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "items") return;
  const next = wished, row = next && document.querySelector(`.sortable > [data-item="${CSS.escape(next.item)}"]`);
  going = wished = null;
  if (row && rowsOf(row.parentElement).indexOf(row) !== next.place) send(row, next.place);
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) going = wished = null;
});

// What was refused, or did not get there, says so below the list, which stays.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "items" || detail.xhr.status < 400) return;
  detail.target = document.getElementById("said");
  detail.swapOverride = "innerHTML";
  detail.shouldSwap = true;
});
document.addEventListener("htmx:sendError", (event) => {
  const { offline } = event.target.closest("form").dataset;
  if (offline) document.getElementById("said").textContent = offline;
});

document.addEventListener("keydown", (event) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step || !event.target.matches?.(".handle")) return;
  event.preventDefault();
  const row = event.target.closest("li"), rows = rowsOf(row.parentElement);
  const sent = [wished, going].find((wish) => wish?.item === row.dataset.item);
  const place = (sent ? sent.place : rows.indexOf(row)) + step;
  if (place >= 0 && place < rows.length) send(row, place);
});

// The row follows the pointer, and a line shows where it would go; it stays where it is in the page
// until the source has moved it, since a row that is taken out loses its pointer.
function drag(handle, id, startY) {
  const row = handle.closest("li"), rows = rowsOf(row.parentElement), from = rows.indexOf(row);
  const startScroll = scrollY;
  let place = from;
  const mark = (to) => {
    place = to;
    for (const [i, one] of rows.entries()) {
      one.classList.toggle("goes-before", i === to && to < from);
      one.classList.toggle("goes-after", i === to && to > from);
    }
  };
  const move = (event) => {
    row.style.transform = `translateY(${event.clientY - startY + scrollY - startScroll}px)`;
    mark(rows.filter((one) => one !== row && middle(one) < event.clientY).length);
    if (event.clientY < 40) scrollBy(0, -12);
    if (event.clientY > innerHeight - 40) scrollBy(0, 12);
  };
  const end = (event) => {
    handle.removeEventListener("pointermove", move);
    for (const kind of ["pointerup", "pointercancel"]) handle.removeEventListener(kind, end);
    const to = place;
    mark(from);
    row.style.transform = "";
    row.classList.remove("dragged");
    if (event.type === "pointerup" && to !== from) send(row, to);
  };
  row.classList.add("dragged");
  handle.setPointerCapture(id);
  handle.addEventListener("pointermove", move);
  for (const kind of ["pointerup", "pointercancel"]) handle.addEventListener(kind, end);
}

function middle(row) {
  const box = row.getBoundingClientRect();
  return box.top + box.height / 2;
}

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.(".handle");
  if (!handle || event.button !== 0) return;
  event.preventDefault();
  handle.focus();
  drag(handle, event.pointerId, event.clientY);
});
