// Sends dropped or picked photos one by one, two at a time, and says what became of each. What is not
// a photo is said by the server, not guessed here.
"use strict";
const drop = document.getElementById("drop");
const input = document.getElementById("files");
const list = drop.querySelector(".queue");
const line = drop.querySelector(".progress-line");
const bar = line.querySelector("progress");
const count = line.querySelector(".count");
const pause = line.querySelector("[data-pause]");
const after = drop.querySelector(".after");
const AT_ONCE = 2;
const waiting = [];
let running = 0, done = 0, total = 0, paused = false, came = 0;

function add(file) {
  const row = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = file.webkitRelativePath || file.name;
  const state = document.createElement("span");
  state.textContent = drop.dataset.waiting;
  row.append(name, state);
  list.prepend(row);
  waiting.push({ file, row, state });
  total += 1;
  show();
  next();
}

function show() {
  line.hidden = total === 0;
  bar.max = Math.max(total, 1);
  bar.value = done;
  count.textContent = `${done} / ${total}`;
}

async function next() {
  if (paused || running >= AT_ONCE || waiting.length === 0) return;
  const { file, row, state } = waiting.shift();
  running += 1;
  state.textContent = drop.dataset.working;
  try {
    const answer = await fetch(drop.dataset.to, {
      method: "POST",
      headers: { "x-csrf": drop.dataset.csrf, "x-file-name": encodeURIComponent(file.name) },
      body: file,
    });
    if (answer.ok) {
      const taken = await answer.json();
      state.textContent = taken.words;
      row.className = taken.is_failure ? "failed" : taken.photo ? "in" : "";
      if (taken.photo) appear(taken.photo, file.name);
    } else {
      state.textContent = await answer.text();
      row.className = "failed";
    }
  } catch {
    state.textContent = drop.dataset.broken;
    row.className = "failed";
  }
  running -= 1;
  done += 1;
  show();
  if (done === total && came > 0) finish();
  next();
}

// What was not taken in is said in the list only: with such a line in it, whoever read it has the page made anew.
function finish() {
  if (list.querySelector(".failed")) after.hidden = false;
  else location.reload();
}

function appear(photo, name) {
  came += 1;
  const grid = document.getElementById("grid");
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `/desk/photos/${photo}`;
  const picture = document.createElement("img");
  picture.src = `/desk/photos/${photo}/preview/grid`;
  picture.alt = name;
  link.append(picture);
  item.append(link);
  grid.append(item);
}

async function walk(entry) {
  if (entry.isFile) {
    await new Promise((resolve) => entry.file((file) => { add(file); resolve(); }, resolve));
  } else if (entry.isDirectory) {
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
      if (some.length === 0) break;
      for (const one of some) await walk(one);
    }
  }
}

input.addEventListener("change", () => { for (const file of input.files) add(file); input.value = ""; });
pause.addEventListener("click", () => {
  paused = !paused;
  const words = pause.textContent;
  pause.textContent = pause.dataset.resumeWords;
  pause.dataset.resumeWords = words;
  if (!paused) for (let slot = 0; slot < AT_ONCE; slot += 1) next();
});
for (const kind of ["dragenter", "dragover"]) {
  drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
}
for (const kind of ["dragleave", "drop"]) {
  drop.addEventListener(kind, () => drop.classList.remove("over"));
}
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
  if (entries.every(Boolean)) for (const entry of entries) walk(entry);
  else for (const file of event.dataTransfer.files) add(file);
});
window.addEventListener("beforeunload", (event) => { if (running > 0 && done < total) event.preventDefault(); });

// Arrow keys in the grid.
document.getElementById("grid").addEventListener("keydown", (event) => {
  const links = [...document.querySelectorAll("#grid a")];
  const at = links.indexOf(document.activeElement);
  if (at < 0) return;
  const top = (link) => Math.round(link.getBoundingClientRect().top);
  const columns = Math.max(1, links.filter((link) => top(link) === top(links[0])).length);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + columns, ArrowUp: at - columns }[event.key];
  if (to === undefined || !links[to]) return;
  event.preventDefault();
  links[to].focus();
});
