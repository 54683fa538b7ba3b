// SPDX-License-Identifier: Apache-2.0
// The sign-in page.
import * as api from "./api.js";
import { signInAddress } from "./api.js";
import { h, newId, problem, replace } from "./dom.js";
import { passwordField } from "./password_field.js";
import { strings } from "./strings.js";

// Ways to sign in at another place: links, since the whole page goes there and comes back.
function otherWays(methods) {
  if (methods.length === 0) return null;
  return h("div", { class: "ways" },
    h("p", { class: "or" }, strings.signInOr),
    methods.map((method) => h("a", { class: "quiet wide way", href: signInAddress(method) },
      strings.signInWith(method.label))));
}

// notice: a sentence above the form, error: why the server could not be asked, user: the name to begin with (all
// nullable); methods: those of the server that lead to another place. Calls onSignedIn with who signed in.
export function signInPage({ site, notice, error, user: userName, methods = [], onSignedIn }) {
  const userId = newId("user");
  const user = h("input", {
    id: userId, name: "username", autocomplete: "username", autocapitalize: "none", spellcheck: "false",
    required: true, maxlength: "256", value: userName || null,
  });
  const password = passwordField(strings.password, "current-password");
  const errors = h("div", {}, error ? problem(error) : null);
  const submit = h("button", { type: "submit", class: "primary wide" }, strings.signIn);
  const form = h("form", { class: "card narrow", novalidate: true, method: "post", onsubmit: onSubmit },
    h("img", { src: "icon.svg", alt: "", width: "48", height: "48", class: "logo" }),
    h("h1", { tabindex: "-1" }, strings.signInTo(site)),
    h("p", { class: "lead" }, strings.signInLead),
    notice ? h("p", { class: "note", role: "status" }, notice) : null,
    errors,
    h("div", { class: "field" }, h("label", { for: userId }, strings.userName), user),
    password.element,
    submit,
    otherWays(methods));

  function fail(message, field) {
    replace(errors, problem({ message }));
    field.focus();
  }

  function countDown(seconds) {
    submit.disabled = seconds > 0;
    submit.textContent = seconds > 0 ? strings.tryAgainIn(seconds) : strings.signIn;
    if (seconds > 0) setTimeout(countDown, 1000, seconds - 1);
  }

  function onRefused(error) {
    replace(errors, problem(error));
    countDown(error.code === "too-many-attempts" ? Math.min(error.retryAfter, 3600) : 0);
    password.input.value = "";
    password.input.focus();
  }

  async function onSubmit(event) {
    event.preventDefault();
    if (submit.disabled) return;
    if (!user.value.trim()) { fail(strings.userMissing, user); return; }
    if (!password.input.value) { fail(strings.passwordMissing, password.input); return; }
    replace(errors);
    submit.disabled = true;
    submit.textContent = strings.signingIn;
    try {
      onSignedIn(await api.login(user.value.trim(), password.input.value));
    } catch (error) {
      onRefused(error);
    }
  }

  return { title: strings.signIn, element: form, focus: () => user.focus(), userTyped: () => user.value };
}
