// The lock screen and the keys of a headset.

/**
 * Says what plays, and lets it be paused from outside the page.
 * @param {import("./wire.js").Piece} piece
 * @param {{play: () => void, pause: () => void}} deeds
 */
export function session(piece, deeds) {
  // iOS: play on with the switch at silent, and behind a locked screen.
  const audio = /** @type {{audioSession?: {type: string}}} */ (navigator).audioSession;
  if (audio) audio.type = "playback";
  const media = navigator.mediaSession;
  if (!media) return;
  media.metadata = new MediaMetadata({
    title: piece.title,
    artist: "Proscenium",
    album: piece.about ?? "",
    artwork: [{ src: new URL("icon.svg", import.meta.url).href, sizes: "any", type: "image/svg+xml" }],
  });
  media.setActionHandler("play", deeds.play);
  media.setActionHandler("pause", deeds.pause);
  media.setActionHandler("stop", deeds.pause);
}

/**
 * Says whether it plays. It has no end, and nobody can go to a place of it.
 * @param {boolean} playing
 */
export function sessionIs(playing) {
  const media = navigator.mediaSession;
  if (!media) return;
  media.playbackState = playing ? "playing" : "paused";
  try {
    if (playing) media.setPositionState?.({ duration: Infinity, playbackRate: 1, position: 0 });
    else media.setPositionState?.();
  } catch {
    // Some browsers refuse an endless duration.
  }
}
