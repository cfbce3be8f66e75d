"use strict";

// One page for every product: it takes the slug from the address and draws itself from the catalogue.

/** Called where the page’s own part ends, before anything is painted, so that nothing jumps. */
function openProduct() {
  const byId = (id) => document.getElementById(id);
  const product = productOf(decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() || ""));
  const main = byId("product");
  let scene = 0;
  let finish = 0;

  const stars = (n) => `<span class="stars" style="--full:${n}" aria-hidden="true">★★★★★</span>`;

  function drawWords() {
    document.title = `${product.name}, ${product.kind.toLowerCase()}: Skymra`;
    byId("crumb-here").textContent = product.name;
    byId("kind").textContent = product.kind;
    byId("name").textContent = product.name;
    byId("price").textContent = euros(product.price);
    byId("rating").innerHTML = `${stars(product.rating)}<span>${product.rating} from ${product.votes} reviews</span>`;
    byId("blurb").textContent = product.blurb;
    byId("sku").textContent = product.sku;
    byId("stock").textContent = product.stock ? "In stock, leaves us today" : "Back in two weeks, order now";
    byId("stock").classList.toggle("stock-later", !product.stock);
    byId("description-text").textContent = product.text[0];
    byId("description-more").textContent = product.text[1];
    const names = SPEC_NAMES[product.group === "home" ? "thing" : "lamp"];
    byId("spec-list").innerHTML = names
      .map((name, i) => `<div id="spec-${i + 1}"><dt>${name}</dt><dd id="spec-${i + 1}-value">${product.specs[i]}</dd></div>`)
      .join("");
    byId("reviews-sum").innerHTML = `${stars(product.rating)} ${product.rating} of 5, from ${product.votes} buyers`;
    byId("review-list").innerHTML = product.reviews
      .map(
        ([title, text, who, given], i) => `
      <li id="review-${i + 1}" class="review">
        ${stars(given)}
        <h3 id="review-${i + 1}-title">${title}</h3>
        <p id="review-${i + 1}-text">${text}</p>
        <p class="review-who">${who}</p>
      </li>`,
      )
      .join("");
  }

  function drawRelated() {
    const others = CATALOGUE.filter((p) => p !== product);
    const from = CATALOGUE.indexOf(product);
    const picked = [2, 4, 7, 9].map((step) => others[(from + step) % others.length]);
    byId("related-grid").innerHTML = picked.map((other) => drawCard(other)).join("");
  }

  function showPhoto() {
    const alt = `${product.name} in ${product.finishes[finish][0].toLowerCase()}, ${SCENES[scene].name}`;
    for (const id of ["photo", "zoom-photo"]) {
      byId(id).src = pictureOf(product, SCENES[scene].id, finish);
      byId(id).alt = alt;
    }
    byId("gallery-count").textContent = `${scene + 1} / ${SCENES.length}`;
    SCENES.forEach((_, i) => byId(`thumb-${i + 1}`).setAttribute("aria-current", String(i === scene)));
  }

  function showScene(next) {
    scene = (next + SCENES.length) % SCENES.length;
    showPhoto();
  }

  function showFinish(next) {
    finish = next;
    byId("finish-name").textContent = product.finishes[finish][0];
    SCENES.forEach((s, i) => {
      byId(`thumb-${i + 1}-photo`).src = pictureOf(product, s.id, finish);
    });
    showPhoto();
  }

  function drawGallery() {
    byId("gallery-prev").innerHTML = icon.back;
    byId("gallery-next").innerHTML = icon.next;
    byId("zoom-close").innerHTML = icon.close;
    byId("thumbs").innerHTML = SCENES.map(
      (s, i) => `
      <li><button id="thumb-${i + 1}" class="thumb" type="button" aria-label="Picture ${i + 1}, ${s.name}"><img id="thumb-${i + 1}-photo" alt="" width="1000" height="1000"></button></li>`,
    ).join("");
    SCENES.forEach((_, i) => byId(`thumb-${i + 1}`).addEventListener("click", () => showScene(i)));
    byId("gallery-prev").addEventListener("click", () => showScene(scene - 1));
    byId("gallery-next").addEventListener("click", () => showScene(scene + 1));
    byId("gallery").addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft") showScene(scene - 1);
      if (event.key === "ArrowRight") showScene(scene + 1);
    });
  }

  function drawFinishes() {
    byId("finish-list").innerHTML = product.finishes
      .map(
        ([name, colour], i) => `
      <label id="finish-${i + 1}-label" class="swatch" for="finish-${i + 1}" style="--swatch:${colour}" title="${name}">
        <input id="finish-${i + 1}" type="radio" name="finish" value="${i}" ${i === 0 ? "checked" : ""}>
        <span class="swatch-dot"></span><span class="unseen">${name}</span>
      </label>`,
      )
      .join("");
    byId("finish-list").addEventListener("change", (event) => showFinish(Number(event.target.value)));
  }

  const quantity = () => Number(byId("qty").value);

  function setQuantity(count) {
    const kept = Math.max(1, Math.min(MOST_OF_ONE, Number.isFinite(count) ? Math.trunc(count) : 1));
    byId("qty").value = String(kept);
    byId("qty").setAttribute("value", String(kept));
    byId("qty-minus").disabled = kept === 1;
    byId("qty-plus").disabled = kept === MOST_OF_ONE;
  }

  function wireQuantity() {
    byId("qty-minus").addEventListener("click", () => setQuantity(quantity() - 1));
    byId("qty-plus").addEventListener("click", () => setQuantity(quantity() + 1));
    byId("qty").addEventListener("change", () => setQuantity(quantity()));
  }

  function addToCart() {
    cart.add(product.slug, finish, quantity());
    byId("added-photo").src = pictureOf(product, "day", finish);
    byId("added-text").textContent = `${quantity()} × ${product.name}, ${product.finishes[finish][0].toLowerCase()}, ${euros(product.price * quantity())}`;
    byId("added").hidden = false;
    byId("add-to-cart").textContent = "Added to your cart";
    main.dataset.state = "added";
  }

  function closeAdded() {
    byId("added").hidden = true;
    byId("add-to-cart").textContent = "Add to cart";
    main.dataset.state = "fresh";
    byId("add-to-cart").focus({ preventScroll: true });
  }

  function wireAdded() {
    byId("add-to-cart").addEventListener("click", addToCart);
    byId("added-close").addEventListener("click", closeAdded);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !byId("added").hidden) closeAdded();
    });
  }

  function wireZoom() {
    const zoom = byId("zoom");
    const say = () => {
      main.dataset.state = zoom.open ? "zoom" : byId("added").hidden ? "fresh" : "added";
    };
    const shut = () => {
      zoom.close();
      say();
    };
    byId("photo-zoom").addEventListener("click", () => {
      zoom.showModal();
      say();
    });
    byId("zoom-close").addEventListener("click", shut);
    zoom.addEventListener("click", (event) => {
      if (event.target === zoom || event.target === byId("zoom-photo")) shut();
    });
    zoom.addEventListener("close", say); // by the Escape key
  }

  // Copying and the switch change nothing on the page: the sign blinks, a sound is heard.
  function wireSmallThings() {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    byId("sku-copy").addEventListener("click", async () => {
      byId("sku-copy").animate([{ color: "#2c6148", opacity: 0.35 }, { color: "#2c6148", opacity: 1 }], still ? 1200 : 900);
      try {
        await navigator.clipboard.writeText(product.sku);
      } catch {
        // Some browsers do not allow it; the number stands there to be marked.
      }
    });
    let sound = null;
    byId("hear-switch").addEventListener("click", () => {
      sound = sound || new AudioContext();
      for (const [after, pitch] of [[0, 2100], [0.09, 1500]]) {
        const tone = sound.createOscillator();
        const level = sound.createGain();
        const start = sound.currentTime + 0.02 + after;
        tone.frequency.value = pitch;
        level.gain.setValueAtTime(0.2, start);
        level.gain.exponentialRampToValueAtTime(0.001, start + 0.03);
        tone.connect(level).connect(sound.destination);
        tone.start(start);
        tone.stop(start + 0.04);
      }
    });
  }

  drawWords();
  drawGallery();
  drawFinishes();
  drawRelated();
  showFinish(0);
  wireQuantity();
  wireAdded();
  wireZoom();
  wireSmallThings();
}
