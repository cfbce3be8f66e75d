"use strict";

// Everything the shop sells. One entry a product; the pages draw themselves from this list.
// Texts of one kind are of like length, and the page keeps room for the longest, so that every product page has the
// same geometry.

const GROUPS = [
  { id: "pendants", name: "Pendants", line: "For the table where everyone ends up." },
  { id: "table", name: "Table lamps", line: "For the corner you read in." },
  { id: "floor", name: "Floor & wall", line: "For the dark end of the room." },
  { id: "home", name: "At home", line: "For when the lamps are lit." },
];

const SCENES = [
  { id: "day", name: "by daylight" },
  { id: "dusk", name: "at dusk" },
  { id: "close", name: "seen close" },
  { id: "plan", name: "with its measures" },
];

const CATALOGUE = [
  {
    slug: "mane", name: "Måne", kind: "Opal glass pendant", group: "pendants", price: 219, sku: "SK-1107-OP",
    finishes: [["Brass", "#c39a4e"], ["Black", "#2b2c2b"], ["Clay", "#b5694a"]],
    dimmable: true, stock: true, isNew: true, rating: 4.8, votes: 126,
    blurb: "A full moon on a thin cord: mouth-blown opal glass, held by a single turned collar.",
    text: [
      "Måne is blown in three layers, clear over white over clear, so the light leaves it evenly and the lamp never glares. The collar is turned from one piece and closes with a quarter twist.",
      "Hang it sixty centimetres above a table, or let three of them drift at different heights over a stair.",
    ],
    specs: ["Opal glass, turned metal", "Ø 32 cm, height 35 cm", "2.5 m, woven cotton", "E27, 8 W LED included", "Yes, any wall dimmer", "2.1 kg"],
    reviews: [
      ["Softer than I hoped", "We eat under it every night. No glare at all, even when you look straight up into it.", "Ida, Malmö", 5],
      ["Worth the wait", "Took nine days to arrive because it was blown to order. I would wait again.", "Jonas, Bremen", 5],
      ["Lovely, long cord", "The cord is longer than our ceiling is high, but the canopy hides the rest well.", "Mette, Aarhus", 4],
    ],
  },
  {
    slug: "kotte", name: "Kotte", kind: "Layered pendant", group: "pendants", price: 329, sku: "SK-1112-SD",
    finishes: [["Sand", "#d8c3a0"], ["Spruce", "#36564a"], ["Brick", "#a5533b"]],
    dimmable: true, stock: true, isNew: false, rating: 4.9, votes: 88,
    blurb: "Five spun shades, stacked like the scales of a pine cone, hide the bulb from every chair.",
    text: [
      "Each shade of Kotte is spun by hand from one sheet of aluminium and lacquered twice. They stand so far apart that you see the light on the table, and never the bulb that makes it.",
      "The shades come nested in a flat box, and go together in ten minutes with the ring that lies on top.",
    ],
    specs: ["Spun aluminium, lacquer", "Ø 44 cm, height 36 cm", "3.0 m, woven cotton", "E27, 10 W LED included", "Yes, any wall dimmer", "2.8 kg"],
    reviews: [
      ["The lamp of the house", "Bought for the dining table, and now nobody wants to sit in any other room.", "Karin, Uppsala", 5],
      ["Ten minutes is right", "The ring makes sense once you see it. The shades all sit perfectly level.", "Piet, Utrecht", 5],
      ["Big and calm", "Wider than I pictured, so do measure your table first. Beautiful at dinner.", "Anna, Kiel", 5],
    ],
  },
  {
    slug: "klocka", name: "Klocka", kind: "Enamelled pendant", group: "pendants", price: 189, sku: "SK-1119-EN",
    finishes: [["Moss", "#5b6b4a"], ["Chalk", "#e9e3d6"], ["Ink", "#2f3b4a"]],
    dimmable: false, stock: true, isNew: false, rating: 4.6, votes: 203,
    blurb: "The old workshop bell, drawn again: deep enamel outside, a warm white lining within.",
    text: [
      "Klocka is pressed from steel and enamelled at 820 degrees, which is why it can be washed like a plate. The lining is a warm white, and it turns a plain bulb into a kind one.",
      "It throws one clear pool of light straight down to the table, and leaves the ceiling to the evening.",
    ],
    specs: ["Enamelled steel", "Ø 36 cm, height 28 cm", "2.0 m, woven cotton", "E27, 8 W LED included", "No", "1.9 kg"],
    reviews: [
      ["Two over the counter", "Easy to wipe clean after frying, and the green is deeper than on a screen.", "Lars, Bergen", 5],
      ["Honest lamp", "Does one thing and does it well. I wish the cord came a little longer.", "Ruth, Hamburg", 4],
      ["Very even enamel", "Not one bubble in either of ours. They look like they have always been there.", "Sofie, Ghent", 5],
    ],
  },
  {
    slug: "svamp", name: "Svamp", kind: "Glass table lamp", group: "table", price: 149, sku: "SK-2104-AM",
    finishes: [["Amber", "#c9803a"], ["Milk", "#efe7d8"], ["Smoke", "#7f7a72"]],
    dimmable: true, stock: true, isNew: true, rating: 4.7, votes: 174,
    blurb: "A mushroom in coloured glass, lit in cap and stem, with a dimmer that turns like a key.",
    text: [
      "Cap and stem of Svamp are blown from the same pot of glass, and so their colours always agree. A single lamp sits in the neck, where the two parts meet, and lights them both.",
      "The dimmer is in the foot. Turned low it is a night light, turned up it is enough to read a book by.",
    ],
    specs: ["Mouth-blown glass", "Ø 28 cm, height 32 cm", "1.8 m, woven cotton", "G9, 5 W LED included", "Yes, dimmer in the foot", "1.6 kg"],
    reviews: [
      ["Glows like jam", "The amber one is the best thing on my shelf. Low setting is perfect at bedtime.", "Nora, Oslo", 5],
      ["Small but enough", "I thought it would be bigger, but the light it gives is just right to read by.", "Tomas, Brno", 4],
      ["A good present", "Arrived wrapped so well that I sent it on as it was. She rang the same evening.", "Greta, Lund", 5],
    ],
  },
  {
    slug: "fyr", name: "Fyr", kind: "Ceramic table lamp", group: "table", price: 129, sku: "SK-2110-ST",
    finishes: [["Stone", "#b9b0a2"], ["Fjord", "#4f6a78"], ["Rust", "#a85c38"]],
    dimmable: true, stock: true, isNew: false, rating: 4.5, votes: 96,
    blurb: "A stoneware lighthouse for the bedside, with a linen shade that warms what it touches.",
    text: [
      "The base of Fyr is thrown on a wheel and dipped only once, so the glaze breaks over the ridges, and every lamp keeps the line of the hand that held it while it was still wet.",
      "The shade is washed linen on a steel frame. It comes off without tools, and can be had again later.",
    ],
    specs: ["Stoneware, washed linen", "Ø 26 cm, height 44 cm", "1.8 m, woven cotton", "E14, 5 W LED included", "Yes, with a plug dimmer", "2.4 kg"],
    reviews: [
      ["Each one differs", "Ours are clearly sisters and not twins, which is what we wanted on both sides.", "Elin, Gävle", 5],
      ["Heavy and steady", "The cat has tried. The lamp won. The linen gives a very warm light.", "Marc, Namur", 5],
      ["Nice, switch is low", "Lovely glaze. The switch on the cord is close to the plug, so plan for that.", "Hanne, Odense", 4],
    ],
  },
  {
    slug: "vik", name: "Vik", kind: "Jointed desk lamp", group: "table", price: 169, sku: "SK-2117-GR",
    finishes: [["Graphite", "#3b3f40"], ["Butter", "#e3c878"], ["Lichen", "#9aa68b"]],
    dimmable: true, stock: false, isNew: false, rating: 4.7, votes: 141,
    blurb: "Two arms, three joints, no springs: it stays where you leave it and folds flat at night.",
    text: [
      "The joints of Vik are brass on felt, set once in the workshop and never again. One finger moves the arm, and it stays, without a spring, a cable or a weight to hold it there.",
      "The head turns a full circle, so one lamp lights a page, a bare wall, or a late supper at the desk.",
    ],
    specs: ["Steel tube, brass joints", "Reach 70 cm, foot 18 cm", "2.0 m, woven cotton", "LED, 7 W, exchangeable", "Yes, touch on the head", "2.6 kg"],
    reviews: [
      ["No wobble at all", "After four desk lamps that drooped I did not believe it. It truly stays put.", "Ove, Tampere", 5],
      ["Good for drawing", "The colours on paper look right under it, which is rare for LED. Very happy.", "Clara, Vienna", 5],
      ["Touch takes getting used to", "I switched it off by mistake for a week. Now I would not change it.", "Ben, Leiden", 4],
    ],
  },
  {
    slug: "kvist", name: "Kvist", kind: "Reading floor lamp", group: "floor", price: 259, sku: "SK-3102-OK",
    finishes: [["Oak", "#c1945f"], ["Smoked", "#5d4433"], ["White", "#ece7dc"]],
    dimmable: true, stock: true, isNew: true, rating: 4.8, votes: 67,
    blurb: "A branch of bent oak leans over your chair, and brings a pleated paper shade along.",
    text: [
      "Kvist begins as a straight oak lath. It is steamed for an hour, bent over a form and left for a week to think about it, and from then on it keeps its lean for as long as it lives.",
      "The shade is pleated from a paper that can be wiped, and it tilts with one finger from page to wall.",
    ],
    specs: ["Bent oak, pleated paper", "Height 148 cm, foot 30 cm", "2.5 m, woven cotton", "E27, 8 W LED included", "Yes, dimmer on the cord", "4.2 kg"],
    reviews: [
      ["My whole evening", "Chair, blanket, this lamp. The lean is exactly far enough for a big armchair.", "Signe, Visby", 5],
      ["Real wood, real bend", "You can see the grain run round the curve. The box was large but light.", "Paul, Basel", 5],
      ["Calm light", "The pleats make the light so even. I would like a longer cord, but that is all.", "Eva, Graz", 4],
    ],
  },
  {
    slug: "trana", name: "Trana", kind: "Arched floor lamp", group: "floor", price: 389, sku: "SK-3108-BR",
    finishes: [["Brass", "#c39a4e"], ["Black", "#2b2c2b"], ["Moss", "#5b6b4a"]],
    dimmable: true, stock: true, isNew: false, rating: 4.6, votes: 52,
    blurb: "A crane on one leg: a long steel arch sets a globe of light in the middle of the room.",
    text: [
      "Trana gives a room a ceiling lamp without touching the ceiling. The arch reaches a metre and ten, so that a sofa can stand underneath, and the marble foot keeps it where it is.",
      "The globe is the same opal glass as Måne, only a size smaller, and closes with a quarter twist too.",
    ],
    specs: ["Steel, marble, opal glass", "Height 196, reach 110 cm", "3.0 m, inside the arch", "E27, 10 W LED included", "Yes, foot dimmer", "14 kg"],
    reviews: [
      ["Fills the corner", "Rented flat, no hook in the ceiling, problem solved. It does not sway at all.", "Lea, Leipzig", 5],
      ["Bring a friend", "The foot is a real piece of marble, so carry it up the stairs with two people.", "Rolf, Turku", 4],
      ["Simply elegant", "People walk in and ask about it before they have taken off their coats.", "Ines, Bruges", 5],
    ],
  },
  {
    slug: "bage", name: "Båge", kind: "Plaster wall light", group: "floor", price: 119, sku: "SK-3115-PL",
    finishes: [["Plaster", "#e6ded0"], ["Terracotta", "#bf7a58"], ["Slate", "#5c656b"]],
    dimmable: true, stock: true, isNew: false, rating: 4.4, votes: 79,
    blurb: "Half a disc of cast plaster that throws its light up and down, and keeps none for itself.",
    text: [
      "Båge is cast in plaster and left as it comes from the mould, with a skin like paper. Paint it with the wall and it disappears, but for the two fans of light that it leaves there.",
      "It hangs on one screw, and the cord runs inside the wall, or down along it under a cotton sleeve.",
    ],
    specs: ["Cast plaster, steel plate", "30 × 16 cm, depth 10 cm", "Fixed, or 2 m with plug", "G9, 2 × 4 W LED included", "Yes, any wall dimmer", "1.8 kg"],
    reviews: [
      ["Painted it in", "Same colour as the wall, and now there is only light. Exactly what I wanted.", "Maja, Umeå", 5],
      ["Soft edges", "The two fans of light are lovely. Mind the plaster when you drill the hole.", "Henk, Delft", 4],
      ["Good on a stair", "Three going up the stairs at an angle. Guests keep taking pictures of them.", "Olga, Riga", 4],
    ],
  },
  {
    slug: "strand", name: "Strand", kind: "Stoneware vases", group: "home", price: 64, sku: "SK-4103-SA",
    finishes: [["Sand", "#d3bd9b"], ["Seaweed", "#5f6f5d"], ["Night", "#3a4354"]],
    dimmable: false, stock: true, isNew: false, rating: 4.7, votes: 118,
    blurb: "A tall one for a single branch, a round one for what the children bring from the beach.",
    text: [
      "Strand is a pair, thrown from one lump of clay and fired side by side. The outside is left raw, like a stone; the inside is glazed, holds water and lets a brush in to clean it.",
      "The sand that gives the colour is dug near the workshop. When the pit is empty the colour changes.",
    ],
    specs: ["Stoneware, glazed inside", "Heights 30 and 17 cm", "Set of two", "Holds 1.4 and 0.8 litres", "Dishwasher, gentle", "2.2 kg"],
    reviews: [
      ["One branch is enough", "The narrow neck holds a single twig upright. Looks finished with nothing else.", "Liv, Bodø", 5],
      ["Raw outside", "Feels like a stone from the beach. It does scratch oak, so we use felt pads.", "Daan, Breda", 4],
      ["A set that fits", "Tall and round belong together. Bought the night colour, and it is very deep.", "Petra, Linz", 5],
    ],
  },
  {
    slug: "dimma", name: "Dimma", kind: "Wool throw", group: "home", price: 98, sku: "SK-4110-FG",
    finishes: [["Fog", "#b8bcb8"], ["Heather", "#8e6f7d"], ["Straw", "#d2b26c"]],
    dimmable: false, stock: true, isNew: true, rating: 4.9, votes: 231,
    blurb: "New wool, woven loosely and brushed twice, so that it weighs nothing and warms at once.",
    text: [
      "Dimma is woven as an open twill and brushed on both sides, which traps more air than thread, and so it is warm long before it is heavy. Nothing in it is bleached and nothing dyed.",
      "The sheep are out all year. Air it outdoors on a damp day, and it will seldom need to be washed.",
    ],
    specs: ["100 % new wool", "130 × 190 cm, with fringe", "One piece", "Woven in open twill", "Wool wash, 20 degrees", "0.9 kg"],
    reviews: [
      ["Everyone fights for it", "So we bought a second one. It is very light, and still warmer than the old one.", "Tuva, Skien", 5],
      ["Smells of nothing", "Some wool smells like a barn. This does not. The heather is a quiet purple.", "Ulf, Kalmar", 5],
      ["Sheds a little", "For the first two weeks on a dark sofa. After that, nothing more. Love it.", "Jana, Plzeň", 4],
    ],
  },
  {
    slug: "tre", name: "Tre", kind: "Candle holders", group: "home", price: 48, sku: "SK-4118-IR",
    finishes: [["Iron", "#3a3a39"], ["Brass", "#c39a4e"], ["Tin", "#a9aeb0"]],
    dimmable: false, stock: true, isNew: false, rating: 4.6, votes: 157,
    blurb: "Three holders turned from one bar, in three heights, for the light that needs no socket.",
    text: [
      "Tre is cut from a single bar and turned by a man who has made door handles for thirty years. You can feel it in the edge: it is sharp to the eye, and kind to the hand that lifts it.",
      "They take any candle of 22 mm, and stack into one another when the summer is too bright for them.",
    ],
    specs: ["Solid turned metal", "Heights 6, 10 and 16 cm", "Set of three", "Candles of 22 mm", "Wipe with a dry cloth", "1.4 kg"],
    reviews: [
      ["Heavy in the hand", "They feel like tools. The candle stands straight without any wax tricks.", "Frida, Falun", 5],
      ["Table centre", "Three heights in a row look planned, even when I only put them down quickly.", "Noor, Almere", 5],
      ["Iron marks linen", "A bit of oil on them when new. Wipe before you put them on a white cloth.", "Gerd, Lübeck", 4],
    ],
  },
];

const SPEC_NAMES = {
  lamp: ["Material", "Size", "Cord", "Light source", "Dimmable", "Weight"],
  thing: ["Material", "Size", "Comes as", "Good to know", "Care", "Weight"],
};

/** @returns the product with this slug, or the first one, so that an unknown address still shows a lamp. */
function productOf(slug) {
  return CATALOGUE.find((p) => p.slug === slug) || CATALOGUE[0];
}

/** The picture of a product: one drawing holds all scenes and finishes, the fragment picks one. */
function pictureOf(product, scene = "day", finish = 0) {
  return `/assets/art/${product.slug}.svg#${scene}-${finish + 1}`;
}

const euros = (amount) => `€${Number.isInteger(amount) ? amount : amount.toFixed(2)}`;
