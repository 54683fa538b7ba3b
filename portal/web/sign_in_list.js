// SPDX-License-Identifier: Apache-2.0
// Where the person is signed in, and how to end that.
import * as api from "./api.js";
import { confirm } from "./dialog.js";
import { h, toast } from "./dom.js";
import { facts, listSection, time } from "./list_section.js";
import { strings } from "./strings.js";

const nameOf = (signIn) => signIn.client || strings.unknownProgram;

async function end(signIn, change) {
  const agreed = await confirm({ title: strings.endSignInTitle, text: strings.endSignInText(nameOf(signIn), signIn.address),
    confirmLabel: strings.signOut, danger: true });
  if (agreed && await change(() => api.endSignIn(signIn.id))) toast(strings.signInEnded);
}

async function endOthers(change) {
  const agreed = await confirm({ title: strings.endOthersTitle, text: strings.endOthersText, confirmLabel: strings.signOut,
    danger: true });
  if (agreed && await change(() => api.endOtherSignIns())) toast(strings.othersEnded);
}

function row(signIn, change) {
  return h("li", { class: "row" },
    h("div", {},
      h("p", { class: "row-title" }, nameOf(signIn), signIn.current ? h("span", { class: "pill" }, strings.thisBrowser) : null),
      facts(signIn.address, [strings.since, " ", time(signIn.created)],
        signIn.current ? null : [strings.lastUsed, " ", time(signIn.last_used)])),
    signIn.current ? null : h("button", { type: "button", class: "quiet", onclick: () => end(signIn, change),
      "aria-label": strings.endSignInLabel(nameOf(signIn), signIn.address) }, strings.signOut));
}

function tail(change) {
  const others = h("button", { type: "button", class: "quiet", "data-role": "end-others", onclick: () => endOthers(change) },
    strings.endOthers);
  const element = h("div", { class: "actions", hidden: true }, others);
  return { element, show: (items) => { element.hidden = items.every((one) => one.current); } };
}

// This browser first, where people look for what they know.
const read = async (signal) => (await api.signIns(signal)).sort((one, other) => Number(other.current) - Number(one.current));

export const signInList = (signal) => listSection({ name: "sign-ins", title: strings.signIns, lead: strings.signInsLead,
  none: strings.noSignIns, read, item: row, tail, signal });
