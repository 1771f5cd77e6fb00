// The document next to the answer, or in a sheet, and citations at their numbers.
"use strict";

const WIDE = matchMedia("(min-width: 68.75rem)"); // as in answer.css
const SHOW_AFTER_MILLISECONDS = 200;
const HIDE_AFTER_MILLISECONDS = 300; // time to reach the card with the pointer
const GAP = 8; // pixels between a number, its card and the window's edges

const main = document.getElementById("main");
const pane = document.querySelector("[data-pane]");
let styles; // of documents, loaded with the first
if (pane) {
  const viewer = createViewer();
  if ("popover" in HTMLElement.prototype) createCard(viewer);
}

// Viewer

function createViewer() {
  const sheet = createSheet();
  let current = null; // the link of what is shown
  let loads = 0;

  pane.tabIndex = 0; // a scrollable region needs the keyboard
  main.addEventListener("click", (event) => {
    const link = event.target.closest("a.open");
    if (!link || !isPlainClick(event)) return;
    event.preventDefault();
    show(link);
  });
  WIDE.addEventListener("change", () => {
    sheet.close();
    if (WIDE.matches) showInPane(current ?? findFirst());
  });
  if (WIDE.matches) showInPane(findFirst());

  function findFirst() {
    return main.querySelector(".citation a.open") ?? main.querySelector("a.open");
  }

  function show(link) {
    if (WIDE.matches) showInPane(link);
    else load(link, sheet.open(findOpener(link)));
  }

  function showInPane(link) {
    if (!link) return;
    select(link);
    load(link, pane);
  }

  // What is selected is marked at its number and in the list of citations.
  function select(link) {
    for (const marked of main.querySelectorAll(".reference[aria-current]")) marked.removeAttribute("aria-current");
    for (const marked of main.querySelectorAll(".citation.selected")) marked.classList.remove("selected");
    const number = link.dataset.number;
    if (!number) return;
    document.getElementById(`citation-${number}`)?.closest(".citation").classList.add("selected");
    for (const reference of main.querySelectorAll(`.reference[href="#citation-${number}"]`)) {
      reference.setAttribute("aria-current", "true");
    }
  }

  async function load(link, frame) {
    const turn = ++loads;
    const other = frame === pane ? sheet.content : pane;
    other.replaceChildren(); // the ids of a document are on the page once
    current = link;
    frame.setAttribute("aria-busy", "true");
    if (!frame.querySelector(".pane-document")) frame.replaceChildren(createMessage(pane.dataset.loading));
    try {
      const [shown] = await Promise.all([fetchDocument(link), loadStyles()]);
      if (turn !== loads) return;
      frame.replaceChildren(shown);
      showCited(frame);
      enhance(shown);
    } catch {
      if (turn === loads) frame.replaceChildren(createMessage(pane.dataset.failed, link));
    } finally {
      if (turn === loads) frame.removeAttribute("aria-busy");
    }
  }

  return { show, showInPane };
}

async function fetchDocument(link) {
  const address = new URL(link.href);
  address.hash = "";
  address.searchParams.set("view", "pane");
  const response = await fetch(address);
  if (!response.ok) throw new Error(response.status);
  const read = new DOMParser().parseFromString(await response.text(), "text/html");
  const shown = read.querySelector(".pane-document");
  if (!shown) throw new Error("no document");
  return document.importNode(shown, true);
}

// Only this frame scrolls, never the page.
function showCited(frame) {
  const cited = frame.querySelector("#cited .span") ?? frame.querySelector("#cited");
  frame.scrollTop = 0;
  if (!cited) return;
  const above = cited.getBoundingClientRect().top - frame.getBoundingClientRect().top;
  frame.scrollTop = Math.max(0, above - frame.clientHeight / 3);
}

async function enhance(shown) {
  try {
    const { enhanceDocument } = await import("/static/document.js");
    enhanceDocument(shown);
  } catch (error) {
    console.warn(error); // its parts are links as well
  }
}

function loadStyles() {
  styles ??= new Promise((resolve) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = "/static/document.css";
    link.onload = link.onerror = resolve;
    document.head.append(link);
  });
  return styles;
}

function createMessage(text, link) {
  const message = document.createElement("p");
  message.className = "pane-message";
  message.setAttribute("role", "status");
  message.append(text);
  if (link) {
    const open = document.createElement("a");
    open.href = link.href;
    open.textContent = pane.dataset.link;
    message.append(" ", open);
  }
  return message;
}

// A sheet over the answer that "back" closes; focus returns to what opened it.
function createSheet() {
  const dialog = document.createElement("dialog");
  dialog.className = "document-sheet";
  dialog.setAttribute("aria-label", pane.getAttribute("aria-label"));
  const form = document.createElement("form");
  form.method = "dialog";
  const button = document.createElement("button");
  button.className = "plain";
  button.textContent = pane.dataset.close;
  form.append(button);
  const content = document.createElement("div");
  content.className = "document-sheet-content";
  content.tabIndex = 0;
  dialog.append(form, content);
  main.append(dialog);
  let opener = null;

  if (history.state?.sheet) history.replaceState(null, ""); // of a page that was loaded again
  window.addEventListener("popstate", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // outside of its content
  });
  dialog.addEventListener("close", () => {
    if (history.state?.sheet) history.back();
    opener?.focus({ preventScroll: true });
  });

  function open(from) {
    opener = from;
    if (!dialog.open) {
      history.pushState({ sheet: true }, "");
      dialog.showModal();
    }
    content.focus();
    return content;
  }

  return { content, open, close: () => dialog.close() };
}

