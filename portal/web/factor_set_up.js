// SPDX-License-Identifier: Apache-2.0
// Setting a second factor up, or another one in its place: what has to be proven first, the picture for the app, a code
// of it.
import * as api from "./api.js";
import { codeField } from "./code_field.js";
import { h, problem, replace } from "./dom.js";
import { passwordField } from "./password_field.js";
import { qrCode } from "./qr_code.js";
import { strings } from "./strings.js";

// In groups of four, as people read it off.
const grouped = (secret) => secret.replace(/(.{4})(?=.)/g, "$1 ");

// A form whose submit button waits for `act`; a refusal is shown and brings the focus to the field that `fieldOf` names.
function stepForm({ title, lead, content, label, actions, act, fieldOf }) {
  const errors = h("div");
  const submit = h("button", { type: "submit", class: "primary" }, label);
  const form = h("form", { class: "card narrow", novalidate: true, method: "post", onsubmit: onSubmit },
    h("h1", { tabindex: "-1" }, title), h("p", { class: "lead" }, lead), errors, content,
    h("div", { class: "actions end" }, actions, submit));

  async function onSubmit(event) {
    event.preventDefault();
    if (submit.disabled) return;
    replace(errors);
    submit.disabled = true;
    try {
      await act();
    } catch (error) {
      submit.disabled = false;
      replace(errors, problem(error));
      fieldOf(error).focus();
    }
  }

  return form;
}

const missing = (message) => Object.assign(new Error(), { message, reasons: [] });

// forced: it is all that this sign-in may do, and nothing has to be proven first; enabled: there is one already.
// Calls onDone with the answer (its recovery codes, and who is signed in now where that changed), onCancel when the person
// goes back, or out.
export function factorSetUpPage({ forced, enabled, onDone, onCancel }) {
  const box = h("div", { class: "steps" });
  const title = enabled ? strings.factorReplaceTitle : strings.factorSetUpTitle;
  const back = () => h("button", { type: "button", class: "quiet", onclick: onCancel },
    forced ? strings.signOut : strings.cancel);
  let focused = null;

  function show(form, field) {
    replace(box, form);
    focused = field || form.querySelector("h1");
    focused.focus();
  }

  function showProof() {
    const password = passwordField(strings.password, "current-password");
    const code = enabled ? codeField({ withRecovery: true }) : null;
    show(stepForm({ title, lead: enabled ? strings.factorReplaceLead : strings.factorProofLead, label: strings.goOn,
      content: [password.element, code && code.element], actions: back(),
      fieldOf: (error) => (error.code === "wrong-code" && code ? code.input : password.input),
      act: async () => {
        if (!password.input.value) throw missing(strings.passwordMissing);
        showDraft(await api.beginFactor(password.input.value, code ? code.input.value : null));
      } }), password.input);
  }

  function showDraft(draft) {
    const code = codeField({ label: strings.firstCode, hint: strings.firstCodeHint });
    show(stepForm({ title, lead: forced ? strings.factorForcedLead : strings.factorSetUpLead, label: strings.confirmFactor,
      content: [qrCode(draft.qr, strings.qrLabel),
        h("p", { class: "small" }, strings.secretByHand),
        h("p", { class: "secret" }, h("code", {}, grouped(draft.secret))), code.element],
      actions: back(), fieldOf: () => code.input,
      act: async () => {
        if (!code.input.value.trim()) throw missing(strings.codeMissing);
        onDone(await api.confirmFactor(code.input.value));
      } }), null);
  }

  async function begin() {
    try {
      showDraft(await api.beginFactor());
    } catch (error) {
      replace(box, h("div", { class: "card narrow" }, h("h1", { tabindex: "-1" }, title), problem(error),
        h("div", { class: "actions end" }, back())));
    }
  }

  replace(box, h("p", { class: "card narrow" }, strings.loading));
  if (forced) begin();
  else showProof();
  return { title, element: box, focus: () => focused && focused.focus() };
}
