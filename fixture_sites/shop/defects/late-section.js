"use strict";

// The list of the most loved comes from the recommendation service, and the page below is laid out after it.
setTimeout(() => document.getElementById("featured").classList.add("come"), 3500);
