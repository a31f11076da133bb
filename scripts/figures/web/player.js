// Play, pause, scrub and speed of something that moves in time.

const SPEEDS = [0.25, 0.5, 1, 2, 4];

// duration: s; draw(time) shows the moment; say(time) is its text. Returns {controls, moveTo(time), setDuration(duration)}.
// rate: seconds of what is shown in a second of the reader's.
function createPlayer({ duration, step, rate = 1, draw, say, autoplay = true }) {
  let time = 0, playing = false, last = null, visible = true, speed = 1;
  const button = element("button", { type: "button", class: "play" });
  const scrub = element("input", { type: "range", min: 0, step: step, value: 0, "aria-label": "time" });
  const clock = element("output");
  const speeds = chooser("speed", SPEEDS.map((factor) => factor + "×"), (index) => { speed = SPEEDS[index]; });
  speeds.querySelector("select").value = SPEEDS.indexOf(1);
  const controls = element("div", { class: "controls" }, button, element("label", { class: "wide" }, scrub, clock), speeds);

  function show() {
    scrub.value = time;
    clock.textContent = say(time);
    draw(time);
  }
  function tick(now) {
    if (!playing || !visible) { last = null; return; }
    if (last !== null) time = (time + Math.min(0.1, (now - last) / 1000) * rate * speed) % duration;
    last = now;
    show();
    requestAnimationFrame(tick);
  }
  function setPlaying(value) {
    const starts = value && !playing;
    playing = value;
    button.textContent = playing ? "Pause" : "Play";
    if (starts) requestAnimationFrame(tick);
  }
  button.addEventListener("click", () => setPlaying(!playing));
  scrub.addEventListener("input", () => {
    setPlaying(false);
    time = Number(scrub.value);
    show();
  });
  new IntersectionObserver((entries) => {
    const was = visible;
    visible = entries[entries.length - 1].isIntersecting;
    if (visible && !was && playing) requestAnimationFrame(tick);
  }).observe(controls);
  function setDuration(value) {
    duration = value;
    scrub.max = duration;
    time = 0;
    show();
  }
  function moveTo(value) {
    time = value;
    show();
  }
  scrub.max = duration;
  setPlaying(autoplay && !window.matchMedia("(prefers-reduced-motion: reduce)").matches);
  return { controls, moveTo, setDuration, show };
}
