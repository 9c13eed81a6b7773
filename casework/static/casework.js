/* What a page does better with script. Every page works without. Nothing here evaluates text or inserts what was typed. */
"use strict";

/* htmx is given markup by our own server only; scripts and handlers in it are refused here and again by the CSP. */
if (window.trustedTypes) {
  const live = /<\s*(script|iframe|object|embed|base|meta)\b|\son\w+\s*=|javascript:/i;
  window.trustedTypes.createPolicy("default", {
    createHTML(markup) {
      if (live.test(markup)) throw new TypeError("This markup is not accepted.");
      return markup;
    },
  });
}
window.htmxSettings = {
  allowEval: false, allowScriptTags: false, selfRequestsOnly: true, includeIndicatorStyles: false,
  historyCacheSize: 0, historyEnabled: false,
};
if (window.htmx) Object.assign(window.htmx.config, window.htmxSettings);

/* Hide: the page is gone before the server has answered. */
function hide(form) {
  document.title = "Blank page";
  document.documentElement.classList.add("cw-gone");
  form.submit();
}

let escaped = 0;
document.addEventListener("keydown", (event) => {
  const form = document.getElementById("hide");
  if (event.key !== "Escape" || !form) return;
  if (event.timeStamp - escaped < 800) hide(form);
  escaped = event.timeStamp;
});

/* Assessment: 0 to 4, D, N and X answer the row in focus; the full stop opens its note. */
document.addEventListener("keydown", (event) => {
  const row = event.target instanceof Element ? event.target.closest(".cw-dom") : null;
  if (!row || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea, input[type=text]")) return;
  if (event.key === ".") {
    const note = row.querySelector("details");
    if (!note) return;
    note.open = !note.open;
    if (note.open) note.querySelector("textarea, input").focus();
    event.preventDefault();
    return;
  }
  const answer = [...row.querySelectorAll("input[type=radio]")].find((box) => (box.dataset.key || box.value) === event.key.toLowerCase());
  if (!answer) return;
  answer.checked = true;
  answer.focus();
  answer.dispatchEvent(new Event("change", { bubbles: true }));
  event.preventDefault();
});

document.addEventListener("DOMContentLoaded", () => {
  const errors = document.getElementById("errors");
  if (errors) errors.focus();
  document.querySelectorAll("form[method=post]").forEach((form) => form.addEventListener("submit", once));
});

/* A second press of the same button does nothing while the first is under way. Coming back to the page frees it. */
function once(event) {
  const form = event.currentTarget;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
}
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});
