import { post, swap } from "./send.js";

const side = 1280; // px, the longest that is sent; the server shrinks more
const quality = 0.85;

// choose shows the chosen photo before it is sent.
export function choose(input) {
  const area = input.closest(".drop");
  const old = area.querySelector("img");
  if (old) URL.revokeObjectURL(old.src);
  old?.remove();
  const [file] = input.files;
  if (!file?.type.startsWith("image/")) return;
  const image = new Image();
  image.alt = input.form.dataset.alt;
  image.onerror = () => image.remove(); // a format that this browser cannot show
  image.src = URL.createObjectURL(file);
  area.append(image);
}

// drop lets the area around the field take a file; the field still works.
export function drop(area, event) {
  event.preventDefault();
  area.classList.toggle("over", event.type === "dragover");
  if (event.type !== "drop" || !event.dataTransfer.files.length) return;
  const input = area.querySelector("input");
  input.files = event.dataTransfer.files;
  choose(input);
}

// estimate sends the shrunk photo and shows the meal that comes back.
export async function estimate(form) {
  if (form.ariaBusy === "true") return;
  const say = (text) => (form.querySelector(".progress").textContent = text);
  form.ariaBusy = "true";
  say(form.dataset.sending);
  try {
    const body = new FormData();
    const photo = await shrink(form.querySelector("input").files[0]);
    body.append("photo", photo, "photo");
    const page = await post(form.action, body, { sent: () => say(form.dataset.busy) });
    const wrong = page.getElementById("totals") ? null : page.querySelector(".alert, .hero .lead");
    if (wrong) complain(wrong.textContent);
    else swap(page, { picture: form.querySelector("img") });
  } catch {
    complain(form.dataset.offline);
  } finally {
    form.ariaBusy = "false";
    say("");
  }
}

// complain says what went wrong and keeps the form as it is.
function complain(text) {
  document.querySelector(".alert")?.remove();
  const alert = document.createElement("p");
  alert.className = "alert";
  alert.role = "alert";
  alert.tabIndex = -1;
  alert.textContent = text;
  document.getElementById("main").prepend(alert);
  alert.focus();
}

// shrink draws a photo upright on a small canvas, which also drops its metadata. A file
// that the browser cannot read is sent as it is: the server says what is wrong.
async function shrink(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file;
  }
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return (await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality))) ?? file;
}
