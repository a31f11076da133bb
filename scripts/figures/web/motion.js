// Draws moving shapes on a canvas; the mouse turns and zooms.

function motion(root, data) {
  const canvas = element("canvas"), pen = canvas.getContext("2d");
  const actors = data.actors.map((actor) => ({ ...actor, poses: decodeArray(actor.poses) }));
  const shapes = data.shapes, numbers = 7 * shapes.length;
  for (const actor of actors) actor.frames = actor.poses.length / numbers;
  const frames = Math.max(...actors.map((a) => a.frames));
  let yaw = data.planar ? 0 : 0.6, pitch = data.planar ? 0.08 : 0.25, zoom = 1, frame = 0;

  const turn = (q, v) => {  // v turned by the quaternion w x y z
    const [w, x, y, z] = q, [a, b, c] = v;
    const tx = 2 * (y * c - z * b), ty = 2 * (z * a - x * c), tz = 2 * (x * b - y * a);
    return [a + w * tx + y * tz - z * ty, b + w * ty + z * tx - x * tz, c + w * tz + x * ty - y * tx];
  };
  const goalText = () => data.goals.map(({ name, unit, values }) =>
    name + " " + decimal(values[Math.min(Math.floor(frame), values.length - 1)], 2) + " " + unit).join(", ");
  const add = (p, v) => [p[0] + v[0], p[1] + v[1], p[2] + v[2]];

  function pose(actor, shape) {
    const at = Math.min(Math.floor(frame), actor.frames - 1) * numbers + 7 * shape;
    const p = actor.poses.subarray(at, at + 7);
    return { place: [p[0], p[1], p[2]], q: [p[3], p[4], p[5], p[6]] };
  }

  function middle(actor) {
    const places = shapes.map((s, i) => [s, i]).filter(([s]) => s.moves).map(([, i]) => pose(actor, i).place);
    if (!places.length) return [0, 0, 0];
    return [0, 1, 2].map((k) => places.reduce((sum, p) => sum + p[k], 0) / places.length);
  }

  function draw() {
    if (!canvas.clientWidth) return;  // in a hidden panel
    const { width, height } = clearedPen(canvas);
    actors.forEach((actor, index) => {
      const part = width / actors.length;
      pen.save();
      pen.beginPath();
      pen.rect(index * part, 0, part, height);
      pen.clip();
      drawActor(actor, index * part + part / 2, height, part);
      pen.fillStyle = getComputedStyle(root).color;
      pen.font = "600 14px system-ui, sans-serif";
      pen.fillText(actor.label + (frame >= actor.frames ? " (ended)" : ""), index * part + 12, 22);
      pen.font = "13px system-ui, sans-serif";
      if (data.goals.length) pen.fillText("goal: " + goalText(), index * part + 12, 42);
      pen.restore();
    });
  }

  function drawActor(actor, x0, height, width) {
    const focus = middle(actor), scale = zoom * Math.min(width, height) / (1.8 * data.extent), distance = 4 * data.extent;
    focus[2] = data.height;
    const cy = Math.cos(yaw), sy = Math.sin(yaw), cp = Math.cos(pitch), sp = Math.sin(pitch);
    const project = (p) => {  // right, up and away from the viewer, who looks along +y
      const x = p[0] - focus[0], y = p[1] - focus[1], z = p[2] - focus[2];
      const right = cy * x + sy * y, deep = -sy * x + cy * y;
      const away = cp * deep - sp * z;
      const size = scale * distance / Math.max(0.2 * distance, distance + away);
      return { x: x0 + size * right, y: 0.5 * height - size * (cp * z + sp * deep), size, away };
    };
    const list = [];
    shapes.forEach((shape, i) => {
      const { place, q } = pose(actor, i), [a, b, c] = shape.size;
      const colour = "rgb(" + shape.colour.map((v) => Math.round(255 * v)).join(",") + ")";
      if (shape.kind === "plane") return drawGrid(place[2], focus, project);
      const axis = (v) => turn(q, v);
      if (shape.kind === "capsule" || shape.kind === "cylinder") {
        const from = project(add(place, axis([0, 0, -b]))), to = project(add(place, axis([0, 0, b])));
        list.push({ away: (from.away + to.away) / 2, run: () => thick(from, to, a, colour, shape.kind === "capsule") });
      } else if (shape.kind === "box") {
        list.push(...faces(place, axis, shape.size, project, colour));
      } else {
        const at = project(place), radius = shape.kind === "ellipsoid" ? Math.cbrt(a * b * c) : a;
        list.push({ away: at.away, run: () => thick(at, at, radius, colour, true) });
      }
    });
    list.sort((p, q) => q.away - p.away).forEach((item) => item.run());
  }

  function thick(from, to, radius, colour, round) {
    const width = radius * (from.size + to.size);
    pen.lineCap = round ? "round" : "butt";
    for (const [extra, style] of [[2, "rgba(0,0,0,.45)"], [0, colour]]) {
      pen.strokeStyle = style;
      pen.lineWidth = width + extra;
      pen.beginPath();
      pen.moveTo(from.x, from.y);
      pen.lineTo(to.x + 0.01, to.y);
      pen.stroke();
    }
  }

  function faces(place, axis, size, project, colour) {
    const corner = (i, j, k) => project(add(place, axis([i * size[0], j * size[1], k * size[2]])));
    const all = [];
    for (let d = 0; d < 3; ++d) {
      for (const side of [-1, 1]) {
        const at = (u, v) => { const s = [u, v]; s.splice(d, 0, side); return corner(...s); };
        const corners = [at(-1, -1), at(-1, 1), at(1, 1), at(1, -1)];
        all.push({
          away: corners.reduce((sum, c) => sum + c.away, 0) / 4,
          run: () => {
            pen.fillStyle = colour;
            pen.strokeStyle = "rgba(0,0,0,.45)";
            pen.lineWidth = 1;
            pen.beginPath();
            corners.forEach((c, i) => (i ? pen.lineTo(c.x, c.y) : pen.moveTo(c.x, c.y)));
            pen.closePath();
            pen.fill();
            pen.stroke();
          },
        });
      }
    }
    return all;
  }

  function drawGrid(z, focus, project) {
    const step = data.extent / 2, reach = 8, x0 = Math.round(focus[0] / step) * step, y0 = Math.round(focus[1] / step) * step;
    pen.strokeStyle = "rgba(128,128,128,.35)";
    pen.lineWidth = 1;
    for (let i = -reach; i <= reach; ++i) {
      for (const [from, to] of [[[x0 + i * step, y0 - reach * step, z], [x0 + i * step, y0 + reach * step, z]],
                                [[x0 - reach * step, y0 + i * step, z], [x0 + reach * step, y0 + i * step, z]]]) {
        const a = project(from), b = project(to);
        pen.beginPath();
        pen.moveTo(a.x, a.y);
        pen.lineTo(b.x, b.y);
        pen.stroke();
      }
    }
  }

  const player = createPlayer({
    duration: frames * data.frame_time, step: data.frame_time, say: (time) => time.toFixed(2) + " s",
    draw: (time) => { frame = Math.min(frames - 1, time / data.frame_time + 1e-6); draw(); },
  });
  canvas.onpointermove = (event) => {
    if (!(event.buttons & 1)) return;
    yaw -= event.movementX / 150;
    pitch = Math.max(-0.1, Math.min(1.5, pitch + event.movementY / 150));
    draw();
  };
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom = Math.max(0.2, Math.min(5, zoom * Math.exp(-event.deltaY / 500)));
    draw();
  }, { passive: false });
  root.append(canvas, player.controls);
  redrawWith(canvas, draw);
  player.show();
}
