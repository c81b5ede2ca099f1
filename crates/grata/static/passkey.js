// Talks to the authenticator: asks the server what to ask, and hands back what it said. Nothing is kept here.
"use strict";
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

// What the server asks, as browsers want it.
const creation = (asked) => ({
  ...asked,
  challenge: bytes(asked.challenge),
  user: { ...asked.user, id: bytes(asked.user.id) },
  excludeCredentials: known(asked.excludeCredentials),
});
const request = (asked) => ({ ...asked, challenge: bytes(asked.challenge), allowCredentials: known(asked.allowCredentials) });

// What the authenticator said, as the server wants it.
function said({ id, rawId, type, response }) {
  const parts = {};
  for (const name of ["attestationObject", "clientDataJSON", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = text(response[name]);
  }
  return { id, rawId: text(rawId), type, response: parts };
}

async function post(form, address, body) {
  const headers = { "content-type": "application/json", "x-csrf": form.elements.csrf?.value ?? "" };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  if (answer.ok) return answer.json();
  const error = new Error();
  error.said = await answer.text();
  throw error;
}

async function go(form) {
  const { handle, asked } = await post(form, form.dataset.ask, {});
  const made = form.dataset.passkey === "add"
    ? await navigator.credentials.create({ publicKey: creation(asked) })
    : await navigator.credentials.get({ publicKey: request(asked) });
  const done = await post(form, form.getAttribute("action"), { handle, label: form.elements.label?.value ?? "", said: said(made) });
  location.assign(done.go);
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("button"), problem = form.querySelector(".problem");
  if (!form.dataset.host) form.querySelector(".never").hidden = false;
  else if (location.hostname !== form.dataset.host) form.querySelector(".elsewhere").hidden = false;
  else if (window.PublicKeyCredential) button.disabled = false;
  else form.querySelector(".never").hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    problem.hidden = true;
    try {
      await go(form);
    } catch (error) {
      problem.textContent = error.said ?? form.dataset.sorry;
      problem.hidden = false;
      button.disabled = false;
    }
  });
}
