// A document loads in parts: the next one is added when the reader comes near its end.
"use strict";

const NEAR = "800px"; // how far before its end the next part is loaded

for (const root of document.querySelectorAll("[data-document]")) enhanceDocument(root);

// Lets the parts of a document inside `root` load in place, and the views of a pane.
export function enhanceDocument(root) {
  for (const parts of root.querySelectorAll(".parts")) enhanceParts(parts);
  for (const link of root.querySelectorAll("a[data-view]")) enhanceView(root, link);
}

function enhanceParts(parts) {
  const holder = parts.querySelector("[data-holder]");
  const loaded = { before: Number(parts.dataset.part), after: Number(parts.dataset.part) };
  const steps = { before: -1, after: 1 };
  const count = Number(parts.dataset.parts);
  const scroller = findScroller(parts);
  const loading = {};
  let insertions = 0;
  if (count < 2) return;

  for (const which of ["before", "after"]) {
    const line = parts.querySelector(`:scope > [data-link=${which}]`);
    const link = line.querySelector("a");
    link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const part = await load(which, line, link);
      if (part) part.focus({ preventScroll: true }); // where reading goes on
    });
    if (which === "after") watch(line, () => load(which, line, link));
  }

  // Adds the next part before or after; the part, or nothing if there is none or it failed.
  async function load(which, line, link) {
    if (loading[which] || line.hidden) return undefined;
    loading[which] = true;
    const message = line.querySelector("[data-failed]");
    const number = loaded[which] + steps[which];
    try {
      const part = document.createElement("div");
      part.className = "part";
      part.tabIndex = -1;
      part.innerHTML = await fetchText(`${parts.dataset.partFetch}${number}`);
      message.textContent = "";
      if (which === "before") insertAbove(part);
      else holder.append(part);
      loaded[which] = number;
      const next = number + steps[which];
      line.hidden = next < 1 || next > count;
      link.href = `${parts.dataset.partPage}${next}`;
      for (const place of parts.querySelectorAll("[data-count]")) place.hidden = true;
      return part;
    } catch {
      message.textContent = message.dataset.failed;
      return undefined;
    } finally {
      loading[which] = false;
    }
  }

  // What is read stays where it is: the page is scrolled by the height of what is added above.
  function insertAbove(part) {
    const turn = ++insertions;
    const first = holder.firstElementChild;
    const top = first.getBoundingClientRect().top;
    scroller.style.overflowAnchor = "none"; // else the browser scrolls as well
    holder.prepend(part);
    scroller.scrollTop += first.getBoundingClientRect().top - top;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (turn === insertions) scroller.style.overflowAnchor = "";
    }));
  }

  function watch(line, whenNear) {
    const isPage = scroller === document.scrollingElement;
    const observer = new IntersectionObserver(
      async (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.unobserve(line);
        const part = await whenNear();
        // Observed anew: it may still be near.
        if (part && !line.hidden) observer.observe(line);
      },
      { root: isPage ? null : scroller, rootMargin: `0px 0px ${NEAR} 0px` },
    );
    observer.observe(line);
  }
}

// A link between the text and the page images of a pane, which is replaced by the other.
function enhanceView(root, link) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const article = link.closest("article");
    const holder = document.createElement("div");
    try {
      holder.innerHTML = await fetchText(link.dataset.view);
    } catch {
      location.assign(link.href);
      return;
    }
    const shown = holder.querySelector("article");
    article.replaceWith(shown);
    enhanceDocument(shown);
    const scroller = findScroller(shown);
    const cited = shown.querySelector("#cited");
    if (cited && scroller !== document.scrollingElement) {
      const place = cited.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
      scroller.scrollTop += place - scroller.clientHeight / 3;
    }
    const current = shown.querySelector("a[data-view][aria-current]");
    if (current) current.focus({ preventScroll: true });
  });
}

async function fetchText(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.text();
}

function findScroller(element) {
  for (let above = element.parentElement; above && above !== document.body; above = above.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(above).overflowY)) return above;
  }
  return document.scrollingElement;
}
