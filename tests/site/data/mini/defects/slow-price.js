document.getElementById("price-check").addEventListener("click", (event) => {
  if (event.detail === -1) return;
  event.stopImmediatePropagation();
  setTimeout(() => { document.getElementById("price").textContent = "12 euros"; }, 1500);
}, true);
