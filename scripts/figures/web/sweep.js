// Scores over a varied key: a point for each run, mean and interval for each group, a line for each value of the other keys.

function sweep(root, data) {
  const plot = element("div", { class: "plot" }), place = element("div");
  let key = data.keys[0], metric = data.metrics[0], statistic = "mean", legend = null;

  function build() {
    const others = data.keys.filter((other) => other !== key);
    const names = [...new Set(data.groups.map((group) => lineName(group, others)))];
    legend = createLegend(names.map((name, i) => ({ name, colour: seriesColour(i, names.length), dash: seriesDash(i, names.length) })), draw);
    place.replaceChildren(...(names.length > 1 ? [legend.root] : []));
    legend.names = names;
    legend.others = others;
    draw();
  }

  function draw() {
    const axis = axisOfKey(data.groups.map((group) => group.settings[key]), key), { names, others } = legend;
    const series = names.map((name, i) => lineSeries(name, i, axis)).filter((_, i) => legend.isShown(i));
    const values = series.flatMap((one) => [...one.bars.flatMap(([, ...bar]) => bar), ...one.points.map(([, y]) => y)]);
    const gap = metric.name === "gap";
    drawChart(plot, { height: 340, x: axis, y: axisOver(gap ? [...values, 0] : values, { label: metric.label }),
                      guides: gap ? [[0, "expert"]] : [], series });

    function lineSeries(name, i, axis) {
      const members = data.groups.map((group, g) => ({ group, g, x: axis.place(group.settings[key]) }))
        .filter(({ group }) => lineName(group, others) === name).sort((a, b) => a.x - b.x);
      const bars = members.filter(({ group }) => group[metric.name] && group[metric.name][statistic])
        .map(({ group, x }) => [x, ...group[metric.name][statistic]]);
      const points = members.flatMap(({ g, x }) => data.runs.filter((run) => run.group === g && Number.isFinite(run[metric.name]))
        .map((run) => [x, run[metric.name], run.name + ": " + readout(run[metric.name])]));
      return { colour: seriesColour(i, names.length), dash: seriesDash(i, names.length), bars, points,
               line: axis.categories ? [] : bars.map(([x, y]) => [x, y]), shift: (i - (names.length - 1) / 2) * Math.min(9, 60 / names.length) };
    }
  }

  const controls = element("div", { class: "controls" });
  if (data.keys.length > 1) controls.append(chooser("setting", data.keys, (i) => { key = data.keys[i]; build(); }));
  if (data.metrics.length > 1) {
    controls.append(chooser("score", data.metrics.map((one) => one.name), (i) => { metric = data.metrics[i]; draw(); }));
  }
  if (data.groups.some((group) => data.metrics.some(({ name }) => group[name] && group[name].iqm))) {
    controls.append(chooser("of", ["mean", "interquartile mean"], (i) => { statistic = ["mean", "iqm"][i]; draw(); }));
  }
  root.append(controls, place, plot);
  build();
  redrawWith(plot, draw);
}

function lineName(group, keys) {
  return keys.map((key) => key + " = " + (group.settings[key] ?? "–")).join(", ") || "all";
}

// Numeric if all values are numbers, on a log scale if they are positive and spread; else categories in the order of the groups. place(text): where it is.
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
