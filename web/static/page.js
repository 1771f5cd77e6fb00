// What the pages do more with a script. All of them are complete without it.
"use strict";

const RESET_AFTER_MILLISECONDS = 15000; // a search that was stopped must not lock the form

for (const element of document.querySelectorAll("[data-scripted]")) element.hidden = false;
followForm(document.querySelector("[data-ask]"));
followCopy(document.querySelector("[data-copy]"));
focusCited();

function followForm(form) {
  if (!form) return;
  const box = form.elements.question;
  const button = form.querySelector("[type=submit]");
  const progress = form.querySelector("[data-progress]");
  const label = button.textContent;
  let timer;

  function rest() {
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
    timer = setTimeout(rest, RESET_AFTER_MILLISECONDS);
  });
  // Going back may bring the page as it was left: searching.
  window.addEventListener("pageshow", rest);

  document.addEventListener("keydown", (event) => {
    const modified = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
    if (event.key !== "/" || modified || isWriting(event.target)) return;
    event.preventDefault(); // Firefox would open its own search
    box.focus();
    box.select();
  });
}

function isWriting(element) {
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
}

function followCopy(button) {
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
    details.open = true; // what is folded can't be selected
    source.select();
    const copied = document.execCommand("copy");
    if (copied) {
      details.open = wasOpen;
      focused.focus({ preventScroll: true });
    }
    return copied;
  }
}

// The browser scrolls to the mark; the keyboard and a screen reader go on from there.
function focusCited() {
  const cited = document.getElementById("cited");
  if (cited && location.hash === "#cited") cited.focus({ preventScroll: true });
}
