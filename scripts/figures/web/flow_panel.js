// The flow at one state: velocity as colour and arrows over flow time and action, samples on their way, and their density.

// field: (times, actions) velocities; returns an image with a pixel for each, the largest action in its first row.
function fieldImage(field, times, actions, limit) {
  const image = element("canvas", { width: times, height: actions }), pen = image.getContext("2d");
  const pixels = pen.createImageData(times, actions);
  const colours = ["--up", "--down"].map((name) => themeColour(name).split(",").map(Number));
  for (let i = 0; i < times; ++i) {
    for (let j = 0; j < actions; ++j) {
      const v = field[i * actions + j] / limit, at = 4 * ((actions - 1 - j) * times + i);
      pixels.data.set(v > 0 ? colours[0] : colours[1], at);
      pixels.data[at + 3] = 210 * Math.min(1, Math.abs(v)) ** 0.8;
    }
  }
  pen.putImageData(pixels, 0, 0);
  return image;
}

// The colours of the field, from its image, and its arrows.
function drawField(pen, { left, right, top, bottom, x, y }, { times, actions }, field, image) {
  const dx = (x(times[times.length - 1]) - x(times[0])) / (times.length - 1), dy = (bottom - top) / (actions.length - 1);
  pen.save();
  pen.beginPath();
  pen.rect(left, top, right - left, bottom - top);
  pen.clip();
  pen.drawImage(image, x(times[0]) - dx / 2, top - dy / 2, dx * times.length, dy * actions.length);
  drawArrows(pen, field, times, actions, x, y, Math.round((right - left) / 44), Math.round((bottom - top) / 26));
  pen.restore();
}

// Each sample's whole path, and where it is at time t.
function drawSamples(pen, { x, y }, times, paths, t) {
  pen.strokeStyle = themeColour("--ink");
  pen.lineWidth = 0.8;
  pen.globalAlpha = 0.35;
  for (const path of paths) {
    pen.beginPath();
    path.forEach((action, k) => pen.lineTo(x(times[k]), y(action)));
    pen.stroke();
  }
  pen.globalAlpha = 1;
  pen.fillStyle = themeColour("--policy");
  pen.strokeStyle = themeColour("--page");
  for (const path of paths) {
    pen.beginPath();
    pen.arc(x(t), y(alongPath(path, times, t)), 4, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
  }
}

// The velocity at a time and an action between those of the field, whose times and actions are evenly spaced.
function velocityAt(field, times, actions, time, action) {
  const place = (values, value) => {
    const at = (value - values[0]) / (values[values.length - 1] - values[0]) * (values.length - 1);
    return Math.max(0, Math.min(values.length - 1 - 1e-9, at));
  };
  const a = place(times, time), b = place(actions, action), i = Math.floor(a), j = Math.floor(b);
  const row = (k) => field[k * actions.length + j] * (1 - b + j) + field[k * actions.length + j + 1] * (b - j);
  return row(i) * (1 - a + i) + row(i + 1) * (a - i);
}

// Arrows of equal length in the direction (1, v), `columns` by `rows`.
function drawArrows(pen, field, times, actions, x, y, columns, rows) {
  pen.strokeStyle = pen.fillStyle = themeColour("--ink");
  pen.globalAlpha = 0.5;
  pen.lineWidth = 1;
  for (let c = 0; c < columns; ++c) {
    for (let r = 0; r < rows; ++r) {
      const time = times[0] + (c + 0.5) / columns * (times[times.length - 1] - times[0]);
      const action = actions[0] + (r + 0.5) / rows * (actions[actions.length - 1] - actions[0]);
      drawArrow(pen, x(time), y(action), x(1) - x(0), (y(1) - y(0)) * velocityAt(field, times, actions, time, action));
    }
  }
  pen.globalAlpha = 1;
}

function drawArrow(pen, x, y, across, down) {
  const length = Math.hypot(across, down), [a, b] = [7 * across / length, 7 * down / length];
  pen.beginPath();
  pen.moveTo(x - a, y - b);
  pen.lineTo(x + a, y + b);
  pen.stroke();
  pen.beginPath();
  pen.moveTo(x + a, y + b);
  pen.lineTo(x + 0.35 * a - 0.35 * b, y + 0.35 * b + 0.35 * a);
  pen.lineTo(x + 0.35 * a + 0.35 * b, y + 0.35 * b - 0.35 * a);
  pen.fill();
}

// The value at time t of a path with values at increasing times.
function alongPath(path, times, t) {
  let k = times.findIndex((time) => time >= t);
  if (k <= 0) k = k < 0 ? times.length - 1 : 1;
  const share = Math.min(1, Math.max(0, (t - times[k - 1]) / (times[k] - times[k - 1])));
  return path[k - 1] + share * (path[k] - path[k - 1]);
}

// A kernel density of `values` at evenly spaced places from low to high; Silverman's bandwidth, at least a 60th of the range.
function density(values, low, high, places) {
  const n = values.length, mean = values.reduce((sum, v) => sum + v, 0) / n;
  const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, n - 1));
  const width = Math.max(0.6 * deviation * n ** -0.2, (high - low) / 60);
  return Array.from({ length: places }, (_, i) => {
    const at = low + i * (high - low) / (places - 1);
    return values.reduce((sum, v) => sum + Math.exp(-0.5 * ((at - v) / width) ** 2), 0) / (n * width * Math.sqrt(2 * Math.PI));
  });
}

// The density of these actions, to the right of the frame.
function drawDensity(pen, { right, side, top, bottom, low, high }, values) {
  const heights = density(values, low, high, 120), largest = Math.max(...heights), left = right + 14;
  pen.fillStyle = themeColour("--policy");
  pen.globalAlpha = 0.55;
  pen.beginPath();
  pen.moveTo(left, bottom);
  heights.forEach((height, i) => {
    pen.lineTo(left + (side - 8) * height / largest, bottom - i * (bottom - top) / (heights.length - 1));
  });
  pen.lineTo(left, top);
  pen.fill();
  pen.globalAlpha = 1;
}

function drawDiamond(pen, x, y) {
  pen.fillStyle = themeColour("--expert");
  pen.strokeStyle = themeColour("--page");
  pen.lineWidth = 1.5;
  pen.beginPath();
  for (const [a, b] of [[0, -7], [7, 0], [0, 7], [-7, 0]]) pen.lineTo(x + a, y + b);
  pen.closePath();
  pen.fill();
  pen.stroke();
}
