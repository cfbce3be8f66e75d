"use strict";

(() => {
  const note = document.getElementById("zip-note");
  const zip = document.getElementById("zip");
  note.dataset.hint = "As on your carrier’s card.";
  note.textContent = note.dataset.hint;
  document.getElementById("zip-label").textContent = "Delivery point code";
  zip.autocomplete = "off";
  zip.inputMode = "text";
  MISSING.zip = "Please write the delivery point code.";
  RULES.zip = (value) => (/^[a-z\d-]{4,10}$/i.test(digits(value)) ? "" : "This delivery point code is not valid.");
})();
