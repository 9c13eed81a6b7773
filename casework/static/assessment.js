/* The sheet of an assessment: what is answered is kept at once (htmx), and a press of a button waits for it. What is sent
   by the button holds every answer: once it is on its way, nothing more is kept beside it. */
"use strict";

const sheet = document.getElementById("sheet");
let underWay = 0;
let pressed = null;
let leaving = false;

sheet.addEventListener("htmx:beforeRequest", (event) => {
  if (leaving) event.preventDefault();
  else underWay += 1;
});
window.addEventListener("pageshow", () => { leaving = false; });
sheet.addEventListener("htmx:afterRequest", () => {
  underWay -= 1;
  if (underWay > 0 || !pressed) return;
  delete sheet.dataset.sent;
  sheet.requestSubmit(pressed);
});

/* The version of the sheet changes with each keeping: a button pressed meanwhile is pressed again afterwards. */
sheet.addEventListener("submit", (event) => {
  if (underWay > 0) {
    pressed = event.submitter;
    event.preventDefault();
  } else {
    leaving = true;
  }
});

for (const name of ["htmx:responseError", "htmx:sendError"]) {
  sheet.addEventListener(name, () => {
    document.getElementById("saved").textContent = "Not saved. Press “Save and leave” to see why.";
  });
}

/* After a digit the next row is in focus; where a level was chosen there already, on that one. */
document.addEventListener("keydown", (event) => {
  const row = event.target instanceof Element ? event.target.closest(".cw-dom") : null;
  if (!row || !/^[0-4dnx]$/i.test(event.key) || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea")) return;
  const rows = [...sheet.querySelectorAll(".cw-dom")];
  const next = rows[rows.indexOf(row) + 1];
  if (next) (next.querySelector("input:checked") || next.querySelector("input[type=radio]")).focus();
});
