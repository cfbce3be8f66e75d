"use strict";

// The two boards: a sheet to draw on and a game of bulbs. What happens on them is pixels alone; the document never changes.

function openBoards() {
  const sketch = document.getElementById("sketch");
  const game = document.getElementById("game");
  const place = (board, event) => {
    const box = board.getBoundingClientRect();
    return [((event.clientX - box.left) * board.width) / box.width, ((event.clientY - box.top) * board.height) / box.height];
  };

  // --- the sheet -----------------------------------------------------------------------------------------------------
  const pencil = sketch.getContext("2d");
  let at = [300, 200];

  function cleanSheet() {
    pencil.fillStyle = "#fffdf8";
    pencil.fillRect(0, 0, 600, 400);
    pencil.fillStyle = "#e3dacb";
    for (let x = 20; x < 600; x += 20) for (let y = 20; y < 400; y += 20) pencil.fillRect(x - 1, y - 1, 2, 2);
    pencil.strokeStyle = "#24221e";
    pencil.lineWidth = 4;
    pencil.lineCap = pencil.lineJoin = "round";
  }

  function drawTo(to) {
    pencil.beginPath();
    pencil.moveTo(...at);
    pencil.lineTo(...to);
    pencil.stroke();
    at = to;
  }

  const EXAMPLES = [
    [[[60, 340], [60, 70], [540, 70], [540, 340], [60, 340]], [[210, 160], [390, 160], [390, 250], [210, 250], [210, 160]]],
    [[[80, 350], [80, 60], [520, 60], [520, 230], [340, 230], [340, 350], [80, 350]], [[130, 110], [250, 110], [250, 190], [130, 190], [130, 110]]],
  ];
  let example = 0;

  function drawExample() {
    cleanSheet();
    for (const line of EXAMPLES[example]) {
      at = line[0];
      line.forEach(drawTo);
    }
    example = (example + 1) % EXAMPLES.length;
  }

  sketch.addEventListener("pointerdown", (event) => {
    sketch.setPointerCapture(event.pointerId);
    at = place(sketch, event);
    drawTo([at[0], at[1] + 0.1]);
  });
  sketch.addEventListener("pointermove", (event) => {
    if (event.buttons) drawTo(place(sketch, event));
  });
  sketch.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-20, 0], ArrowRight: [20, 0], ArrowUp: [0, -20], ArrowDown: [0, 20] }[event.key];
    if (!step) return;
    event.preventDefault();
    drawTo([Math.max(0, Math.min(600, at[0] + step[0])), Math.max(0, Math.min(400, at[1] + step[1]))]);
  });
  document.getElementById("sketch-example").addEventListener("click", drawExample);

  // --- the bulbs -----------------------------------------------------------------------------------------------------
  const COLUMNS = 5;
  const ROWS = 3;
  const glass = game.getContext("2d");
  let lit = [];
  let chosen = 7;
  let evening = 0;

  function drawBulb(i) {
    const x = 60 + (i % COLUMNS) * 120;
    const y = 72 + Math.floor(i / COLUMNS) * 128;
    if (lit[i]) {
      const glow = glass.createRadialGradient(x, y, 6, x, y, 62);
      glow.addColorStop(0, "rgb(255 226 160 / 70%)");
      glow.addColorStop(1, "rgb(240 191 108 / 0%)");
      glass.fillStyle = glow;
      glass.fillRect(x - 60, y - 64, 120, 128);
    }
    glass.beginPath();
    glass.arc(x, y, 27, Math.PI * 0.78, Math.PI * 2.22);
    glass.quadraticCurveTo(x + 13, y + 27, x + 11, y + 36);
    glass.lineTo(x - 11, y + 36);
    glass.quadraticCurveTo(x - 13, y + 27, x - 21, y + 17);
    glass.fillStyle = lit[i] ? "#ffe9b8" : "#26384a";
    glass.fill();
    glass.lineWidth = 2;
    glass.strokeStyle = lit[i] ? "#f0bf6c" : "#52677b";
    glass.stroke();
    glass.fillStyle = lit[i] ? "#c39a4e" : "#52677b";
    glass.fillRect(x - 10, y + 39, 20, 4);
    glass.fillRect(x - 8, y + 46, 16, 4);
    if (i === chosen && document.activeElement === game && game.matches(":focus-visible")) {
      glass.strokeStyle = "#f6f2ea";
      glass.strokeRect(x - 50, y - 54, 100, 112);
    }
  }

  function drawGame() {
    glass.fillStyle = "#16212d";
    glass.fillRect(0, 0, 600, 400);
    for (let i = 0; i < COLUMNS * ROWS; i += 1) drawBulb(i);
  }

  function turn(i) {
    const column = i % COLUMNS;
    const near = [i, i - COLUMNS, i + COLUMNS, ...(column ? [i - 1] : []), ...(column < COLUMNS - 1 ? [i + 1] : [])];
    for (const j of near) if (j >= 0 && j < lit.length) lit[j] = !lit[j];
    drawGame();
  }

  function newGame() {
    lit = Array.from({ length: COLUMNS * ROWS }, (_, i) => ((i * 7 + evening * 5) % 11) % 3 !== 1);
    evening += 1;
    drawGame();
  }

  game.addEventListener("pointerdown", (event) => {
    const [x, y] = place(game, event);
    chosen = Math.min(COLUMNS - 1, Math.floor(x / 120)) + COLUMNS * Math.min(ROWS - 1, Math.floor(y / 134));
    turn(chosen);
  });
  game.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS }[event.key];
    if (step && chosen + step >= 0 && chosen + step < lit.length) chosen += step;
    else if (event.key !== " ") return;
    event.preventDefault();
    if (event.key === " ") turn(chosen);
    else drawGame();
  });
  for (const type of ["focus", "blur"]) game.addEventListener(type, drawGame);
  document.getElementById("game-new").addEventListener("click", newGame);

  cleanSheet();
  newGame();
}
