// The secret of a link stands behind the #, which browsers keep to themselves. It goes into the form,
// out of the address bar, and, where nothing else is asked, on its way.
"use strict";
const form = document.querySelector("form[data-secret]");
const secret = location.hash.slice(1);
if (form && secret) {
  form.elements.secret.value = secret;
  form.classList.add("ready");
  history.replaceState(null, "", location.pathname);
  if ("go" in form.dataset) {
    form.querySelector(".waiting").hidden = false;
    form.submit();
  }
}
