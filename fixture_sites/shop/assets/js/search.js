"use strict";

// Search over the catalogue in the page itself; results follow the typing.

/** Called where the page’s own part ends, before anything is painted, so that nothing jumps. */
function openSearch() {
  const field = document.getElementById("q");
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

  const index = CATALOGUE.map((product) => ({
    product,
    words: plain(
      [product.name, product.kind, product.blurb, GROUPS.find((g) => g.id === product.group).name, product.sku]
        .concat(product.finishes.map(([name]) => name), product.text, product.specs, product.group === "home" ? [] : ["lamp light"])
        .join(" "),
    ),
  }));

  /** Products that hold every word, those with the words in their name or kind first. */
  function find(query) {
    const words = plain(query).split(/\s+/).filter(Boolean).map((word) => word.replace(/s$/, ""));
    const weight = ({ product }) => {
      const title = plain(`${product.name} ${product.kind}`);
      return words.filter((word) => title.includes(word)).length;
    };
    return index
      .filter((entry) => words.every((word) => entry.words.includes(word)))
      .sort((a, b) => weight(b) - weight(a))
      .map((entry) => entry.product);
  }

  function draw() {
    const query = field.value.trim();
    const found = find(query);
    document.getElementById("results").innerHTML = found.map((product) => drawCard(product)).join("");
    document.getElementById("no-results").hidden = found.length > 0;
    const count = found.length === 1 ? "1 thing" : `${found.length} things`;
    document.getElementById("result-line").textContent = query ? `${count} for “${query}”` : `Everything we make, ${count}`;
    document.getElementById("search").dataset.state = !found.length ? "none" : field.value === asked ? "fresh" : "results";
  }

  const asked = new URLSearchParams(location.search).get("q") || "";
  field.value = asked;
  draw();
  field.addEventListener("input", draw);
  document.getElementById("find-form").addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `/search?q=${encodeURIComponent(field.value.trim())}`);
    draw();
    document.getElementById("result-line").classList.add("result-line-told");
  });
}
