// The lock screen and the keys of a headset.

/**
 * @param {import("./wire.js").Piece} piece
 * @param {{play: () => void, pause: () => void}} deeds
 */
export function session(piece, deeds) {
  // iOS: play on with the switch at silent, and behind a locked screen.
  const audio = /** @type {{audioSession?: {type: string}}} */ (navigator).audioSession;
  if (audio) audio.type = "playback";
  const media = navigator.mediaSession;
  if (!media) return;
  media.metadata = new MediaMetadata({ title: piece.title, artist: "Proscenium" });
  media.setActionHandler("play", deeds.play);
  media.setActionHandler("pause", deeds.pause);
  media.setActionHandler("stop", deeds.pause);
}
