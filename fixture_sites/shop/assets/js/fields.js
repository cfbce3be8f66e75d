"use strict";

// Form fields that say what they want beforehand, look at an answer when it is left, and say in plain words what to mend.
// A field's note shows its hint, and in the same place, of the same height, what is wrong.

const digits = (text) => text.replace(/[\s-]/g, "");

/** Luhn's check over the digits of a card number. */
function luhn(number) {
  let sum = 0;
  [...number].reverse().forEach((digit, i) => {
    const value = Number(digit) * (i % 2 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  });
  return sum % 10 === 0;
}

/** What is wrong with a value that is there; the empty string where nothing is. */
const RULES = {
  email: (v) => (/^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$/.test(v) ? "" : "An e-mail looks like anna@example.org."),
  name: (v) => (v.trim().length >= 2 ? "" : "Please write the name in full."),
  street: (v) => (/\d/.test(v) ? "" : "The house number is missing."),
  zip: (v) => (/^\d{4,5}$/.test(digits(v)) ? "" : "4 or 5 digits, please."),
  city: (v) => (v.trim().length >= 2 ? "" : "Please write it in full."),
  password: (v) =>
    v.length >= 8 && /\p{L}/u.test(v) && /\d/.test(v) ? "" : "8 characters or more, a letter and a digit.",
  phone: (v) => (/^\+\d{8,15}$/.test(v.replace(/[\s()/-]/g, "")) ? "" : "With + and country code, as in +49 30 1234567."),
  card: (v) => (/^\d{13,19}$/.test(digits(v)) && luhn(digits(v)) ? "" : "Not a card number; please check the digits."),
  expiry: (v) => expiryProblem(v),
  cvc: (v) => (/^\d{3,4}$/.test(v.trim()) ? "" : "3 or 4 digits, please."),
  holder: (v) => (v.trim().length >= 2 ? "" : "Please write the name as on the card."),
};

const MISSING = {
  email: "Please write your e-mail.",
  name: "Please write your name.",
  street: "Please write street and number.",
  zip: "Postal code, please.",
  city: "The city, please.",
  password: "Please choose a password.",
  phone: "Please write a phone number.",
  card: "Please write the card number.",
  expiry: "Month and year.",
  cvc: "The code, please.",
  holder: "Please write the name on the card.",
  terms: "Please tick this before you pay.",
};

function expiryProblem(text) {
  const found = text.trim().match(/^(\d{2})\s*\/\s*(\d{2}|\d{4})$/);
  if (!found || Number(found[1]) < 1 || Number(found[1]) > 12) return "Like 09/34, please.";
  const year = Number(found[2].slice(-2)) + 2000;
  const ends = new Date(year, Number(found[1]), 1);
  return ends > new Date() ? "" : "This card has ended.";
}

function problemOf(input) {
  const name = input.closest(".field").dataset.field;
  if (input.type === "checkbox") return input.required && !input.checked ? MISSING[name] : "";
  if (!input.value.trim()) return input.required ? MISSING[name] || "Please fill this in." : "";
  return RULES[name] ? RULES[name](input.value) : "";
}

function showProblem(input, problem) {
  const note = document.getElementById(input.getAttribute("aria-describedby"));
  const text = problem || note.dataset.hint;
  if (note.textContent !== text) note.textContent = text;
  if (problem) {
    note.dataset.kind = "bad";
    input.setAttribute("aria-invalid", "true");
  } else {
    delete note.dataset.kind;
    input.removeAttribute("aria-invalid");
  }
}

/** Look at one field and show what is wrong; fires the DOM's own `invalid`. */
function checkField(input) {
  const problem = problemOf(input);
  input.setCustomValidity(problem);
  input.checkValidity();
  showProblem(input, problem);
  return !problem;
}

/**
 * Wire a form: fields are looked at when left, again while a mistake is mended, and all of them when it is sent.
 *
 * @param form the form
 * @param whenRight called with the form once every field is right
 */
function wireForm(form, whenRight) {
  const inputs = () => [...form.querySelectorAll(".field input, .field select")];
  form.addEventListener("focusout", (event) => {
    const input = event.target;
    if (input.matches(".field input, .field select") && (input.value || input.hasAttribute("aria-invalid"))) checkField(input);
  });
  const recheck = (event) => {
    if (event.target.hasAttribute("aria-invalid") && !problemOf(event.target)) checkField(event.target);
  };
  form.addEventListener("input", recheck);
  form.addEventListener("change", recheck);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const wrong = inputs().filter((input) => !checkField(input));
    const note = document.getElementById(`${form.id}-note`);
    note.textContent = wrong.length === 0 ? note.dataset.hint : wrong.length === 1 ? "One answer needs a look." : `${wrong.length} answers need a look.`;
    note.classList.toggle("told", wrong.length > 0);
    if (wrong.length) wrong[0].focus();
    else whenRight(form);
  });
}
