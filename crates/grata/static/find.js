// Find me, on this device. This page asks for the pictures that the gallery shows anyway: all of them, in
// their order, whoever is in them, and never twice (BYS-11). Looking is done by workers, which can ask for
// nothing. What they find is drawn here and kept nowhere: it goes with the tab (BYS-12).
"use strict";
const card = document.getElementById("finder");
const part = (id) => document.getElementById(id);
const words = new Map([...document.querySelectorAll("[data-word]")].map((one) => [one.dataset.word, one.textContent]));
const say = (key, values = {}) => Object.entries(values).reduce((text, [name, value]) => text.replace(`%${name}%`, value), words.get(key) ?? "");
const files = [...document.querySelectorAll("#files li")].map((one) => one.textContent);
// As many as this machine does at a time, and no more than two: each holds both models.
const CREW = Math.min(2, navigator.hardwareConcurrency || 1);
// Pictures fetched ahead of the workers. Asking does not wait for what is found, but for room.
const AHEAD = 4;
// The longer side of a picture of oneself, in pixels: enough for the face, and soon looked at.
const OWN_SIDE = 800;

let crew = null;
let run = null;
let isBusy = false;
let stream = null;
// Goes up whenever the camera is closed: a stream that was asked for before and comes after is nobody's.
let closings = 0;
const saved = [];

// One worker: what it is asked waits there for its turn.
function hire() {
  const worker = new Worker(card.dataset.worker);
  const open = new Map();
  let number = 0;
  worker.onmessage = ({ data }) => {
    const { done, fail } = open.get(data.number);
    open.delete(data.number);
    if (data.failed) fail(Object.assign(new Error("worker"), { isBroken: data.isBroken }));
    else done(data.answer);
  };
  worker.onerror = () => {
    for (const { fail } of open.values()) fail(Object.assign(new Error("worker"), { isBroken: true }));
    open.clear();
  };
  return {
    ask: (ask, given = {}, moved = []) => new Promise((done, fail) => {
      number += 1;
      open.set(number, { done, fail });
      worker.postMessage({ number, ask, ...given }, moved);
    }),
    end: () => worker.terminate(),
  };
}

async function bytesOf(address, options) {
  const answer = await fetch(address, options);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.arrayBuffer();
}

// Asked for as soon as the person begins, whoever they are.
const ready = () => (crew ??= begin());

async function begin() {
  const { module, detect, find, output, score, lead } = card.dataset;
  // Side by side, and always in this order: the module is compiled while the models are on their way.
  const [code, faces, numbers] = [module, detect, find].map((file) => bytesOf(file));
  const all = Promise.all([code, faces, numbers]);
  all.catch(() => {}); // said where it is waited for
  const hired = [];
  const start = async (worker) => {
    const compiled = worker.ask("compile", { module: await code });
    const models = { detect: await faces, find: await numbers };
    await Promise.all([compiled, worker.ask("start", { ...models, output, score: Number(score), lead: Number(lead) })]);
  };
  try {
    await code;
    hired.push(...Array.from({ length: CREW }, hire));
    await Promise.all([all, ...hired.map(start)]);
  } catch (error) {
    for (const worker of hired) worker.end();
    crew = null;
    throw error;
  }
  return hired;
}

// While somebody looks for a picture of themselves: what has run once runs faster, and an empty picture will do.
function prepare() {
  ready().then((hired) => {
    if (!isBusy) for (const worker of hired) worker.ask("forget").catch(() => {});
  }, () => {});
}

function trouble(lines) {
  const list = document.createElement("ul");
  for (const line of lines) list.append(Object.assign(document.createElement("li"), { textContent: line }));
  part("trouble").replaceChildren(list);
  part("trouble").hidden = lines.length === 0;
}
const state = (text) => { part("state").textContent = text; };

