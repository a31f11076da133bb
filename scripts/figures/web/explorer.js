// The explorer: sliders choose a state, and t moves the samples at this state from noise to action.

function explorer(root, data) {
  const canvas = element("canvas", { class: "explorer" });
  const velocity = decodeArray(data.velocity), samples = decodeArray(data.samples), expert = decodeArray(data.expert);
  const { times, actions } = data, fieldSize = times.length * actions.length;
  const [, , count, stops] = data.samples.shape;
  const at = data.axes.map((axis) => Math.floor(axis.values.length / 2));
  let t = 1, image = null;

  const state = () => (data.axes.length > 1 ? at[0] * data.axes[1].values.length + at[1] : at[0]);
  const field = () => arrayRow(velocity, state(), fieldSize);
  const paths = () => Array.from({ length: count }, (_, m) => arrayRow(samples, state() * count + m, stops));

  function draw() {
    if (!canvas.clientWidth) return;  // in a hidden panel
    const { pen, width, height } = clearedPen(canvas);
    const side = Math.min(150, 0.24 * width), top = 34, bottom = height - 34, left = 46, right = width - side - 16;
    const [low, high] = [actions[0], actions[actions.length - 1]];
    const x = (time) => left + (right - left) * time, y = (action) => bottom - (bottom - top) * (action - low) / (high - low);
    image = image || fieldImage(field(), times.length, actions.length, data.limit);
    pen.imageSmoothingEnabled = true;
    const [dx, dy] = [(x(times[times.length - 1]) - x(times[0])) / (times.length - 1), (bottom - top) / (actions.length - 1)];
    pen.save();
    pen.beginPath();
    pen.rect(left, top, right - left, bottom - top);
    pen.clip();
    pen.drawImage(image, x(times[0]) - dx / 2, top - dy / 2, dx * times.length, dy * actions.length);
    drawArrows(pen, field(), times, actions, x, y, Math.round((right - left) / 44), Math.round((bottom - top) / 26));
    drawPaths(pen, x, y);
    pen.restore();
    drawAxes(pen, x, y, low, high, [left, right, top, bottom]);
    drawSide(pen, right, side, top, bottom, y, low, high);
  }

  function drawPaths(pen, x, y) {
    pen.strokeStyle = themeColour("--ink");
    pen.lineWidth = 0.8;
    pen.globalAlpha = 0.35;
    for (const path of paths()) {
      pen.beginPath();
      path.forEach((action, k) => pen.lineTo(x(data.sample_times[k]), y(action)));
      pen.stroke();
    }
    pen.globalAlpha = 1;
    pen.fillStyle = themeColour("--policy");
    pen.strokeStyle = themeColour("--page");
    for (const path of paths()) {
      pen.beginPath();
      pen.arc(x(t), y(alongPath(path, data.sample_times, t)), 4, 0, 2 * Math.PI);
      pen.fill();
      pen.stroke();
    }
  }

  function drawAxes(pen, x, y, low, high, [left, right, top, bottom]) {
    const unit = data.action.unit ? " (" + data.action.unit + ")" : "";
    pen.fillStyle = themeColour("--soft");
    pen.font = "12px system-ui, sans-serif";
    pen.textAlign = "left";
    pen.fillText(data.action.name + unit, 8, 20);
    pen.textAlign = "right";
    for (const tick of linearTicks(low, high, 8)) pen.fillText(tickText(tick), left - 6, y(tick) + 4);
    pen.textAlign = "center";
    const wide = right - left > 260;
    for (const time of wide ? [0, 0.25, 0.5, 0.75, 1] : [0, 0.5, 1]) {
      pen.fillText(wide ? { 0: "0 noise", 1: "1 action" }[time] || time : String(time), x(time), bottom + 16);
    }
    pen.fillText("time t of the flow", (left + right) / 2, bottom + 30);
    pen.strokeStyle = themeColour("--soft");
    pen.lineWidth = 1;
    pen.strokeRect(left, top, right - left, bottom - top);
    pen.setLineDash([2, 3]);
    for (const bound of [data.action.low, data.action.high]) {
      if (bound === null || bound < low || bound > high) continue;
      pen.beginPath();
      pen.moveTo(left, y(bound));
      pen.lineTo(right, y(bound));
      pen.stroke();
    }
    pen.setLineDash([]);
    if (Number.isFinite(expert[state()])) drawDiamond(pen, x(1), y(expert[state()]));
  }

  function drawSide(pen, right, side, top, bottom, y, low, high) {
    const now = paths().map((path) => alongPath(path, data.sample_times, t));
    const start = right + 14;
    drawDensity(pen, density(now, low, high, 120), start, side - 8, top, bottom, themeColour("--policy"));
    pen.fillStyle = themeColour("--soft");
    pen.textAlign = "left";
    pen.fillText("density at t", start, 20);
    if (data.is_pendulum) {
      const size = 0.3 * side, x = start + side - size - 14, middle = top + size + 8, limit = data.action.high || 1;
      drawPendulum(pen, x, middle, size, data.axes[0].values[at[0]], expert[state()] / limit, themeColour("--policy"));
    }
  }

  const player = createPlayer({
    duration: 1, step: 0.005, rate: 0.4, autoplay: false, say: (time) => "t = " + time.toFixed(2),
    draw: (time) => { t = time; draw(); },
  });
  const sliders = data.axes.map((axis, k) => slider(axis.name, axis.values.length, at[k],
    (index) => readout(axis.values[index]) + " " + axis.unit, (index) => {
      at[k] = index;
      image = null;
      draw();
    }));
  root.append(canvas, element("div", { class: "controls" }, ...sliders.filter((_, k) => data.axes[k].values.length > 1)),
              player.controls);
  redrawWith(canvas, () => { image = null; draw(); });
  player.moveTo(1);
}
