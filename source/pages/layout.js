// Zones are drawn on a picture of the screen; what is sent are the fields beside it, in per cent.

const canvas = document.querySelector("#canvas");
const form = document.querySelector("form.layout");
const glass = canvas?.querySelector(".glass");

const sizes = () => ({ w: glass.width.baseVal.value, h: glass.height.baseVal.value });
const field = (zone, side) => form.elements[`${side}-${zone}`];
const read = (zone) => Object.fromEntries(["x", "y", "w", "h"].map((side) => [side, Number(field(zone, side).value)]));

function draw(zone) {
  const group = canvas.querySelector(`g[data-zone="${zone}"]`), { w, h } = sizes();
  const at = read(zone), rect = group.querySelector(".zone"), corner = group.querySelector(".corner");
  const box = { x: at.x * w / 100, y: at.y * h / 100, width: at.w * w / 100, height: at.h * h / 100 };
  if (Object.values(box).some((n) => !Number.isFinite(n)) || box.width < 0 || box.height < 0) return;
  for (const [name, value] of Object.entries(box)) rect.setAttribute(name, value);
  corner.setAttribute("x", box.x + box.width - corner.width.baseVal.value);
  corner.setAttribute("y", box.y + box.height - corner.height.baseVal.value);
  const text = group.querySelector("text");
  text.setAttribute("x", box.x + box.width / 2);
  text.setAttribute("y", box.y + box.height / 2);
}

// To whole per cents, inside the screen.
function write(zone, at) {
  const w = Math.min(100, Math.max(2, Math.round(at.w))), h = Math.min(100, Math.max(2, Math.round(at.h)));
  field(zone, "w").value = w;
  field(zone, "h").value = h;
  field(zone, "x").value = Math.min(100 - w, Math.max(0, Math.round(at.x)));
  field(zone, "y").value = Math.min(100 - h, Math.max(0, Math.round(at.y)));
  draw(zone);
}

function drag(event) {
  const group = event.target.closest("g[data-zone]");
  if (!group || event.button !== 0) return;
  event.preventDefault();
  const zone = group.dataset.zone, from = read(zone), grows = event.target.matches(".corner");
  const scale = canvas.getBoundingClientRect(), x0 = event.clientX, y0 = event.clientY;
  const move = (next) => {
    const dx = 100 * (next.clientX - x0) / scale.width, dy = 100 * (next.clientY - y0) / scale.height;
    if (grows)
      write(zone, { ...from, w: Math.min(from.w + dx, 100 - from.x), h: Math.min(from.h + dy, 100 - from.y) });
    else write(zone, { ...from, x: from.x + dx, y: from.y + dy });
  };
  const end = () => {
    canvas.removeEventListener("pointermove", move);
    for (const kind of ["pointerup", "pointercancel"]) canvas.removeEventListener(kind, end);
  };
  canvas.setPointerCapture(event.pointerId);
  canvas.addEventListener("pointermove", move);
  for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, end);
}

if (canvas) {
  canvas.addEventListener("pointerdown", drag);
  form.addEventListener("input", (event) => {
    const zone = event.target.closest("fieldset[data-zone]")?.dataset.zone;
    if (zone !== undefined) draw(zone);
  });
}
