// Which cause the line tells of, moment by moment:
//
//     node teller.mjs STATIC
//
// It prints what is wrong, a line each.

import { pathToFileURL } from "node:url";

globalThis.location = { href: "http://localhost/" };
const { Teller, mapping, parts, textOf } = await import(pathToFileURL(`${process.argv[2]}/why.js`));
const sentence = (n) => textOf(parts(n));
const { speak } = await import(pathToFileURL(`${process.argv[2]}/words.js`));

const piece = {
  lang: "en",
  voices: [{ name: "lead", pitched: true }, { name: "right", title: "player 2's side", pitched: true }],
  makers: [
    { kind: "rule", name: "serve", title: "Serve", doc: "how fast the serve was", unit: "km/h", carrier: "pitch", polarity: "up", says: "tennis.point plays bell" },
    { kind: "rule", name: "point for 2" },
    { kind: "rule", name: "share" },
  ],
};
const note = (s, event, maker, cause = {}) => ({
  piece, frame: s * 48000, voice: maker === 0 ? 0 : 1, pitch: maker === 0 ? 81 : 76, data: true,
  cause: { maker, event, step: 0, from: "", value: null, ...cause },
});
const serve = (s, event, value = 201) => note(s, event, 0, { from: "speed_kmh", value, label: `Ace, ${value} km/h` });
const wrong = (what, got, want) => got !== want && console.log(`${what}: ${got}, expected ${want}`);

const notes = [note(1, 1, 1, { label: "Point for B" }), serve(1.01, 1), note(1.5, 2, 1), serve(1.6, 3, 150), note(1.7, 3, 1), note(2.0, 4, 1), note(9, 5, 1)];
const teller = new Teller();
const told = [];
for (let now = 0; now < 10 * 48000; now += 800) {
  const n = teller.next(notes, now);
  if (n) told.push([now / 48000, sentence(n)]);
}
const shown = told.map(([at, text]) => `${at.toFixed(1)} ${text}`).join(" | ");
wrong("the line", shown, "1.0 Point for B → E5, player 2's side | 1.0 Ace, 201 km/h → A5, lead | 2.2 Ace, 150 km/h → A5, lead | 3.4 point for 2 → E5, player 2's side | 9.0 point for 2 → E5, player 2's side");
const plain = note(0, 1, 2, { from: "stake", value: 0.324591 });
wrong("three digits", sentence(plain), "share, 0.325 → E5, player 2's side");
wrong("a unit of the makers", sentence(note(0, 1, 0, { from: "a + b", value: 13594.2 })), "Serve, 13,600\u00a0km/h → A5, lead");
wrong("a crowd", sentence(note(0, 1, 2, { from: "events at once", value: 7 })), "share, 7 events at once → E5, player 2's side");
wrong("the card", textOf(mapping(serve(0, 1))), "how fast the serve was → pitch: the more, the higher");
speak("fr");
wrong("in French", sentence(plain), "share, 0,325 → mi4, player 2's side");
wrong("marked", parts(serve(0, 1)).map((p) => (p.piece ? `<${p.text}>` : p.text)).join(""), "<Ace, 201 km/h> → la4, <lead>");
