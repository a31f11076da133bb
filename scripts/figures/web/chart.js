// A plot as SVG: axes, bands, lines, points and intervals.

// holder: element that the plot replaces the content of. spec: {height, x, y: axes of axisOver, guides: [[y, text]], series}.
// A series has a colour and any of line [[x, y]], band [[x, low, high]], points [[x, y, text]], bars [[x, middle, low, high]],
// dash, and shift, px to the right. Returns the scales and edges, {svg, x, y, left, right, top, bottom}.
function drawChart(holder, spec) {
  const width = Math.max(240, holder.clientWidth), room = spec.height || 320, top = 28, bottom = room - 44;
  const verticalTicks = ticksOf(spec.y, Math.round(room / 55)), verticalTexts = tickTexts(spec.y, verticalTicks);
  const left = 14 + LETTER * Math.max(...verticalTexts.map((text) => text.length)), right = width - 12;
  const x = scaleOf(spec.x, left, right);
  const ticks = fittingTicks(spec.x, x, right - left), texts = tickTexts(spec.x, ticks);
  const turned = wouldOverlap(ticks.map(x), texts), longest = Math.max(...texts.map((text) => text.length));
  const height = room + (turned ? 0.57 * LETTER * Math.min(LONGEST, longest) : 0), y = scaleOf(spec.y, bottom, top);
  const svg = svgElement("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": spec.y.label });
  drawVerticalAxis(svg, spec.y, y, verticalTicks, verticalTexts, left, right);
  drawHorizontalAxis(svg, spec.x, x, ticks, texts, bottom, turned);
  svg.append(svgElement("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }),
             svgElement("text", { class: "name", x: (left + right) / 2, y: height - 4, "text-anchor": "middle" }, spec.x.label));
  const edges = { svg, x, y, left, right, top, bottom };
  for (const [value, text] of spec.guides || []) drawGuide(edges, value, text);
  for (const part of [drawBand, drawLine, drawPoints, drawBars]) for (const series of spec.series) part(edges, series);
  holder.replaceChildren(svg);
  return edges;
}

function fittingTicks(axis, x, room) {
  const count = Math.max(2, Math.floor(room / 70)), ticks = ticksOf(axis, axis.ticks ? 2 * count : count);
  if (axis.categories || !wouldOverlap(ticks.map(x), tickTexts(axis, ticks))) return ticks;
  return ticksOf({ ...axis, ticks: null }, count);
}

function drawGuide({ svg, y, left, right, top, bottom }, value, text) {
  if (y(value) < top || y(value) > bottom) return;
  svg.append(svgElement("line", { class: "guide", x1: left, x2: right, y1: y(value), y2: y(value) }),
             svgElement("text", { x: right, y: y(value) - 5, "text-anchor": "end" }, text));
}

function pathOf(points, close) {
  return points.map(([x, y], i) => (i ? "L" : "M") + x.toFixed(1) + " " + y.toFixed(1)).join("") + (close ? "Z" : "");
}

// The places of [x, value] pairs in pixels; values outside the axis end at its edge.
function placed({ x, y, top, bottom }, pairs, shift = 0) {
  return pairs.map(([at, value]) => [x(at) + shift, Math.max(top, Math.min(bottom, y(value)))]);
}

function drawBand(edges, { band, colour }) {
  const known = (band || []).filter(([, low, high]) => Number.isFinite(low) && Number.isFinite(high));
  if (known.length < 2) return;
  const upper = placed(edges, known.map(([x, , high]) => [x, high]));
  const lower = placed(edges, known.map(([x, low]) => [x, low])).reverse();
  edges.svg.append(svgElement("path", { d: pathOf([...upper, ...lower], true), fill: colour, opacity: 0.18 }));
}

function drawLine(edges, { line, colour, dash, shift }) {
  if (!line || !line.length) return;
  edges.svg.append(svgElement("path", {
    d: pathOf(placed(edges, line, shift), false), fill: "none", stroke: colour, "stroke-width": 2, "stroke-linejoin": "round",
    "stroke-dasharray": dash || "none",
  }));
}

const BESIDE = 11;  // px from an interval to the points that it is of

function drawPoints(edges, { points, colour, shift }) {
  for (const [x, y, text] of points || []) {
    const [[cx, cy]] = placed(edges, [[x, y]], (shift || 0) + BESIDE);
    edges.svg.append(svgElement("circle", { cx, cy, r: 3.5, fill: colour, opacity: 0.55 }, svgElement("title", {}, text)));
  }
}

// Intervals with caps, and a large point in the middle.
function drawBars(edges, { bars, colour, shift }) {
  for (const [x, middle, low, high] of bars || []) {
    const ends = Number.isFinite(low) && Number.isFinite(high) ? [low, high] : [];
    const [[cx, cy], ...tips] = placed(edges, [middle, ...ends].map((value) => [x, value]), shift);
    if (tips.length) {
      const d = `M${cx} ${tips[0][1]}V${tips[1][1]}` + tips.map(([, y]) => `M${cx - 5} ${y}H${cx + 5}`).join("");
      edges.svg.append(svgElement("path", { d, stroke: colour, "stroke-width": 1.75, fill: "none" }));
    }
    const text = readout(middle) + (ends.length ? " [" + ends.map(readout).join(", ") + "]" : "");
    edges.svg.append(svgElement("circle", { cx, cy, r: 6, fill: colour, stroke: "var(--page)", "stroke-width": 1.5 },
                                svgElement("title", {}, text)));
  }
}
