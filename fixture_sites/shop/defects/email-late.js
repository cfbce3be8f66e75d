"use strict";

// Leaving the e-mail field is counted by the form's statistics, which want the event for themselves.
document.getElementById("email").addEventListener("focusout", (event) => event.stopPropagation());
