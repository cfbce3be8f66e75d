document.getElementById("photo").replaceWith(document.getElementById("photo").cloneNode(true));
