/* What a page does better with script. Every page works without. Nothing here evaluates text or inserts what was typed. */
"use strict";

/* htmx parses whole pages of our own server: what could act is taken out here, and forbidden by the CSP anyway. */
if (window.trustedTypes) {
  const head = /<head\b[\s\S]*?<\/head>/gi;
  const live = /<(script|iframe|object|embed|base|meta|link|style|template)\b[^>]*>([\s\S]*?<\/\1\s*>)?/gi;
  window.trustedTypes.createPolicy("default", { createHTML: (markup) => markup.replace(head, "").replace(live, "") });
}

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

/* A second press of the same button does nothing while the first is under way. Coming back to the page frees it. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});

/* A new row was brought in without loading the page: go to its first box. */
document.addEventListener("htmx:afterSettle", () => {
  const rows = document.querySelectorAll(".cw-row");
  const box = rows.length && rows[rows.length - 1].querySelector("input, select, textarea");
  if (box) box.focus();
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});
