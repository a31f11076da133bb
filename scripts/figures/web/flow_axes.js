// The axes of the explorer's picture: flow time to the right, action upwards.

// The frame of a picture of this size: edges, px, and scales of time and action.
function flowFrame(width, height, actions) {
  const side = Math.min(150, 0.24 * width), frame = { left: 46, right: width - side - 16, top: 34, bottom: height - 34, side };
  const low = actions[0], high = actions[actions.length - 1];
  return {
    ...frame, low, high,
    x: (time) => frame.left + (frame.right - frame.left) * time,
    y: (action) => frame.bottom - (frame.bottom - frame.top) * (action - low) / (high - low),
  };
}

// action: {name, unit, low, high}, the bounds null if there are none.
function drawFlowAxes(pen, frame, action) {
  pen.fillStyle = themeColour("--soft");
  pen.font = "12px system-ui, sans-serif";
  pen.textAlign = "left";
  pen.fillText(action.name + (action.unit ? " (" + action.unit + ")" : ""), 8, 20);
  pen.fillText("density at t", frame.right + 14, 20);
  pen.textAlign = "right";
  for (const tick of linearTicks(frame.low, frame.high, 8)) pen.fillText(tickText(tick), frame.left - 6, frame.y(tick) + 4);
  drawTimes(pen, frame);
  pen.strokeStyle = themeColour("--soft");
  pen.lineWidth = 1;
  pen.strokeRect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
  drawBounds(pen, frame, action);
}

function drawTimes(pen, { left, right, bottom, x }) {
  const wide = right - left > 260, ends = { 0: "0 noise", 1: "1 action" };
  pen.textAlign = "center";
  for (const time of wide ? [0, 0.25, 0.5, 0.75, 1] : [0, 0.5, 1]) {
    pen.fillText(wide && ends[time] ? ends[time] : String(time), x(time), bottom + 16);
  }
  pen.fillText("time t of the flow", (left + right) / 2, bottom + 30);
}

function drawBounds(pen, { left, right, low, high, y }, action) {
  pen.setLineDash([2, 3]);
  for (const bound of [action.low, action.high]) {
    if (bound === null || bound < low || bound > high) continue;
    pen.beginPath();
    pen.moveTo(left, y(bound));
    pen.lineTo(right, y(bound));
    pen.stroke();
  }
  pen.setLineDash([]);
}
