// Measures a page at rest: every rendered element's box, what it says, and whether it can be hit.
// Needs selector.js. Boxes are in page coordinates with the page at its top, or in the viewport's for what stays there.
(() => {
  "use strict";
  const KEY = Symbol.for("simbench.measure");
  if (window[KEY]) return;
  const { selectorOf, find, interactive, interactiveAncestor, parentOf } = window[Symbol.for("simbench.selector")];
  const probe = window[Symbol.for("simbench.probe")];

  const NEVER = new Set([
    "head", "script", "style", "template", "noscript", "meta", "link", "title", "br", "wbr", "option", "optgroup", "source",
    "track", "param", "defs", "desc", "metadata", "symbol", "clippath", "mask", "lineargradient", "radialgradient", "stop", "filter",
  ]);
  const EVERYWHERE = { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity };
  const TEXT_MOST = 80;

  const meet = (a, b) => ({
    left: Math.max(a.left, b.left), top: Math.max(a.top, b.top), right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom),
  });
  /** Whether one box covers nearly all of another. */
  const covers = (upper, lower) => {
    const shared = meet(upper, lower);
    const area = Math.max(0, shared.right - shared.left) * Math.max(0, shared.bottom - shared.top);
    return area >= 0.9 * (lower.right - lower.left) * (lower.bottom - lower.top);
  };
  const round = (value) => Math.round(value * 10) / 10;
  const squeeze = (text) => (text || "").replace(/\s+/g, " ").trim();
  const cut = (text) => [...squeeze(text)].slice(0, TEXT_MOST).join("");
  const ownText = (element) => {
    let text = "";
    for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) text += ` ${node.data}`;
    return squeeze(text);
  };
  const px = (value) => (value.endsWith("px") ? parseFloat(value) : null);

  const INPUT_ROLES = {
    button: "button", submit: "button", reset: "button", image: "button", checkbox: "checkbox", radio: "radio", range: "slider",
    number: "spinbutton", search: "searchbox", color: "textbox", file: "button",
  };
  const TAG_ROLES = {
    button: "button", select: "combobox", textarea: "textbox", img: "img", nav: "navigation", main: "main", header: "banner",
    footer: "contentinfo", aside: "complementary", section: "region", form: "form", ul: "list", ol: "list", li: "listitem",
    dialog: "dialog", table: "table", article: "article", summary: "button", h1: "heading", h2: "heading", h3: "heading",
    h4: "heading", h5: "heading", h6: "heading", p: "paragraph", label: "label", output: "status", hr: "separator",
  };
  const roleOf = (element, tag) => {
    const said = squeeze(element.getAttribute("role")).split(" ")[0];
    if (said) return said;
    if (tag === "a") return element.hasAttribute("href") ? "link" : "";
    if (tag === "input") return INPUT_ROLES[element.type] || "textbox";
    return TAG_ROLES[tag] || "";
  };

  const FIELD_TAGS = new Set(["select", "textarea"]);
  const BUTTON_TYPES = new Set(["button", "submit", "reset", "image"]);
  const isField = (element, tag) => FIELD_TAGS.has(tag) || (tag === "input" && !BUTTON_TYPES.has(element.type)) || element.isContentEditable;
  const IMAGE_TAGS = new Set(["img", "svg", "picture", "canvas", "video"]);
  const isImage = (element, tag) => IMAGE_TAGS.has(tag) || element.getAttribute("role") === "img";
  const kindOf = (element, tag, style, said) => {
    if (isField(element, tag)) return "field";
    if (interactive(element)) return "control";
    if (isImage(element, tag)) return "image";
    if (said) return "text";
    return style.backgroundImage.includes("url(") ? "image" : "box";
  };

  /** What a control says as a whole, what a picture shows; of anything else only what it renders itself. */
  const nameOf = (element, tag) => {
    if (!interactive(element) && !isField(element, tag) && !isImage(element, tag)) return ownText(element);
    const label = element.getAttribute("aria-label");
    if (label) return label;
    const by = element.getAttribute("aria-labelledby");
    const byText = by ? by.split(/\s+/).map((id) => document.getElementById(id)).filter(Boolean).map((e) => e.textContent).join(" ") : "";
    if (squeeze(byText)) return byText;
    if (isField(element, tag)) {
      const labels = element.labels ? [...element.labels].map((l) => l.innerText).join(" ") : "";
      return squeeze(labels) || element.placeholder || element.title || "";
    }
    if (tag === "input") return element.value || element.alt || element.title;
    if (tag === "img") return element.alt || element.title;
    const inner = [...element.querySelectorAll("img[alt]")].map((image) => image.alt).join(" ");
    return squeeze(element.innerText) || squeeze(element.textContent) || inner || element.title;
  };

  const hrefOf = (element, tag) => {
    if (tag !== "a" || !element.hasAttribute("href")) return null;
    try {
      const url = new URL(element.href);
      return url.origin === location.origin ? url.pathname + url.search + url.hash : url.href;
    } catch {
      return element.getAttribute("href");
    }
  };

  // A positioned ::before or ::after can reach beyond its element and takes clicks for it ("stretched" links).
  const pseudoBoxes = (element, style, holder) => {
    const boxes = [];
    for (const name of ["::before", "::after"]) {
      const own = getComputedStyle(element, name);
      if (own.content === "none" || own.position !== "absolute" || own.pointerEvents === "none" || own.display === "none") continue;
      const [left, top, width, height] = [own.left, own.top, own.width, own.height].map(px);
      if (left === null || top === null || !width || !height) continue;
      const around = style.position === "static" ? holder : element;
      if (!around) continue;
      const box = around.getBoundingClientRect();
      const x = box.left + around.clientLeft + left;
      const y = box.top + around.clientTop + top;
      boxes.push({ left: x, top: y, right: x + width, bottom: y + height });
    }
    return boxes;
  };

  const hidden = (style) =>
    (style.clip !== "auto" && style.position === "absolute") || /inset\((50|100)%/.test(style.clipPath);
  const clips = (style) => style.overflowX !== "visible" || style.overflowY !== "visible";
  const scrolls = (element, style) =>
    (/auto|scroll/.test(style.overflowY) && element.scrollHeight > element.clientHeight + 1) ||
    (/auto|scroll/.test(style.overflowX) && element.scrollWidth > element.clientWidth + 1);
  const holdsFixed = (style) =>
    style.transform !== "none" || style.filter !== "none" || style.perspective !== "none" || /paint|layout|strict|content/.test(style.contain);

  /** All elements in the order of the tree, shadow trees before the light children. */
  function* everyElement(root) {
    for (const element of root.children) {
      yield element;
      if (element.shadowRoot) yield* everyElement(element.shadowRoot);
      yield* everyElement(element);
    }
  }

  const SHAPES = new Set(["path", "circle", "rect", "line", "polyline", "polygon", "ellipse", "text", "tspan", "g", "use"]);

  async function measure() {
    window.scrollTo({ left: 0, top: 0, behavior: "instant" });
    const tags = [];
    const places = new Map();
    for (const element of everyElement(document)) {
      places.set(element, tags.length);
      tags.push(element.localName);
    }
    const modals = [...document.querySelectorAll("dialog:modal")];
    const modal = modals[modals.length - 1] || null;
    const records = [];
    const elements = [];
    const sticky = [];
    const view = { w: document.documentElement.clientWidth, h: window.innerHeight };

    const visit = (element, around) => {
      const tag = element.localName.toLowerCase();
      if (NEVER.has(tag)) return;
      const style = getComputedStyle(element);
      if (style.display === "none") return;
      const topLayer = element === modal || (element.matches("[popover]") && element.matches(":popover-open"));
      const place = topLayer ? "fixed" : style.position;
      const box = element.getBoundingClientRect();
      let clip = place === "fixed" ? around.fixedClip : place === "absolute" ? around.absoluteClip : around.flowClip;
      if (topLayer) clip = EVERYWHERE;
      const fixed = around.fixed || (place === "fixed" && !around.holdsFixed);
      const root = element === document.documentElement || element === document.body;
      const container = place === "fixed" ? null : place === "absolute" ? around.absoluteContainer : around.container;
      const inert = around.inert || element.inert || false;
      const record = root || !hidden(style) ? describe(element, tag, style, box, { clip, fixed, container, inert, around, modal, view }) : null;
      if (record) {
        record.place = places.get(element);
        records.push(record);
        elements.push(element);
        if (style.position === "sticky" && !fixed) sticky.push(element);
      }
      if (!root && hidden(style)) return;

      const positioned = style.position !== "static" || holdsFixed(style) || topLayer;
      let flowClip = clip;
      let inner = container;
      if (!root && clips(style)) {
        if (scrolls(element, style)) {
          inner = selectorOf(element);
          flowClip = EVERYWHERE;
        } else {
          const left = box.left + element.clientLeft;
          const top = box.top + element.clientTop;
          flowClip = meet(clip, { left, top, right: left + element.clientWidth, bottom: top + element.clientHeight });
        }
      }
      const below = {
        flowClip,
        absoluteClip: positioned ? flowClip : around.absoluteClip,
        fixedClip: holdsFixed(style) ? flowClip : around.fixedClip,
        container: inner,
        absoluteContainer: positioned ? inner : around.absoluteContainer,
        holdsFixed: around.holdsFixed || holdsFixed(style),
        holder: positioned ? element : around.holder,
        fixed,
        inert: inert && !topLayer,
      };
      if (element.shadowRoot) for (const child of element.shadowRoot.children) visit(child, below);
      for (const child of element.children) visit(child, below);
    };

    const start = {
      flowClip: EVERYWHERE, absoluteClip: EVERYWHERE, fixedClip: EVERYWHERE, container: null, absoluteContainer: null,
      holdsFixed: false, holder: document.documentElement, fixed: false, inert: false,
    };
    visit(document.documentElement, start);
    const pinned = await stuck(sticky);
    records.forEach((record, i) => {
      if (pinned.some((element) => element.contains(elements[i]))) record.fixed = true;
    });
    return { tags, records, docH: Math.max(document.documentElement.scrollHeight, view.h) };
  }

  function describe(element, tag, style, box, context) {
    const { fixed, container, around, modal, view } = context;
    if (!element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) return null;
    const unseen = !element.checkVisibility({ opacityProperty: true });
    const inside = !modal || modal.contains(element);
    let hit = style.pointerEvents !== "none" && !context.inert && inside;
    if (unseen && !hit) return null;
    let area = meet(box, context.clip);
    if (hit) {
      for (const other of pseudoBoxes(element, style, around.holder)) {
        const seen = meet(other, context.clip);
        // A small one (a label, an ornament) lies over nothing of its host's children.
        if (!covers(seen, box)) continue;
        if (seen.left < area.left - 1 || seen.top < area.top - 1 || seen.right > area.right + 1 || seen.bottom > area.bottom + 1) {
          area = {
            left: Math.min(area.left, seen.left), top: Math.min(area.top, seen.top),
            right: Math.max(area.right, seen.right), bottom: Math.max(area.bottom, seen.bottom), stretched: true,
          };
        }
      }
    }
    // The backdrop of a modal dialog is the dialog's own as far as clicks go.
    if (element === document.documentElement) {
      area = { left: 0, top: 0, right: Math.max(view.w, element.scrollWidth), bottom: Math.max(view.h, element.scrollHeight) };
    }
    if (element === modal) area = { left: 0, top: 0, right: view.w, bottom: view.h };
    const w = area.right - area.left;
    const h = area.bottom - area.top;
    const root = element === document.documentElement;
    if (!root && (w < 1 || h < 1 || (w < 2 && h < 2))) return null;
    if (!root && (area.right <= 0 || (!fixed && area.bottom + window.scrollY <= 0))) return null;
    if (SHAPES.has(tag) && element.ownerSVGElement) {
      const at = document.elementFromPoint((area.left + area.right) / 2, (area.top + area.bottom) / 2);
      if (tag === "g" || tag === "use") return null;
      hit = hit && at === element;
      if (!hit) return null;
    }
    const isInteractive = interactive(element);
    const ancestor = isInteractive ? element : interactiveAncestor(element);
    const own = unseen ? "" : ownText(element);
    return {
      target: selectorOf(element),
      tag,
      role: roleOf(element, tag),
      text: unseen && !isInteractive ? "" : cut(nameOf(element, tag)),
      words: own && !isField(element, tag) ? own.split(" ").filter((word) => /[\p{L}\p{N}]/u.test(word)).length : 0,
      href: hrefOf(element, tag),
      x: round(area.left + (fixed ? 0 : window.scrollX)),
      y: round(area.top + (fixed ? 0 : window.scrollY)),
      w: round(w),
      h: round(h),
      fixed,
      cursor: style.cursor,
      focusable: element.tabIndex >= 0 && !element.disabled && inside && !context.inert,
      interactive: isInteractive,
      interactive_ancestor: ancestor ? selectorOf(ancestor) : null,
      hit,
      kind: kindOf(element, tag, style, own),
      disabled: element.matches(":disabled") || element.getAttribute("aria-disabled") === "true",
      container,
      listens: probe ? probe.listens(element) : false,
      heard: probe ? probe.heard(element) : false,
      ears: probe ? probe.ears(element) : "",
      between: probe ? listensBelow(element, ancestor) : false,
      stretched: Boolean(area.stretched),
    };
  }

  /** Whether an element, or anything between it and `ancestor`, listens to pointers. */
  function listensBelow(element, ancestor) {
    for (let at = element; at && at !== ancestor; at = parentOf(at)) if (probe.listens(at)) return true;
    return false;
  }

  const frame = () => new Promise((done) => requestAnimationFrame(() => done()));

  /** Which of `elements` stay where they are in the viewport while the page scrolls. */
  async function stuck(elements) {
    const room = document.documentElement.scrollHeight - window.innerHeight;
    if (room < 2 || !elements.length) return [];
    const tops = () => elements.map((element) => element.getBoundingClientRect().top);
    const before = tops();
    window.scrollTo({ top: room / 2, behavior: "instant" });
    await frame();
    const after = tops();
    window.scrollTo({ top: 0, behavior: "instant" });
    await frame();
    return elements.filter((_, i) => Math.abs(before[i] - after[i]) < 1);
  }

  const deepest = (x, y) => {
    let at = document.elementFromPoint(x, y);
    while (at && at.shadowRoot) {
      const inner = at.shadowRoot.elementFromPoint(x, y);
      if (!inner || inner === at) break;
      at = inner;
    }
    return at;
  };

  /** How often the boxes, in paint order, give the browser's own answer to "what is here?". */
  async function agree(elements, step) {
    const byTarget = new Map(elements.map((element) => [element.target, element]));
    const lastFirst = elements.filter((element) => element.hit).reverse();
    const inBox = (element, x, y) => x >= element.x && x < element.x + element.w && y >= element.y && y < element.y + element.h;
    const reachable = (element, x, y, top) => {
      if (!inBox(element, x, element.fixed ? y : y + top)) return false;
      const holder = element.container && byTarget.get(element.container);
      return !holder || reachable(holder, x, y, top);
    };
    const answer = (x, y, top) => lastFirst.find((element) => reachable(element, x, y, top));
    const names = new Map();
    const nameOfNode = (element) => {
      if (!element) return null;
      if (!names.has(element)) names.set(element, selectorOf(element));
      return names.get(element);
    };
    const told = { points: 0, same: 0, alike: 0, controls: 0, controls_same: 0, odd: [] };
    const compare = (x, y, top) => {
      const real = deepest(x, y);
      if (!real) return null;
      const ours = answer(x, y, top);
      const target = nameOfNode(real);
      const ancestor = nameOfNode(interactiveAncestor(real));
      return {
        same: Boolean(ours) && ours.target === target,
        alike: Boolean(ours) && ours.interactive_ancestor === ancestor,
        ours: ours ? ours.target : null, target,
      };
    };
    const room = Math.max(0, document.documentElement.scrollHeight - window.innerHeight);
    for (let top = 0; ; top = Math.min(room, top + window.innerHeight)) {
      window.scrollTo({ top, behavior: "instant" });
      await frame();
      for (let y = Math.floor(step / 2); y < window.innerHeight; y += step) {
        for (let x = Math.floor(step / 2); x < document.documentElement.clientWidth; x += step) {
          const found = compare(x, y, window.scrollY);
          if (!found) continue;
          told.points += 1;
          told.same += found.same;
          told.alike += found.alike;
          if (!found.alike && told.odd.length < 12) told.odd.push([Math.round(x), Math.round(y + window.scrollY), found.ours, found.target]);
        }
      }
      if (top >= room) break;
    }
    for (const element of elements) {
      if (!element.interactive || !element.hit || element.container) continue;
      const middle = element.y + element.h / 2;
      window.scrollTo({ top: element.fixed ? 0 : middle - window.innerHeight / 2, behavior: "instant" });
      const x = Math.floor(element.x + element.w / 2);
      const y = Math.floor(element.fixed ? middle : middle - window.scrollY);
      const found = y >= 0 && y < window.innerHeight ? compare(x, y, window.scrollY) : null;
      if (!found) continue;
      told.controls += 1;
      told.controls_same += found.alike;
      if (!found.alike && told.odd.length < 24) told.odd.push(["centre", element.target, found.ours, found.target]);
    }
    window.scrollTo({ top: 0, behavior: "instant" });
    await frame();
    return told;
  }

  // Where in a box a click is tried, the middle first.
  const PARTS = [0.5, 0.25, 0.75, 0.1, 0.9];

  /**
   * Scroll to an element and find a point at which a click reaches it: its middle, else somewhere else in it.
   * @param loose whether any of its descendants will do
   * @returns [x, y] in the viewport, or null where something else lies over all of it
   */
  function aim(target, loose = false) {
    const element = find(target);
    if (!element) return null;
    let box = element.getBoundingClientRect();
    const outside = box.top < 0 || box.left < 0 || box.bottom > window.innerHeight || box.right > window.innerWidth;
    if (outside) {
      element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
      box = element.getBoundingClientRect();
    }
    // What acts is reached through anything in it that does not act itself; anything else only where it shows.
    const acts = (at) => interactive(at) || (probe && probe.listens(at));
    const inside = (at) => {
      let up = at;
      while (up && up !== element && (loose || !acts(up))) up = parentOf(up);
      return up === element;
    };
    const reaches = loose || acts(element) ? inside : (at) => at === element;
    for (const fy of PARTS) {
      for (const fx of PARTS) {
        const x = Math.floor(box.left + box.width * fx);
        const y = Math.floor(box.top + box.height * fy);
        if (x < 0 || y < 0 || x >= window.innerWidth || y >= window.innerHeight) continue;
        const at = deepest(x, y);
        if (at && reaches(at)) return [x, y];
      }
    }
    return null;
  }

  window[KEY] = { measure, stuck, agree, aim, find, selectorOf };
})();
