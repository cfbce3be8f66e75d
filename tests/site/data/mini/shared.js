document.addEventListener("DOMContentLoaded", () => {
  if (document.cookie.includes("consent=")) return;
  document.body.insertAdjacentHTML("beforeend", '<section id="consent"><p>Cookies?</p><button id="yes" type="button">Yes</button> <button id="later" type="button">Later</button></section>');
  document.getElementById("later").addEventListener("click", () => document.getElementById("consent").remove());
  document.getElementById("yes").addEventListener("click", () => {
    document.cookie = "consent=yes; path=/";
    document.getElementById("consent").remove();
  });
});
