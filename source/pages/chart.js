// The days of a month as stacked columns, drawn by uPlot; the numbers are those of the table below.

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function hours(values) {
  return values.map((ms) => ms / 3600000);
}

function added(a, b) {
  return a.map((value, i) => value + b[i]);
}

// The highest column first: those before it are drawn over it.
function series(element, name, label, values) {
  return {
    label: element.dataset[label], fill: color(name), stroke: color(name), width: 0,
    points: { show: false }, paths: uPlot.paths.bars({ size: [0.8, 40] }),
    value: (plot, raw, number, i) => (i == null ? "" : values[i].toFixed(1)),
  };
}

function draw(element, data) {
  const lit = hours(data.lit_ms), unconfirmed = hours(data.unconfirmed_ms);
  const dark = hours(data.not_showing_ms);
  const axis = { stroke: color("--ink"), grid: { stroke: color("--line") }, font: "14px system-ui" };
  const whole = added(added(lit, dark), unconfirmed);
  const numbers = data.days.map((_, i) => i + 1);
  return new uPlot({
    width: element.clientWidth, height: 260, cursor: { y: false },
    scales: { x: { time: false, range: [0.4, Math.max(28, numbers.length) + 0.6] }, y: { range: [0, 24] } },
    series: [
      { label: element.dataset.day },
      series(element, "--warn", "unconfirmed", unconfirmed),
      series(element, "--bad", "dark", dark),
      series(element, "--good", "lit", lit),
    ],
    axes: [
      { ...axis, incrs: [1, 2, 5, 7] },
      { ...axis, label: element.dataset.hours, labelFont: "14px system-ui", incrs: [6, 12] },
    ],
  }, [numbers, whole, added(lit, dark), lit], element);
}

async function show(element) {
  const answer = await fetch(element.dataset.chart);
  if (!answer.ok) return;
  const data = await answer.json();
  let plot = draw(element, data);
  let width = element.clientWidth;
  new ResizeObserver(() => {
    if (element.clientWidth === width) return;
    width = element.clientWidth;
    plot.setSize({ width, height: 260 });
  }).observe(element);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    plot.destroy();
    plot = draw(element, data);
  });
}

for (const element of document.querySelectorAll("[data-chart]")) show(element);
