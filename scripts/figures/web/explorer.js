// The explorer: sliders choose a state, and t moves the samples at this state from noise to action.

function explorer(root, data) {
  const canvas = element("canvas", { class: "explorer" });
  const flow = { velocity: decodeArray(data.velocity), samples: decodeArray(data.samples), expert: decodeArray(data.expert) };
  const at = data.axes.map((axis, k) => Math.floor(axis.values.length / (k === 0 ? 4 : 2)));  // of a pendulum: halfway up, at rest
  let t = 1, image = null;

  function draw() {
    if (!canvas.clientWidth) return;  // in a hidden panel
    const { pen, width, height } = clearedPen(canvas), frame = flowFrame(width, height, data.actions);
    const state = stateAt(data, flow, at);
    image = image || fieldImage(state.field, data.times.length, data.actions.length, data.limit);
    drawField(pen, frame, data, state.field, image);
    drawSamples(pen, frame, data.sample_times, state.paths, t);
    drawFlowAxes(pen, frame, data.action);
    if (Number.isFinite(state.expert)) drawDiamond(pen, frame.x(1), frame.y(state.expert));
    drawDensity(pen, frame, state.paths.map((path) => alongPath(path, data.sample_times, t)));
    if (data.is_pendulum) drawState(pen, frame, data.axes[0].values[at[0]], state.expert / (data.action.high || 1));
  }

  function redrawAll() {
    image = null;
    draw();
  }

  const player = createPlayer({
    duration: 1, step: 0.005, rate: 0.4, autoplay: false, say: (time) => "t = " + time.toFixed(2),
    draw: (time) => { t = time; draw(); },
  });
  const sliders = data.axes.map((axis, k) => slider(axis.name, axis.values.length, at[k],
    (index) => readout(axis.values[index]) + " " + axis.unit, (index) => { at[k] = index; redrawAll(); }));
  root.append(canvas, element("div", { class: "controls" }, ...sliders.filter((_, k) => data.axes[k].values.length > 1)),
              player.controls);
  redrawWith(canvas, redrawAll);
  player.moveTo(1);
}

// What is known of the state at these places along the axes: {field, paths, expert}.
function stateAt(data, flow, at) {
  const index = data.axes.length > 1 ? at[0] * data.axes[1].values.length + at[1] : at[0];
  const [, , count, stops] = data.samples.shape;
  return {
    field: arrayRow(flow.velocity, index, data.times.length * data.actions.length),
    paths: Array.from({ length: count }, (_, m) => arrayRow(flow.samples, index * count + m, stops)),
    expert: flow.expert[index],
  };
}

// The pendulum in this state, above the density. torque: the expert's, a share of the largest.
function drawState(pen, { right, side, top }, angle, torque) {
  const size = 0.3 * side;
  drawPendulum(pen, right + side - size, top + size + 8, size, angle, torque, themeColour("--policy"));
}
