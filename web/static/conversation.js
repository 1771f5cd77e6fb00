// The history of this browser's questions; the picker's script is loaded when it is needed.
"use strict";

const KEY = "assistant.history";
const MOST_KEPT = 100;
const FILTER = ["documents", "formats", "published_from", "published_to"];

const picker = document.querySelector("[data-picker]");
const history = document.querySelector("[data-history]");
if (picker) preparePicker(picker);
if (history) showHistory(history);

function preparePicker(picker) {
  let loaded;
  const load = async () => {
    loaded ??= import("/static/picker.js");
    try {
      const { enhancePicker } = await loaded;
      enhancePicker(picker);
    } catch (error) {
      console.warn(error); // the list is complete without a search
    }
  };
  picker.addEventListener("toggle", load, { once: true });
  window.addEventListener("pageshow", () => isRestored(picker) && load());
}

// Going back restores what was chosen, which the page as it was served does not say.
function isRestored(picker) {
  return [...picker.querySelectorAll("input[name]")].some((input) =>
    input.checked !== input.defaultChecked || input.value !== input.defaultValue);
}

// History

function showHistory(history) {
  const list = history.querySelector("[data-list]");
  const count = history.querySelector("[data-count]");
  const clear = history.querySelector("[data-clear]");
  const undo = history.querySelector("[data-undo]");
  const message = history.querySelector("[data-cleared]");
  const current = findCurrent();
  let removed = [];

  if (current) write([current, ...read().filter(({ address }) => address !== current.address)]);
  show(read());
  // Another tab may have asked meanwhile, and going back shows this page as it was left.
  window.addEventListener("storage", () => show(read()));
  window.addEventListener("pageshow", (event) => event.persisted && show(read()));
  clear.addEventListener("click", () => {
    removed = read();
    write([]);
    show([]);
    history.hidden = false;
    undo.hidden = false;
    clear.hidden = true;
    message.textContent = message.dataset.cleared;
    undo.focus();
  });
  undo.addEventListener("click", () => {
    const since = read();
    const known = new Set(since.map(({ address }) => address));
    write([...since, ...removed.filter(({ address }) => !known.has(address))]);
    removed = [];
    message.textContent = "";
    show(read());
    clear.focus();
  });

  function show(questions) {
    list.replaceChildren(...questions.map(createEntry));
    list.hidden = questions.length === 0;
    count.textContent = questions.length ? questions.length : "";
    history.hidden = questions.length === 0 && removed.length === 0;
    clear.hidden = questions.length === 0;
    undo.hidden = removed.length === 0;
  }

  function createEntry({ question, address }) {
    const entry = document.createElement("li");
    const link = document.createElement("a");
    link.href = history.dataset.base + address;
    link.textContent = question;
    link.dir = "auto";
    if (address === current?.address) link.setAttribute("aria-current", "page");
    entry.append(link);
    const parameters = new URLSearchParams(address.slice(1));
    const before = parameters.getAll("previous").at(-1);
    if (before) entry.append(createNote(history.dataset.after.replace("{question}", () => before)));
    if (FILTER.some((name) => parameters.get(name))) entry.append(createNote(history.dataset.filtered));
    return entry;
  }

  // What tells apart entries with the same words.
  function createNote(text) {
    const note = document.createElement("span");
    note.classList.add("quiet", "detail");
    note.dir = "auto";
    note.textContent = text;
    return note;
  }

  // The question of this page, if it got an answer or an abstention.
  function findCurrent() {
    const asked = document.querySelector("[data-asked]");
    if (!asked) return null;
    const parameters = new URLSearchParams(location.search);
    parameters.delete("explain"); // the same question
    return { question: asked.textContent, address: `/?${parameters}` };
  }
}

// The questions kept, the latest first. Whatever else is in the storage is left out.
function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY));
    return Array.isArray(kept) ? kept.filter(isEntry).slice(0, MOST_KEPT) : [];
  } catch {
    return []; // no storage, or not ours
  }
}

function isEntry(entry) {
  return typeof entry?.question === "string" && entry.question.trim() !== ""
    && typeof entry.address === "string" && /^\/\?[\x21-\x7e]*$/.test(entry.address);
}

function write(questions) {
  let kept = questions.filter(isEntry).slice(0, MOST_KEPT);
  try {
    if (!kept.length) localStorage.removeItem(KEY);
    while (kept.length && !store(kept)) kept = kept.slice(0, kept.length >> 1); // the latest half
  } catch {
    // The storage is disabled: nothing is kept.
  }
}

function store(questions) {
  try {
    localStorage.setItem(KEY, JSON.stringify(questions));
    return true;
  } catch (error) {
    if (error.name === "QuotaExceededError") return false;
    throw error;
  }
}
