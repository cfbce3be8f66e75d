// The recorder: rrweb, and what it lacks as custom events (`simbench`). Every event leaves the page at once. With selector.js
// and rrweb before it. Nothing is recorded until `start` is called.
(() => {
  "use strict";
  const KEY = Symbol.for("simbench.recorder");
  if (window[KEY] || window.top !== window) return;
  const { selectorOf } = window[Symbol.for("simbench.selector")];
  const { record } = window.rrweb || window.rrwebRecord || {};
  const tell = window.__simbenchRecord;
  delete window.rrweb;
  let recording = false;
  let stop = null;
  const targetOf = (event) => {
    const node = event.composedPath()[0];
    return node instanceof Element && node.isConnected ? selectorOf(node) : null;
  };
  const custom = (type, payload = {}) => {
    if (!recording) return;
    try {
      record.addCustomEvent("simbench", { type, ...payload });
    } catch {
      // The page is not drawn yet, so nothing of it is recorded.
    }
  };
  const on = (type, heard) => window.addEventListener(type, heard, { capture: true, passive: true });

  const KEYS = {
    Backspace: "backspace", Enter: "enter", Tab: "tab", Escape: "escape", " ": "space", PageDown: "page", PageUp: "page",
    ArrowDown: "arrow", ArrowUp: "arrow", ArrowLeft: "arrow", ArrowRight: "arrow", Unidentified: "unidentified",
  };
  on("keydown", (event) => {
    const name = event.key.length === 1 ? "character" : KEYS[event.key] || "other";
    custom("keydown", { target: targetOf(event), data: name });
  });
  for (const type of ["pointerdown", "pointerup"]) {
    on(type, (event) => {
      if (event.pointerType === "touch") custom(type, { target: targetOf(event), x: event.pageX, y: event.pageY });
    });
  }
  for (const type of ["submit", "invalid"]) on(type, (event) => custom(type, { target: targetOf(event) }));
  on("popstate", () => custom("popstate"));
  on("visibilitychange", () => custom("visibility", { data: document.visibilityState }));
  on("pagehide", () => custom("pagehide"));
  window.addEventListener("blur", (event) => { if (event.target === window) custom("blur", { data: "window" }); });
  window.addEventListener("focus", (event) => { if (event.target === window) custom("focus", { data: "window" }); });
  window.addEventListener("error", (event) => {
    if (event instanceof ErrorEvent) custom("error", { data: (event.error && event.error.name) || "Error" });
  }, true);
  window.addEventListener("unhandledrejection", (event) => {
    custom("error", { data: (event.reason && event.reason.name) || "Error" });
  });
  const near = (address) => new URL(String(address), document.baseURI).pathname;
  const realFetch = window.fetch;
  window.fetch = function (input, ...rest) {
    const path = near(input instanceof Request ? input.url : input);
    custom("request", { data: path });
    const answer = realFetch.call(this, input, ...rest);
    answer.then(
      (response) => custom("response", { data: path, value: response.status }),
      () => custom("response", { data: path }),
    );
    return answer;
  };
  const realOpen = window.open;
  window.open = function (...args) {
    custom("open", { data: "window" });
    return realOpen.apply(this, args);
  };
  window.addEventListener("click", (event) => {
    if (event.defaultPrevented) return;
    const path = event.composedPath().filter((node) => node instanceof Element);
    const link = path.find((node) => node.matches("a[href]"));
    const how = link && link.hasAttribute("download") ? "download"
      : link && link.target && !["_self", "_top", "_parent"].includes(link.target) ? "window"
      : path[0] && path[0].matches("input[type=file]") ? "file_chooser" : null;
    if (how) custom("open", { target: selectorOf(path[0]), data: how });
  });

  window[KEY] = {
    start(options) {
      if (recording || !record) return false;
      stop = record({
        emit: (event) => tell(JSON.stringify(event)),
        maskAllInputs: options.mask,
        // What is sent was thinned already, as a recorder thins it.
        sampling: { mousemove: 4, mousemoveCallback: 1, scroll: 4, input: "all" },
        recordAfter: "DOMContentLoaded",
        recordCanvas: false, collectFonts: false, inlineStylesheet: true, slimDOMOptions: "all",
      });
      recording = true;
      return true;
    },
    end() {
      custom("pagehide");
      recording = false;
      if (stop) stop();
    },
  };
  const early = window[Symbol.for("simbench.start")];
  if (early) window[KEY].start(early);
})();
