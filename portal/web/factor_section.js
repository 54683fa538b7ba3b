// SPDX-License-Identifier: Apache-2.0
// The second factor on the account page: how it stands, and what can be done about it.
import * as api from "./api.js";
import { codeField } from "./code_field.js";
import { h, newId, problem, replace, toast } from "./dom.js";
import { passwordField } from "./password_field.js";
import { language, strings } from "./strings.js";

const day = (time) => new Intl.DateTimeFormat(language, { dateStyle: "long" }).format(new Date(time));

// A form in place of the buttons, for what has to be proven by a code, and where `withPassword` by the password too.
function proofForm({ label, danger, withPassword, act, onCancel }) {
  const password = withPassword ? passwordField(strings.password, "current-password") : null;
  const code = codeField({ withRecovery: true });
  const errors = h("div");
  const submit = h("button", { type: "submit", class: danger ? "danger" : "primary" }, label);
  const first = password ? password.input : code.input;

  function fail(error) {
    submit.disabled = false;
    replace(errors, problem(error));
    (error.code === "wrong-code" || !password ? code.input : password.input).focus();
  }

  async function onSubmit(event) {
    event.preventDefault();
    if (submit.disabled) return;
    if (password && !password.input.value) { fail({ message: strings.passwordMissing }); return; }
    if (!code.input.value.trim()) { fail({ code: "wrong-code", message: strings.codeMissing }); return; }
    submit.disabled = true;
    try {
      await act(code.input.value, password && password.input.value);
    } catch (error) {
      fail(error);
    }
  }

  const form = h("form", { novalidate: true, method: "post", onsubmit: onSubmit }, errors, password && password.element,
    code.element, h("div", { class: "actions end" },
      h("button", { type: "button", class: "quiet", onclick: onCancel }, strings.cancel), submit));
  return { form, focus: () => first.focus() };
}

const button = (label, kind, onclick) => h("button", { type: "button", class: kind, onclick }, label);

// hasPassword: there is one that can be asked for again; keeper: who else may ask for a second factor, null: nobody.
// onSetUp(enabled): the person sets one up, or another; onCodes(codes): new recovery codes are to be shown.
export function factorSection({ hasPassword, keeper, onSetUp, onCodes, signal }) {
  const titleId = newId("title");
  const heading = h("h2", { id: titleId, tabindex: "-1" }, strings.factor);
  const content = h("div", { class: "stack", "aria-busy": "true" }, h("p", { class: "lead" }, strings.loading));

  function ask(options) {
    const proof = proofForm({ ...options, onCancel: leave });
    replace(content, proof.form);
    proof.focus();
  }

  async function leave() {
    await load();
    heading.focus();
  }

  const renew = () => ask({ label: strings.newCodes, act: async (code) => {
    onCodes((await api.renewRecoveryCodes(code)).recovery_codes);
  } });
  const turnOff = () => ask({ label: strings.turnOff, danger: true, withPassword: true, act: async (code, password) => {
    await api.turnFactorOff(password, code);
    toast(strings.factorIsOff);
    await leave();
  } });

  function linesOf(state) {
    if (!state.enabled) return [h("p", {}, hasPassword ? strings.factorOff : strings.factorElsewhere(keeper))];
    return [h("p", {}, strings.factorSince(day(state.since))), h("p", {}, strings.codesLeft(state.recovery_codes_left)),
      state.required ? h("p", { class: "small" }, strings.factorRequired) : null];
  }

  // Without a password there is nothing to prove by that it is still the same person, who sets it up when it is asked for.
  function buttonsOf(state) {
    if (!state.enabled) return hasPassword ? [button(strings.setUpFactor, "primary", () => onSetUp(false))] : [];
    return [button(strings.newCodes, "quiet", renew),
      hasPassword ? button(strings.replaceFactor, "quiet", () => onSetUp(true)) : null,
      hasPassword && !state.required ? button(strings.turnOffAsk, "quiet", turnOff) : null];
  }

  async function load() {
    try {
      const state = await api.factorState(signal);
      const buttons = buttonsOf(state);
      replace(content, linesOf(state), buttons.length > 0 ? h("div", { class: "actions" }, buttons) : null);
    } catch (error) {
      if (error.name === "AbortError") return;
      replace(content, problem(error));
    }
    content.removeAttribute("aria-busy");
  }

  load();
  return h("section", { class: "card", "data-section": "factor", "aria-labelledby": titleId }, heading, content);
}
