"use strict";

// The grid: products by room, filters that combine, and orders that run across the rooms.

/** Called where the page’s own part ends, before anything is painted, so that nothing jumps. */
function openCatalogue() {
  const main = document.getElementById("catalogue");
  const grid = document.getElementById("products");
  const chosen = { type: "all", dimmable: false, under: false, stock: false, sort: "room" };

  const passes = (product) =>
    (chosen.type === "all" || product.group === chosen.type) &&
    (!chosen.dimmable || product.dimmable) &&
    (!chosen.under || product.price < 150) &&
    (!chosen.stock || product.stock);

  const orders = {
    low: (a, b) => a.price - b.price,
    high: (a, b) => b.price - a.price,
    loved: (a, b) => b.rating * Math.log(b.votes) - a.rating * Math.log(a.votes),
  };

  function drawGroup(group, products) {
    const head = `
    <li id="${group.id}" class="group-head">
      <h2 id="${group.id}-name">${group.name.replace("&", "&amp;")}</h2>
      <p id="${group.id}-line">${group.line}</p>
    </li>`;
    // Where two stand side by side, an odd group opens with a wide card, so that none is left alone at its end.
    return head + products.map((product, i) => drawCard(product, i === 0 && products.length % 2 ? "card-opening" : "")).join("");
  }

  function draw() {
    const found = CATALOGUE.filter(passes);
    const filtered = chosen.type !== "all" || chosen.dimmable || chosen.under || chosen.stock;
    if (chosen.sort === "room") {
      grid.innerHTML = GROUPS.map((group) => [group, found.filter((p) => p.group === group.id)])
        .filter(([, products]) => products.length)
        .map(([group, products]) => drawGroup(group, products))
        .join("");
    } else {
      grid.innerHTML = [...found].sort(orders[chosen.sort]).map((product) => drawCard(product)).join("");
    }
    document.getElementById("no-match").hidden = found.length > 0;
    document.getElementById("filters-clear").hidden = !filtered;
    document.getElementById("result-count").textContent = found.length === 1 ? "1 product" : `${found.length} products`;
    for (const chip of document.querySelectorAll("[data-type]")) {
      chip.setAttribute("aria-pressed", String(chip.dataset.type === chosen.type));
    }
    for (const chip of document.querySelectorAll("[data-filter]")) {
      chip.setAttribute("aria-pressed", String(chosen[chip.dataset.filter]));
    }
    if (filtered) main.dataset.state = "filtered";
    else main.dataset.state = chosen.sort === "room" ? "fresh" : "sorted";
  }

  document.getElementById("filters").addEventListener("click", (event) => {
    const chip = event.target.closest("button");
    if (!chip) return;
    if (chip.dataset.type) chosen.type = chip.dataset.type;
    else chosen[chip.dataset.filter] = !chosen[chip.dataset.filter];
    draw();
  });
  document.getElementById("sort").addEventListener("change", (event) => {
    chosen.sort = event.target.value;
    draw();
  });
  document.getElementById("filters-clear").addEventListener("click", () => {
    Object.assign(chosen, { type: "all", dimmable: false, under: false, stock: false });
    draw();
    document.getElementById("type-all").focus();
  });

  draw();
  // The grid came after the address was looked at, so an address such as /category#floor needs a second look.
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}
