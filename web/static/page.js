// Enhancements: every page is complete without this script.
"use strict";

const RESET_AFTER_MILLISECONDS = 15000; // a cancelled search must not lock the form

for (const element of document.querySelectorAll("[data-scripted]")) element.hidden = false;
for (const form of document.querySelectorAll("[data-ask]")) enhanceForm(form);
focusWithKey(document.getElementById("question"));
enhanceCopyButton(document.querySelector("[data-copy]"));
focusCited();

function enhanceForm(form) {
  const button = form.querySelector("[type=submit]");
  const progress = form.querySelector("[data-progress]");
  const label = button.textContent;
  let timer;

  function reset() {
    clearTimeout(timer);
    button.disabled = false;
    button.textContent = label;
    progress.textContent = "";
    delete form.dataset.searching;
  }

  form.addEventListener("submit", (event) => {
    if ("searching" in form.dataset) {
      event.preventDefault();
      return;
    }
    form.dataset.searching = "";
    button.disabled = true;
    button.textContent = progress.textContent = button.dataset.busy;
    timer = setTimeout(reset, RESET_AFTER_MILLISECONDS);
  });
  // Going back may restore the page in its searching state.
  window.addEventListener("pageshow", reset);
}

function focusWithKey(box) {
  if (!box) return;
  document.addEventListener("keydown", (event) => {
    const modified = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
    if (event.key !== "/" || modified || isTextField(event.target)) return;
    event.preventDefault(); // Firefox would open its own search
    box.focus();
    box.select();
  });
}

function isTextField(element) {
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
}

function enhanceCopyButton(button) {
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const message = document.querySelector("[data-copied]");
  button.addEventListener("click", async () => {
    message.textContent = "";
    const copied = await copy(source);
    message.textContent = copied ? button.dataset.done : button.dataset.failed;
  });
}

async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.value); // undefined where the page is not secure
    return true;
  } catch {
    const details = source.closest("details");
    const wasOpen = details.open;
    const focused = document.activeElement;
    details.open = true; // hidden text can't be selected
    source.select();
    const copied = document.execCommand("copy");
    if (copied) {
      details.open = wasOpen;
      focused.focus({ preventScroll: true });
    }
    return copied;
  }
}

// The browser scrolls to the mark; the focus makes keyboards and screen readers continue there.
function focusCited() {
  const cited = document.getElementById("cited");
  if (!cited || location.hash !== "#cited") return;
  cited.focus({ preventScroll: true });
  // The answer may be in a column of a wide table that is out of sight. The browser scrolls to the
  // mark, the row's first cell, when the page is loaded.
  const answer = document.querySelector(".table .cited .span");
  const show = () => requestAnimationFrame(() => answer.scrollIntoView({ block: "nearest", inline: "center" }));
  if (answer) window.addEventListener("load", show);
}
