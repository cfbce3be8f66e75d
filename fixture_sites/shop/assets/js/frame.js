"use strict";

// Header, menu drawer, footer and cookie banner: the frame around every page. It is drawn while the page is parsed, so
// nothing jumps when it comes.

const icon = {
  menu: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 8h18M3 16h12"/></svg>',
  close: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 5l14 14M19 5L5 19"/></svg>',
  search: '<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21"/></svg>',
  bag: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4.5 8.5h15l-1 12h-13zM8.5 8.5V7a3.5 3.5 0 0 1 7 0v1.5"/></svg>',
  lock: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5.5 10.5h13v9h-13zM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5"/></svg>',
  back: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M14 5l-7 7 7 7"/></svg>',
  next: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M10 5l7 7-7 7"/></svg>',
};

// The mark: a lamp's shade and the light below it.
const LOGO = `<svg viewBox="0 0 28 28" aria-hidden="true" class="mark"><path class="mark-shade" d="M4 14a10 10 0 0 1 20 0z"/><path class="mark-light" d="M9.5 17.5a4.6 4.6 0 0 0 9 0z"/></svg><span>skymra</span>`;

const drawHeader = () => `
  <div class="wrap header-row">
    <button id="menu-open" class="icon-button" type="button" aria-haspopup="dialog" aria-label="Menu">${icon.menu}</button>
    <a id="logo" class="logo" href="/" aria-label="Skymra, home">${LOGO}</a>
    <nav id="nav" class="nav" aria-label="Shop">
      <a id="nav-all" href="/category">All lamps</a>
      ${GROUPS.map((g) => `<a id="nav-${g.id}" href="/category#${g.id}">${g.name.replace("&", "&amp;")}</a>`).join("\n      ")}
      <a id="nav-planner" href="/planner">Plan your room</a>
    </nav>
    <form id="search-form" class="search-form" action="/search" role="search">
      <label id="search-label" class="unseen" for="search-field">Search the shop</label>
      <input id="search-field" name="q" type="search" placeholder="Search lamps" autocomplete="off" enterkeyhint="search">
      <button id="search-go" class="icon-button" type="submit" aria-label="Search">${icon.search}</button>
    </form>
    <a id="cart-link" class="icon-button cart-link" href="/cart">${icon.bag}<span class="unseen">Cart, </span><span id="cart-count" class="badge">0</span></a>
  </div>`;

const drawQuietHeader = () => `
  <div class="wrap header-row">
    <a id="back-to-cart" class="quiet-link" href="/cart">${icon.back}<span>Cart</span></a>
    <a id="logo" class="logo" href="/" aria-label="Skymra, home">${LOGO}</a>
    <p id="secure" class="secure">${icon.lock}<span>Secure<span class="wide-only"> checkout</span></span></p>
  </div>`;

const drawDrawer = () => `
  <dialog id="drawer" class="drawer" aria-label="Menu">
    <div class="drawer-head">
      <p class="drawer-title">Menu</p>
      <button id="menu-close" class="icon-button" type="button" aria-label="Close menu">${icon.close}</button>
    </div>
    <nav id="menu" aria-label="Menu">
      <ul id="menu-list">
        <li><a id="menu-all" href="/category">All lamps</a></li>
        ${GROUPS.map((g) => `<li><a id="menu-${g.id}" href="/category#${g.id}">${g.name.replace("&", "&amp;")}</a></li>`).join("\n        ")}
      </ul>
      <ul id="menu-help">
        <li><a id="menu-planner" href="/planner">Plan your room</a></li>
        <li><a id="menu-delivery" href="/delivery">Delivery</a></li>
        <li><a id="menu-returns" href="/returns">Returns</a></li>
        <li><a id="menu-cart" href="/cart">Your cart</a></li>
      </ul>
    </nav>
  </dialog>`;

