// Performance profiles: the share of runs above each threshold, for each group.

function profiles(root, data) {
  const plot = element("div", { class: "plot" }), count = data.groups.length;
  const colours = data.names.map((name, i) => ({ name, colour: seriesColour(i, count), dash: seriesDash(i, count) }));
  const legend = createLegend(colours, draw);

  function draw() {
    const series = data.groups.map((group, i) => ({
      ...colours[i],
      line: data.thresholds.map((threshold, k) => [threshold, group.fractions[k]]).filter(([, share]) => share !== null),
      band: data.thresholds.map((threshold, k) => [threshold, group.low[k] ?? NaN, group.high[k] ?? NaN]),
    })).filter((_, i) => legend.isShown(i));
    const x = axisOver(data.thresholds, { label: "threshold of the " + data.label, margin: 0 });
    const y = { label: "share above the threshold", low: 0, high: 1, log: false };
    const edges = drawChart(plot, { height: 300, x, y, series });
    followPointer(edges, x, (threshold) => colours.forEach((_, i) => legend.say(i, shareAt(i, threshold))));
  }

  function shareAt(i, threshold) {
    if (threshold === null) return "";
    const away = data.thresholds.map((value) => Math.abs(value - threshold)), k = away.indexOf(Math.min(...away));
    return readout(data.groups[i].fractions[k] ?? NaN);
  }

  root.append(legend.root, plot);
  draw();
  redrawWith(plot, draw);
}
