// From one photo of a gallery to the next: arrow keys, or a swipe. The links do the same without it.
"use strict";
const go = (id) => document.getElementById(id)?.click();
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.target.matches("input, select, textarea")) return;
  const id = { ArrowRight: "next", ArrowLeft: "previous", Escape: "back" }[event.key];
  if (id) { event.preventDefault(); go(id); }
});
const picture = document.getElementById("steps");
let from = null;
picture.addEventListener("touchstart", (event) => { from = event.touches.length === 1 ? event.touches[0] : null; }, { passive: true });
picture.addEventListener("touchend", (event) => {
  if (!from) return;
  const to = event.changedTouches[0];
  const [across, down] = [to.clientX - from.clientX, to.clientY - from.clientY];
  // Zoomed in, a drag moves the picture.
  const isZoomed = (window.visualViewport?.scale ?? 1) > 1.05;
  if (!isZoomed && Math.abs(across) > 60 && Math.abs(across) > 2 * Math.abs(down)) go(across < 0 ? "next" : "previous");
  from = null;
}, { passive: true });
