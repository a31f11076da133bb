// The returns so far of all actors over the time of an episode, with a line at the present moment.

// box: {left, right, top, bottom}, px. rows: [{colour, values}], of equal time steps; moment: s; duration: s.
function drawReturns(pen, box, rows, time_step, moment, duration) {
  const all = rows.flatMap(({ values }) => [...values].filter(Number.isFinite));
  const low = Math.min(...all), high = Math.max(...all, low + 1e-9);
  const x = (time) => box.left + (box.right - box.left) * time / duration;
  const y = (value) => box.bottom - (box.bottom - box.top) * (value - low) / (high - low);
  drawReturnAxes(pen, box, [low, high], x, y, duration);
  pen.lineWidth = 1.75;
  for (const { colour, values } of rows) {
    pen.strokeStyle = colour;
    pen.beginPath();
    values.forEach((value, step) => { if (Number.isFinite(value)) pen.lineTo(x(step * time_step), y(value)); });
    pen.stroke();
  }
  pen.strokeStyle = themeColour("--soft");
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(x(moment), box.top);
  pen.lineTo(x(moment), box.bottom);
  pen.stroke();
}

function drawReturnAxes(pen, { left, right, top, bottom }, [low, high], x, y, duration) {
  pen.font = "12px system-ui, sans-serif";
  pen.fillStyle = themeColour("--soft");
  pen.strokeStyle = themeColour("--line");
  pen.lineWidth = 1;
  pen.textAlign = "right";
  for (const tick of linearTicks(low, high, 3)) {
    pen.fillText(tickText(tick), left - 6, y(tick) + 4);
    pen.beginPath();
    pen.moveTo(left, y(tick));
    pen.lineTo(right, y(tick));
    pen.stroke();
  }
  pen.textAlign = "center";
  for (const tick of linearTicks(0, duration, (right - left) / 60)) pen.fillText(tickText(tick), x(tick), bottom + 16);
  pen.textAlign = "left";
  pen.fillText("return so far", left, top - 8);
  pen.textAlign = "right";
  pen.fillText("time (s)", right, top - 8);
}
