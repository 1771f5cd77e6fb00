// Sorting and filtering of a report's questions. The table is complete without it.
"use strict";

const table = document.getElementById("table");
const columns = [...table.tHead.rows[0].cells];
const [group] = table.tBodies; // those to come are like the first
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
  timer = setTimeout(show, 150);
});
outcome.addEventListener("change", show);
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
    show();
  });
}

function sort(column, direction) {
  read();
  const numeric = column === 0 || column > 4;
  const key = ({ cells: { [column]: text } }) => (!numeric ? text : text === "" ? -Infinity : Number(text));
  const compare = numeric ? (a, b) => (a < b ? -1 : a > b ? 1 : 0) : new Intl.Collator("en").compare;
  rows.sort((a, b) => direction * compare(key(a), key(b)));
}

function show() {
  read();
  const wanted = filter.value.toLowerCase().trim();
  const fitting = rows.filter(
    ({ cells, words }) => words.includes(wanted) && (!outcome.value || cells[2] === outcome.value),
  );
  place(fitting.map(({ element }) => element));
  showCount(fitting.length);
}

// The text of the rows is read when it is first needed: the page opens sooner.
function read() {
  for (const row of rows) {
    row.cells ??= [...row.element.cells].map((cell) => cell.textContent);
    row.words ??= row.element.textContent.toLowerCase();
  }
}

// In groups, as they came: a browser lays out only those near the window.
function place(elements) {
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
  shown.textContent = `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")} questions`;
}
