// SPDX-License-Identifier: Apache-2.0
// The choice of the language, below every page of the app.
import { h, newId } from "./dom.js";
import { language, languages, setLanguage, strings } from "./strings.js";

// Calls onChange after the choice was made, so that what is shown can be said anew.
export function languageSwitch(onChange) {
  const selectId = newId("language");
  const options = languages.map(({ tag, name }) => h("option", { value: tag, lang: tag, selected: tag === language }, name));
  const select = h("select", { id: selectId, name: "language", onchange: () => { setLanguage(select.value); onChange(); } },
    options);
  return h("div", { class: "language" }, h("label", { for: selectId }, strings.language), select);
}
