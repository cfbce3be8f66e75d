"use strict";

// The planner: rooms by the page, a calendar, a photo, bulbs to sort and to put on a list. Its day is always the same, so
// that the page looks alike whenever it is opened.

const TODAY = Date.UTC(2026, 2, 2);
const DAY = 86400000;
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

const ROOMS = [
  ["kotte", "A long table, Uppsala", "One shade low, and the corners left to themselves."],
  ["fyr", "A landing, Kiel", "For whoever comes home last."],
  ["trana", "A sofa, Ghent", "The arc stands where the floor plug was."],
  ["mane", "A stairwell, Malmö", "Three moons at three heights."],
  ["bage", "A hall, Bergen", "Plaster on plaster, and light upwards."],
  ["svamp", "A bedside, Utrecht", "Dimmed until it is only a colour."],
  ["klocka", "A kitchen, Hamburg", "Two bells over the worktop."],
  ["vik", "A desk, Aarhus", "It folds away when the day does."],
  ["kvist", "A reading corner, Bremen", "The chair came with the house."],
  ["dimma", "A guest room, Graz", "A warm throw, and one lamp too few on purpose."],
  ["strand", "A sill, Turku", "Vases by day, shadows by night."],
  ["tre", "A dinner for two, Breda", "No electric light at all."],
];
const ROOMS_A_PAGE = 3;

const BULBS = [
  { id: "globe", name: "Globe, opal", watt: 8, lumen: 806, price: 12 },
  { id: "candle", name: "Candle, clear", watt: 4, lumen: 250, price: 7 },
  { id: "pear", name: "Pear, frosted", watt: 6, lumen: 600, price: 9 },
  { id: "spot", name: "Spot, narrow", watt: 5, lumen: 380, price: 10 },
  { id: "coil", name: "Coil, amber", watt: 3, lumen: 180, price: 14 },
];

