// SPDX-License-Identifier: Apache-2.0
// The page on which people change their password, by choice or because they must.
import * as api from "./api.js";
import { h, problem, replace } from "./dom.js";
import { passwordField } from "./password_field.js";
import { strings } from "./strings.js";

// Calls onDone after the change, onCancel when the person goes back (not offered when `forced`).
export function changePasswordPage({ forced, onDone, onCancel }) {
  const old = passwordField(strings.oldPassword, "current-password");
  const fresh = passwordField(strings.newPassword, "new-password", strings.passwordHint);
  const again = passwordField(strings.repeatPassword, "new-password");
  const errors = h("div");
  const submit = h("button", { type: "submit", class: "primary" }, strings.savePassword);
  const cancel = h("button", { type: "button", class: "quiet", onclick: onCancel }, strings.cancel);
  const title = forced ? strings.passwordForcedTitle : strings.passwordTitle;
  const form = h("form", { class: "card narrow", novalidate: true, method: "post", onsubmit: onSubmit },
    h("h1", { tabindex: "-1" }, title), forced ? h("p", { class: "lead" }, strings.passwordForcedLead) : null, errors,
    old.element, fresh.element, again.element, h("div", { class: "actions end" }, forced ? null : cancel, submit));

  function fail(error, field) {
    replace(errors, problem(error));
    field.focus();
  }

  async function onSubmit(event) {
    event.preventDefault();
    if (submit.disabled) return;
    if (!old.input.value) { fail({ message: strings.passwordMissing }, old.input); return; }
    if (!fresh.input.value) { fail({ message: strings.newPasswordMissing }, fresh.input); return; }
    if (fresh.input.value !== again.input.value) { fail({ message: strings.passwordsDiffer }, again.input); return; }
    submit.disabled = true;
    submit.textContent = strings.savingPassword;
    try {
      await api.changePassword(old.input.value, fresh.input.value);
      onDone();
    } catch (error) {
      submit.disabled = false;
      submit.textContent = strings.savePassword;
      fail(error, error.code === "weak-password" ? fresh.input : old.input);
    }
  }

  return { title, element: form, focus: () => old.input.focus() };
}
