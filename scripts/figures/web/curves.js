// Learning curves: for each group the mean over seeds with its interval, over steps.

function curves(root, data) {
  const plot = element("div", { class: "plot" });
  let key = data.keys[0], log = key.log, logSteps = false;
  const decoded = new Map();
  const curveOf = (group) => {
    const packed = data.groups[group][key.name];
    if (!packed) return null;
    if (!decoded.has(packed)) decoded.set(packed, unpackedCurve(packed));
    return decoded.get(packed);
  };
  const count = data.groups.length;
  const colours = data.names.map((name, i) => ({ name, colour: seriesColour(i, count), dash: seriesDash(i, count) }));
  const legend = createLegend(colours, draw);

  function draw() {
    const shown = colours.map((colour, i) => ({ ...colour, curve: curveOf(i) })).filter(({ curve }, i) => curve && legend.isShown(i));
    const values = shown.flatMap(({ curve }) => [...curve.mean, ...(log ? [] : [...(curve.low || []), ...(curve.high || [])])]);
    const x = axisOver(shown.flatMap(({ curve }) => [...curve.steps]), { label: data.x, log: logSteps, margin: 0 });
    const series = shown.map(({ curve, colour, dash }) => ({
      colour, dash,
      line: Array.from(curve.steps, (step, k) => [step, curve.mean[k]]),
      band: curve.low && Array.from(curve.steps, (step, k) => [step, curve.low[k], curve.high[k]]),
      points: curve.steps.length < 2 ? Array.from(curve.steps, (step, k) => [step, curve.mean[k], ""]) : [],
    }));
    const edges = drawChart(plot, { x, y: axisOver(values, { label: key.label, log }), series });
    followPointer(edges, x, (step) => colours.forEach((_, i) => legend.say(i, step === null ? "" : valueAt(curveOf(i), step))));
  }

  const scale = chooser("scale", ["linear", "logarithmic"], (i) => { log = i === 1; draw(); });
  const steps = chooser("steps", ["linear", "logarithmic"], (i) => { logSteps = i === 1; draw(); });
  const setScale = () => { log = key.log; scale.querySelector("select").value = Number(log); };
  const choice = chooser("curve", data.keys.map((one) => one.label), (i) => { key = data.keys[i]; setScale(); draw(); });
  root.append(element("div", { class: "controls" }, choice, scale, steps), legend.root, plot);
  setScale();
  draw();
  redrawWith(plot, draw);
}

function unpackedCurve(packed) {
  const of = (name) => packed[name] && decodeArray(packed[name]);
  return { steps: of("steps"), mean: of("mean"), low: of("low"), high: of("high") };
}

// The text of a curve at the recorded step nearest to `step`; empty if the curve is elsewhere.
function valueAt(curve, step) {
  if (!curve || step < curve.steps[0] || step > curve.steps[curve.steps.length - 1]) return "";
  let k = 0;
  for (let i = 1; i < curve.steps.length; ++i) if (Math.abs(curve.steps[i] - step) < Math.abs(curve.steps[k] - step)) k = i;
  const ends = curve.low && Number.isFinite(curve.low[k]) ? ` [${readout(curve.low[k])}, ${readout(curve.high[k])}]` : "";
  return readout(curve.mean[k]) + ends;
}
