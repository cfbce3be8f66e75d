"use strict";

// Checkout in three steps on one page; what is done folds up and can be opened again.

/** Called where the page’s own part ends, before anything is painted, so that nothing jumps. */
function openCheckout() {
  const byId = (id) => document.getElementById(id);
  const main = byId("checkout");
  const STEPS = ["contact", "delivery", "payment"];
  const way = () => document.querySelector('input[name="way"]:checked').value;

  // A link such as /checkout?item=mane buys that thing straight away.
  const direct = new URLSearchParams(location.search).get("item");
  if (direct && cart.count() === 0) cart.add(productOf(direct).slug, 0, 1);

  function drawOrder() {
    const lines = cart.lines();
    const sums = cart.totals(way());
    const coupon = cart.coupon();
    if (lines.length) {
      const product = productOf(lines[0].slug);
      byId("order-photo").src = pictureOf(product, "day", lines[0].finish);
      byId("order-name").textContent = `${product.name}, ${product.finishes[lines[0].finish][0].toLowerCase()}`;
      const rest = cart.count() - 1;
      byId("order-rest").textContent = rest ? `and ${rest} more` : "1 piece";
    } else {
      byId("order-photo").src = "/assets/art/empty.svg";
      byId("order-name").textContent = "Nothing yet";
      byId("order-rest").textContent = "The cart is empty";
    }
    byId("order-goods").textContent = euros(sums.goods);
    byId("order-discount-name").textContent = coupon ? `Coupon ${coupon.code}` : "Coupon";
    byId("order-discount").textContent = coupon ? `−${euros(sums.discount)}` : "none";
    byId("order-delivery").textContent = sums.shipping ? euros(sums.shipping) : "free";
    byId("order-total").textContent = euros(sums.total);
    byId("pay").textContent = `Pay ${euros(sums.total)}`;
    for (const name of Object.keys(DELIVERY)) {
      const price = cart.totals(name).shipping;
      byId(`way-${name}-price`).textContent = price ? euros(price) : "free";
    }
  }

  function show(step) {
    const at = STEPS.indexOf(step);
    STEPS.forEach((name, i) => {
      byId(name).hidden = i > at;
      byId(`${name}-form`).hidden = i !== at;
      const done = byId(`${name}-done`);
      if (done) done.hidden = i >= at;
      byId(name).classList.toggle("folded", i < at);
      const mark = byId(`step-${name}`);
      mark.classList.toggle("step-done", i < at);
      if (i === at) mark.setAttribute("aria-current", "step");
      else mark.removeAttribute("aria-current");
    });
    main.dataset.state = at === 0 ? "fresh" : step;
  }

  function go(step) {
    show(step);
    window.scrollTo(0, 0);
    byId(`${step}-title`).focus({ preventScroll: true });
  }

  wireForm(byId("contact-form"), () => {
    byId("contact-summary").textContent = [byId("full-name").value, byId("street").value, `${byId("zip").value} ${byId("city").value}`, byId("email").value].join(", ");
    go("delivery");
  });
  wireForm(byId("delivery-form"), () => {
    byId("delivery-summary").textContent = `${DELIVERY[way()].name}, ${DELIVERY[way()].time}, ${byId("phone").value}`;
    go("payment");
  });
  wireForm(byId("payment-form"), async () => {
    const button = byId("pay");
    if (!cart.count()) {
      byId("payment-form-note").textContent = "The cart is empty, so there is nothing to pay.";
      return;
    }
    button.textContent = "One moment";
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await (await fetch("/api/payment.json")).json();
      memory.write("order", { number: answer.order, total: cart.totals(way()).total, time: DELIVERY[way()].time });
      cart.save([]);
      location.href = `/confirmation?order=${answer.order}`;
    } catch {
      byId("payment-form-note").textContent = "The payment did not go through. Nothing was charged; please try again.";
      button.removeAttribute("aria-busy");
      drawOrder();
    }
  });

  byId("contact-edit").addEventListener("click", () => go("contact"));
  byId("delivery-edit").addEventListener("click", () => go("delivery"));
  byId("ways").addEventListener("change", drawOrder);
  byId("card").addEventListener("input", (event) => {
    const field = event.target;
    const atEnd = field.selectionStart === field.value.length;
    const spaced = digits(field.value).replace(/(\d{4})(?=\d)/g, "$1 ");
    if (atEnd && spaced !== field.value) field.value = spaced;
  });

  drawOrder();
  show("contact");
}
