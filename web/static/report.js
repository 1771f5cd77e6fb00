// Sorting and filtering of a report's questions. The table is complete without it.
"use strict";

const table = document.getElementById("table");
const body = table.tBodies[0];
const rows = [...body.rows];
const filter = document.getElementById("filter");
const outcome = document.getElementById("outcome");
const shown = document.getElementById("shown");
let words; // of each row, read when they are first wanted: the page opens sooner
let outcomes;
let timer;

for (const element of document.querySelectorAll("[data-scripted]")) element.hidden = false;
[...table.tHead.rows[0].cells].forEach(addSorting);
filter.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(show, 150);
});
outcome.addEventListener("change", show);
tell(rows.length);

function show() {
  words ??= rows.map((row) => row.textContent.toLowerCase());
  outcomes ??= rows.map((row) => row.cells[2].textContent);
  const wanted = filter.value.toLowerCase().trim();
  let count = 0;
  rows.forEach((row, place) => {
    const fits = words[place].includes(wanted) && (!outcome.value || outcomes[place] === outcome.value);
    row.hidden = !fits;
    count += fits;
  });
  tell(count);
}

function tell(count) {
  shown.textContent = `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")} questions`;
}

function addSorting(cell, column) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = cell.textContent;
  cell.replaceChildren(button);
  button.addEventListener("click", () => {
    const down = cell.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    cell.setAttribute("aria-sort", down ? "descending" : "ascending");
    sort(column, down ? -1 : 1);
  });
}

function sort(column, direction) {
  const numeric = column === 0 || column > 4;
  const keys = new Map(rows.map((row) => {
    const text = row.cells[column].textContent;
    return [row, numeric ? (text === "" ? -Infinity : Number(text)) : text];
  }));
  const compare = numeric ? (a, b) => (a < b ? -1 : a > b ? 1 : 0) : new Intl.Collator("en").compare;
  const sorted = [...rows].sort((a, b) => direction * compare(keys.get(a), keys.get(b)));
  body.replaceChildren(...sorted);
}
