"use strict";

(() => {
  const strip = document.createElement("div");
  strip.id = "news-strip";
  strip.className = "news-strip";
  strip.innerHTML = "<p><b>This week</b><span>Two candle holders with every order from €200.</span></p>";
  document.getElementById("contact-actions").append(strip);
})();
