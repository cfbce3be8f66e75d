"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);

  // Light or dark: as the system says, until somebody chooses; nothing is stored.
  const theme = byId("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const nameTheme = () => {
    theme.querySelector(".label").textContent = isDark() ? "Light" : "Dark";
  };
  theme.hidden = false;
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    nameTheme();
  });
  system.addEventListener("change", nameTheme);
  nameTheme();

  // Copying the commands; where the browser forbids it, they are marked for the reader to copy.
  const copy = byId("copy");
  const command = byId("command");
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    const text = all("bdi", command).map((line) => line.textContent).join("\n");
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(command);
      copy.textContent = "Marked";
    }
    setTimeout(() => { copy.textContent = "Copy"; }, 2000);
  });

  // Maps: one sheet at a time, by page and device; which map lies on it is an attribute of the section.
  const maps = byId("maps");
  if (!maps) return;
  const sheets = all(".sheet", maps);
  const screen = byId("map-screen");
  const devices = all("#map-devices input", maps);
  const kinds = all("#map-kinds input", maps);
  const planted = byId("map-planted");
  const missing = maps.querySelector(".missing");
  const there = new Set(sheets.map((sheet) => sheet.dataset.device));
  // On a phone the phone's maps are those that can be read.
  let device = innerWidth < 720 && there.has("mobile") ? "mobile" : sheets[0].dataset.device;

  const shown = devices.filter((input) => there.has(input.value));
  devices.forEach((input) => { input.parentElement.hidden = !there.has(input.value); });
  shown[0].parentElement.classList.add("first");
  shown[shown.length - 1].parentElement.classList.add("last");
  byId("map-devices").hidden = shown.length < 2;

  const show = () => {
    const here = sheets.filter((sheet) => sheet.dataset.screen === screen.value);
    const has = (name) => here.some((sheet) => sheet.dataset.device === name);
    devices.forEach((input) => { input.disabled = !has(input.value); });
    const use = has(device) ? device : here[0].dataset.device;
    devices.forEach((input) => { input.checked = input.value === use; });
    sheets.forEach((sheet) => {
      const wanted = here.includes(sheet) && sheet.dataset.device === use;
      if (wanted && sheet.hidden) {
        sheet.hidden = false;
        sheet.querySelector(".frame").scrollTop = 0;
      }
      sheet.hidden = !wanted;
    });
    missing.hidden = here.length > 0;
  };
  screen.addEventListener("change", show);
  devices.forEach((input) => input.addEventListener("change", () => { device = input.value; show(); }));
  kinds.forEach((input) => input.addEventListener("change", () => { maps.dataset.map = input.value; }));
  if (planted) {
    planted.addEventListener("change", () => { maps.dataset.planted = planted.checked ? "on" : "off"; });
  }

  // An element of the list lights up on the page, and comes into view when it is pressed.
  sheets.forEach((sheet) => {
    const boxes = new Map(all(".rank", sheet).map((box) => [box.dataset.rank, box]));
    all(".ranking li", sheet).forEach((row) => {
      const box = boxes.get(row.dataset.rank);
      if (!box) return;
      row.addEventListener("pointerenter", () => box.classList.add("lit"));
      row.addEventListener("pointerleave", () => box.classList.remove("lit"));
      row.addEventListener("click", () => {
        const frame = sheet.querySelector(".frame");
        frame.scrollTo({ top: box.offsetTop - frame.clientHeight / 3 });
      });
    });
  });

  maps.querySelector(".tools").hidden = false;
  // A browser that goes back may have kept other choices than those shown.
  kinds.forEach((input) => { input.checked = input.value === maps.dataset.map; });
  screen.selectedIndex = 0;
  show();
})();
