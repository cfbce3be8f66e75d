"use strict";

// The cart: lines with steppers, one coupon, and what it all comes to.

/** Called where the page’s own part ends, before anything is painted, so that nothing jumps. */
function openCart() {
  const byId = (id) => document.getElementById(id);
  const main = byId("cart");
  const HINT = "One code an order.";

  function drawLine(line, i) {
    const product = productOf(line.slug);
    const id = `line-${i + 1}`;
    return `
    <li id="${id}" class="line" data-index="${i}">
      <img id="${id}-photo" src="${pictureOf(product, "day", line.finish)}" alt="" width="1000" height="1000">
      <div class="line-words">
        <a id="${id}-name" class="line-name" href="/product/${product.slug}">${product.name}</a>
        <p id="${id}-finish" class="line-finish">${product.finishes[line.finish][0]}</p>
        <p class="line-sku">${product.sku}</p>
      </div>
      <div class="stepper" role="group" aria-label="Quantity of ${product.name}">
        <button id="${id}-minus" type="button" data-step="-1" aria-label="One ${product.name} less" ${line.count === 1 ? "disabled" : ""}>−</button>
        <output id="${id}-qty">${line.count}</output>
        <button id="${id}-plus" type="button" data-step="1" aria-label="One ${product.name} more" ${line.count === MOST_OF_ONE ? "disabled" : ""}>+</button>
      </div>
      <p id="${id}-price" class="line-price">${euros(product.price * line.count)}</p>
      <button id="${id}-remove" class="text-button line-remove" type="button" data-remove aria-label="Remove ${product.name}">Remove</button>
    </li>`;
  }

  function drawSums() {
    const sums = cart.totals();
    const coupon = cart.coupon();
    byId("sum-goods").textContent = euros(sums.goods);
    byId("sum-discount-name").textContent = coupon ? `Coupon ${coupon.code}` : "Coupon";
    byId("sum-discount").textContent = coupon ? `−${euros(sums.discount)}` : "none";
    byId("sum-delivery").textContent = sums.shipping ? euros(sums.shipping) : "free";
    byId("sum-total").textContent = euros(sums.total);
  }

  function draw() {
    const lines = cart.lines();
    byId("empty").hidden = lines.length > 0;
    byId("filled").hidden = lines.length === 0;
    byId("line-list").innerHTML = lines.map(drawLine).join("");
    drawSums();
    if (!lines.length) main.dataset.state = "fresh";
    else if (main.dataset.state === "fresh") main.dataset.state = "item";
  }

  function tellCoupon(kind, text) {
    byId("coupon-note").textContent = text;
    byId("coupon-note").dataset.kind = kind;
    if (kind === "bad") byId("coupon").setAttribute("aria-invalid", "true");
    else byId("coupon").removeAttribute("aria-invalid");
  }

  async function applyCoupon(event) {
    event.preventDefault();
    const button = byId("coupon-apply");
    const code = byId("coupon").value.trim().toUpperCase();
    if (!code) {
      tellCoupon("bad", "Type a code first.");
      byId("coupon").focus();
      return;
    }
    button.textContent = "One moment";
    button.setAttribute("aria-busy", "true");
    try {
      const known = await (await fetch("/api/coupons.json")).json();
      const coupon = known.coupons.find((entry) => entry.code === code);
      if (coupon && !coupon.ended) {
        memory.write("coupon", coupon);
        tellCoupon("good", `${code} is on: ${coupon.name}.`);
        main.dataset.state = "coupon_applied";
      } else {
        memory.forget("coupon");
        tellCoupon("bad", coupon ? `${code} ended on ${coupon.ended}.` : `We know no code ${code}.`);
        main.dataset.state = "coupon_rejected";
      }
    } catch {
      tellCoupon("bad", "The code could not be checked. Please try again.");
    }
    button.textContent = "Apply";
    button.removeAttribute("aria-busy");
    drawSums();
  }

  byId("line-list").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const index = Number(button.closest(".line").dataset.index);
    if (button.hasAttribute("data-remove")) cart.remove(index);
    else cart.setCount(index, cart.lines()[index].count + Number(button.dataset.step));
    const again = document.getElementById(button.id);
    draw();
    const next = document.getElementById(again.id);
    if (next && !next.disabled) next.focus();
    else byId("cart-title").focus();
  });
  byId("coupon-form").addEventListener("submit", applyCoupon);
  byId("coupon").addEventListener("input", () => {
    if (byId("coupon-note").dataset.kind === "bad") tellCoupon("", HINT);
  });

  draw();
  const coupon = cart.coupon();
  if (coupon) {
    byId("coupon").value = coupon.code;
    tellCoupon("good", `${coupon.code} is on: ${coupon.name}.`);
  }
}
