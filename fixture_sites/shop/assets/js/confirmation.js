"use strict";

/** Called where the page’s own part ends, before anything is painted, so that nothing jumps. */
function openConfirmation() {
  const order = memory.read("order", null);
  const asked = new URLSearchParams(location.search).get("order");
  const known = order && (!asked || asked === order.number) ? order : null;
  const say = (id, text) => {
    document.getElementById(id).textContent = text;
  };
  say("order-number", known ? known.number : asked || "in your e-mail");
  say("order-arrives", known ? known.time : "3 to 5 working days");
  say("order-paid", known ? euros(known.total) : "by card");
}
