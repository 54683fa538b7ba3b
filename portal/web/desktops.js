// SPDX-License-Identifier: Apache-2.0
// The page with a person's desktops. Cards follow their own session; the list is read again now and then.
import * as api from "./api.js";
import { DesktopCard } from "./desktop_card.js";
import { h, problem, replace, serverWords } from "./dom.js";
import { sentenceOf, strings } from "./strings.js";

const REFRESH_MS = 15000;

const nothingYet = () => h("div", { class: "card empty" }, h("h2", {}, strings.noDesktops),
  h("p", { class: "lead" }, strings.noDesktopsLead));

// The server answered without its database: only what one has already can be opened.
function degradedNote(reason) {
  const { text, original } = sentenceOf("database-unavailable", reason);
  return h("div", { class: "note", role: "status" }, h("p", {}, text), serverWords(original));
}

export function desktopsPage() {
  const cards = new Map(); // pool id -> DesktopCard
  const stop = new AbortController();
  const list = h("div", { class: "cards", "aria-busy": "true" });
  const notice = h("div", { class: "page-notice" }, h("p", { class: "lead", role: "status" }, strings.loading));
  const element = h("section", { class: "page" }, h("h1", { tabindex: "-1" }, strings.desktops),
    h("p", { class: "lead" }, strings.desktopsLead), notice, list);

  function show({ items, degraded }) {
    const wanted = new Set(items.map((item) => item.pool.id));
    for (const [id, card] of cards) if (!wanted.has(id)) { card.close(); card.element.remove(); cards.delete(id); }
    items.forEach((item, index) => {
      let card = cards.get(item.pool.id);
      if (card) card.update(item);
      else cards.set(item.pool.id, card = new DesktopCard(item, refresh));
      if (list.children[index] !== card.element) list.insertBefore(card.element, list.children[index] || null);
    });
    list.setAttribute("aria-busy", "false");
    showNotice(degraded ? degradedNote(degraded) : items.length === 0 ? nothingYet() : null);
  }

  // Said once, not again at every look.
  function showNotice(child) {
    if (notice.textContent === (child ? child.textContent : "")) return;
    replace(notice, child);
  }

  async function refresh() {
    try {
      show(await api.desktops(stop.signal));
    } catch (error) {
      if (error.name === "AbortError") return;
      list.setAttribute("aria-busy", "false");
      showNotice(h("div", {}, problem(error), h("div", { class: "actions" },
        h("button", { type: "button", class: "quiet", onclick: tryAgain }, strings.tryAgain))));
    }
  }

  // The button may go while it has the focus.
  async function tryAgain() {
    await refresh();
    if (!document.activeElement || document.activeElement === document.body) element.querySelector("h1").focus();
  }

  const whenVisible = () => { if (!document.hidden) refresh(); };
  const timer = setInterval(whenVisible, REFRESH_MS);
  document.addEventListener("visibilitychange", whenVisible);
  window.addEventListener("pageshow", whenVisible, { signal: stop.signal });
  refresh();

  function close() {
    stop.abort();
    clearInterval(timer);
    document.removeEventListener("visibilitychange", whenVisible);
    for (const card of cards.values()) card.close();
  }

  return { title: strings.desktops, element, close, focus: () => element.querySelector("h1").focus() };
}
