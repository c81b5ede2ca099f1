// Shows how far something is that takes a while, and the finished page once it is over.
"use strict";
for (const select of document.querySelectorAll("select[data-submit]")) {
  select.addEventListener("change", () => select.form.submit());
}
for (const field of document.querySelectorAll(".copy")) {
  field.addEventListener("focus", () => field.select());
}
const work = document.querySelector("[data-work]");
async function look() {
  try {
    const answer = await fetch(work.dataset.work, { headers: { accept: "application/json" } });
    const far = await answer.json();
    if (far.is_over) {
      location.reload();
      return;
    }
    work.querySelector("progress").value = far.done;
    work.querySelector(".far").textContent = `${far.done} / ${far.total}`;
  } catch {
    // Asked again; the work goes on without us.
  }
  setTimeout(look, 700);
}
if (work) setTimeout(look, 400);
