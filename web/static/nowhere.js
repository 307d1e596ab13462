// Where there is no station: the way to those that there are.

import { Curtain } from "./curtain.js";
import { language, theme } from "./manners.js";
import { write } from "./pixels.js";
import { say } from "./words.js";

/** @param {string} id @returns {any} */
const el = (id) => document.getElementById(id);

const curtain = new Curtain(el("curtain"));
language();
theme(() => {});
write(el("title"), say("nowhere").toUpperCase());
el("says").textContent = say("nowhereSays");
el("others").textContent = say("others");
curtain.rise(true);
curtain.draw();
addEventListener("resize", () => curtain.draw());
