// Feedback is sent in place. Words selected in a document can be the correct answer: selecting.js.
"use strict";

const ADDRESS = "/api/v1/feedback";
const KEY = "feedback"; // in the storage of this tab: the question that was asked last

export const template = document.querySelector("template[data-answer-bar]");
export const section = document.querySelector("[data-feedback]");
export const asked = section ? readSection() : recall(); // the question, and what selecting an answer means
if (section) enhanceRow();
if (asked) document.addEventListener("selectionchange", () => import("/static/selecting.js"), { once: true });

function readSection() {
  const pressed = section.querySelector("[aria-pressed=true]")?.value;
  const found = { query: JSON.parse(section.dataset.feedback), selecting: section.dataset.selecting };
  if (isCorrected(pressed)) found.selecting = pressed;
  remember(found);
  return found;
}

function isCorrected(verdict) {
  return section.dataset.corrected.split(" ").includes(verdict);
}

function remember(found) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(found));
  } catch {
    // Without storage, a document next to its answer can still be selected from.
  }
}

function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

// Sends feedback, and writes into `status` what became of it; whether it was stored.
export async function send(more, status) {
  const words = template.dataset;
  status.textContent = words.busy;
  try {
    const response = await fetch(ADDRESS, {
      method: "post",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...asked.query, ...more }),
    });
    const said = { 201: words.thanks, 422: words.moved, 429: words.limited, 503: words.full, 507: words.full };
    const isBusy = response.status === 503 && response.headers.has("retry-after");
    status.textContent = (isBusy ? null : said[response.status]) ?? words.failed;
    return response.status === 201;
  } catch {
    status.textContent = words.failed;
    return false;
  }
}

// The row below the answer

function enhanceRow() {
  const [form, correction] = section.querySelectorAll("form");
  const status = section.querySelector("[data-feedback-status]");
  let isBusy = false;

  async function submit(event, verdict, more, show) {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    if (await send({ verdict, ...more }, status)) show(verdict);
    isBusy = false;
  }

  form.addEventListener("submit", (event) => submit(event, event.submitter.value, {}, showVerdict));
  correction.addEventListener("submit", (event) => {
    const { verdict, correct_answer: answer } = correction.elements;
    submit(event, verdict.value, { correct_answer: answer.value }, (given) => {
      showCorrected(given);
      section.querySelector("[aria-pressed=true]").focus(); // the field is gone
    });
  });
}

export function showVerdict(verdict) {
  const correction = section.querySelector("[data-correction]");
  for (const button of section.querySelectorAll("[aria-pressed]")) {
    button.setAttribute("aria-pressed", String(button.value === verdict));
  }
  correction.hidden = !isCorrected(verdict);
  asked.selecting = correction.hidden ? section.dataset.selecting : verdict;
  correction.elements.verdict.value = asked.selecting;
  remember(asked);
}

// A correct answer is asked for once; the verdict's button asks for another.
export function showCorrected(verdict) {
  showVerdict(verdict);
  section.querySelector("[data-correction]").hidden = true;
  section.querySelector("#correct-answer").value = "";
  section.querySelector("[data-feedback-status]").textContent = template.dataset.corrected;
}
