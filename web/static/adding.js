// Sends files one by one, with what becomes of each, and shows the new index when it is there.
"use strict";

const POLL_MILLISECONDS = 1500;
const KEY = "write-token"; // of this tab only: sessionStorage
const token = document.querySelector("[data-token]");
const form = document.querySelector("[data-adding]");

if (token) {
  token.value = sessionStorage.getItem(KEY) ?? "";
  token.form.addEventListener("submit", () => sessionStorage.setItem(KEY, token.value));
}
if (form) receive(form);
if (document.querySelector("[data-fresh][data-running]")) setTimeout(refresh, POLL_MILLISECONDS);

function receive(form) {
  const words = form.dataset;
  const chooser = form.elements.files;
  const list = document.querySelector("[data-added]");
  const said = document.querySelector("[data-added-said]");
  const block = document.querySelector("[data-adding-block]");
  const queue = [];
  const button = form.querySelector("[type=submit]");
  let isSending = false;

  button.hidden = true; // files are sent at once, unless they wait for the token
  for (const element of form.querySelectorAll("[data-unscripted]")) element.hidden = true;
  chooser.required = false; // files are also dropped
  chooser.addEventListener("change", () => {
    add(chooser.files);
    chooser.value = "";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
    if (queue.length === 0 && !isSending) chooser.click();
  });
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (block) block.open = true;
      form.classList.add("dropped-over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) form.classList.remove("dropped-over");
  });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    form.classList.remove("dropped-over");
    add(event.dataTransfer.files);
  });

  function add(files) {
    list.hidden = files.length === 0 && list.children.length === 0;
    for (const file of files) {
      const item = document.querySelector("[data-added-one]").content.cloneNode(true).firstElementChild;
      item.querySelector("[data-name]").textContent = file.name;
      list.append(item);
      if (file.size > Number(words.largest)) show(item, "refused", words.tooLarge);
      else queue.push({ file, item, digest: null });
    }
    send();
  }

  // One after the other: the server reads each before it answers.
  async function send() {
    if (isSending) return;
    const isWaiting = !token.value && queue.length > 0;
    if (!isWaiting && document.activeElement === button) chooser.focus();
    button.hidden = !isWaiting;
    if (!token.value) {
      for (const one of queue) show(one.item, "waiting", words.noToken);
      if (queue.length) token.focus();
      return;
    }
    for (const one of queue) show(one.item, "waiting", words.waiting);
    isSending = true;
    while (queue.length) {
      const one = queue.shift();
      const response = await put(one);
      if (response.status === 401) {
        queue.unshift(one);
        sessionStorage.removeItem(KEY);
        token.value = "";
        for (const other of queue) show(other.item, "waiting", words.noToken);
        note(one.item, [response.problem]);
        button.hidden = false;
        token.focus();
        break;
      }
      settle(one, response);
    }
    isSending = false;
  }

  function put({ file, item, digest }) {
    return new Promise((done) => {
      const request = new XMLHttpRequest(); // fetch does not say how much was sent
      const bar = item.querySelector("progress");
      request.open("put", `/api/v1/documents/${encodeURIComponent(file.name)}`);
      request.setRequestHeader("x-write-token", token.value);
      request.setRequestHeader("content-type", "application/octet-stream");
      if (digest) request.setRequestHeader("if-match", `"${digest}"`);
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable && event.total) bar.value = event.loaded / event.total;
      });
      request.upload.addEventListener("load", () => {
        bar.removeAttribute("value");
        show(item, "checking", words.checking);
        bar.hidden = false;
      });
      request.addEventListener("loadend", () => {
        bar.hidden = true;
        done(read(request));
      });
      show(item, "sending", words.sending);
      note(item, []);
      bar.value = 0;
      bar.hidden = false;
      request.send(file);
    });
  }

  function read(request) {
    let body = {};
    try {
      body = JSON.parse(request.responseText);
    } catch {
      // no answer, or one of a proxy
    }
    const error = body.error ?? {};
    const problem = [error.message, error.hint].filter(Boolean).join(": ");
    const digest = (request.getResponseHeader("etag") ?? "").replaceAll('"', "");
    return { status: request.status, body, problem, digest };
  }

  function settle(one, { status, body, problem, digest }) {
    const item = one.item;
    if (status === 201) {
      sessionStorage.setItem(KEY, token.value);
      const unread = body.unread;
      show(item, unread.length ? "partly" : "read", unread.length ? words.partly : words.read);
      note(item, unread);
      refresh();
    } else if (status === 409 && digest) {
      show(item, "exists", words.exists);
      ask(one, digest);
    } else if (status === 0) {
      show(item, "refused", words.broken);
    } else {
      show(item, "refused", words.refused);
      note(item, [problem]);
    }
  }

  function ask(one, digest) {
    const choices = one.item.querySelector("[data-choices]");
    choices.hidden = false;
    choices.querySelector("[data-replace]").onclick = () => {
      choices.hidden = true;
      queue.push({ ...one, digest });
      send();
      chooser.focus();
    };
    choices.querySelector("[data-leave]").onclick = () => {
      choices.hidden = true;
      show(one.item, "refused", words.refused);
      chooser.focus();
    };
  }

  function show(item, state, text) {
    item.dataset.state = state;
    item.querySelector("[data-said]").textContent = text;
    said.textContent = `${item.querySelector("[data-name]").textContent}: ${text}`;
  }

  function note(item, lines) {
    item.querySelector("[data-notices]").replaceChildren(
      ...lines.filter(Boolean).map((line) => {
        const one = document.createElement("li");
        one.textContent = line;
        return one;
      }),
    );
  }
}

// The parts of the page that a new index changes are taken from the page as it is then.
let isRefreshing = false;
let isAsked = false; // since the page was last fetched

async function refresh() {
  isAsked = true;
  if (isRefreshing) return;
  isRefreshing = true;
  let isRunning = true;
  while (isRunning || isAsked) {
    await new Promise((done) => setTimeout(done, POLL_MILLISECONDS));
    isAsked = false;
    const added = document.querySelectorAll("[data-added] > [data-state=read], [data-added] > [data-state=partly]");
    try {
      const response = await fetch(location.href);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      isRunning = page.querySelector("[data-running]") !== null;
      for (const old of document.querySelectorAll("[data-fresh]")) {
        const found = page.getElementById(old.id);
        if (!found || old.isEqualNode(found)) continue;
        if (old.contains(document.activeElement)) isRunning = true; // later: the focus stays
        else old.replaceWith(found.cloneNode(true));
      }
      const build = page.getElementById("build");
      if (isRunning || !build || build.querySelector(".problem")) continue;
      for (const item of added) item.querySelector("[data-said]").textContent = form.dataset.ready;
    } catch {
      // the server may be starting again
    }
  }
  isRefreshing = false;
}

function hasFiles(event) {
  return [...(event.dataTransfer?.types ?? [])].some((kind) => kind === "Files");
}
