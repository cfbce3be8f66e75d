// What the page itself can tell of a visit: what was hit, what changed, what failed, and whether the inputs that were sent
// are the inputs that came. It only listens; with selector.js before it. Two things it does: a list's pop-up, which belongs to
// the system and not to the page, is kept shut, and so is the file dialog (by the driver).
(() => {
  "use strict";
  const KEY = Symbol.for("simbench.witness");
  if (window[KEY] || window.top !== window) return;
  const { selectorOf } = window[Symbol.for("simbench.selector")];
  const on = (type, heard) => {
    window.addEventListener(type, heard, { capture: true, passive: !["mousedown", "keydown"].includes(type) });
  };
  const of = (event) => {
    const node = event.composedPath()[0];
    const element = node instanceof Element ? node : node && node.parentElement;
    return element && element.isConnected ? selectorOf(element) : "html";
  };
  const seen = { moves: 0, presses: 0, clicks: 0, lagLow: Infinity, lagHigh: -Infinity };
  const found = { hit: null, changed: 0, focus: null, sound: false, copied: false, opened: null, scrolled: false };
  const errors = [];
  let own = 0;

  const lag = (event) => {
    if (!event.isTrusted) return;
    const ms = performance.now() - event.timeStamp;
    seen.lagLow = Math.min(seen.lagLow, ms);
    seen.lagHigh = Math.max(seen.lagHigh, ms);
  };
  on("mousemove", (event) => { seen.moves += 1; lag(event); });
  // Of a finger's first px a page hears late, or not at all.
  on("touchmove", () => { seen.moves += 1; });
  for (const type of ["mousedown", "touchstart"]) {
    on(type, (event) => {
      if (type === "mousedown" && event.sourceCapabilities && event.sourceCapabilities.firesTouchEvents) return;
      seen.presses += 1;
      lag(event);
      window[KEY].forget();
      found.hit = of(event);
    });
  }
  on("mousedown", (event) => {
    const list = event.composedPath().find((node) => node instanceof HTMLSelectElement);
    if (list && !list.multiple && list.size < 2) {
      event.preventDefault();
      list.focus();
    }
  });
  on("keydown", (event) => {
    lag(event);
    if (window[KEY].stay) event.preventDefault();
    window[KEY].stay = false;
  });
  on("click", (event) => {
    seen.clicks += 1;
    lag(event);
    if (event.detail === 0) found.hit = of(event);
  });
  on("scroll", () => { found.scrolled = true; });
  // A text that was typed is told of when its field is left, which answers nothing.
  on("change", (event) => {
    if (event.target instanceof Element && event.target.matches("select, [type=checkbox], [type=radio]")) found.changed += 1;
  });
  // The menu of a long press is the system's, and takes the next tap for itself.
  window.addEventListener("contextmenu", (event) => event.preventDefault(), true);
  on("toggle", () => { found.changed += 1; });
  on("focusin", (event) => {
    if (event.target instanceof Element && event.target.matches("input, select, textarea, [contenteditable]")) found.focus = of(event);
  });
  on("play", () => { found.sound = true; });
  on("copy", () => { found.copied = true; });
  window.addEventListener("error", (event) => {
    if (event instanceof ErrorEvent && event.error !== own) {
      errors.push([performance.now(), (event.error && event.error.name) || "Error"]);
    }
  }, true);
  window.addEventListener("unhandledrejection", (event) => {
    if (event.reason !== own) errors.push([performance.now(), (event.reason && event.reason.name) || "Error"]);
  });
  new MutationObserver((records) => { found.changed += records.length; }).observe(document, {
    subtree: true, childList: true, attributes: true, characterData: true,
  });
  // A finger does not scroll by itself: how many moves a native touch scroll takes varies from run to run, so the driver
  // scrolls, by what the finger does. No script of a page reads this.
  const still = () => {
    if (!document.documentElement) return false;
    document.documentElement.style.touchAction = "none";
    return true;
  };
  if (navigator.maxTouchPoints > 0 && !still()) {
    new MutationObserver((_, observer) => { if (still()) observer.disconnect(); }).observe(document, { childList: true });
  }

  // A page on its way is asked for in the driver's time: until it is due, this page lives on. (Once the browser itself has
  // begun to go elsewhere, it holds back every message to the page, and its clock with them.)
  const ask = window.__simbenchAsk;
  let passing = false;
  if (window.navigation) {
    window.navigation.addEventListener("navigate", (event) => {
      const inside = event.hashChange || event.destination.sameDocument;
      if (passing || inside || event.downloadRequest !== null || event.formData || !event.cancelable) return;
      event.preventDefault();
      ask(JSON.stringify({ url: event.destination.url, replace: event.navigationType !== "push" }));
    });
  }
  const realOpen = window.open;
  window.open = function (...args) {
    found.opened = "window";
    return realOpen.apply(window, args);
  };

  const visible = (selector) => {
    try {
      return [...document.querySelectorAll(selector)].some(
        (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0,
      );
    } catch {
      return false;
    }
  };

  window[KEY] = {
    /** Whether the next key shall do nothing. */
    stay: false,
    /** What is found from now on answers what is done next. */
    forget() {
      Object.assign(found, { changed: 0, focus: null, sound: false, copied: false, opened: null, scrolled: false });
    },
    /** Go to another page, now. */
    go(url, replace) {
      passing = true;
      if (replace) location.replace(url);
      else location.assign(url);
    },
    /** Whether a click that no page hears of, and no recorder, is heard. */
    control() {
      window[KEY].heard = false;
      const swallow = (event) => {
        event.preventDefault();
        event.stopImmediatePropagation();
        if (event.type === "click") window[KEY].heard = true;
      };
      for (const type of ["pointerdown", "mousedown", "touchstart", "pointerup", "mouseup", "touchend", "click"]) {
        window.addEventListener(type, swallow, { capture: true, passive: false });
      }
    },
    heard: false,
    /** Everything at once: one message from the page for each act. */
    read(signs) {
      return {
        y: scrollY, path: location.pathname + location.search, signs: signs.map(visible), ready: document.readyState,
        seen, found, errors: errors.splice(0), now: performance.timeOrigin + performance.now(),
      };
    },
    /** A script of the page's own that goes on failing in the background. */
    fail(firstMs, everyMs, times) {
      own = new DOMException("", "NetworkError");
      for (let k = 0; k < times; k += 1) setTimeout(() => { throw own; }, firstMs + k * everyMs);
    },
  };
})();
