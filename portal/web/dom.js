// SPDX-License-Identifier: Apache-2.0
// Making elements without markup in strings, so that no text can ever become markup.
import { serverLanguage, strings } from "./strings.js";

// h("button", {class: "primary", onclick: f, hidden: false}, "text", child, …)
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) set(element, name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else element.setAttribute(name, value === true ? "" : value);
}

export function replace(parent, ...children) {
  parent.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined));
}

export const byId = (id) => document.getElementById(id);

let unique = 0;
export const newId = (prefix) => `${prefix}-${++unique}`;

// Tells screen readers what the screen shows anyway.
export function announce(text) {
  byId("announce").textContent = text;
}

let toastTimer = 0;
// Says something that needs no answer, on screen and to screen readers.
export function toast(text) {
  const box = byId("toast");
  box.textContent = text;
  box.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => box.classList.remove("shown"), 6000);
}

// The server's own sentences, marked as of its language where the page has another.
export const reasonList = (reasons) => h("ul", { lang: serverLanguage() }, reasons.map((reason) => h("li", {}, reason)));
export const serverWords = (text) => (text ? h("p", { class: "small" }, strings.serverSays, " ",
  h("span", { lang: serverLanguage() }, text)) : null);

// An error as people should see it: the sentence, and each reason on a line of its own.
export function problem(error, heading) {
  const reasons = error.reasons || [];
  return h("div", { class: "problem", role: "alert" },
    h("p", {}, error.message), serverWords(error.original),
    reasons.length > 0 ? [heading ? h("p", { class: "small" }, heading) : null, reasonList(reasons)] : null);
}
