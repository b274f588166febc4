// A list put in order by hand: a row is dragged by its handle, or moved by arrow keys on it. What
// counts is what the source answers; the form's own buttons do the same without a script.

const rowsOf = (list) => [...list.children];

function send(row, place) {
  const button = row.closest("form").querySelector("button.place");
  button.value = `place ${row.dataset.item} ${place}`;
  button.form.requestSubmit(button);
}

document.addEventListener("keydown", (event) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step || !event.target.matches?.(".handle")) return;
  event.preventDefault();
  const row = event.target.closest("li"), rows = rowsOf(row.parentElement);
  const place = rows.indexOf(row) + step;
  if (place >= 0 && place < rows.length) send(row, place);
});

function drag(handle, id) {
  const row = handle.closest("li"), list = row.parentElement, before = rowsOf(list);
  row.classList.add("dragged");
  const move = (event) => {
    const below = rowsOf(list).find((one) => one !== row && event.clientY < middle(one));
    if (below) list.insertBefore(row, below);
    else list.append(row);
    if (event.clientY < 40) scrollBy(0, -12);
    if (event.clientY > innerHeight - 40) scrollBy(0, 12);
  };
  const end = (event) => {
    handle.removeEventListener("pointermove", move);
    for (const kind of ["pointerup", "pointercancel"]) handle.removeEventListener(kind, end);
    row.classList.remove("dragged");
    if (event.type === "pointercancel") list.replaceChildren(...before);
    else if (rowsOf(list).indexOf(row) !== before.indexOf(row)) send(row, rowsOf(list).indexOf(row));
  };
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
  drag(handle, event.pointerId);
});
