// SPDX-License-Identifier: Apache-2.0
// What the lists of the account page share: a heading, rows that are read again after each change, and times.
import { h, newId, problem, replace } from "./dom.js";
import { language, strings } from "./strings.js";

export const time = (text) => h("time", { datetime: text },
  new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(text)));

// What is known of a row; each fact is a text, or parts of one.
export const facts = (...known) => h("p", { class: "small" }, known.filter(Boolean)
  .flatMap((fact, at) => [at > 0 ? h("span", { class: "between" }, " · ") : null, h("span", { class: "fact" }, fact)]));

// name: data-section. read(signal) gives the items, item(one, change) makes the row of one. Below the rows stands the element of
// tail(change), whose show(items) is told each time. change(ask) does what ask() does and reads the list again; it says whether
// that went well.
export function listSection({ name, title, lead, none, read, item, tail, signal }) {
  const titleId = newId("title");
  const heading = h("h2", { id: titleId, tabindex: "-1" }, title);
  const notice = h("div", { class: "page-notice" });
  const rows = h("ul", { class: "rows", "aria-labelledby": titleId, "aria-busy": "true" },
    h("li", { class: "lead" }, strings.loading));
  const below = tail(change);

  async function refresh() {
    try {
      const items = await read(signal);
      replace(rows, items.length > 0 ? items.map((one) => item(one, change)) : h("li", { class: "lead" }, none));
      below.show(items);
      rows.setAttribute("aria-busy", "false");
    } catch (error) {
      if (error.name === "AbortError") return;
      replace(rows);
      replace(notice, problem(error));
    }
  }

  // What was refused may have gone by another way: the list says what there is. The button that was pressed may be gone with its
  // row: the heading has the focus then.
  async function change(ask) {
    let refused = null;
    replace(notice);
    try {
      await ask();
    } catch (error) {
      refused = error;
    }
    await refresh();
    if (refused) replace(notice, problem(refused));
    if (!document.activeElement || document.activeElement === document.body) heading.focus();
    return !refused;
  }

  refresh();
  return h("section", { class: "card", "data-section": name, "aria-labelledby": titleId }, heading,
    h("p", { class: "lead" }, lead), notice, rows, below.element);
}
