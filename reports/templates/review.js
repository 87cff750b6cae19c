// Keys for the buttons of the page; everything works without them.
"use strict";
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, textarea, select, button")) return;
  const links = [...document.querySelectorAll("nav > ol a")];
  const here = links.findIndex((it) => it.hasAttribute("aria-current"));
  const step = { j: 1, n: 1, k: -1, p: -1 }[event.key];
  if (step && links[here + step]) {
    location.href = links[here + step].href;
    return;
  }
  const button = document.querySelector(`button[data-key="${CSS.escape(event.key)}"]`);
  if (button) {
    event.preventDefault();
    button.click();
  }
});
document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest" });
