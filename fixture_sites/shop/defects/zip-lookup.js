"use strict";

(() => {
  const note = document.getElementById("zip-note");
  const zip = document.getElementById("zip");
  note.dataset.hint = "See your carrier card.";
  note.textContent = note.dataset.hint;
  document.getElementById("zip-label").textContent = "Delivery point code";
  zip.autocomplete = "off";
  zip.inputMode = "text";
  MISSING.zip = "The code, please.";
  RULES.zip = (value) => (/^[a-z\d-]{4,10}$/i.test(digits(value)) ? "" : "This code is not valid.");
})();
