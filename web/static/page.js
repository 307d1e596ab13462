// The plain page of a station: its sound as an endless file, and in words what is
// heard, at the moment at which it is.

const $ = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The path of the station: this page's, or that of the only one there is. */
async function station() {
  const path = location.pathname.replace(/\/$/, "");
  if (path.startsWith("/s/")) return path;
  const [only] = await (await fetch("/api/stations")).json();
  return only.path;
}

const shown = 6; // captions at once

/** Shows a caption, and forgets the oldest. */
function caption(text) {
  const item = document.createElement("li");
  item.textContent = text;
  $("captions").append(item);
  while ($("captions").childElementCount > shown) $("captions").firstElementChild?.remove();
}

/** Calls show for every mark when its frame is heard. */
function listen(path) {
  const events = new EventSource(path + "/events");
  let zero = 0; // when frame 0 is heard here, in milliseconds of performance.now()
  let rate = 48000;
  const at = (frame, f) => setTimeout(f, Math.max(0, zero + (frame / rate) * 1000 - performance.now()));
  const show = (m) => {
    if (m.kind === "caption") caption(m.text);
    if (m.kind === "section") $("section").textContent = (m.name || "").replaceAll("_", " ");
  };
  events.onopen = () => ($("state").textContent = "");
  events.onerror = () => ($("state").textContent = "The station is not heard at the moment; trying again.");
  events.onmessage = (e) => {
    const m = JSON.parse(e.data);
    if (m.type === "hello" || m.type === "piece") {
      const piece = m.piece || m;
      document.title = piece.title + " - Proscenium";
      $("title").textContent = piece.title;
      $("about").textContent = piece.about || "";
    }
    if (m.type === "hello") {
      rate = m.rate;
      $("captions").replaceChildren();
    }
    if (m.type === "hello" || m.type === "clock") zero = performance.now() + (m.zero_us - m.now_us) / 1000 + 120;
    if (m.type === "goodbye") $("state").textContent = "The station has closed.";
    for (const mark of m.marks || []) at(mark.frame, () => show(mark));
  };
}

const path = await station();
const sound = /** @type {HTMLAudioElement} */ ($("sound"));
sound.src = path + "/stream.wav";
// A live sound is not gone on with where it was left: what waited is the past.
sound.addEventListener("play", () => {
  if (sound.currentTime > 0 && sound.dataset.left) {
    delete sound.dataset.left;
    sound.load();
    sound.play();
  }
});
sound.addEventListener("pause", () => (sound.dataset.left = "yes"));
listen(path);