const drawFooter = () => `
  <div class="wrap footer-grid">
    <div class="footer-about">
      <a id="footer-logo" class="logo" href="/" aria-label="Skymra, home">${LOGO}</a>
      <p id="footer-text">Lamps and things for the long evening, made in small numbers and repaired for as long as we are here.</p>
    </div>
    <nav aria-label="Footer: shop">
      <h2>Shop</h2>
      <ul>
        <li><a id="footer-all" href="/category">All lamps</a></li>
        ${GROUPS.map((g) => `<li><a id="footer-${g.id}" href="/category#${g.id}">${g.name.replace("&", "&amp;")}</a></li>`).join("\n        ")}
      </ul>
    </nav>
    <nav aria-label="Footer: help">
      <h2>Help</h2>
      <ul>
        <li><a id="footer-delivery" href="/delivery">Delivery</a></li>
        <li><a id="footer-returns" href="/returns">Returns</a></li>
        <li><a id="footer-planner" href="/planner">Plan your room</a></li>
        <li><a id="footer-search" href="/search">Search</a></li>
        <li><a id="footer-cart" href="/cart">Your cart</a></li>
      </ul>
    </nav>
    <div>
      <h2>Workshop</h2>
      <address id="footer-address">Ljusgatan 7<br>123 45 Norrhamn<br>hello@skymra.example</address>
    </div>
  </div>
  <div class="wrap footer-end">
    <p>Skymra is an invented shop. Nothing here is for sale.</p>
  </div>`;

const drawQuietFooter = () => `
  <div class="wrap footer-line">
    <p>Skymra is an invented shop. Nothing here is for sale.</p>
    <ul>
      <li><a id="footer-delivery" href="/delivery">Delivery</a></li>
      <li><a id="footer-returns" href="/returns">Returns</a></li>
    </ul>
  </div>`;

const drawConsent = () => `
  <dialog id="consent" class="consent" aria-labelledby="consent-title">
    <div class="consent-words">
      <h2 id="consent-title" tabindex="-1" autofocus>A few cookies with your light?</h2>
      <p id="consent-text">Some keep the cart and must stay. Others count visits, so that we know which lamp to draw next. The choice is yours.</p>
    </div>
    <div class="consent-buttons">
      <button id="consent-accept" class="button" type="button">Accept all</button>
      <button id="consent-necessary" class="button button-plain" type="button">Only necessary</button>
    </div>
  </dialog>`;

function showCartCount() {
  const badge = document.getElementById("cart-count");
  if (!badge) return;
  badge.textContent = String(cart.count());
  badge.classList.toggle("badge-empty", cart.count() === 0);
}

function wireDrawer() {
  const drawer = document.getElementById("drawer");
  document.getElementById("menu-open").addEventListener("click", () => drawer.showModal());
  document.getElementById("menu-close").addEventListener("click", () => drawer.close());
  drawer.addEventListener("click", (event) => {
    // Beside the drawer is the dialog's own backdrop; a link to a part of this very page leaves no drawer behind.
    if (event.target === drawer || event.target.closest("a")) drawer.close();
  });
}

function askAboutCookies() {
  if (consent.answer()) return;
  document.body.insertAdjacentHTML("beforeend", drawConsent());
  const banner = document.getElementById("consent");
  const answer = (value) => () => {
    consent.give(value);
    banner.close();
    banner.remove();
  };
  banner.addEventListener("cancel", answer("necessary"));
  banner.showModal();
  document.getElementById("consent-accept").addEventListener("click", answer("all"));
  document.getElementById("consent-necessary").addEventListener("click", answer("necessary"));
}

/** Fill the empty <header> and <footer> that stand in each page. */
function drawFrameTop() {
  const header = document.getElementById("header");
  const quiet = header.classList.contains("header-quiet");
  document.body.insertAdjacentHTML("afterbegin", '<a id="skip" class="skip" href="#main-start">Skip to the content</a>');
  header.innerHTML = quiet ? drawQuietHeader() : drawHeader();
  if (!quiet) {
    header.insertAdjacentHTML("afterend", drawDrawer());
    wireDrawer();
    showCartCount();
    document.addEventListener("cart:changed", showCartCount);
  }
}

function drawFrameEnd() {
  const footer = document.getElementById("footer");
  footer.innerHTML = footer.classList.contains("footer-quiet") ? drawQuietFooter() : drawFooter();
  askAboutCookies();
}
