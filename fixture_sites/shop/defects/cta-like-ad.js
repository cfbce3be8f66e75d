"use strict";

(() => {
  const button = document.getElementById("add-to-cart");
  const offer = "Mega deal! Click here!";
  button.textContent = offer;
  document.getElementById("added-close").addEventListener("click", () => {
    button.textContent = offer;
  });
})();
