import { post } from "./send.js";

const pause = 250; // ms without a keystroke
let timer, running;

// recompute asks the server for the totals of changed grams, and replaces only the
// numbers, so the field keeps its focus. Only the server computes: there is one table
// and one way to round.
export function recompute(form) {
  clearTimeout(timer);
  running?.abort();
  timer = setTimeout(() => send(form), pause);
}

async function send(form) {
  if (!form.isConnected || !form.checkValidity()) return;
  running = new AbortController();
  const body = new FormData(form);
  body.append("do", "update");
  try {
    const page = await post(form.action, body, { signal: running.signal });
    if (form.isConnected) show(page); // unless a button was faster
  } catch {
    // The button still works, and says what is wrong.
  }
}

function show(page) {
  for (const now of document.querySelectorAll("#totals, [id^='facts-']")) {
    const next = page.getElementById(now.id);
    if (next) now.replaceChildren(...document.importNode(next, true).childNodes);
  }
}
