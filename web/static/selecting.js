// Words that are selected in a document can be sent as the correct answer.
"use strict";

import { asked, section, send, showCorrected, template } from "/static/feedback.js";

const MOST_SELECTED = 2000; // characters
const WAIT_MILLISECONDS = 150; // until a selection has come to rest

enhanceSelection();

function enhanceSelection() {
  let bar = null;
  let selected = null;
  let announcing;
  let timer = setTimeout(update, WAIT_MILLISECONDS); // for the selection that loaded this script

  document.addEventListener("selectionchange", () => {
    clearTimeout(timer);
    timer = setTimeout(update, WAIT_MILLISECONDS);
  });

  function update() {
    if (bar?.contains(document.activeElement)) return; // the button has the focus
    const found = findSelected(getSelection());
    if (!found) {
      bar?.remove();
      bar = null;
    } else if (found.start !== selected?.start || found.end !== selected?.end || !bar?.isConnected) {
      show(found);
    }
    selected = found;
  }

  function show(found) {
    const article = found.text.closest("article");
    const isNew = bar?.parentElement !== article;
    if (isNew) {
      bar?.remove();
      bar = template.content.firstElementChild.cloneNode(true);
      bar.querySelector("[data-for]").textContent = asked.query.question;
      bar.addEventListener("pointerdown", (event) => event.preventDefault()); // it keeps the selection
      bar.querySelector("button").addEventListener("click", () => sendSelected());
      article.append(bar);
    }
    clearTimeout(announcing);
    const isLong = found.end - found.start > MOST_SELECTED;
    bar.querySelector("[data-words]").textContent = found.words;
    bar.querySelector("button").hidden = isLong;
    const { selected: announced, tooLong } = template.dataset;
    const status = bar.querySelector("[data-bar-status]");
    status.className = isLong ? "quiet" : "unseen"; // the button is in view
    // Later: a live region that is new is not read.
    announcing = setTimeout(() => { status.textContent = isLong ? tooLong : announced; }, WAIT_MILLISECONDS);
  }

  async function sendSelected() {
    const { documentId, start, end } = selected;
    const status = bar.querySelector("[data-bar-status]");
    clearTimeout(announcing); // what became of it is said instead
    status.className = "quiet";
    const quote = selected.quote ?? await fetchQuote(selected).catch(() => null); // null is refused
    const verdict = asked.selecting;
    const place = { document_id: documentId, start, end, quote };
    if (await send({ verdict, selected: place }, status) && section) showCorrected(verdict);
  }
}

// What of a document's text is selected, in code points, without the space around it; or null.
// `quote` is null where it goes over several blocks: the page shows labels and numbers between them.
export function findSelected(selection) {
  if (!selection?.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const text = findText(range.startContainer) ?? findText(range.endContainer);
  if (!text) return null;
  const blocks = [...text.querySelectorAll("[data-start]")]
    .filter((block) => range.intersectsNode(block))
    .map((block) => measure(block, range))
    .filter((block) => block.words);
  if (!blocks.length) return null;
  const [first, last] = [blocks[0], blocks.at(-1)];
  return {
    text,
    documentId: text.dataset.documentId,
    start: first.start,
    end: last.end,
    words: blocks.map((block) => block.words).join("\n"),
    quote: first === last ? first.words : null,
  };
}

function findText(node) {
  const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  return element?.closest("[data-document-id]");
}

// The part of a block that is selected. Offsets in the page count UTF-16 units.
function measure(block, range) {
  const inside = document.createRange();
  inside.selectNodeContents(block);
  const before = inside.cloneRange();
  if (range.compareBoundaryPoints(Range.START_TO_START, inside) > 0) {
    inside.setStart(range.startContainer, range.startOffset);
  }
  if (range.compareBoundaryPoints(Range.END_TO_END, inside) < 0) {
    inside.setEnd(range.endContainer, range.endOffset);
  }
  before.setEnd(inside.startContainer, inside.startOffset);
  const chosen = inside.toString();
  const words = chosen.trim();
  const space = chosen.slice(0, chosen.length - chosen.trimStart().length);
  const start = Number(block.dataset.start) + countCharacters(before.toString() + space);
  return { words, start, end: start + countCharacters(words) };
}

function countCharacters(text) {
  return [...text].length;
}

async function fetchQuote({ documentId, start, end }) {
  const path = documentId.split("/").map(encodeURIComponent).join("/");
  const response = await fetch(`/api/v1/documents/${path}`);
  const { text } = await response.json();
  return [...text].slice(start, end).join("");
}
