// SPDX-License-Identifier: Apache-2.0
// "Your account": the password, and the second factor.
import * as api from "./api.js";
import { codeField } from "./code_field.js";
import { h, problem, replace, toast } from "./dom.js";
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

// onSetUp(enabled): the person sets one up, or another; onCodes(codes): new recovery codes are to be shown.
export function accountPage({ onSetUp, onCodes }) {
  const heading = h("h1", { tabindex: "-1" }, strings.account);
  const factor = h("section", { class: "card narrow", "aria-busy": "true" }, h("p", {}, strings.loading));
  const element = h("div", { class: "steps" }, heading,
    h("section", { class: "card narrow" }, h("h2", {}, strings.password),
      h("div", { class: "actions" }, h("a", { href: "#/password" }, strings.changePassword))), factor);

  const button = (label, kind, onclick) => h("button", { type: "button", class: kind, onclick }, label);

  function ask(options) {
    const proof = proofForm({ ...options, onCancel: load });
    replace(factor, h("h2", {}, strings.factor), proof.form);
    proof.focus();
  }

  const renew = () => ask({ label: strings.newCodes, act: async (code) => {
    onCodes((await api.renewRecoveryCodes(code)).recovery_codes);
  } });
  const turnOff = () => ask({ label: strings.turnOff, danger: true, withPassword: true, act: async (code, password) => {
    await api.turnFactorOff(password, code);
    toast(strings.factorIsOff);
    await load();
  } });

  function showState(state) {
    const lines = state.enabled
      ? [h("p", {}, strings.factorSince(day(state.since))), h("p", {}, strings.codesLeft(state.recovery_codes_left)),
        state.required ? h("p", { class: "small" }, strings.factorRequired) : null]
      : [h("p", {}, strings.factorOff)];
    const buttons = state.enabled
      ? [button(strings.newCodes, "quiet", renew), button(strings.replaceFactor, "quiet", () => onSetUp(true)),
        state.required ? null : button(strings.turnOffAsk, "quiet", turnOff)]
      : [button(strings.setUpFactor, "primary", () => onSetUp(false))];
    replace(factor, h("h2", {}, strings.factor), lines, h("div", { class: "actions" }, buttons));
  }

  async function load() {
    try {
      showState(await api.factorState());
    } catch (error) {
      replace(factor, h("h2", {}, strings.factor), problem(error));
    }
    factor.removeAttribute("aria-busy");
  }

  load();
  return { title: strings.account, element, focus: () => heading.focus() };
}
