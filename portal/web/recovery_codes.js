// SPDX-License-Identifier: Apache-2.0
// Recovery codes, which are shown once.
import { h, toast } from "./dom.js";
import { strings } from "./strings.js";

export function recoveryCodesPage({ codes, onDone }) {
  const copy = h("button", { type: "button", class: "quiet", onclick: onCopy }, strings.copy);
  const done = h("button", { type: "button", class: "primary", onclick: onDone }, strings.codesKept);
  const heading = h("h1", { tabindex: "-1" }, strings.recoveryTitle);

  async function onCopy() {
    try {
      await navigator.clipboard.writeText(`${codes.join("\n")}\n`);
      toast(strings.copied);
    } catch {
      toast(strings.copyFailed);
    }
  }

  const element = h("section", { class: "card narrow" }, heading, h("p", { class: "lead" }, strings.recoveryLead),
    h("ol", { class: "codes" }, codes.map((code) => h("li", {}, h("code", {}, code)))),
    h("div", { class: "actions end" }, copy,
      h("button", { type: "button", class: "quiet", onclick: () => window.print() }, strings.print), done));
  return { title: strings.recoveryTitle, element, focus: () => heading.focus() };
}