/** Called where the page’s own part ends, before anything is painted, so that nothing jumps. */
function openPlanner() {
  const byId = (id) => document.getElementById(id);

  // Rooms we have lit.
  const pages = ROOMS.length / ROOMS_A_PAGE;
  let page = 0;

  function showRooms(next) {
    page = (next + pages) % pages;
    byId("ideas-count").textContent = `Page ${page + 1} of ${pages}`;
    byId("idea-list").innerHTML = ROOMS.slice(page * ROOMS_A_PAGE, (page + 1) * ROOMS_A_PAGE)
      .map(
        ([slug, name, line], i) => `
      <li id="idea-${i + 1}" class="idea">
        <img id="idea-${i + 1}-picture" src="${pictureOf(productOf(slug), "dusk")}" alt="${productOf(slug).name} at dusk" width="1000" height="1000">
        <h3 id="idea-${i + 1}-name">${name}</h3>
        <p id="idea-${i + 1}-text">${line}</p>
      </li>`,
      )
      .join("");
    for (let i = 0; i < pages; i += 1) {
      const current = i === page;
      byId(`page-${i + 1}`).toggleAttribute("aria-current", current);
    }
  }

  function wireRooms() {
    byId("page-back").innerHTML = icon.back;
    byId("page-on").innerHTML = icon.next;
    byId("page-list").innerHTML = Array.from({ length: pages }, (_, i) => `<li><button id="page-${i + 1}" class="page" type="button" aria-label="Page ${i + 1}">${i + 1}</button></li>`).join("");
    for (let i = 0; i < pages; i += 1) byId(`page-${i + 1}`).addEventListener("click", () => showRooms(i));
    byId("page-back").addEventListener("click", () => showRooms(page - 1));
    byId("page-on").addEventListener("click", () => showRooms(page + 1));
    showRooms(0);
  }

  // The calendar. Six weeks are always drawn, so that no month is taller than another.
  let month = new Date(TODAY).getUTCMonth();
  let chosen = "";
  const iso = (time) => new Date(time).toISOString().slice(0, 10);

  function showMonth(next) {
    month = Math.max(2, Math.min(11, next));
    const first = Date.UTC(2026, month, 1);
    const start = first - ((new Date(first).getUTCDay() + 6) % 7) * DAY;
    byId("month").textContent = `${MONTHS[month]} 2026`;
    byId("month-back").disabled = month === 2;
    byId("day-list").innerHTML = Array.from({ length: 42 }, (_, i) => {
      const time = start + i * DAY;
      const date = new Date(time);
      const open = date.getUTCMonth() === month && date.getUTCDay() % 6 !== 0 && time > TODAY;
      return `<li><button id="day-${i + 1}" class="day" type="button" value="${iso(time)}" aria-label="${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}" aria-pressed="${iso(time) === chosen}" ${open ? "" : "disabled"}>${date.getUTCDate()}</button></li>`;
    }).join("");
    for (const day of byId("day-list").querySelectorAll(".day:enabled")) day.addEventListener("click", () => chooseDay(day));
  }

  function chooseDay(day) {
    chosen = day.value;
    byId("visit-date").value = chosen;
    showMonth(month);
    byId(day.id).focus({ preventScroll: true });
  }

  function wireCalendar() {
    byId("month-back").innerHTML = icon.back;
    byId("month-on").innerHTML = icon.next;
    byId("month-back").addEventListener("click", () => showMonth(month - 1));
    byId("month-on").addEventListener("click", () => showMonth(month === 11 ? 2 : month + 1));
    // The soonest day fills the field, and one more press gives the one after it: the document itself stays as it is.
    byId("visit-soonest").addEventListener("click", () => {
      const field = byId("visit-date");
      let time = Math.max(TODAY + DAY, field.value ? Date.parse(field.value) : 0);
      do time += DAY;
      while (new Date(time).getUTCDay() % 6 === 0);
      field.value = iso(time);
    });
    byId("visit-ask").addEventListener("click", () => {
      const day = byId("visit-date").value;
      byId("visit-note").dataset.kind = day ? "good" : "bad";
      byId("visit-note").textContent = day ? "Noted. We write to you tomorrow." : "Choose a day first.";
    });
    showMonth(month);
  }

  // A photo can be sent once there is one.
  function wirePhoto() {
    byId("room-photo").addEventListener("change", () => {
      byId("photo-send").disabled = !byId("room-photo").files.length;
    });
    byId("photo-send").addEventListener("click", () => {
      byId("photo-send").textContent = "Sent, thank you";
    });
  }

  // Bulbs: sorted by any column, put on a list at the end of the page.
  const listed = new Map();
  let sorted = "";
  let rising = true;

  function drawBulbs() {
    byId("bulb-rows").innerHTML = BULBS.map(
      (bulb) => `
      <tr id="bulb-${bulb.id}"><th id="bulb-${bulb.id}-name" scope="row">${bulb.name}</th><td>${bulb.watt}</td><td>${bulb.lumen}</td><td>${euros(bulb.price)}</td>
      <td><button id="bulb-${bulb.id}-add" class="add" type="button" value="${bulb.id}" aria-label="Put ${bulb.name} on the list">+</button></td></tr>`,
    ).join("");
    for (const button of byId("bulb-rows").querySelectorAll(".add")) {
      button.addEventListener("click", () => {
        listed.set(button.value, (listed.get(button.value) || 0) + 1);
        drawList();
      });
    }
    for (const key of ["name", "watt", "lumen", "price"]) {
      byId(`sort-${key}`).closest("th").setAttribute("aria-sort", key !== sorted ? "none" : rising ? "ascending" : "descending");
    }
  }

  function sortBulbs(key) {
    rising = key === sorted ? !rising : true;
    sorted = key;
    const sign = rising ? 1 : -1;
    BULBS.sort((a, b) => sign * (key === "name" ? a.name.localeCompare(b.name) : a[key] - b[key]));
    drawBulbs();
  }

  function drawList() {
    const lines = [...listed].map(([id, count]) => `${count} × ${BULBS.find((bulb) => bulb.id === id).name.toLowerCase()}`);
    byId("list-text").textContent = lines.join(", ");
    byId("list-sum").textContent = euros([...listed].reduce((sum, [id, count]) => sum + count * BULBS.find((bulb) => bulb.id === id).price, 0));
  }

  function wireBulbs() {
    for (const key of ["name", "watt", "lumen", "price"]) byId(`sort-${key}`).addEventListener("click", () => sortBulbs(key));
    drawBulbs();
  }

  wireRooms();
  wireCalendar();
  wirePhoto();
  wireBulbs();
}
