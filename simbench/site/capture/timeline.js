// Notes when things appear while a page loads. Needs selector.js. Times are from the first byte of the page itself.
(() => {
  "use strict";
  const KEY = Symbol.for("simbench.timeline");
  if (window[KEY]) return;
  const seen = new Map();
  let lcp = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) lcp = Math.max(lcp, entry.startTime);
  }).observe({ type: "largest-contentful-paint", buffered: true });

  const shown = (element) => {
    if (element.localName === "img" && !element.complete) return false;
    const box = element.getBoundingClientRect();
    return box.width >= 1 && box.height >= 1 && element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  };
  let asked = false;
  const look = () => {
    asked = false;
    if (!document.body || document.readyState === "loading") return;
    const now = performance.now();
    for (const element of document.body.querySelectorAll("*")) {
      if (!seen.has(element) && shown(element)) seen.set(element, now);
    }
  };
  const ask = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(look);
  };
  new MutationObserver(ask).observe(document, { subtree: true, childList: true, attributes: true });
  document.addEventListener("DOMContentLoaded", look);
  document.addEventListener("load", ask, true);
  document.addEventListener("transitionend", ask, true);
  document.addEventListener("animationend", ask, true);

  window[KEY] = () => {
    look();
    const navigation = performance.getEntriesByType("navigation")[0];
    const start = navigation.responseStart;
    const ready = navigation.domContentLoadedEventEnd;
    const { selectorOf } = window[Symbol.for("simbench.selector")];
    const late = [...seen].filter(([element, at]) => at - ready > 250 && element.isConnected).map(([element, at]) => [at - start, selectorOf(element)]);
    return { lcp: Math.max(0, lcp - start), load: Math.max(0, navigation.loadEventEnd - start), late };
  };
})();
