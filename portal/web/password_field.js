// SPDX-License-Identifier: Apache-2.0
// A labelled password input with a button that shows what was typed.
import { h, newId } from "./dom.js";
import { strings } from "./strings.js";

export function passwordField(label, autocomplete, hint) {
  const inputId = newId("password"), hintId = newId("hint");
  const input = h("input", {
    id: inputId, type: "password", name: autocomplete, autocomplete, required: true, maxlength: "1024",
    "aria-describedby": hint ? hintId : null,
  });
  const reveal = h("button", {
    type: "button", class: "reveal", "aria-label": strings.showPasswordLabel, "aria-controls": inputId,
    onclick: () => show(input.type === "password"),
  }, strings.showPassword);

  function show(isShown) {
    input.type = isShown ? "text" : "password";
    reveal.setAttribute("aria-label", isShown ? strings.hidePasswordLabel : strings.showPasswordLabel);
    reveal.textContent = isShown ? strings.hidePassword : strings.showPassword;
  }

  const element = h("div", { class: "field" }, h("label", { for: inputId }, label),
    h("div", { class: "with-button" }, input, reveal),
    hint ? h("p", { class: "small", id: hintId }, hint) : null);
  return { element, input };
}
