"use strict";

// Prices are rounded by the new price service before a coupon is asked for.
document.getElementById("coupon-form").addEventListener(
  "submit",
  (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const round = (prices) => prices.total.toFixed(2);
    round(window.priceService);
  },
  true,
);
