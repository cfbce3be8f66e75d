// Runs in every captured page before its own scripts: notices what a click causes, and when the page has answered.
//
// While `armed`, timers, requests, changes, errors, navigation and focus are taken for consequences of the click, unless
// they come out of a timer that ran before it. Navigation away is noted and prevented, so that the page can be tried
// again. Nothing here is visible to the page but one property of `window`, under a symbol.
(() => {
  "use strict";
  const KEY = Symbol.for("simbench.probe");
  if (window[KEY]) return;

  const POINTER = [
    "click", "dblclick", "mousedown", "mouseup", "pointerdown", "pointerup", "touchstart", "touchend", "auxclick",
  ];
  const native = {
    setTimeout: window.setTimeout.bind(window),
    requestAnimationFrame: window.requestAnimationFrame.bind(window),
    now: performance.now.bind(performance),
  };

  // --- who listens -------------------------------------------------------------------------------------------------
  const listened = new WeakMap();
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const note = (target, type, step) => {
    const real = target || window;
    const counts = listened.get(real) || new Map();
    counts.set(type, Math.max(0, (counts.get(type) || 0) + step));
    listened.set(real, counts);
  };
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    if (listener) note(this, String(type), 1);
    return addEventListener.call(this || window, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    if (listener) note(this, String(type), -1);
    return removeEventListener.call(this || window, type, listener, options);
  };
  const listens = (target) => {
    const counts = listened.get(target);
    return POINTER.some((type) => (counts && counts.get(type) > 0) || typeof target[`on${type}`] === "function");
  };
  const ON = [...POINTER, "submit", "change", "input"].map((type) => `on${type}`);
  // Who listens to what, from a node up to the window.
  const ears = (node) => {
    const parts = [];
    for (let at = node; at; at = at === window ? null : at.parentNode || at.host || window) {
      const own = [...(listened.get(at) || [])].filter(([, n]) => n > 0).map(([type, n]) => `${type}${n}`);
      own.push(...ON.filter((name) => typeof at[name] === "function"));
      parts.push(own.sort().join(","));
    }
    return parts.join(">");
  };

  // --- what a click sets off ---------------------------------------------------------------------------------------
  let armed = null;
  let tried = null;
  // The trial that the running callback belongs to: undefined outside timers, null in those that the click did not set.
  let lineage;
  const owner = () => (lineage === undefined ? armed : lineage);
  const run = (mine, callback, self, args) => {
    const before = lineage;
    lineage = mine;
    try {
      return callback.apply(self, args);
    } finally {
      lineage = before;
    }
  };
  const timers = new Map();
  // How many timers led to this one: what goes on for ever is not waited for.
  let depth = 0;
  const GENERATIONS = 3;
  const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout, setInterval: realSetInterval } = window;
  window.setTimeout = function (callback, delay, ...args) {
    if (typeof callback !== "function") return realSetTimeout.call(window, callback, delay, ...args);
    const mine = owner();
    const generation = depth + 1;
    const id = realSetTimeout.call(
      window,
      function () {
        timers.delete(id);
        const before = depth;
        depth = generation;
        try {
          return run(mine, callback, this, args);
        } finally {
          depth = before;
        }
      },
      delay,
    );
    timers.set(id, { mine, generation, due: native.now() + Math.max(0, Number(delay) || 0) });
    return id;
  };
  window.clearTimeout = function (id) {
    timers.delete(id);
    return realClearTimeout.call(window, id);
  };
  window.setInterval = function (callback, delay, ...args) {
    if (typeof callback !== "function") return realSetInterval.call(window, callback, delay, ...args);
    const mine = owner();
    return realSetInterval.call(
      window,
      function () {
        return run(mine, callback, this, args);
      },
      delay,
    );
  };
  window.requestAnimationFrame = function (callback) {
    const mine = owner();
    return native.requestAnimationFrame(function (time) {
      return run(mine, callback, window, [time]);
    });
  };

  // --- requests ----------------------------------------------------------------------------------------------------
  const where = (url) => {
    try {
      const full = new URL(String(url), document.baseURI);
      return full.origin === location.origin ? full.pathname : full.origin + full.pathname;
    } catch {
      return String(url);
    }
  };
  let underWay = 0;
  const begin = (method, url) => {
    const trial = owner();
    underWay += 1;
    if (!trial) {
      return () => {
        underWay -= 1;
      };
    }
    const request = { method: String(method).toUpperCase(), url: where(url), status: 0 };
    trial.requests.push(request);
    trial.pending += 1;
    return (status) => {
      underWay -= 1;
      request.status = status;
      trial.pending -= 1;
      trial.touched = native.now();
    };
  };
  const realFetch = window.fetch;
  window.fetch = function (resource, options) {
    const isRequest = resource instanceof Request;
    const end = begin((options && options.method) || (isRequest ? resource.method : "GET"), isRequest ? resource.url : resource);
    return realFetch.call(window, resource, options).then(
      (response) => {
        end(response.status);
        return response;
      },
      (error) => {
        end(0);
        throw error;
      },
    );
  };
  const { open, send } = XMLHttpRequest.prototype;
  const opened = new WeakMap();
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    opened.set(this, [method, url]);
    return open.call(this, method, url, ...rest);
  };
  XMLHttpRequest.prototype.send = function (body) {
    const end = begin(...(opened.get(this) || ["GET", location.href]));
    addEventListener.call(this, "loadend", () => end(this.status));
    return send.call(this, body);
  };
  const realBeacon = navigator.sendBeacon;
  navigator.sendBeacon = function (url, body) {
    begin("POST", url)(204);
    return realBeacon.call(navigator, url, body);
  };

  // --- what changes ------------------------------------------------------------------------------------------------
  // Nodes that change by themselves; learnt before the first trial.
  const restless = new WeakSet();
  let learning = null;
  const selfMade = (node) => {
    for (let at = node; at; at = at.parentNode || at.host) if (restless.has(at)) return true;
    return false;
  };
  const touched = (record) => {
    if (record.type === "childList") return record.addedNodes.length + record.removedNodes.length;
    const now = record.type === "attributes" ? record.target.getAttribute(record.attributeName) : record.target.data;
    return now === record.oldValue ? 0 : 1;
  };
  const seeChanges = (records) => {
    if (learning) {
      for (const { target } of records) learning.add(target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement);
    }
    if (!armed) return;
    for (const record of records) {
      const count = touched(record);
      if (!count || selfMade(record.target)) continue;
      armed.mutations += count;
      respond(armed);
    }
  };
  const respond = (trial) => {
    const now = native.now();
    trial.touched = now;
    if (trial.first === null) trial.first = now;
  };
  const observer = new MutationObserver(seeChanges);
  const watch = (root) =>
    observer.observe(root, {
      subtree: true, childList: true, attributes: true, characterData: true, attributeOldValue: true, characterDataOldValue: true,
    });
  watch(document);
  const { attachShadow } = Element.prototype;
  Element.prototype.attachShadow = function (options) {
    const root = attachShadow.call(this, options);
    watch(root);
    return root;
  };

  const FIELDS = "input, textarea, select, [contenteditable]";
  const values = () =>
    [...document.querySelectorAll("input, textarea, select")].map((f) => `${f.value}\u0001${f.checked}\u0001${f.indeterminate}`).join("\u0002");
  // How things look, as far as boxes tell: menus that open on focus change no node.
  const looks = () => {
    const parts = [];
    for (const element of document.body ? document.body.querySelectorAll("*") : []) {
      const box = element.getBoundingClientRect();
      if (!box.width || !box.height || selfMade(element)) continue;
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      parts.push(`${Math.round(box.x + scrollX)},${Math.round(box.y + scrollY)},${Math.round(box.width)},${Math.round(box.height)}`);
    }
    return parts.join(";");
  };
  const memory = () => {
    try {
      return JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]);
    } catch {
      return document.cookie;
    }
  };

  // How things are painted: what a style sheet alone does (a ticked box beside a picture), and what is drawn on a canvas.
  // Outlines are left out: a ring around what has the focus is no answer.
  const PAINTED = [
    "color", "background", "border-color", "box-shadow", "opacity", "transform", "filter", "fill", "stroke", "clip-path",
    "text-decoration", "content", "left", "top",
  ];
  const painted = () => {
    const looks = new Map();
    const drawn = new Map();
    for (const element of document.body ? document.body.querySelectorAll("*") : []) {
      if (selfMade(element) || !element.checkVisibility()) continue;
      const parts = [];
      const say = (style) => parts.push(PAINTED.map((name) => style.getPropertyValue(name)).join("\u0001"));
      say(getComputedStyle(element));
      for (const pseudo of ["::before", "::after"]) {
        const style = getComputedStyle(element, pseudo);
        if (style.content !== "none") say(style);
      }
      if (element.localName === "canvas") {
        try {
          drawn.set(element, element.toDataURL());
        } catch {
          // It holds a picture of another site's.
        }
      }
      looks.set(element, parts.join("\u0002"));
    }
    const hovered = [...document.querySelectorAll(":hover")].pop() || null;
    return { looks, drawn, hovered, focus: document.activeElement };
  };
  const CONTROL = "a, button, input, select, textarea, label, summary, [tabindex], [role]";
  /** Whether anything looks otherwise, but for what has (or had) the focus, or alone is (or was) pointed at. */
  const paintedOtherwise = (before, after) => {
    const pointed = before.hovered === after.hovered ? [] : [before.hovered, after.hovered].filter(Boolean);
    const aside = (element) =>
      element.contains(before.focus) ||
      element.contains(after.focus) ||
      pointed.some((hovered) => element.contains(hovered) || (hovered.closest(CONTROL) || hovered).contains(element));
    const other = (one, two) => [...one.looks].some(([element, look]) => two.looks.get(element) !== look && !aside(element));
    const redrawn = [...after.drawn].some(([canvas, pixels]) => before.drawn.has(canvas) && before.drawn.get(canvas) !== pixels);
    return redrawn || other(before, after) || other(after, before);
  };
  /** Wait until nothing moves any more that will come to an end soon. */
  const still = async (mostMs) => {
    // What the pointer did a moment ago is known to the page by the next frame.
    await frame();
    await frame();
    const moving = document.getAnimations().filter((animation) => {
      const timing = animation.effect && animation.effect.getComputedTiming();
      return animation.playState === "running" && timing && Number.isFinite(timing.endTime);
    });
    if (moving.length) await Promise.race([Promise.allSettled(moving.map((animation) => animation.finished)), sleep(mostMs)]);
  };

  // Sounds, the clipboard, and pictures that move by a script's word: none of them changes the document.
  const { animate } = Element.prototype;
  Element.prototype.animate = function (...args) {
    const trial = owner();
    if (trial) {
      trial.animated = true;
      respond(trial);
    }
    return animate.apply(this, args);
  };
  const sounds = (prototype, name) => {
    const real = prototype[name];
    prototype[name] = function (...args) {
      const trial = owner();
      if (trial) {
        trial.sound = true;
        respond(trial);
      }
      return real.apply(this, args);
    };
  };
  if (window.AudioScheduledSourceNode) sounds(AudioScheduledSourceNode.prototype, "start");
  sounds(HTMLMediaElement.prototype, "play");
  for (const name of window.Clipboard ? ["write", "writeText"] : []) {
    const real = Clipboard.prototype[name];
    Clipboard.prototype[name] = function (...args) {
      const trial = owner();
      if (!trial) return real.apply(this, args);
      trial.copied = true;
      trial.touched = native.now();
      return Promise.resolve();
    };
  }

  const errorName = (error) => (error && error.name) || "Error";
  addEventListener.call(window, "error", (event) => {
    const trial = owner();
    if (trial && event instanceof ErrorEvent) trial.error = trial.error || errorName(event.error);
  }, true);
  addEventListener.call(window, "unhandledrejection", (event) => {
    if (armed) armed.error = armed.error || errorName(event.reason);
  }, true);

  if (window.navigation) {
    addEventListener.call(window.navigation, "navigate", (event) => {
      const trial = armed;
      if (!trial) return;
      const url = new URL(event.destination.url);
      const inside = event.hashChange || event.destination.sameDocument;
      if (event.downloadRequest !== null) {
        trial.open = "download";
        event.preventDefault();
      } else if (!inside) {
        trial.url = trial.url || near(url.href);
        if (event.cancelable) event.preventDefault();
      } else if (url.pathname + url.search !== location.pathname + location.search) {
        trial.softUrl = url.pathname + url.search + url.hash;
      }
      respond(trial);
    });
  }
  addEventListener.call(document, "scroll", (event) => {
    if (!armed) return;
    armed.scrolled = armed.scrolled || event.target !== document;
    respond(armed);
  }, true);
  addEventListener.call(window, "change", (event) => {
    // By a press, a box or a choice takes its new value; what was typed before is told of when the field is left.
    if (armed && event.target instanceof Element && event.target.matches("[type=checkbox], [type=radio]")) armed.ticked = event.target;
  }, true);
  for (const type of ["pointerdown", "click", "submit"]) {
    addEventListener.call(window, type, () => {
      if (armed) armed.clicked = native.now();
    }, true);
  }

  /** An address as path, query and fragment on this site, or as a whole elsewhere. */
  const near = (address) => {
    const url = new URL(String(address), document.baseURI);
    return url.origin === location.origin ? url.pathname + url.search + url.hash : url.href;
  };
  // Last of all listeners: new windows and file choosers are noted, and do not open.
  addEventListener.call(window, "click", (event) => {
    if (!armed || event.defaultPrevented) return;
    const path = event.composedPath().filter((node) => node instanceof Element);
    const link = path.find((node) => node.matches("a[href]"));
    const opens = link && link.target && !["_self", "_top", "_parent"].includes(link.target);
    if (opens) armed.url = near(link.href);
    if (opens || (path[0] && path[0].matches("input[type=file]"))) {
      armed.open = opens ? "window" : "file_chooser";
      event.preventDefault();
      respond(armed);
    }
  });
  const realOpen = window.open;
  window.open = function (...args) {
    if (!armed) return realOpen.apply(window, args);
    armed.open = "window";
    armed.url = near(args[0] || "");
    respond(armed);
    return null;
  };

  const frame = () => new Promise((done) => native.requestAnimationFrame(() => done()));
  const sleep = (ms) => new Promise((done) => native.setTimeout(done, ms));
  const visible = (selector) => {
    try {
      return [...document.querySelectorAll(selector)].some(
        (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0,
      );
    } catch {
      return false;
    }
  };

  // Whether anything on the way from an element to the window listens to pointers, and whether it does itself.
  const heard = (element) => {
    for (let at = element; at; at = at.parentNode || at.host) if (listens(at)) return true;
    return listens(window);
  };

  window[KEY] = {
    listens,
    heard,
    ears,
    visible,
    looks,

    /** Wait until the page is at rest: loaded, fonts in, nothing changing for a while. */
    async rest(quietMs, mostMs) {
      const start = native.now();
      if (document.readyState !== "complete") {
        await new Promise((done) => addEventListener.call(window, "load", done, { once: true }));
      }
      await document.fonts.ready;
      let last = native.now();
      const busy = new MutationObserver(() => {
        last = native.now();
      });
      busy.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      const waits = () => [...timers.values()].some((timer) => timer.generation <= GENERATIONS && timer.due - start < mostMs);
      while ((native.now() - last < quietMs || underWay > 0 || waits()) && native.now() - start < mostMs) await sleep(10);
      busy.disconnect();
      await frame();
      await frame();
    },

    /** Learn which nodes change by themselves. */
    async learn(ms) {
      const found = new Set();
      learning = found;
      await sleep(ms);
      seeChanges(observer.takeRecords());
      learning = null;
      return [...found];
    },

    /** These change by themselves, with all that is in them. */
    ignore(elements) {
      for (const element of elements) if (element) restless.add(element);
    },

    /** Leave the field that has the focus and scroll back; whether the page is then as it was. */
    async undo() {
      await this.arm();
      const trial = armed;
      if (document.activeElement && document.activeElement !== document.body) document.activeElement.blur();
      window.scrollTo({ left: 0, top: 0, behavior: "instant" });
      await frame();
      await frame();
      seeChanges(observer.takeRecords());
      armed = null;
      return trial.mutations === 0 && !trial.scrolled && trial.requests.length === 0 && values() === trial.before.values;
    },

    /** Whether the last trial changed how the page is painted, whatever else it did. */
    async repainted() {
      await still(600);
      return Boolean(tried) && paintedOtherwise(tried.before.painted, painted());
    },

    /** From now on, what happens is caused by what is done next. */
    async arm() {
      await still(400);
      observer.takeRecords();
      armed = {
        mutations: 0, first: null, touched: native.now(), clicked: native.now(), requests: [], pending: 0, error: null,
        url: null, softUrl: null, open: null, scrolled: false, animated: false, sound: false, copied: false, ticked: null,
        before: {
          values: values(), looks: looks(), painted: painted(), memory: memory(), scroll: scrollY, hash: location.hash,
        },
      };
    },

    /**
     * Wait until the page has answered, and say what happened.
     *
     * Requests are always waited for; timers as long as nothing has happened yet, or until `sign` is visible.
     */
    async settled(quietMs, patienceMs, sign) {
      const trial = armed;
      const start = native.now();
      const wanted = () => Boolean(sign) && !visible(sign);
      for (;;) {
        await sleep(8);
        const now = native.now();
        if (now - start > patienceMs || trial.url !== null) break;
        if (now - trial.touched < quietMs) continue;
        if (trial.pending > 0) continue;
        const waiting = [...timers.values()].filter((timer) => timer.mine === trial && timer.generation <= GENERATIONS);
        if (waiting.some((timer) => trial.first === null || wanted() || timer.due - now < 300)) continue;
        break;
      }
      await frame();
      await frame();
      seeChanges(observer.takeRecords());
      const before = trial.before;
      const after = { values: values(), looks: looks(), memory: memory(), scroll: scrollY };
      const focused = document.activeElement;
      const seen = trial.first !== null || after.values !== before.values || after.looks !== before.looks;
      armed = null;
      tried = trial;
      const waited = trial.first === null ? 0 : trial.first - trial.clicked;
      return {
        url: trial.url,
        softUrl: trial.softUrl,
        open: trial.open,
        mutations: trial.mutations,
        valuesChanged: after.values !== before.values,
        looksChanged: after.looks !== before.looks,
        memoryChanged: after.memory !== before.memory,
        animated: trial.animated,
        sound: trial.sound,
        copied: trial.copied,
        ticked: trial.ticked,
        scrolled: after.scroll !== before.scroll || trial.scrolled,
        scrollY: after.scroll !== before.scroll ? after.scroll : null,
        firstMs: seen ? Math.max(0, waited) : 0,
        seen,
        error: trial.error,
        requests: trial.requests,
        focus: focused && focused.matches(FIELDS) && !focused.matches("[type=button], [type=submit], [type=reset]") ? focused : null,
      };
    },
  };
})();
