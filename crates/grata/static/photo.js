// The reviewer's hands on the keyboard: arrows between faces, two letters and Enter for a person,
// Shift+N for "no face", Shift+C for numbers and codes. Each change is sent at once; the server answers with the faces anew.
"use strict";
const desk = document.getElementById("photo");
const stage = document.getElementById("stage");
const facesPart = document.getElementById("faces");
const { photo, album, channel, csrf } = desk.dataset;
let current = null;
desk.classList.add("ready-script");

const lines = () => [...facesPart.querySelectorAll(".face-line")];
const line = (face) => lines().find((one) => one.dataset.face === face);
const next = document.getElementById("next"), previous = document.getElementById("previous");

function layOut() {
  const svg = facesPart.querySelector("svg.boxes");
  stage.querySelector("#boxes").replaceChildren(svg);
  fit();
}
// The boxes lie exactly on the picture, whatever room the stage has.
function fit() {
  const picture = stage.querySelector("img:not([hidden])");
  const layer = stage.querySelector("#boxes");
  const outer = stage.getBoundingClientRect(), inner = picture.getBoundingClientRect();
  layer.style.left = `${inner.left - outer.left}px`;
  layer.style.top = `${inner.top - outer.top}px`;
  layer.style.width = `${inner.width}px`;
  layer.style.height = `${inner.height}px`;
}
new ResizeObserver(fit).observe(stage);
for (const picture of stage.querySelectorAll("img")) picture.addEventListener("load", fit);

function select(face, focus) {
  current = face;
  for (const one of lines()) one.classList.toggle("on", one.dataset.face === face);
  for (const one of stage.querySelectorAll(".face")) one.classList.toggle("on", one.dataset.face === face);
  const own = face && line(face);
  if (!own) return;
  own.scrollIntoView({ block: "nearest" });
  if (focus) own.focus({ preventScroll: true });
}
function step(by) {
  const all = lines();
  if (all.length === 0) return;
  const at = all.findIndex((one) => one.dataset.face === current);
  select(all[(at + by + all.length) % all.length].dataset.face, true);
}
function firstOpen(after) {
  const all = lines();
  const from = all.findIndex((one) => one.dataset.face === after) + 1;
  const open = [...all.slice(from), ...all.slice(0, from)].find((one) => one.classList.contains("unknown"));
  return (open ?? all[from - 1] ?? all[0])?.dataset.face ?? null;
}

// What the server says to a form; where it cannot be reached, that nothing was kept.
async function told(address, fields) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "x-csrf": csrf, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(fields),
    });
    return { ok: answer.ok, text: await answer.text() };
  } catch {
    return { ok: false, text: desk.dataset.broken };
  }
}

async function send(path, fields, after) {
  const { ok, text } = await told(`/desk/photos/${photo}/${path}`, { channel, ...fields });
  if (!ok) { complain(text); return; }
  facesPart.innerHTML = text;
  wire();
  select(firstOpen(after), true);
}
function complain(text) {
  let note = facesPart.querySelector(".problem");
  if (!note) {
    note = document.createElement("p");
    note.className = "problem";
    note.setAttribute("role", "alert");
    facesPart.prepend(note);
  }
  note.textContent = text;
}

function wire() {
  layOut();
  for (const box of stage.querySelectorAll(".face")) box.addEventListener("click", (event) => { if (!drawing) { event.stopPropagation(); select(box.dataset.face, true); } });
  for (const one of lines()) {
    one.addEventListener("click", (event) => { if (!event.target.closest("form")) select(one.dataset.face, true); });
    one.addEventListener("focusin", () => { if (current !== one.dataset.face) select(one.dataset.face); });
    const form = one.querySelector("form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const action = event.submitter?.value ?? "is";
      const { face, person, name } = form.elements;
      send("faces", { face: face.value, person: person.value, name: name.value, action }, action === "undo" ? null : face.value);
    });
    picker(form);
  }
}

