// Makes elements of the page, and reads its colours.

function element(tag, attributes = {}, ...children) {
  return withParts(document.createElement(tag), attributes, children);
}

function svgElement(tag, attributes = {}, ...children) {
  return withParts(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function withParts(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// The value of a colour of page.css in the present light or dark scheme.
function themeColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// The canvas's pen in units of CSS pixels, on a cleared canvas as large as its place in the page.
function clearedPen(canvas) {
  const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  const columns = Math.max(1, Math.round(width * ratio)), rows = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== columns || canvas.height !== rows) [canvas.width, canvas.height] = [columns, rows];
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
}

// A labelled <select>. choices: texts; choose(index) is called when the reader changes it.
function chooser(label, choices, choose) {
  const select = element("select", {}, ...choices.map((text, i) => element("option", { value: i }, text)));
  select.addEventListener("change", () => choose(Number(select.value)));
  return element("label", {}, label, select);
}

// A labelled slider over 0 ... steps - 1, with the text of show(index) beside it.
function slider(label, steps, at, show, choose) {
  const input = element("input", { type: "range", min: 0, max: steps - 1, step: 1, value: at, "aria-label": label });
  const shown = element("output", {}, show(at));
  input.addEventListener("input", () => {
    shown.textContent = show(Number(input.value));
    choose(Number(input.value));
  });
  return element("label", { class: "wide" }, label, input, shown);
}

// Calls draw when the size of `place` or the colours of the page change.
function redrawWith(place, draw) {
  new ResizeObserver(draw).observe(place);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
