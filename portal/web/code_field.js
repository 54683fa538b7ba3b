// SPDX-License-Identifier: Apache-2.0
// A labelled input for a code of the second factor; where recovery codes are taken too, a button changes to them.
import { h, newId } from "./dom.js";
import { strings } from "./strings.js";

export function codeField({ withRecovery = false, label = strings.code, hint = strings.codeHint } = {}) {
  const inputId = newId("code"), hintId = newId("hint");
  const input = h("input", { id: inputId, name: "code", type: "text", autocomplete: "one-time-code", inputmode: "numeric",
    autocapitalize: "none", spellcheck: "false", required: true, maxlength: "64", "aria-describedby": hintId });
  const name = h("label", { for: inputId }, label);
  const about = h("p", { class: "small", id: hintId }, hint);
  const other = withRecovery ? h("button", { type: "button", class: "link", onclick: change }, strings.useRecoveryCode) : null;
  let isRecovery = false;

  function change() {
    isRecovery = !isRecovery;
    name.textContent = isRecovery ? strings.recoveryCode : label;
    about.textContent = isRecovery ? strings.recoveryCodeHint : hint;
    other.textContent = isRecovery ? strings.useAppCode : strings.useRecoveryCode;
    input.setAttribute("inputmode", isRecovery ? "text" : "numeric");
    input.value = "";
    input.focus();
  }

  const element = h("div", { class: "field" }, name, input, about, other);
  return { element, input };
}
