// Copies the command that builds an index, and shows how far a build is.
"use strict";

const POLL_MILLISECONDS = 1500;
const live = document.querySelector("[data-live]");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copies]");
  if (button) copyWords(button);
});
if (live) setTimeout(update, POLL_MILLISECONDS);

async function copyWords(button) {
  const source = document.getElementById(button.dataset.copies);
  const message = document.querySelector("[data-copies-done]");
  message.textContent = "";
  let copied = true;
  try {
    await navigator.clipboard.writeText(source.textContent); // undefined where the page is not secure
  } catch {
    getSelection().selectAllChildren(source);
    copied = document.execCommand("copy");
  }
  message.textContent = copied ? button.dataset.done : button.dataset.failed;
}

// The same page again: its state replaces this one's, or the page is loaded when it has another.
async function update() {
  try {
    if (!document.hidden) await replaceState();
  } finally {
    setTimeout(update, POLL_MILLISECONDS);
  }
}

async function replaceState() {
  let text;
  try {
    text = await (await fetch(location.href)).text();
  } catch {
    return; // the server may be starting again
  }
  const page = new DOMParser().parseFromString(text, "text/html");
  for (const element of page.querySelectorAll("[data-scripted]")) element.hidden = false;
  const found = page.querySelector("[data-live]");
  if (found && found.dataset.live === live.dataset.live) {
    replaceChanged(live, found);
  } else if (isTyping()) {
    live.hidden = true; // what is typed is not lost
  } else {
    location.reload();
  }
}

// Only what has changed: the focus stays where it is.
function replaceChanged(old, found) {
  if (old.isEqualNode(found) || "copiesDone" in old.dataset) return;
  const isLeaf = [...old.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
  const children = [...old.children];
  const others = [...found.children];
  const isSame = children.length === others.length && children.every((child, at) => child.tagName === others[at].tagName);
  if (children.length > 0 && isSame && !isLeaf) {
    children.forEach((child, at) => replaceChanged(child, others[at]));
  } else if (old === live) {
    location.reload();
  } else {
    old.replaceWith(found.cloneNode(true));
  }
}

function isTyping() {
  // What became of files that were sent is not lost either.
  if (document.querySelector('[data-added] > :not([data-state="read"])')) return true;
  const box = document.getElementById("question");
  return box !== null && (box.value !== "" || document.activeElement === box);
}
