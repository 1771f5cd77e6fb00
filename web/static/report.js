// Sorting and filtering of a report's questions. The table is complete without it.
"use strict";

const table = document.getElementById("table");
const columns = [...table.tHead.rows[0].cells];
const [group] = table.tBodies; // the template of new groups
const size = group?.rows.length;
const filter = document.getElementById("filter");
const outcome = document.getElementById("outcome");
const shown = document.getElementById("shown");
const rows = [...table.querySelectorAll("tbody tr")].map((element) => ({ element }));
let timer;

for (const element of document.querySelectorAll("[data-scripted]")) element.hidden = false;
columns.forEach(addSorting);
filter.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(applyFilter, 150);
});
outcome.addEventListener("change", applyFilter);
showCount(rows.length);

function addSorting(cell, column) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = cell.textContent;
  cell.replaceChildren(button);
  button.addEventListener("click", () => {
    const down = cell.getAttribute("aria-sort") === "ascending";
    for (const other of columns) other.removeAttribute("aria-sort");
    cell.setAttribute("aria-sort", down ? "descending" : "ascending");
    sort(column, down ? -1 : 1);
    applyFilter();
  });
}

function sort(column, direction) {
  readTexts();
  const numeric = column === 0 || column > 4;
  const key = ({ cells: { [column]: text } }) => (!numeric ? text : text === "" ? -Infinity : Number(text));
  const compare = numeric ? (a, b) => (a < b ? -1 : a > b ? 1 : 0) : new Intl.Collator(document.documentElement.lang).compare;
  rows.sort((a, b) => direction * compare(key(a), key(b)));
}

function applyFilter() {
  readTexts();
  const wanted = filter.value.toLowerCase().trim();
  const matching = rows.filter(
    ({ cells, words }) => words.includes(wanted) && (!outcome.value || cells[2] === outcome.value),
  );
  replaceRows(matching.map(({ element }) => element));
  showCount(matching.length);
}

// The texts of the rows are read when first needed, so that the page opens sooner.
function readTexts() {
  for (const row of rows) {
    row.cells ??= [...row.element.cells].map((cell) => cell.textContent);
    row.words ??= row.element.textContent.toLowerCase();
  }
}

// In groups as before: the browser lays out only those near the window.
function replaceRows(elements) {
  const groups = [];
  for (let start = 0; start < elements.length; start += size) {
    const next = group.cloneNode(false);
    next.append(...elements.slice(start, start + size));
    groups.push(next);
  }
  for (const old of [...table.tBodies]) old.remove();
  table.append(...groups);
}

function showCount(count) {
  const write = (number) => number.toLocaleString(document.documentElement.lang);
  shown.textContent = shown.dataset.message
    .replace("{shown}", write(count))
    .replace("{all}", write(rows.length));
}
