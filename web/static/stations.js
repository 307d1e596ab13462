// The list of what is on.

const list = /** @type {HTMLElement} */ (document.getElementById("stations"));
const state = /** @type {HTMLElement} */ (document.getElementById("state"));

async function refresh() {
  try {
    const stations = await (await fetch("/api/stations")).json();
    state.textContent = stations.length ? "" : "Nothing is on.";
    list.replaceChildren(
      ...stations.map((/** @type {{name: string, title: string, state: string, listeners: number, path: string}} */ s) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = s.path;
        link.textContent = s.title;
        item.append(link, ` ${s.state}, listeners: ${s.listeners}`);
        return item;
      }),
    );
  } catch {
    state.textContent = "The server does not answer; trying again.";
  }
}

await refresh();
setInterval(refresh, 5000);
