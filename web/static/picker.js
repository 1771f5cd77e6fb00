// The picker of documents: searched, and counted as they are chosen.
"use strict";

const MOST_FOUND = 50; // documents of a search
const SEARCH_AFTER_MILLISECONDS = 150;

const enhanced = new WeakSet();

export function enhancePicker(picker) {
  if (enhanced.has(picker)) return;
  enhanced.add(picker);
  const scope = picker.querySelector("[data-scope]");
  const search = picker.querySelector("[data-search]");
  const found = picker.querySelector("[data-found]");
  const options = picker.querySelector("[data-options]");
  const template = picker.querySelector("[data-option]");
  const isComplete = picker.dataset.complete === "yes";
  const served = {
    text: scope.textContent,
    found: found.textContent,
    choice: readChoice("defaultChecked", "defaultValue"),
  };
  const offered = [...options.children]; // before a search
  let searches = 0;
  let timer;

  for (const element of picker.querySelectorAll("[data-unscripted]")) element.hidden = true;
  picker.addEventListener("change", () => {
    describe();
    found.textContent = scope.textContent; // for a screen reader
  });
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, SEARCH_AFTER_MILLISECONDS);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // it finds documents, and asks nothing
    clearTimeout(timer);
    find();
  });
  window.addEventListener("pageshow", describe);
  describe();
  if (search.value) find(); // typed while this script was loaded

  // What is chosen, by properties of the fields: as they are, or as they were served.
  function readChoice(checked, value) {
    return JSON.stringify([...picker.querySelectorAll("input[name]")]
      .filter((input) => (input.type === "checkbox" ? input[checked] : input[value]))
      .map((input) => [input.name, input[value]])
      .sort());
  }

  function describe() {
    const form = new FormData(picker.closest("form"));
    const count = form.getAll("documents").length;
    const others = ["formats", "published_from", "published_to"].some((name) => form.getAll(name).some(Boolean));
    if (readChoice("checked", "value") === served.choice) scope.textContent = served.text;
    else if (others) scope.textContent = scope.dataset.filtered;
    else if (count) scope.textContent = fill(scope.dataset.some, count);
    else scope.textContent = scope.dataset.all;
  }

  async function find() {
    const turn = ++searches;
    const query = search.value.trim();
    if (!query) {
      show(offered);
      found.textContent = served.found;
      return;
    }
    if (isComplete) {
      const words = fold(query).split(/\s+/);
      const fitting = offered.filter((option) => words.every((word) => fold(`${option.textContent} ${readId(option)}`).includes(word)));
      show(fitting);
      report(fitting.length);
      return;
    }
    try {
      const address = new URL("/api/v1/documents", location.origin);
      address.search = new URLSearchParams({ query, limit: MOST_FOUND });
      const response = await fetch(address);
      if (!response.ok) throw new Error(response.status);
      const { documents, count } = await response.json();
      if (turn !== searches) return;
      show(documents.slice(0, MOST_FOUND).map(createOption));
      report(count ?? documents.length, Math.min(documents.length, MOST_FOUND));
    } catch {
      if (turn !== searches) return;
      show(offered);
      found.textContent = found.dataset.failed;
    }
  }

  // What is chosen stays in the list: it is part of the form.
  function show(list) {
    const chosen = [...options.children].filter((option) => option.querySelector(":checked"));
    const kept = new Map(chosen.map((option) => [readId(option), option]));
    const listed = list.map((option) => kept.get(readId(option)) ?? option);
    options.replaceChildren(...chosen.filter((option) => !listed.includes(option)), ...listed);
    options.scrollTop = 0;
  }

  function report(count, shown = count) {
    if (!count) found.textContent = found.dataset.none;
    else found.textContent = fill(count > shown ? found.dataset.more : found.dataset.some, count, shown);
  }

  function createOption({ id, title }) {
    const option = template.content.querySelector("li").cloneNode(true);
    const label = option.querySelector(".option-title");
    option.querySelector("input").value = id;
    label.textContent = title;
    if (id === title) return option;
    const code = document.createElement("code");
    code.dir = "auto";
    code.textContent = id;
    label.after(" ", code);
    return option;
  }
}

function readId(option) {
  return option.querySelector("input").value;
}

function fill(message, count, shown = count) {
  const { lang } = document.documentElement;
  return message.replace("{count}", count.toLocaleString(lang)).replace("{shown}", shown.toLocaleString(lang));
}

function fold(text) {
  return text.normalize().toLowerCase();
}
