// Colours and dashes of the series of a plot.

const DISTINCT = 7;  // colours of page.css
const DASHES = ["none", "7 4", "2 3"];
// From dark blue to yellow-green (viridis without its ends), for more series than there are distinct colours.
const RAMP = [[72, 40, 120], [62, 74, 137], [49, 104, 142], [38, 130, 142], [31, 158, 137], [53, 183, 121], [109, 205, 89]];

function seriesColour(index, count) {
  if (count <= DISTINCT) return `var(--series-${index})`;
  const place = index / (count - 1) * (RAMP.length - 1), k = Math.min(RAMP.length - 2, Math.floor(place));
  return "rgb(" + RAMP[k].map((low, c) => Math.round(low + (place - k) * (RAMP[k + 1][c] - low))).join(",") + ")";
}

function seriesDash(index, count) {
  return count <= DISTINCT ? DASHES[0] : DASHES[index % DASHES.length];
}
