// Colours and dashes of the series of a plot.

const DISTINCT = 7;  // colours of page.css
const DASHES = ["none", "7 4", "2 3"];
// From violet to orange, legible on light and dark pages, for more series than there are distinct colours.
const RAMP = [[128, 98, 204], [63, 127, 207], [31, 151, 166], [47, 163, 107], [132, 163, 45], [201, 143, 23], [217, 102, 43]];

function seriesColour(index, count) {
  if (count <= DISTINCT) return `var(--series-${index})`;
  const place = index / (count - 1) * (RAMP.length - 1), k = Math.min(RAMP.length - 2, Math.floor(place));
  return "rgb(" + RAMP[k].map((low, c) => Math.round(low + (place - k) * (RAMP[k + 1][c] - low))).join(",") + ")";
}

function seriesDash(index, count) {
  return count <= DISTINCT ? DASHES[0] : DASHES[index % DASHES.length];
}
