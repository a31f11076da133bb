// The names of a plot's series, which a click hides and shows, with the values under the pointer.

// entries: [{name, colour, dash}]; changed() is called when one is hidden or shown. Returns {root, isShown(i), say(i, text)}.
function createLegend(entries, changed) {
  const shown = entries.map(() => true), values = entries.map(() => element("span", { class: "value" }));
  const items = entries.map(({ name, colour, dash }, i) => {
    const stroke = { stroke: colour, "stroke-width": 3, "stroke-dasharray": dash || "none" };
    const line = svgElement("line", { x1: 0, x2: 22, y1: 6, y2: 6, ...stroke });
    const button = element("button", { type: "button", "aria-pressed": "true" },
                           svgElement("svg", { width: 22, height: 12, "aria-hidden": "true" }, line), name, values[i]);
    button.addEventListener("click", () => {
      shown[i] = !shown[i];
      button.setAttribute("aria-pressed", String(shown[i]));
      changed();
    });
    return element("li", {}, button);
  });
  return {
    root: element("ul", { class: "legend" }, ...items),
    isShown: (i) => shown[i],
    say: (i, text) => { values[i].textContent = text; },
  };
}

// A vertical line under the pointer; at(value of x, or null when the pointer leaves).
function followPointer(edges, axis, at) {
  const line = svgElement("line", { class: "pointer", y1: edges.top, y2: edges.bottom });
  edges.svg.append(line);
  const along = axis.log ? Math.log10 : (value) => value, back = axis.log ? (value) => 10 ** value : (value) => value;
  edges.svg.addEventListener("pointermove", (event) => {
    const box = edges.svg.getBoundingClientRect(), x = Math.max(edges.left, Math.min(edges.right, event.clientX - box.left));
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    line.style.visibility = "visible";
    const share = (x - edges.left) / (edges.right - edges.left);
    at(back(along(axis.low) + share * (along(axis.high) - along(axis.low))));
  });
  edges.svg.addEventListener("pointerleave", () => {
    line.style.visibility = "hidden";
    at(null);
  });
}
