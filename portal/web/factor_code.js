// SPDX-License-Identifier: Apache-2.0
// The page between the password and everything else, for accounts that have a second factor.
import * as api from "./api.js";
import { codeField } from "./code_field.js";
import { h, problem, replace } from "./dom.js";
import { strings } from "./strings.js";

// Calls onProven with who is signed in now, onCancel when the person signs out instead.
export function factorCodePage({ onProven, onCancel }) {
  const code = codeField({ withRecovery: true });
  const errors = h("div");
  const submit = h("button", { type: "submit", class: "primary" }, strings.goOn);
  const form = h("form", { class: "card narrow", novalidate: true, method: "post", onsubmit: onSubmit },
    h("h1", { tabindex: "-1" }, strings.codeTitle), h("p", { class: "lead" }, strings.codeLead), errors, code.element,
    h("div", { class: "actions end" }, h("button", { type: "button", class: "quiet", onclick: onCancel }, strings.signOut),
      submit));

  function fail(error) {
    replace(errors, problem(error));
    code.input.value = "";
    code.input.focus();
  }

  async function onSubmit(event) {
    event.preventDefault();
    if (submit.disabled) return;
    if (!code.input.value.trim()) { fail({ message: strings.codeMissing }); return; }
    replace(errors);
    submit.disabled = true;
    try {
      onProven(await api.verifyFactor(code.input.value));
    } catch (error) {
      submit.disabled = false;
      fail(error);
    }
  }

  return { title: strings.codeTitle, element: form, focus: () => code.input.focus() };
}
