// Sorts the rows of tables by the column whose heading is clicked; missing values stay at the end.

function sortTables() {
  for (const table of document.querySelectorAll("table.sortable")) {
    table.tHead.querySelectorAll("th").forEach((heading, column) => {
      heading.querySelector("button").addEventListener("click", () => sortTable(table, heading, column));
    });
  }
}

function sortTable(table, heading, column) {
  const falling = heading.getAttribute("aria-sort") === "ascending", body = table.tBodies[0];
  for (const other of table.tHead.querySelectorAll("th")) other.setAttribute("aria-sort", "none");
  heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
  const keyed = [...body.rows].map((row) => [row.cells[column].dataset.value, row]);
  const known = keyed.filter(([key]) => key !== undefined), missing = keyed.filter(([key]) => key === undefined);
  known.sort(([a], [b]) => (falling ? compareValues(b, a) : compareValues(a, b)));
  body.append(...[...known, ...missing].map(([, row]) => row));
}

// Numbers by size and before texts, texts by their letters and the numbers in them.
function compareValues(a, b) {
  const x = Number(a), y = Number(b);
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
  return a.localeCompare(b, "en", { numeric: true });
}
