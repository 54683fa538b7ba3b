// SPDX-License-Identifier: Apache-2.0
// Making an access token: a button, and a form in its place.
import * as api from "./api.js";
import { h, newId, problem, replace } from "./dom.js";
import { strings } from "./strings.js";

const DAYS = [7, 30, 90, 365];
const DAYS_AT_FIRST = 30;
const DAY_S = 86400;

const missing = (message) => Object.assign(new Error(), { message, reasons: [] });
const button = (kind, label, properties) => h("button", { type: "button", class: kind, ...properties }, label);

function nameField() {
  const id = newId("name"), hintId = newId("hint");
  const input = h("input", { id, name: "token-name", autocomplete: "off", maxlength: "100", required: true,
    "aria-describedby": hintId });
  return { input, element: h("div", { class: "field" }, h("label", { for: id }, strings.tokenName), input,
    h("p", { class: "small", id: hintId }, strings.tokenNameHint)) };
}

function daysField() {
  const id = newId("days");
  const select = h("select", { id, name: "days" }, DAYS.map((days) => h("option", { value: String(days),
    selected: days === DAYS_AT_FIRST }, strings.days(days))));
  return { select, element: h("div", { class: "field" }, h("label", { for: id }, strings.tokenExpires), select) };
}

function box(scope, label) {
  const id = newId("scope");
  const input = h("input", { type: "checkbox", id, name: "scope", value: scope });
  return { input, element: h("div", { class: "check" }, input, h("label", { for: id }, label)) };
}

// Whoever opens a desktop has to see it first: the one brings the other.
function scopeField(permissions) {
  const own = box("own", strings.scopeOwn), consoles = box("console.open", strings.scopeConsole);
  const ofRoles = permissions.map((permission) => box(permission, h("code", {}, permission)));
  const all = [own, consoles, ...ofRoles];
  consoles.input.addEventListener("change", () => { own.input.checked ||= consoles.input.checked; });
  own.input.addEventListener("change", () => { consoles.input.checked &&= own.input.checked; });
  const more = ofRoles.length > 0
    ? h("fieldset", { class: "permissions" }, h("legend", { class: "small" }, strings.scopesOfRoles), ofRoles.map((one) => one.element))
    : null;
  return { first: own.input, chosen: () => all.filter((one) => one.input.checked).map((one) => one.input.value),
    element: h("fieldset", {}, h("legend", {}, strings.tokenScopes), own.element, consoles.element, more) };
}

// taken: names that there are; make(name, scopes, lifetime in seconds) throws what was refused.
function tokenForm({ permissions, taken, make, onCancel }) {
  const name = nameField(), scopes = scopeField(permissions), days = daysField();
  const errors = h("div");
  const submit = h("button", { type: "submit", class: "primary" }, strings.makeToken);

  function fail(error, field) {
    submit.disabled = false;
    replace(errors, problem(error));
    field.focus();
  }

  async function onSubmit(event) {
    event.preventDefault();
    if (submit.disabled) return;
    const title = name.input.value.trim(), chosen = scopes.chosen();
    if (!title) { fail(missing(strings.tokenNameMissing), name.input); return; }
    if (taken.includes(title)) { fail(missing(strings.tokenNameTaken), name.input); return; }
    if (chosen.length === 0) { fail(missing(strings.tokenScopesMissing), scopes.first); return; }
    submit.disabled = true;
    try {
      await make(title, chosen, Number(days.select.value) * DAY_S);
    } catch (error) {
      fail(error, name.input);
    }
  }

  const form = h("form", { novalidate: true, method: "post", onsubmit: onSubmit }, h("h3", {}, strings.newToken), errors,
    name.element, scopes.element, days.element,
    h("div", { class: "actions end" }, button("quiet", strings.cancel, { onclick: onCancel }), submit));
  return { form, focus: () => name.input.focus() };
}

// onToken(made): it is there, and to be shown this once.
export function tokenMaker(permissions, onToken) {
  const element = h("div", { class: "token-maker" });
  const open = button("quiet", strings.newTokenAsk, { onclick: ask, "data-role": "new-token" });
  const closed = h("div", { class: "actions" }, open);
  let taken = [];

  function close() {
    replace(element, closed);
    open.focus();
  }

  function ask() {
    const view = tokenForm({ permissions, taken, onCancel: close,
      make: async (...wanted) => onToken(await api.createToken(...wanted)) });
    replace(element, view.form);
    view.focus();
  }

  replace(element, closed);
  return { element, show: (tokens) => { taken = tokens.map((token) => token.name); } };
}
