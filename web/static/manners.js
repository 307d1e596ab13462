// What the listener wants of every page: a language, light or dark.

import { speak, spoken } from "./words.js";

const wanted = new URL(location.href).searchParams;

/** The language: as asked in the address, as kept, as the system has it. */
export function language() {
  const l = wanted.get("lang") ?? localStorage.getItem("language") ?? (navigator.language.startsWith("fr") ? "fr" : "en");
  speak(l === "fr" ? "fr" : "en");
  document.documentElement.lang = spoken();
}

/** The other language, from now on. */
export function otherLanguage() {
  const l = spoken() === "en" ? "fr" : "en";
  localStorage.setItem("language", l);
  speak(l);
  document.documentElement.lang = l;
}

/**
 * Tells whether it is to be light, now and whenever that or the contrast changes.
 * @param {(light: boolean) => void} dress
 */
export function theme(dress) {
  const kept = () => wanted.get("theme") ?? localStorage.getItem("theme");
  const bright = matchMedia("(prefers-color-scheme: light)");
  const put = () => {
    const k = kept();
    const light = k ? k === "light" : bright.matches;
    document.documentElement.dataset.theme = light ? "light" : "dark";
    dress(light);
  };
  for (const asked of [bright, matchMedia("(prefers-contrast: more)"), matchMedia("(forced-colors: active)")]) asked.addEventListener("change", put);
  put();
}

/** Light becomes dark, or dark light, and stays. @param {(light: boolean) => void} dress */
export function otherTheme(dress) {
  const light = document.documentElement.dataset.theme !== "light";
  wanted.delete("theme");
  localStorage.setItem("theme", light ? "light" : "dark");
  document.documentElement.dataset.theme = light ? "light" : "dark";
  dress(light);
}
