// SPDX-License-Identifier: Apache-2.0
// A menu button (WAI-ARIA Authoring Practices, "Menu Button"): arrows move, Escape closes and gives the focus back.
import { h, newId } from "./dom.js";

// items: [{label, danger, run}]
export function menuButton(ariaLabel, items) {
  const listId = newId("menu");
  const entries = items.map((item) => h("button", {
    type: "button", role: "menuitem", tabindex: "-1", "data-role": "menu", class: item.danger ? "menu-item risky" : "menu-item",
    onclick: () => { close(true); item.run(); },
  }, item.label));
  const list = h("div", { class: "menu-list", role: "menu", id: listId, "aria-label": ariaLabel, hidden: true }, entries);
  const button = h("button", {
    type: "button", class: "quiet", "data-role": "menu", "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": listId,
    "aria-label": ariaLabel, title: ariaLabel, onclick: () => (list.hidden ? open(0) : close(true)),
  }, h("span", { class: "dots", "aria-hidden": "true" }));
  const root = h("div", { class: "menu" }, button, list);

  function open(index) {
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
    entries.at(index).focus();
    document.addEventListener("pointerdown", onOutside, true);
  }

  function close(takeFocus) {
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", onOutside, true);
    if (takeFocus) button.focus();
  }

  function onOutside(event) {
    if (!root.contains(event.target)) close(false);
  }

  const moves = { ArrowDown: 1, ArrowUp: -1 };
  list.addEventListener("keydown", (event) => {
    const at = entries.indexOf(document.activeElement);
    if (event.key in moves) entries.at((at + moves[event.key]) % entries.length).focus();
    else if (event.key === "Home") entries[0].focus();
    else if (event.key === "End") entries.at(-1).focus();
    else if (event.key === "Escape") close(true);
    else if (event.key === "Tab") { close(false); return; }
    else return;
    event.preventDefault();
  });
  button.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open(event.key === "ArrowDown" ? 0 : -1);
  });
  return root;
}
