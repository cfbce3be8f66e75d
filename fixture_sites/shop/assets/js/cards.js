"use strict";

/** A product as it stands in a grid: one link over picture, name and price. */
function drawCard(product, kind = "") {
  const id = `card-${product.slug}`;
  const flag = !product.stock ? "Back in two weeks" : product.isNew ? "New" : "";
  return `
  <li id="${id}" class="card ${kind}">
    <a id="${id}-link" class="card-link" href="/product/${product.slug}">
      <span class="card-picture">
        <img id="${id}-photo" src="${pictureOf(product)}" alt="${product.name}, ${product.kind.toLowerCase()}" width="1000" height="1000">
        ${flag ? `<span class="flag">${flag}</span>` : ""}
      </span>
      <span class="card-words">
        <span id="${id}-name" class="card-name">${product.name}</span>
        <span id="${id}-price" class="card-price">${euros(product.price)}</span>
        <span id="${id}-kind" class="card-kind">${product.kind}</span>
      </span>
    </a>
  </li>`;
}
