// post sends a form and returns the page that comes back. An XMLHttpRequest parses it
// into a document in which no script runs and for which trusted types need no policy. It
// also reports when everything was sent.
export function post(url, body, { sent, signal } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.responseType = "document";
    request.onload = () => (request.response ? resolve(request.response) : reject(new Error("no page")));
    request.onerror = request.ontimeout = () => reject(new Error("no connection"));
    request.onabort = () => reject(new DOMException("superseded", "AbortError"));
    if (sent) request.upload.onload = sent;
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

// swap replaces this page by another, and moves the focus to what is new.
export function swap(page, { picture, stay } = {}) {
  const top = scrollY;
  for (const id of ["nav", "main"]) {
    document.getElementById(id).replaceWith(document.importNode(page.getElementById(id), true));
  }
  document.title = page.title;
  show(picture);
  const target = [".alert", "#found", "#result-heading", "main"].map((s) => document.querySelector(s)).find(Boolean);
  if (target.matches(".alert")) target.tabIndex = -1;
  target.focus({ preventScroll: true });
  if (stay) scrollTo(0, top);
  if (!stay || target.matches(".alert, #found")) target.scrollIntoView({ block: "nearest" });
}

// show puts the visitor's own photo beside the result.
function show(picture) {
  const place = document.getElementById("picture");
  if (!picture || !place) return;
  place.replaceChildren(picture);
  place.hidden = false;
}
