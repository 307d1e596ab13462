// Why a station does not let somebody in: a browser tells a page neither why a
// WebSocket was refused, nor why a stream does not come.

/** @typedef {"full" | "crowded" | "often"} Refusal */

/** @type {Record<string, Refusal>} */
const reasons = { full: "full", address: "crowded", often: "often" };

/**
 * Asks why; "" if it would let one in, or cannot be reached.
 * @param {string | URL} address of the station's WebSocket, by http
 * @returns {Promise<Refusal | "">}
 */
export async function refusal(address) {
  try {
    const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(5000) });
    await answer.body?.cancel();
    return (answer.status === 503 && reasons[answer.headers.get("Proscenium-Refused") ?? ""]) || "";
  } catch {
    return "";
  }
}
