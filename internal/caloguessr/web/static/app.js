// Without these scripts, the same forms do the same with a page load each. Listeners are
// on the document, because main is replaced.
import { choose, drop, estimate } from "./photo.js";
import { recompute } from "./live.js";
import { post, swap } from "./send.js";
import { watch } from "./news.js";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id === "photo") {
    event.preventDefault();
    estimate(form);
  } else if (form.id === "meal" && !event.submitter?.hasAttribute("formaction")) {
    event.preventDefault();
    change(form, event.submitter);
  }
});
document.addEventListener("input", (event) => {
  if (event.target.name === "grams") recompute(event.target.form);
});
document.addEventListener("change", (event) => {
  if (event.target.id === "file") choose(event.target);
});
for (const type of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    const area = event.target.closest?.(".drop");
    if (area) drop(area, event);
  });
}
watch();

// change sends the meal with the button that was pressed.
async function change(form, button) {
  const picture = document.querySelector("#picture img");
  try {
    swap(await post(form.action, new FormData(form, button)), { picture, stay: true });
  } catch {
    if (button) { // let the browser send it, and say what is wrong
      const again = document.createElement("input");
      Object.assign(again, { type: "hidden", name: button.name, value: button.value });
      form.append(again);
    }
    form.submit();
  }
}
