document.getElementById("send-row").insertAdjacentHTML("beforeend", '<span id="veil"></span>');
