// One of many similar texts, put together from the lines that all share and the lines that differ, which are marked.

function texts(root, data) {
  const shown = element("pre"), known = data.changes.map((_, i) => i).filter((i) => data.changes[i] !== null);
  function show(index) {
    const marked = markedLines(data.base, data.changes, known[index]);
    shown.replaceChildren(...marked.map(([line, differs]) => (differs ? element("mark", {}, line + "\n") : line + "\n")));
  }
  const controls = element("div", { class: "controls" }, chooser("run", known.map((i) => data.names[i]), show));
  root.append(controls, shown);
  show(0);
}

// [[line, whether it differs between texts], ...] of text `index`.
function markedLines(base, changes, index) {
  const touched = new Set();
  for (const change of changes) {
    for (const [begin, end] of change || []) for (let i = begin; i < end; ++i) touched.add(i);
  }
  const lines = [];
  let at = 0;
  const copy = (end) => { for (; at < end; ++at) lines.push([base[at], touched.has(at)]); };
  for (const [begin, end, added] of changes[index]) {
    copy(begin);
    lines.push(...added.map((line) => [line, true]));
    at = end;
  }
  copy(base.length);
  return lines;
}
