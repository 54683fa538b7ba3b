// SPDX-License-Identifier: Apache-2.0
// An access token, which is shown once.
import { h, newId, toast } from "./dom.js";
import { strings } from "./strings.js";

export function newTokenPage({ made, onDone }) {
  const id = newId("token");
  // Selected, so that the person's own keys copy it where the browser forbids ours.
  const input = h("textarea", { id, readonly: true, rows: "3", spellcheck: "false", autocomplete: "off", "data-role": "token",
    onfocus: () => input.select() }, made.token);
  const heading = h("h1", { tabindex: "-1" }, strings.newTokenTitle(made.name));

  async function onCopy() {
    try {
      await navigator.clipboard.writeText(made.token);
      toast(strings.tokenCopied);
    } catch {
      toast(strings.tokenCopyFailed);
      input.focus();
    }
  }

  const element = h("section", { class: "card narrow new-token" }, heading, h("p", { class: "lead" }, strings.newTokenLead),
    h("div", { class: "field" }, h("label", { for: id }, strings.token), input),
    h("div", { class: "actions end" }, h("button", { type: "button", class: "quiet", onclick: onCopy }, strings.copy),
      h("button", { type: "button", class: "primary", onclick: onDone }, strings.tokenKept)));
  return { title: strings.newTokenTitle(made.name), element, focus: () => heading.focus() };
}
