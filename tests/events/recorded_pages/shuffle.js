// Random changes of a page, step by step; after each, the true selector of every element by the recorder's node id.
async (steps) => {
  let seed = 20260302;
  const random = (below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const tags = ["div", "p", "ul", "li", "b", "custom-tag"];
  const ids = ["", "a", "b", "a.b", "2nd", "c d", "ü"];
  const all = (root = document.body) => [...root.querySelectorAll("*")].flatMap(
    (element) => [element, ...(element.shadowRoot ? all(element.shadowRoot) : [])],
  );
  const pick = (list) => list[random(list.length)];
  const grow = (depth) => {
    const element = document.createElement(pick(tags));
    if (random(3) === 0) element.id = pick(ids);
    if (random(3) === 0) element.append("text ", String(random(100)));
    for (let child = random(4); child > 0 && depth > 0; child -= 1) element.append(grow(depth - 1));
    if (random(8) === 0 && element.localName === "div") {
      element.attachShadow({ mode: "open" }).append(grow(1), grow(0));
    }
    return element;
  };
  const acts = {
    insert: (element) => element.insertBefore(grow(2), pick([...element.childNodes, null])),
    wrap: (element) => {
      const around = grow(0);
      element.replaceWith(around);
      around.append(element);
    },
    move: (element) => {
      const other = pick(all().filter((to) => !element.contains(to) && to.getRootNode() === element.getRootNode()));
      other?.insertBefore(element, pick([...other.childNodes, null]));
    },
    remove: (element) => element.remove(),
    swap: (element) => element.nextElementSibling?.after(element),
    identify: (element) => element.setAttribute("id", pick(ids)),
    forget: (element) => element.removeAttribute("id"),
    say: (element) => { element.textContent = `words ${random(100)}`; },
    rebuild: (element) => { element.innerHTML = "<p>one</p><p id='a'>two</p><ul><li>three</li></ul>"; },
    shadow: (element) => element.localName === "div" && !element.shadowRoot &&
      element.attachShadow({ mode: "open" }).append(grow(1), grow(1)),
    detach: (element) => {
      const parent = element.parentNode;
      element.remove();
      element.append(grow(1));
      parent.append(element);
    },
  };
  for (let step = 0; step < steps; step += 1) {
    const names = [];
    // rrweb 2.2 loses nodes where several of these meet in one task, so each comes alone.
    const alone = random(2) ? pick(["wrap", "move", "swap", "detach"]) : null;
    for (let number = alone ? 1 : 1 + random(4); number > 0; number -= 1) {
      const name = alone ?? pick(["insert", "remove", "identify", "forget", "say", "rebuild", "shadow"]);
      const there = all();
      const most = there.length > 120 ? acts.remove : acts[name];
      const element = there.length < 6 ? document.body : pick(there);
      if (element === document.body) element.append(grow(2));
      else most(element);
      names.push(name);
    }
    await new Promise((done) => setTimeout(done));
    const selectors = {};
    for (const element of [document.documentElement, document.body, ...all()]) {
      selectors[rrweb.record.mirror.getId(element)] = trueSelector(element);
    }
    await tellStep({ names, selectors });
  }
}
