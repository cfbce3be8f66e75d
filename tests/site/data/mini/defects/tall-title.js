setTimeout(() => {
  document.querySelector("h1").insertAdjacentHTML("beforebegin", '<p id="offer" style="height:80px;margin:0">An offer for today</p>');
}, 400);
