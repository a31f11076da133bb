// Draws one pendulum. The angle is 0 upright and grows counter-clockwise, as in Gymnasium's Pendulum-v1.

// pen: of a canvas; x, y: the pivot; length: of the rod, px. torque: a share of the largest, drawn as an arc; may be NaN.
function drawPendulum(pen, x, y, length, angle, torque, colour) {
  const tip = [x - length * Math.sin(angle), y - length * Math.cos(angle)];
  pen.lineCap = "round";
  pen.lineWidth = Math.max(6, 0.13 * length);
  pen.strokeStyle = colour;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(...tip);
  pen.stroke();
  pen.fillStyle = themeColour("--ink");
  pen.beginPath();
  pen.arc(x, y, Math.max(3, 0.035 * length), 0, 2 * Math.PI);
  pen.fill();
  if (Number.isFinite(torque) && Math.abs(torque) > 0.01) drawTorque(pen, x, y, 0.42 * length, torque);
}

// An arc with an arrow's head; it begins above the pivot, and a quarter turn is the largest torque.
function drawTorque(pen, x, y, radius, torque) {
  const sweep = -Math.max(-1, Math.min(1, torque)) * Math.PI / 2, end = -Math.PI / 2 + sweep;
  pen.strokeStyle = pen.fillStyle = themeColour("--ink");
  pen.lineWidth = 2.5;
  pen.beginPath();
  pen.arc(x, y, radius, -Math.PI / 2, end, sweep < 0);
  pen.stroke();
  const along = end + Math.sign(sweep) * Math.PI / 2, size = 4 + 6 * Math.min(1, Math.abs(torque));
  const tip = [x + radius * Math.cos(end), y + radius * Math.sin(end)];
  pen.beginPath();
  pen.moveTo(tip[0] + size * Math.cos(along), tip[1] + size * Math.sin(along));
  pen.lineTo(tip[0] + 0.6 * size * Math.cos(end), tip[1] + 0.6 * size * Math.sin(end));
  pen.lineTo(tip[0] - 0.6 * size * Math.cos(end), tip[1] - 0.6 * size * Math.sin(end));
  pen.closePath();
  pen.fill();
}
