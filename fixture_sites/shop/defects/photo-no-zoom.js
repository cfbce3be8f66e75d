"use strict";

// The picture viewer moved to a newer build; the old opener stays silent until it is there.
document.getElementById("photo-zoom").addEventListener("click", (event) => event.stopImmediatePropagation(), true);
