// Zones are drawn on a picture of the screen; what is sent are the fields beside it, in per cent.

const LEAST = 2; // per cent, as the source says
const NEAR = 1.2; // per cent: so near an edge is meant
const FINGER_PX = 44;

const canvas = document.querySelector("#canvas");
const form = document.querySelector("form.layout");
const ground = canvas?.querySelector(".ground");
const told = document.querySelector("#told");
const SIDES = ["x", "y", "w", "h"], AXES = [["x", "w"], ["y", "h"]];

const sizes = () => ({ w: ground.width.baseVal.value, h: ground.height.baseVal.value });
const zones = () => [...canvas.querySelectorAll("g[data-zone]")].map((group) => group.dataset.zone);
const groupOf = (zone) => canvas.querySelector(`g[data-zone="${zone}"]`);
const setOf = (zone) => form.querySelector(`fieldset[data-zone="${zone}"]`);
const nameOf = (zone) => form.elements[`name-${zone}`].value || setOf(zone).querySelector("legend").textContent;
const field = (zone, side) => form.elements[`${side}-${zone}`];
const read = (zone) => Object.fromEntries(SIDES.map((side) => [side, Number(field(zone, side).value)]));

function draw(zone) {
  const group = groupOf(zone), { w, h } = sizes();
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

// ---- where it may stand ----

const tenth = (n) => Math.round(n * 10) / 10;
const between = (low, n, high) => Math.min(high, Math.max(low, n));

// The edge of another zone, or of the screen, that is meant; else undefined.
function edgeAt(zone, [side, size], value) {
  const edges = [0, 100];
  for (const other of zones()) {
    const at = read(other);
    if (other !== zone) edges.push(at[side], at[side] + at[size]);
  }
  const far = (edge) => Math.abs(edge - value);
  return edges.filter((edge) => far(edge) <= NEAR).sort((one, other) => far(one) - far(other))[0];
}

function write(zone, at) {
  for (const [side, size] of AXES) {
    at[size] = between(LEAST, tenth(at[size]), 100);
    at[side] = between(0, tenth(at[side]), tenth(100 - at[size]));
    field(zone, size).value = at[size];
    field(zone, side).value = at[side];
  }
  draw(zone);
  mark();
}

function move(zone, from, by) {
  const at = { ...from };
  for (const axis of AXES) {
    const [side, size] = axis, low = from[side] + by[side];
    const high = edgeAt(zone, axis, low + from[size]);
    at[side] = edgeAt(zone, axis, low) ?? (high === undefined ? Math.round(low) : high - from[size]);
  }
  write(zone, at);
}

function grow(zone, from, by) {
  const at = { ...from };
  for (const axis of AXES) {
    const [side, size] = axis, end = Math.min(from[side] + from[size] + by[side], 100);
    at[size] = Math.max((edgeAt(zone, axis, end) ?? Math.round(end)) - from[side], LEAST);
  }
  write(zone, at);
}

// ---- what is wrong with it ----

function overlap(one, other) {
  const a = read(one), b = read(other);
  return AXES.every(([side, size]) => tenth(a[side] + a[size]) > b[side] && tenth(b[side] + b[size]) > a[side]);
}

// Marks the zones that boards could not show; in words, as the source would say it.
function mark() {
  const words = told.dataset, all = zones(), wrong = new Set(), said = [];
  const blame = (which, what) => {
    which.forEach((zone) => wrong.add(zone));
    said.push(`${which.map((zone) => `“${nameOf(zone)}”`).join(` ${words.and} `)} ${what}`);
  };
  for (const zone of all) {
    const at = read(zone);
    if (AXES.some(([, size]) => at[size] < LEAST)) blame([zone], words.small);
    else if (AXES.some(([side, size]) => at[side] < 0 || tenth(at[side] + at[size]) > 100)) blame([zone], words.outside);
    for (const other of all.slice(0, all.indexOf(zone))) if (overlap(zone, other)) blame([other, zone], words.overlap);
  }
  for (const zone of all) groupOf(zone).classList.toggle("wrong", wrong.has(zone));
  return said.join(" ");
}

function tell(place = "") {
  const wrong = mark();
  told.className = wrong ? "message" : "fine";
  told.textContent = [place, wrong].filter(Boolean).join(". ");
}

function placeOf(zone) {
  const labels = SIDES.map((side) => field(zone, side).closest("label"));
  return `${nameOf(zone)}: ${labels.map((label) => `${label.firstChild.textContent} ${label.querySelector("input").value}`).join("; ")}`;
}

// ---- by the mouse and by a finger ----

// Follows the pointer until it is let go, or taken away; told by how many per cent it went.
function follow(event, moved, ended) {
  const scale = ground.getBoundingClientRect(), x0 = event.clientX, y0 = event.clientY;
  const by = (at) => ({ x: 100 * (at.clientX - x0) / scale.width, y: 100 * (at.clientY - y0) / scale.height });
  const going = (next) => moved(by(next));
  const end = (last) => {
    canvas.removeEventListener("pointermove", going);
    for (const kind of ["pointerup", "pointercancel"]) canvas.removeEventListener(kind, end);
    ended(last.type === "pointerup", by(last));
  };
  canvas.setPointerCapture(event.pointerId);
  canvas.addEventListener("pointermove", going);
  for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, end);
}

