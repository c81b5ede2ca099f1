// Points at a place in a picture: by dragging, or by keys (arrows move, Shift with arrows resizes).
// Hands the place over in pixels of the picture.
"use strict";
const SVG = "http://www.w3.org/2000/svg";

function pointing(stage, { begins, changed, chosen }) {
  const picture = stage.querySelector("img");
  const width = Number(picture.getAttribute("width"));
  const height = Number(picture.getAttribute("height"));
  const layer = () => stage.querySelector("svg");
  let box = null, from = null, place = null, isDrawn = false;

  const spot = (event) => {
    const frame = picture.getBoundingClientRect();
    const clamp = (value, most) => Math.max(0, Math.min(most, value));
    return {
      x: clamp(((event.clientX - frame.left) / frame.width) * width, width),
      y: clamp(((event.clientY - frame.top) / frame.height) * height, height),
    };
  };
  const show = () => {
    if (!box) {
      box = document.createElementNS(SVG, "rect");
      box.setAttribute("class", "box drawn");
      box.setAttribute("rx", "8");
    }
    layer().append(box);
    for (const [name, value] of Object.entries(place)) box.setAttribute(name, value);
    changed?.(place);
  };
  const clear = () => { box?.remove(); box = null; place = null; from = null; isDrawn = false; };

  stage.addEventListener("pointerdown", (event) => {
    if (!begins(event) || event.button !== 0) return;
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
    from = spot(event);
    isDrawn = false;
  });
  stage.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = spot(event);
    const x = Math.floor(Math.min(from.x, to.x)), y = Math.floor(Math.min(from.y, to.y));
    place = { x, y, width: Math.ceil(Math.abs(to.x - from.x)), height: Math.ceil(Math.abs(to.y - from.y)) };
    isDrawn = true;
    show();
  });
  stage.addEventListener("pointerup", () => {
    if (!from) return;
    from = null;
    if (!isDrawn) return;
    const least = Math.round(Math.min(width, height) / 100);
    if (place && place.width > least && place.height > least) chosen?.(place);
    else clear();
  });
  // A tap is a place, too: a square around it, instead of the one before. After a drawn place comes a click as well.
  stage.addEventListener("click", (event) => {
    if (isDrawn || !begins(event)) return;
    const { x, y } = spot(event);
    const side = Math.round(Math.min(width, height) / 6);
    place = { x: Math.max(0, Math.round(x - side / 2)), y: Math.max(0, Math.round(y - side / 2)), width: side, height: side };
    show();
    chosen?.(place);
  });
  const keys = (event) => {
    const step = Math.max(4, Math.round(Math.min(width, height) / 60));
    const [across, down] = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key] ?? [0, 0];
    if (!across && !down) return false;
    if (!place) {
      const side = Math.round(Math.min(width, height) / 6);
      place = { x: Math.round((width - side) / 2), y: Math.round((height - side) / 2), width: side, height: side };
    } else if (event.shiftKey) {
      place.width = Math.max(step, Math.min(width - place.x, place.width + across));
      place.height = Math.max(step, Math.min(height - place.y, place.height + down));
    } else {
      place.x = Math.max(0, Math.min(width - place.width, place.x + across));
      place.y = Math.max(0, Math.min(height - place.height, place.y + down));
    }
    event.preventDefault();
    show();
    return true;
  };
  return { clear, keys, place: () => place };
}

const pointForm = document.querySelector("form[data-point]");
if (pointForm) {
  const fill = (place) => { for (const [name, value] of Object.entries(place)) pointForm.elements[name].value = value; };
  const stage = document.getElementById("stage");
  const pointer = pointing(stage, { begins: () => true, changed: fill, chosen: fill });
  stage.addEventListener("keydown", (event) => pointer.keys(event));
}