// Cards

function createCard(viewer) {
  const card = document.createElement("div");
  card.popover = "auto"; // closes with Esc and by a click outside
  card.className = "card";
  card.setAttribute("role", "group");
  let shownFor = null; // the number it is shown for
  let byPointer = false; // it closes when the pointer leaves
  let returnsTo = null; // the number that gets the focus back when its card closes
  let openBefore = null; // where it was open when a pointer went down
  let timer;

  for (const reference of main.querySelectorAll(".reference")) {
    const quote = findCitation(reference)?.querySelector(".excerpt");
    if (!quote) continue;
    quote.id ||= `quote-${quote.closest(".citation").value}`;
    reference.setAttribute("aria-describedby", quote.id);
  }

  function show(reference) {
    clearTimeout(timer);
    if (shownFor === reference) return;
    const citation = findCitation(reference);
    if (!citation) return;
    if (shownFor) card.hidePopover();
    card.replaceChildren(...copyCitation(citation, reference));
    card.setAttribute("aria-label", reference.getAttribute("aria-label"));
    reference.after(card); // the next stop of the Tab key
    card.showPopover();
    shownFor = reference;
    place();
  }

  function place() {
    const number = shownFor.getBoundingClientRect();
    const { width, height } = card.getBoundingClientRect();
    const room = document.documentElement.clientWidth - width - GAP;
    const below = number.bottom + GAP;
    const fits = below + height + GAP <= window.innerHeight || number.top < height + 2 * GAP;
    card.style.left = `${Math.max(GAP, Math.min(number.left - GAP, room))}px`;
    card.style.top = `${fits ? below : number.top - height - GAP}px`;
  }

  function later(action, milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds);
  }

  function hide() {
    clearTimeout(timer);
    if (shownFor) card.hidePopover();
  }

  card.addEventListener("beforetoggle", (event) => {
    if (event.newState !== "closed") return;
    returnsTo = shownFor;
    shownFor = null;
  });

  main.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") return;
    const reference = findReference(event);
    if (reference && reference !== shownFor) {
      later(() => { byPointer = true; show(reference); }, SHOW_AFTER_MILLISECONDS);
    } else if (reference || card.contains(event.target)) {
      clearTimeout(timer);
    }
  });
  main.addEventListener("pointerout", (event) => {
    if (event.pointerType !== "mouse" || !(findReference(event) || card.contains(event.target))) return;
    if (shownFor && byPointer) later(hide, HIDE_AFTER_MILLISECONDS);
    else clearTimeout(timer);
  });
  main.addEventListener("pointerdown", () => { openBefore = shownFor; }, true);

  main.addEventListener("focusin", (event) => {
    const reference = findReference(event);
    const returned = reference && reference === returnsTo;
    returnsTo = null;
    if (!reference || returned || !reference.matches(":focus-visible")) return;
    byPointer = false;
    show(reference);
  });
  main.addEventListener("focusout", (event) => {
    const inside = event.target === shownFor || card.contains(event.target);
    const stays = event.relatedTarget === shownFor || card.contains(event.relatedTarget);
    if (shownFor && inside && !stays && event.relatedTarget) hide();
  });

  main.addEventListener("click", (event) => {
    const reference = findReference(event);
    if (!reference || !isPlainClick(event)) return;
    const link = findOpen(reference);
    if (!link) return;
    event.preventDefault();
    const touched = event.pointerType === "touch" || event.pointerType === "pen";
    if (WIDE.matches) viewer.showInPane(link);
    if (touched && openBefore === reference) return hide();
    if (touched || !WIDE.matches) {
      byPointer = false;
      show(reference);
    }
  });
  window.addEventListener("scroll", () => shownFor && place(), { passive: true, capture: true });
  window.addEventListener("resize", () => shownFor && place());
}

// The quote, its source and the link to its document, without the ids of the original.
function copyCitation(citation, reference) {
  const parts = [citation.querySelector(".excerpt"), citation.querySelector(".source")];
  const copies = parts.filter(Boolean).map((part) => part.cloneNode(true));
  for (const copy of copies) copy.removeAttribute("id");
  const link = findOpen(reference);
  if (link) {
    const actions = document.createElement("p");
    actions.className = "actions";
    const open = link.cloneNode(true);
    // One of several links to a quote shows only its number.
    const label = link.parentElement.querySelector("[aria-hidden]");
    if (label) open.textContent = label.textContent;
    actions.append(open);
    copies.push(actions);
  }
  return copies;
}

function findReference(event) {
  return event.target.closest?.("a.reference");
}

function findCitation(reference) {
  return document.getElementById(reference.hash.slice(1))?.closest(".citation");
}

// The link to the document of a number's citation.
function findOpen(reference) {
  const number = reference.hash.replace("#citation-", "");
  return findCitation(reference)?.querySelector(`a.open[data-number="${number}"]`);
}

// A link in the card goes when the card closes; its number stays.
function findOpener(link) {
  const card = link.closest(".card");
  return card ? card.previousElementSibling : link;
}

function isPlainClick(event) {
  return event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
}