// A finger is broader than the corner that is drawn.
function isCorner(event, group) {
  const box = group.querySelector(".zone").getBoundingClientRect();
  const reach = Math.min(FINGER_PX, box.width / 2, box.height / 2);
  return event.target.matches(".corner") || (event.pointerType === "touch" &&
    box.right - event.clientX < reach && box.bottom - event.clientY < reach);
}

function change(event, group) {
  const zone = group.dataset.zone, from = read(zone), act = isCorner(event, group) ? grow : move;
  follow(event, (by) => act(zone, from, by), (isMeant) => {
    if (!isMeant) write(zone, { ...from });
    tell();
  });
}

// A new one, where nothing lies yet: the source gives it its fields.
function add(event) {
  const scale = ground.getBoundingClientRect(), at = {
    x: 100 * (event.clientX - scale.left) / scale.width, y: 100 * (event.clientY - scale.top) / scale.height };
  const rect = document.createElementNS(ground.namespaceURI, "rect"), { w, h } = sizes();
  const boxTo = (by) => Object.fromEntries(AXES.flatMap((axis) => {
    const [side, size] = axis, ends = [at[side], at[side] + by[side]].sort((a, b) => a - b);
    const [low, high] = ends.map((end) => between(0, edgeAt(null, axis, end) ?? Math.round(end), 100));
    return [[side, tenth(low)], [size, tenth(high - low)]];
  }));
  rect.classList.add("zone");
  canvas.append(rect);
  follow(event, (by) => {
    const box = boxTo(by);
    rect.setAttribute("x", box.x * w / 100);
    rect.setAttribute("y", box.y * h / 100);
    rect.setAttribute("width", box.w * w / 100);
    rect.setAttribute("height", box.h * h / 100);
  }, (isMeant, by) => {
    const box = boxTo(by), button = form.querySelector("button.add");
    rect.remove();
    if (!isMeant || box.w < LEAST || box.h < LEAST) return;
    button.value = `add ${box.x} ${box.y} ${box.w} ${box.h}`;
    button.click();
  });
}

// ---- by the keyboard ----

const STEPS = { ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 } };

function step(event) {
  const by = STEPS[event.key];
  if (!by || !event.target.matches(".handle")) return;
  event.preventDefault();
  const { zone } = event.target.closest("fieldset[data-zone]").dataset, at = read(zone);
  write(zone, event.shiftKey
    ? { ...at, w: Math.min(at.w + by.x, 100 - at.x), h: Math.min(at.h + by.y, 100 - at.y) }
    : { ...at, x: at.x + by.x, y: at.y + by.y });
  tell(placeOf(zone));
}

if (canvas) {
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const group = event.target.closest("g[data-zone]");
    if (group) change(event, group);
    else if (event.target === ground) add(event);
  });
  form.addEventListener("keydown", step);
  form.addEventListener("input", (event) => {
    const zone = event.target.closest("fieldset[data-zone]")?.dataset.zone;
    if (zone === undefined) return;
    draw(zone);
    tell();
  });
  mark();
}