function picker(form) {
  const input = form.elements.name, list = form.querySelector(".people-list");
  let asked = 0, at = 0, isOfWhatIsTyped = false;
  const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const mark = (to) => {
    at = (to + list.children.length) % list.children.length;
    [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === at)));
    input.setAttribute("aria-activedescendant", list.children[at].id);
  };
  const take = (item) => { form.elements.person.value = item.dataset.person; input.value = item.dataset.name; close(); form.requestSubmit(); };
  input.addEventListener("input", async () => {
    form.elements.person.value = "";
    isOfWhatIsTyped = false;
    const number = ++asked;
    if (input.value.trim().length < 2) { close(); return; }
    const query = new URLSearchParams({ q: input.value, channel });
    const answer = await fetch(`/desk/albums/${album}/people?${query}`);
    if (!answer.ok || number !== asked) return;
    const people = await answer.json();
    list.replaceChildren(...people.map((person, index) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${index}`;
      item.setAttribute("role", "option");
      item.className = person.is_shown ? "yes" : "no";
      item.dataset.person = person.id;
      item.dataset.name = person.name;
      const name = document.createElement("strong"), why = document.createElement("small");
      name.textContent = person.name;
      why.textContent = person.words;
      item.append(name, why);
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(item); });
      return item;
    }));
    isOfWhatIsTyped = true;
    list.hidden = people.length === 0;
    input.setAttribute("aria-expanded", String(people.length > 0));
    if (people.length > 0) mark(0);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { input.value = ""; close(); form.closest(".face-line").focus(); event.stopPropagation(); return; }
    if (list.hidden) return;
    if (event.key === "ArrowDown") { event.preventDefault(); mark(at + 1); }
    if (event.key === "ArrowUp") { event.preventDefault(); mark(at - 1); }
    // A list that belongs to fewer letters may hold somebody else: then what is typed goes.
    if (event.key === "Enter" && !event.shiftKey && isOfWhatIsTyped) { event.preventDefault(); take(list.children[at]); }
  });
  input.addEventListener("blur", close);
}

// Drawing a face that was missed.
let drawing = false;
const draw = document.getElementById("draw");
const pointer = pointing(stage, {
  begins: () => drawing,
  chosen: (place) => finishDrawing(place),
});
function setDrawing(on) {
  drawing = on;
  draw.setAttribute("aria-pressed", String(on));
  stage.classList.toggle("drawing", on);
  if (on) stage.focus({ preventScroll: true });
  else pointer.clear();
}
function finishDrawing(place) {
  setDrawing(false);
  send("add-face", place, current);
}
draw.addEventListener("click", () => setDrawing(!drawing));

// As it leaves if nobody says anything, beside what the reviewer sees.
const compare = document.getElementById("compare");
function toggleCompare() {
  const [clear, hidden] = stage.querySelectorAll("img");
  const on = hidden.hidden;
  // Made anew each time: somebody may have said something in between.
  if (on) hidden.src = `${hidden.dataset.src}?${Date.now()}`;
  hidden.hidden = !on;
  clear.hidden = on;
  compare.setAttribute("aria-pressed", String(on));
  fit();
}
compare.addEventListener("click", toggleCompare);
for (const choice of document.querySelectorAll("select[data-submit]")) choice.addEventListener("change", () => choice.form.submit());

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches("input, select, textarea");
  if (drawing) {
    if (event.key === "Escape") { setDrawing(false); return; }
    if (event.key === "Enter" && pointer.place()) { event.preventDefault(); finishDrawing(pointer.place()); return; }
    if (pointer.keys(event)) return;
  }
  if (event.shiftKey && event.key === "Enter") { event.preventDefault(); document.getElementById("done").requestSubmit(); return; }
  if (typing) return;
  if (event.key === "ArrowRight" || event.key === "ArrowDown") { event.preventDefault(); step(1); return; }
  if (event.key === "ArrowLeft" || event.key === "ArrowUp") { event.preventDefault(); step(-1); return; }
  if (event.key === "PageDown" && next) { event.preventDefault(); next.click(); return; }
  if (event.key === "PageUp" && previous) { event.preventDefault(); previous.click(); return; }
  if (event.shiftKey) {
    const form = current && line(current)?.querySelector("form");
    const press = (action) => form?.querySelector(`button[value="${action}"]`)?.click();
    const act = { N: () => press("none"), U: () => press("undo"), D: () => setDrawing(true), H: toggleCompare, C: () => codesPart.querySelector("input[required]").focus() }[event.key];
    if (act) { event.preventDefault(); act(); }
    return;
  }
  // A letter begins a name.
  if (event.key.length === 1 && /\p{L}/u.test(event.key) && !event.target.closest("button, a")) {
    if (!current) select(firstOpen(null));
    const input = current && line(current)?.querySelector(".pick input");
    if (input) input.focus();
  }
});

// Numbers and codes: each goes at once, and the field is ready for the next one.
const codesPart = document.getElementById("codes");
codesPart.addEventListener("submit", async (event) => {
  event.preventDefault();
  const codes = event.target.elements.codes.value, action = event.submitter?.value ?? "add";
  const { ok, text } = await told(`/desk/photos/${photo}/codes`, { codes, action });
  if (!ok) {
    let note = codesPart.querySelector(".problem");
    if (!note) { note = document.createElement("p"); note.className = "problem"; note.setAttribute("role", "alert"); codesPart.append(note); }
    note.textContent = text;
    return;
  }
  codesPart.innerHTML = text;
  codesPart.querySelector("input[required]").focus();
});

wire();
select(firstOpen(null), true);
