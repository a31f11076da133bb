// Shows one of the page's panels at a time.

function panels(root) {
  const all = [...document.querySelectorAll("section.panel")];
  const show = (index) => all.forEach((panel, i) => { panel.hidden = i !== index; });
  if (all.length > 1) root.append(element("div", { class: "controls" }, chooser("group", all.map((p) => p.dataset.name), show)));
  show(0);
}
