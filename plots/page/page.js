"use strict";
// Heads of tables become buttons that sort the rows: numbers by size, then words, then what is
// missing. Without this script the tables are as they were written.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.querySelector(".heads").cells], body = table.tBodies[0];
  const rank = (cell) => (cell.dataset.sort !== undefined ? 0 : cell.textContent === "" || cell.textContent === "–" ? 2 : 1);
  const compare = (a, b) => {
    if (rank(a) === 0) return a.dataset.sort - b.dataset.sort || (a.dataset.sort === b.dataset.sort ? 0 : -1);
    return a.textContent.localeCompare(b.textContent, "en", { numeric: true });
  };
  const sort = (column, down) => {
    const rows = [...body.rows];
    const sign = down ? -1 : 1;
    rows.sort((r, s) => {
      const a = r.cells[column], b = s.cells[column];
      const ranks = rank(a) - rank(b);
      return ranks !== 0 ? (Math.max(rank(a), rank(b)) === 2 ? ranks : sign * ranks) : sign * compare(a, b);
    });
    body.append(...rows);
    heads.forEach((h, i) => (i === column ? h.setAttribute("aria-sort", down ? "descending" : "ascending") : h.removeAttribute("aria-sort")));
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(column, head.getAttribute("aria-sort") === "ascending"));
  });
}
// On paper nothing can be opened.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => (d.open = true)));
