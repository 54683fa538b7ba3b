// SPDX-License-Identifier: Apache-2.0
// "Your account": the password, the second factor, where one is signed in, and the access tokens of one's programs.
import { factorSection } from "./factor_section.js";
import { h, newId } from "./dom.js";
import { signInList } from "./sign_in_list.js";
import { strings } from "./strings.js";
import { tokenList } from "./token_list.js";

function passwordSection(keeper) {
  const titleId = newId("title");
  const content = keeper ? h("p", {}, strings.passwordElsewhere(keeper))
    : [h("p", {}, strings.passwordLead),
      h("div", { class: "actions" }, h("a", { href: "#/password", class: "quiet" }, strings.changePassword))];
  return h("section", { class: "card", "data-section": "password", "aria-labelledby": titleId },
    h("h2", { id: titleId }, strings.password), content);
}

// user: as the server answers /me; methods: all ways to sign in. An account of a directory or provider has its password there.
// onSetUp, onCodes, onToken: what the page cannot show itself, see the sections.
export function accountPage({ user, methods, onSetUp, onCodes, onToken }) {
  const stop = new AbortController(), { signal } = stop;
  const heading = h("h1", { tabindex: "-1" }, strings.account);
  const method = methods.find((one) => one.name === user.source);
  const keeper = user.source === "local" ? null : method?.label || user.source;
  const factor = factorSection({ hasPassword: method?.kind !== "redirect", keeper, onSetUp, onCodes, signal });
  const element = h("div", { class: "page account" }, heading,
    h("p", { class: "lead" }, user.full_name ? `${user.full_name} (${user.name})` : user.name),
    h("div", { class: "proofs" }, passwordSection(keeper), factor),
    signInList(signal), tokenList({ permissions: user.permissions, onToken, signal }));
  return { title: strings.account, element, close: () => stop.abort(), focus: () => heading.focus() };
}
