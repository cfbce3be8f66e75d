// What really happened in the page, told apart from the recorder: every event with the selector of its target, computed
// by the browser's own selector engine.
(() => {
  const step = (node) => {
    let position = 1;
    for (let other = node.previousElementSibling; other; other = other.previousElementSibling) {
      position += other.localName === node.localName;
    }
    return `${node.localName.toLowerCase()}:nth-of-type(${position})`;
  };
  const selector = (element) => {
    const root = element.getRootNode();
    const host = root.host ?? root.defaultView?.frameElement ?? null;
    const steps = [];
    for (let node = element; ; node = node.parentElement) {
      const anchor = node.id && `#${CSS.escape(node.id)}`;
      if (anchor && root.querySelectorAll(anchor).length === 1) {
        steps.unshift(anchor);
        break;
      }
      if (node.parentNode === root) {
        steps.unshift(root.host ? step(node) : node.localName.toLowerCase());
        break;
      }
      steps.unshift(step(node));
    }
    return (host ? `${selector(host)} >>> ` : "") + steps.join(" > ");
  };
  window.trueSelector = selector;
  // The recorder listens in between: its time must lie between these two.
  const acts = new WeakMap();
  for (const type of ["pointerdown", "pointerup", "click", "dblclick", "contextmenu", "mousemove"]) {
    window.addEventListener(type, (event) => {
      const target = event.composedPath()[0];
      if (!(target instanceof Element)) return;
      acts.set(event, {
        type, time: Date.now(), x: event.pageX, y: event.pageY, detail: event.detail, target: selector(target),
        framed: window !== window.top,
      });
    }, true);
    window.addEventListener(type, (event) => {
      const act = acts.get(event);
      if (act) tellTruth({ ...act, until: Date.now() });
    });
  }
  if (window === window.top && location.protocol !== "about:") {
    rrweb.record({ emit: (event) => tellEvent(event) });
  }
})();
