"use strict";

// What the browser remembers: the cart, the coupon, the delivery chosen, the last order, and the answer about cookies.

const memory = {
  read(key, otherwise) {
    try {
      const text = localStorage.getItem(`skymra.${key}`);
      return text === null ? otherwise : JSON.parse(text);
    } catch {
      return otherwise; // private windows may forbid storage; the shop still works for this page
    }
  },
  write(key, value) {
    try {
      localStorage.setItem(`skymra.${key}`, JSON.stringify(value));
    } catch {
      // see above
    }
  },
  forget(key) {
    try {
      localStorage.removeItem(`skymra.${key}`);
    } catch {
      // see above
    }
  },
};

const MOST_OF_ONE = 9;
const FREE_DELIVERY_FROM = 150;
const DELIVERY = {
  standard: { name: "Standard, to your door", price: 6, free: true, time: "3 to 5 working days" },
  pickup: { name: "Pick-up point", price: 4, free: true, time: "3 to 5 working days" },
  express: { name: "Express", price: 14, free: false, time: "next working day" },
};

const cart = {
  /** Lines of the cart: {slug, finish, count}. */
  lines: () => memory.read("cart", []),
  count: () => cart.lines().reduce((sum, line) => sum + line.count, 0),
  save(lines) {
    memory.write("cart", lines);
    if (!lines.length) memory.forget("coupon");
    document.dispatchEvent(new CustomEvent("cart:changed"));
  },
  add(slug, finish, count) {
    const lines = cart.lines();
    const same = lines.find((line) => line.slug === slug && line.finish === finish);
    if (same) same.count = Math.min(MOST_OF_ONE, same.count + count);
    else lines.push({ slug, finish, count });
    cart.save(lines);
  },
  setCount(index, count) {
    const lines = cart.lines();
    lines[index].count = Math.max(1, Math.min(MOST_OF_ONE, count));
    cart.save(lines);
  },
  remove(index) {
    cart.save(cart.lines().filter((_, i) => i !== index));
  },
  /** The coupon in use: {code, name, percent} or {code, name, amount}; null for none. */
  coupon: () => memory.read("coupon", null),
  totals(delivery = "standard") {
    const goods = cart.lines().reduce((sum, line) => sum + productOf(line.slug).price * line.count, 0);
    const coupon = cart.coupon();
    let discount = 0;
    if (coupon && goods) discount = coupon.percent ? Math.round(goods * coupon.percent) / 100 : Math.min(coupon.amount, goods);
    const way = DELIVERY[delivery];
    const shipping = goods === 0 || (way.free && goods >= FREE_DELIVERY_FROM) ? 0 : way.price;
    return { goods, discount, shipping, total: goods - discount + shipping };
  },
};

const consent = {
  answer() {
    const found = document.cookie.match(/(?:^|; )skymra_consent=(\w+)/);
    return found ? found[1] : null;
  },
  give(answer) {
    document.cookie = `skymra_consent=${answer}; path=/; max-age=15552000; SameSite=Lax`;
  },
};
