// Records where the focus goes: from now on, `focused` has a line for each control, and `unseen`
// one for each whose focus does not show.
() => {
  const STOPS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
  const controls = [...document.querySelectorAll(STOPS)].filter(
    (element) => element.tabIndex >= 0 && !element.disabled && element.checkVisibility({ visibilityProperty: true }));
  const number = new Map(controls.map((control, n) => [control, n]));
  window.focused = [];
  window.unseen = [];

  function name(element) {
    const text = (element.textContent || element.name || "").trim().replace(/\s+/g, " ");
    return `${element.localName} "${text.slice(0, 40)}"`;
  }

  function parse(color) {
    return color.match(/[\d.]+/g).map(Number);
  }

  function measureLight(color) {
    return parse(color).slice(0, 3).map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, n) => sum + value * [0.2126, 0.7152, 0.0722][n], 0);
  }

  function findBackground(element) {
    for (let above = element; above; above = above.parentElement) {
      const color = getComputedStyle(above).backgroundColor;
      const parts = parse(color);
      if (parts.length === 3 || parts[3] === 1) return color;
    }
    return "rgb(255, 255, 255)";
  }

  function shows(element) {
    const style = getComputedStyle(element);
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return false;
    const behind = measureLight(findBackground(element.parentElement));
    const line = measureLight(style.outlineColor);
    const box = element.getBoundingClientRect();
    const inWindow = box.bottom > 0 && box.top < innerHeight && box.width > 0;
    return inWindow && (Math.max(behind, line) + 0.05) / (Math.min(behind, line) + 0.05) >= 3;
  }

  document.addEventListener("focusin", ({ target }) => {
    if (!shows(target)) window.unseen.push(name(target));
    if (target.closest("[popover], dialog")) return; // opened on the way
    const place = number.has(target) ? number.get(target) : name(target);
    // The window may get the focus back, on its way from the last control to the first.
    if (place !== window.focused.at(-1)) window.focused.push(place);
  });
  return controls.map(name);
}
