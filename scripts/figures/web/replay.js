// Policy and expert on the pendulum, side by side from the same start: angle, torque and the return so far.

const STRIP = 130;  // px, the height of the returns below the pendulums

function replay(root, data) {
  const canvas = element("canvas", { class: "replay" });
  const actors = data.actors.map((actor) => ({
    label: actor.label,
    steps: actor.angle.shape[1],
    angle: decodeArray(actor.angle),
    torque: decodeArray(actor.torque),
    rewardSum: decodeArray(actor.reward_sum),
  }));
  let episode = 0, moment = 0;

  const lengthOf = (actor) => {
    const angles = arrayRow(actor.angle, episode, actor.steps), end = angles.findIndex(Number.isNaN);
    return (end < 0 ? angles.length : end) - 1;  // steps of the episode
  };
  const duration = () => Math.max(...actors.map(lengthOf)) * data.time_step;

  function drawActor(pen, actor, left, width, height) {
    const steps = lengthOf(actor), at = Math.min(Math.floor(moment / data.time_step + 1e-6), steps);
    const of = (values) => arrayRow(values, episode, actor.steps);
    const torque = of(actor.torque)[Math.min(at, steps - 1)];
    const share = at === steps ? NaN : torque / data.limit, room = Math.min(width, height - 88);
    const x = left + width / 2, y = 34 + (height - 88) / 2;
    pen.strokeStyle = themeColour("--line");
    pen.lineWidth = 1;
    pen.beginPath();
    pen.arc(x, y, 0.44 * room, 0, 2 * Math.PI);
    pen.stroke();
    drawPendulum(pen, x, y, 0.44 * room, of(actor.angle)[at], share, themeColour("--" + actor.label));
    pen.fillStyle = themeColour("--" + actor.label);
    pen.font = "600 14px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.fillText(actor.label + (at === steps && moment < duration() - 1e-6 ? " (ended)" : ""), x, 22);
    pen.fillStyle = themeColour("--ink");
    pen.font = "13px system-ui, sans-serif";
    const applied = Number.isFinite(share) ? decimal(torque, 2) + " " + data.unit : "–";
    pen.fillText("torque " + applied, x, height - 30);
    pen.fillText("return " + decimal(of(actor.rewardSum)[at], 1), x, height - 12);
  }

  function draw(time) {
    moment = time;
    if (!canvas.clientWidth) return;  // in a hidden panel
    const { pen, width, height } = clearedPen(canvas);
    const above = height - STRIP;
    actors.forEach((actor, i) => drawActor(pen, actor, i * width / actors.length, width / actors.length, above));
    const rows = actors.map((actor) => ({
      colour: themeColour("--" + actor.label), values: arrayRow(actor.rewardSum, episode, actor.steps),
    }));
    const box = { left: 56, right: width - 16, top: above + 26, bottom: height - 24 };
    drawReturns(pen, box, rows, data.time_step, moment, duration());
  }

  const player = createPlayer({
    duration: duration(), step: data.time_step, draw, say: (time) => time.toFixed(2) + " s",
  });
  const names = data.episodes.map((number) => "start " + number + (number === data.hardest ? " (hardest)" : ""));
  player.controls.append(chooser("episode", names, (index) => {
    episode = index;
    player.setDuration(duration());
  }));
  root.append(canvas, player.controls);
  redrawWith(canvas, player.show);
  player.show();
}
