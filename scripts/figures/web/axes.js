// Axes of plots: from values to pixels, with their grid, ticks and labels.

// An axis over `values`; log only if all are positive. Places of categories are 0, 1 ...: their texts are `categories`.
function axisOver(values, { label, log = false, categories = null, margin = 0.05 }) {
  const finite = values.filter(Number.isFinite);
  let low = Math.min(...finite), high = Math.max(...finite);
  if (!finite.length) [low, high] = [0, 1];
  if (categories) return { label, categories, low: -0.5, high: categories.length - 0.5, log: false };
  log = log && low > 0;
  if (log) [low, high] = [Math.log10(low), Math.log10(high)];
  const room = high > low ? margin * (high - low) : Math.max(0.1, 0.05 * Math.abs(high));
  [low, high] = [low - room, high + room];
  return log ? { label, log, low: 10 ** low, high: 10 ** high } : { label, log, low, high };
}

function ticksOf(axis, count) {
  if (axis.categories) return axis.categories.map((_, i) => i);
  if (axis.ticks && axis.ticks.length <= count) return axis.ticks;
  return (axis.log ? logTicks : linearTicks)(axis.low, axis.high, count);
}

function tickTexts(axis, ticks) {
  return ticks.map((tick) => (axis.categories ? axis.categories[tick] : tickText(tick)));
}

// The function from a value of the axis to pixels between `from` and `to`.
function scaleOf(axis, from, to) {
  const along = axis.log ? (value) => Math.log10(Math.max(value, 1e-300)) : (value) => value;
  const low = along(axis.low), high = along(axis.high);
  return (value) => from + (to - from) * (along(value) - low) / (high - low);
}

const LETTER = 7;  // px, the usual width of one in a tick's text

function drawVerticalAxis(svg, axis, scale, ticks, texts, left, right) {
  ticks.forEach((tick, i) => {
    const y = scale(tick);
    svg.append(svgElement("line", { class: "grid", x1: left, x2: right, y1: y, y2: y }),
               svgElement("text", { x: left - 7, y: y + 4, "text-anchor": "end" }, texts[i]));
  });
  svg.append(svgElement("text", { class: "name", x: 0, y: 13 }, axis.label));
}

// Texts that would overlap are turned, and then shortened to end within the plot.
function drawHorizontalAxis(svg, axis, scale, ticks, texts, bottom, turned) {
  ticks.forEach((tick, i) => {
    const x = scale(tick);
    const place = turned ? { "text-anchor": "end", transform: `translate(${x + 4} ${bottom + 14}) rotate(-35)` }
                         : { "text-anchor": "middle", x, y: bottom + 19 };
    const shown = turned ? shortened(texts[i], x / (0.82 * LETTER)) : texts[i];
    svg.append(svgElement("line", { class: "axis", x1: x, x2: x, y1: bottom, y2: bottom + 4 }),
               svgElement("text", place, shown, svgElement("title", {}, texts[i])));
  });
}

const LONGEST = 28;  // letters of a turned text

function shortened(text, room) {
  const letters = Math.max(4, Math.min(LONGEST, Math.floor(room)));
  return text.length > letters ? text.slice(0, letters - 1) + "…" : text;
}

// Whether texts at these places need more room than there is.
function wouldOverlap(places, texts) {
  return places.some((x, i) => i > 0 && x - places[i - 1] < LETTER * (texts[i].length + texts[i - 1].length) / 2 + 8);
}
