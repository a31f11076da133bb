// Scores over a varied key: a point for each run, mean and interval for each group, a line for each value of the other keys.

const FARTHEST = 30, NEXT = 9;  // px between lines at the same value, so that their intervals do not hide each other

function sweep(root, data) {
  const plot = element("div", { class: "plot" }), place = element("div");
  const chosen = { key: data.keys[0], metric: data.metrics[0], statistic: "mean" };
  let lines = [], legend = null;

  function build() {
    lines = linesOver(data, chosen.key);
    legend = createLegend(lines, draw);
    place.replaceChildren(...(lines.length > 1 ? [legend.root] : []));
    draw();
  }

  function draw() {
    const { key, metric } = chosen, axis = axisOfKey(data.groups.map((group) => group.settings[key]), key);
    const series = lines.map((line) => lineSeries(data, line, axis, chosen)).filter((_, i) => legend.isShown(i));
    const values = series.flatMap(({ bars, points }) => [...bars.flatMap(([, ...bar]) => bar), ...points.map(([, y]) => y)]);
    const isGap = metric.name === "gap";
    const y = axisOver(isGap ? [...values, 0] : values, { label: metric.label });
    drawChart(plot, { height: 340, x: axis, y, guides: isGap ? [[0, "expert"]] : [], series });
  }

  const choose = (name, values, label, texts, then) => chooser(label, texts, (i) => { chosen[name] = values[i]; then(); });
  const controls = element("div", { class: "controls" }), names = data.metrics.map((metric) => metric.name);
  if (data.keys.length > 1) controls.append(choose("key", data.keys, "setting", data.keys, build));
  if (names.length > 1) controls.append(choose("metric", data.metrics, "score", names, draw));
  if (data.groups.some((group) => names.some((name) => group[name] && group[name].iqm))) {
    controls.append(choose("statistic", ["mean", "iqm"], "of", ["mean", "interquartile mean"], draw));
  }
  root.append(controls, place, plot);
  build();
  redrawWith(plot, draw);
}

// The groups that agree in all keys but `key`: [{name, groups: indices, colour, dash, shift}].
function linesOver(data, key) {
  const others = data.keys.filter((other) => other !== key), found = new Map();
  data.groups.forEach(({ settings }, g) => {
    const name = others.map((other) => other + " = " + (settings[other] ?? "–")).join(", ");
    found.set(name, [...(found.get(name) || []), g]);
  });
  const count = found.size, step = Math.min(NEXT, 2 * FARTHEST / count);
  return [...found].map(([name, groups], i) => ({
    name, groups, colour: seriesColour(i, count), dash: seriesDash(i, count), shift: (i - (count - 1) / 2) * step,
  }));
}

// The series of drawChart for one line.
function lineSeries(data, line, axis, { key, metric, statistic }) {
  const x = (g) => axis.place(data.groups[g].settings[key]), groups = [...line.groups].sort((a, b) => x(a) - x(b));
  const scored = groups.filter((g) => data.groups[g][metric.name] && data.groups[g][metric.name][statistic]);
  const bars = scored.map((g) => [x(g), ...data.groups[g][metric.name][statistic]]);
  const runs = data.runs.filter((run) => groups.includes(run.group) && Number.isFinite(run[metric.name]));
  const points = runs.map((run) => [x(run.group), run[metric.name], run.name + ": " + readout(run[metric.name])]);
  return { ...line, bars, points, line: axis.categories ? [] : bars.map(([at, middle]) => [at, middle]) };
}

// Numeric if all values are numbers, on a log scale if they are positive and spread; else categories in the order of the
// groups. place(text): where it is.
function axisOfKey(texts, key) {
  const numbers = texts.map((text) => (text === undefined || text.trim() === "" ? NaN : Number(text)));
  const unique = [...new Set(numbers)].sort((a, b) => a - b);
  if (unique.length > 1 && unique.every(Number.isFinite)) {
    const log = unique[0] > 0 && unique[unique.length - 1] >= 8 * unique[0];
    return { ...axisOver(unique, { label: key, log, margin: 0.08 }), ticks: unique, place: Number };
  }
  const categories = [...new Set(texts.map((text) => text ?? "–"))];
  return { ...axisOver([], { label: key, categories }), place: (text) => categories.indexOf(text ?? "–") };
}
