// The stable selector of an element, and the way back. See docs/site.md, "Targets".
(() => {
  "use strict";
  const KEY = Symbol.for("simbench.selector");
  if (window[KEY]) return;

  const unique = (root, id) => root.querySelectorAll(`#${CSS.escape(id)}`).length === 1;

  const step = (element) => {
    const tag = element.localName.toLowerCase();
    let nth = 1;
    for (let before = element.previousElementSibling; before; before = before.previousElementSibling) {
      if (before.localName.toLowerCase() === tag && before.namespaceURI === element.namespaceURI) nth += 1;
    }
    return `${CSS.escape(tag)}:nth-of-type(${nth})`;
  };

  const within = (element, root) => {
    const steps = [];
    for (let at = element; at; at = at.parentElement) {
      if (at.id && unique(root, at.id)) {
        steps.unshift(`#${CSS.escape(at.id)}`);
        break;
      }
      if (at === document.documentElement) {
        steps.unshift("html");
        break;
      }
      steps.unshift(step(at));
    }
    return steps.join(" > ");
  };

  const selectorOf = (element) => {
    const root = element.getRootNode();
    const path = within(element, root);
    return root instanceof ShadowRoot ? `${selectorOf(root.host)} >>> ${path}` : path;
  };

  const find = (target) => {
    let root = document;
    let element = null;
    for (const part of target.split(" >>> ")) {
      if (!root) return null;
      try {
        element = root.querySelector(part);
      } catch {
        return null;
      }
      root = element && element.shadowRoot;
    }
    return element;
  };

  const INTERACTIVE =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, label, [onclick], [tabindex], [role=button], " +
    "[role=link], [role=tab], [role=checkbox], [role=switch], [role=menuitem], [role=option], [role=radio], [role=slider], " +
    "[contenteditable], video[controls], audio[controls]";
  const interactive = (element) => {
    if (!element.matches(INTERACTIVE)) return false;
    if (element.matches(INTERACTIVE.replace(" [tabindex],", ""))) return true;
    return element.tabIndex >= 0;
  };
  const parentOf = (element) => element.parentElement || (element.getRootNode() instanceof ShadowRoot ? element.getRootNode().host : null);
  const interactiveAncestor = (element) => {
    for (let at = element; at; at = parentOf(at)) if (interactive(at)) return at;
    return null;
  };

  window[KEY] = { selectorOf, find, interactive, interactiveAncestor, parentOf };
})();
