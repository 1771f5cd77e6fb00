// The difference between a page as it is now and as the server sent it: what it shows and links
// with JavaScript must be there without, unless it is marked as scripted.
async () => {
  const SCRIPTED = "[data-scripted], [data-pane], [role=status], [aria-live], [popover], dialog, script";
  const response = await fetch(location.href);
  const served = new DOMParser().parseFromString(await response.text(), "text/html");

  function read(page) {
    const parts = [...page.querySelectorAll("a[href]")]
      .filter((link) => !link.closest(SCRIPTED))
      .map((link) => `link to ${link.getAttribute("href")}`);
    const walk = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const text = walk.currentNode.data.trim();
      if (text && !walk.currentNode.parentElement.closest(SCRIPTED)) parts.push(text.slice(0, 80));
    }
    return parts;
  }

  const [before, now] = [read(served), read(document)];
  return [
    ...before.filter((part) => !now.includes(part)).map((part) => `gone: ${part}`),
    ...now.filter((part) => !before.includes(part)).map((part) => `only scripted: ${part}`),
  ];
}
