// Shows one of the page's panels at a time, at first number data.first.

function panels(root, data) {
  const all = [...document.querySelectorAll("section.panel")];
  const show = (index) => all.forEach((panel, i) => { panel.hidden = i !== index; });
  const choice = chooser("group", all.map((panel) => panel.dataset.name), show);
  choice.querySelector("select").value = data.first;
  if (all.length > 1) root.append(element("div", { class: "controls" }, choice));
  show(data.first);
}
