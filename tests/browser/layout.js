// What is wrong with the layout of a page in its window, one line for each fault.
({ main, enlarged }) => {
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  // Letters of twice their size may be wider than the window in a long word of a heading.
  const LABELLED = enlarged ? "button, summary, label, nav a"
    : "button, summary, label, nav a, th, dt, legend, figcaption, h1, h2, h3";
  const WORD = /[\p{Script=Latin}\p{N}]{2,16}/gu;
  const LEAST = 24, LEAST_OF_MAIN = 44, TOLERANCE = 1;
  const faults = [];

  function name(element) {
    const text = (element.textContent || element.value || "").trim().replace(/\s+/g, " ");
    const classes = element.getAttribute("class");
    return `${element.localName}${classes ? `.${classes.replaceAll(" ", ".")}` : ""} "${text.slice(0, 40)}"`;
  }

  function isShown(element) {
    return element.checkVisibility({ visibilityProperty: true }) && !element.closest(".unseen, .skip");
  }

  // The parts of an element that can be seen: scrolling ancestors cut off the rest.
  function findBoxes(element) {
    let boxes = [...element.getClientRects()].filter((box) => box.width > 0 && box.height > 0);
    for (let above = element.parentElement; above && above !== document.body; above = above.parentElement) {
      if (getComputedStyle(above).overflow === "visible") continue;
      const edge = above.getBoundingClientRect();
      boxes = boxes
        .map((box) => ({
          left: Math.max(box.left, edge.left), right: Math.min(box.right, edge.right),
          top: Math.max(box.top, edge.top), bottom: Math.min(box.bottom, edge.bottom),
        }))
        .filter((box) => box.right - box.left > TOLERANCE && box.bottom - box.top > TOLERANCE);
    }
    return boxes;
  }

  // What is open above the page, and closes with Escape.
  function findLayer(element) {
    return element.closest(":popover-open, dialog[open]");
  }

  function cover(one, other) {
    return Math.min(one.right, other.right) - Math.max(one.left, other.left) > TOLERANCE
      && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > TOLERANCE;
  }

  function checkWidth() {
    const root = document.documentElement;
    const wide = root.scrollWidth - root.clientWidth;
    if (wide <= 0) return;
    const out = [...document.body.querySelectorAll("*")].filter(
      (element) => element.getBoundingClientRect().right > root.clientWidth + TOLERANCE && findBoxes(element).length);
    faults.push(`${wide} px wider than the window: ${out.slice(0, 3).map(name).join(", ")}`);
  }

  function checkOverlaps(shown) {
    const boxes = shown.map((element) => [element, findBoxes(element)]);
    boxes.forEach(([element, own], n) => {
      for (const [other, others] of boxes.slice(n + 1)) {
        if (element.contains(other) || other.contains(element)) continue;
        if (findLayer(element) !== findLayer(other)) continue;
        if (own.some((one) => others.some((box) => cover(one, box)))) {
          faults.push(`overlap: ${name(element)} and ${name(other)}`);
        }
      }
    });
  }

  function checkSizes(shown) {
    for (const element of shown) {
      const { width, height } = element.getBoundingClientRect();
      const isMain = element.matches(main);
      // A link in running text is as high as its line.
      if (getComputedStyle(element).display === "inline" && !isMain) continue;
      const least = isMain ? LEAST_OF_MAIN : LEAST;
      // Where no font has Chinese, its letters are boxes of half their width.
      const isNarrow = width < LEAST - 0.5 && !/^\p{Script=Han}+$/u.test(element.textContent.trim());
      if (isNarrow || height < least - 0.5) {
        faults.push(`small: ${name(element)} ${Math.round(width)} x ${Math.round(height)} px`);
      }
    }
  }

  function countLines(range) {
    const tops = [...range.getClientRects()].filter((box) => box.width > 0).map((box) => box.top);
    return new Set(tops.map((top) => Math.round(top / 4))).size;
  }

  function checkWords() {
    const range = document.createRange();
    for (const element of document.querySelectorAll(LABELLED)) {
      if (!isShown(element)) continue;
      const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        for (const word of walk.currentNode.data.matchAll(WORD)) {
          // What belongs to a longer word may break.
          const around = walk.currentNode.data.slice(Math.max(0, word.index - 1), word.index + word[0].length + 1);
          if (around.trim().replace(/[^\p{L}\p{N}/._-]/gu, "") !== word[0]) continue;
          range.setStart(walk.currentNode, word.index);
          range.setEnd(walk.currentNode, word.index + word[0].length);
          if (countLines(range) > 1) faults.push(`broken: "${word[0]}" in ${name(element)}`);
        }
      }
    }
  }

  function checkButtons(shown) {
    const range = document.createRange();
    for (const button of shown.filter((element) => element.matches("button"))) {
      range.selectNodeContents(button);
      if (countLines(range) > 1) faults.push(`two lines: ${name(button)}`);
    }
  }

  const shown = [...document.querySelectorAll(CONTROLS)].filter(isShown);
  checkWidth();
  checkOverlaps(shown);
  checkSizes(shown);
  checkWords();
  if (!enlarged) checkButtons(shown);
  return faults;
}
