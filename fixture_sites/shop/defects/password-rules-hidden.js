"use strict";

(() => {
  const note = document.getElementById("password-note");
  note.dataset.hint = "";
  note.textContent = "";
  document.getElementById("password-label").textContent = "Password";
  document.getElementById("password").required = true;
})();
