// Takes stills with the person's own camera, one for each thing they are asked to do, and sends them once. Nothing
// is kept: no storage, no file, no address of a picture.
"use strict";
const stage = document.getElementById("enrol");
const video = stage.querySelector("video");
const say = stage.querySelector("[data-say]");
const problem = stage.querySelector(".problem");
const begin = stage.querySelector("button");
const code = document.getElementById("enrol-code");
const CODE_LENGTH = 8;
const LONGEST_SIDE = 1280;
const SECONDS = 3;
let stream = null;

const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

function still() {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  // As the camera sees it: what is shown is mirrored, what is sent is not.
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95));
}

function close() {
  if (stream) for (const track of stream.getTracks()) track.stop();
  stream = null;
  video.srcObject = null;
  video.hidden = true;
}

async function take(poses) {
  const parts = [];
  for (const pose of poses) {
    say.textContent = stage.dataset[pose];
    await wait(SECONDS);
    const blob = await still();
    const length = new DataView(new ArrayBuffer(4));
    length.setUint32(0, blob.size, true);
    parts.push(length.buffer, blob);
  }
  return new Blob(parts);
}

// As it is compared: what parts it on paper is not part of it.
function written() {
  return code.value.replace(/[^0-9A-Za-z]/g, "");
}

async function send(body) {
  const headers = { "x-csrf": stage.dataset.csrf, "x-challenge": stage.dataset.challenge, "x-code": written() };
  const answer = await fetch("/me/enrol", { method: "POST", headers, body });
  if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { said: await answer.text() });
  return answer.json();
}

begin.addEventListener("click", async () => {
  problem.hidden = true;
  if (written().length !== CODE_LENGTH) {
    problem.textContent = stage.dataset.codeShort;
    problem.hidden = false;
    code.focus();
    return;
  }
  begin.disabled = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user", width: { ideal: 1280 } }, audio: false });
  } catch {
    problem.textContent = stage.dataset.noCamera;
    problem.hidden = false;
    begin.disabled = false;
    return;
  }
  try {
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    const body = await take(stage.dataset.poses.split(" "));
    close();
    say.textContent = stage.dataset.working;
    const said = await send(body);
    if (said.go) return location.assign(said.go);
    problem.textContent = said.words.join(" ");
  } catch (error) {
    // What the server said; what a browser says of a broken connection is in no language of ours.
    problem.textContent = error.said || stage.dataset.sorry;
  }
  close();
  say.textContent = "";
  problem.hidden = false;
  // Each try has an order of its own.
  stage.querySelector("[data-again]").hidden = false;
});
window.addEventListener("pagehide", close);
