const every = 15_000; // ms

// watch shows a notice when a different version from that of this page is live.
export function watch() {
  setInterval(look, every);
  document.addEventListener("visibilitychange", look);
}

async function look() {
  if (document.hidden) return;
  try {
    const { version } = await (await fetch("/version", { cache: "no-store" })).json();
    tell(version !== document.documentElement.dataset.version);
  } catch {
    // Between two versions, or offline: the next call will tell.
  }
}

function tell(isNew) {
  const place = document.getElementById("news");
  if (place.hidden === !isNew) return;
  const link = document.createElement("a");
  link.href = "/";
  link.textContent = place.dataset.load;
  place.replaceChildren(place.dataset.text, " ", link);
  place.hidden = !isNew;
}