// A picture of oneself, made small. The pixels stay in this tab.
async function small(source, width, height) {
  const scale = Math.min(1, OWN_SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  canvas.width = canvas.height = 0;
  return blob.arrayBuffer();
}

async function found(source, width, height) {
  if (run || isBusy) return;
  isBusy = true;
  trouble([]);
  for (const button of part("face-step").querySelectorAll("button")) button.disabled = true;
  try {
    const own = await small(source, width, height);
    state(say("find-loading"));
    const workers = await ready();
    state(say("find-looking-face"));
    // Each takes it by itself, so that what is known of a face leaves no worker.
    const reasons = (await Promise.all(workers.map((worker) => worker.ask("face", { bytes: own }))))[0];
    new Uint8Array(own).fill(0);
    if (reasons.length > 0) {
      state("");
      trouble(reasons.map((reason) => say(reason)));
      return;
    }
    closeCamera();
    await look(workers);
  } catch (error) {
    dismiss();
    state("");
    trouble([say("find-broken")]);
  } finally {
    isBusy = false;
    for (const button of part("face-step").querySelectorAll("button")) button.disabled = false;
  }
}

// All pictures, in their order. One loop asks for them; the workers take them as they come.
async function look(workers) {
  const own = { isOver: false, isPaused: false, wakes: [], waiting: [], done: 0, skipped: 0, hits: 0 };
  run = own;
  part("face-step").hidden = true;
  part("looking").hidden = false;
  part("results").hidden = true;
  part("found").replaceChildren();
  const wake = () => { for (const one of own.wakes.splice(0)) one(); };
  const change = () => new Promise((done) => own.wakes.push(done));
  own.wake = wake;
  let isFetched = false;
  const fetching = (async () => {
    for (const [place, file] of files.entries()) {
      while (!own.isOver && (own.isPaused || own.waiting.length >= AHEAD)) await change();
      if (own.isOver) break;
      let bytes = null;
      try { bytes = await bytesOf(`/gallery/${encodeURIComponent(file)}`, { cache: "no-store" }); } catch { /* gone meanwhile */ }
      own.waiting.push({ place, file, bytes });
      wake();
    }
    isFetched = true;
    wake();
  })();
  // Beside looking, one after the other: neither asking nor comparing waits for a picture that is drawn (ABU-21).
  let drawn = Promise.resolve();
  const draw = (picture, place) => {
    own.hits += 1;
    drawn = drawn.then(() => show(picture, place)).catch(() => { own.skipped += 1; });
  };
  const far = () => {
    part("far").value = own.done;
    if (!own.isPaused) state(say("find-looking", { done: own.done, all: files.length }));
  };
  far();
  // Two questions a worker: the next picture is there before this page has dealt with the last answer.
  const looking = [...workers, ...workers].map(async (worker) => {
    for (;;) {
      while (!own.isOver && (own.isPaused || own.waiting.length === 0) && !(isFetched && own.waiting.length === 0)) await change();
      const picture = own.waiting.shift();
      if (own.isOver || !picture) return;
      wake();
      try {
        if (!picture.bytes) throw new Error("gone");
        const place = await worker.ask("place", { bytes: picture.bytes });
        if (place.length > 0 && !own.isOver) draw(picture, place);
      } catch (error) {
        own.skipped += 1;
        if (error.isBroken) own.broken = true;
      }
      own.done += 1;
      far();
      if (own.broken) { own.isOver = true; wake(); }
    }
  });
  await Promise.all([fetching, ...looking]);
  await drawn;
  run = null;
  part("looking").hidden = true;
  part("again").hidden = false;
  if (own.broken) throw new Error("worker");
  const done = own.done < files.length ? say("find-cancelled") : own.hits > 0 ? say("find-done", { found: own.hits, all: files.length }) : say("find-done-none", { all: files.length });
  state(own.skipped > 0 ? `${done} ${say("find-skipped", { skipped: own.skipped })}` : done);
}

// Drawn from the bytes that are here: asking for them again would tell who was found.
async function show({ place, file, bytes }, [x, y, width, height]) {
  const blob = new Blob([bytes]);
  const picture = await createImageBitmap(blob);
  const item = part("one").content.firstElementChild.cloneNode(true);
  item.dataset.place = place;
  const canvas = item.querySelector("canvas");
  const scale = Math.min(1, 900 / Math.max(picture.width, picture.height));
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.setAttribute("aria-label", say("find-photo", { number: place + 1 }));
  const pen = canvas.getContext("2d");
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const box = [x * canvas.width, y * canvas.height, width * canvas.width, height * canvas.height];
  // A dark and a light line: one of them is seen on any picture.
  for (const [colour, line] of [["#000", 7], ["#fff", 3]]) {
    pen.strokeStyle = colour;
    pen.lineWidth = line;
    pen.strokeRect(...box);
  }
  const region = { x: Math.max(0, Math.floor(x * picture.width)), y: Math.max(0, Math.floor(y * picture.height)), width: Math.ceil(width * picture.width), height: Math.ceil(height * picture.height) };
  picture.close();
  const save = item.querySelector("[data-save]");
  save.href = URL.createObjectURL(blob);
  save.download = file;
  saved.push(save.href);
  item.querySelector("[data-no]").addEventListener("click", () => item.remove());
  item.querySelector("[data-me]")?.addEventListener("click", (event) => thatsMe(event.currentTarget, item, file, region));
  const before = [...part("found").children].find((one) => Number(one.dataset.place) > place);
  part("found").insertBefore(item, before ?? null);
  part("results").hidden = false;
}

// The one thing that leaves, if the person says so: which photo, and where in it.
async function thatsMe(button, item, file, region) {
  button.disabled = true;
  const said = item.querySelector("[data-said]");
  try {
    const answer = await fetch(`/me/finished/${encodeURIComponent(file)}/me`, {
      method: "POST",
      headers: { "x-csrf": card.dataset.personal, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(region),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const what = await answer.text();
    said.textContent = say({ recorded: "find-said-recorded", known: "find-said-known" }[what] ?? "find-said-other");
  } catch {
    button.disabled = false;
    said.textContent = say("find-said-failed");
  }
}

function dismiss() {
  crew?.then((hired) => { for (const worker of hired) worker.end(); }, () => {});
  crew = null;
}

function forget() {
  dismiss();
  for (const address of saved.splice(0)) URL.revokeObjectURL(address);
  for (const canvas of part("found").querySelectorAll("canvas")) canvas.width = canvas.height = 0;
  part("found").replaceChildren();
  part("results").hidden = true;
  part("again").hidden = true;
  part("face-step").hidden = false;
  part("selfie").value = "";
  state(say("find-forgotten"));
}

function closeCamera() {
  closings += 1;
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  part("video").srcObject = null;
  part("live").hidden = true;
}

part("camera").addEventListener("click", async () => {
  trouble([]);
  closeCamera();
  const asked = closings;
  prepare();
  try {
    const came = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "user", width: { ideal: 1280 } } });
    if (asked !== closings) {
      for (const track of came.getTracks()) track.stop();
      return;
    }
    stream = came;
    part("video").srcObject = stream;
    part("live").hidden = false;
    part("take").focus();
  } catch {
    if (asked === closings) trouble([say("find-no-camera")]);
  }
});
part("take").addEventListener("click", () => {
  const video = part("video");
  if (video.videoWidth > 0) found(video, video.videoWidth, video.videoHeight);
});
part("close").addEventListener("click", closeCamera);
part("selfie").addEventListener("click", prepare);
part("selfie").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  try {
    const picture = await createImageBitmap(file);
    await found(picture, picture.width, picture.height);
    picture.close();
  } catch {
    trouble([say("no-face")]);
  }
  event.target.value = "";
});
part("pause").addEventListener("click", () => {
  if (!run) return;
  run.isPaused = !run.isPaused;
  part("pause").textContent = say(run.isPaused ? "find-go-on" : "find-pause");
  if (run.isPaused) state(say("find-paused"));
  run.wake();
});
part("cancel").addEventListener("click", () => {
  if (!run) return;
  run.isOver = true;
  run.isPaused = false;
  part("pause").textContent = say("find-pause");
  run.wake();
});
part("forget").addEventListener("click", forget);
