document.getElementById("add").addEventListener("click", (event) => {
  event.stopImmediatePropagation();
  undefined.price();
}, true);
