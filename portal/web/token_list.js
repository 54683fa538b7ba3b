// SPDX-License-Identifier: Apache-2.0
// Access tokens, by which programs act for the person: what they are for, when they were used, and how to revoke them.
import * as api from "./api.js";
import { confirm } from "./dialog.js";
import { h, toast } from "./dom.js";
import { facts, listSection, time } from "./list_section.js";
import { strings } from "./strings.js";
import { tokenMaker } from "./token_maker.js";

// Permissions of roles are called by their names, as in the documents and by carawayctl.
const scopeText = (scope) => ({ own: strings.scopeOwn, "console.open": strings.scopeConsole }[scope] || scope);

async function revoke(token, change) {
  const agreed = await confirm({ title: strings.revokeTitle(token.name), text: strings.revokeText, confirmLabel: strings.revoke,
    danger: true });
  if (agreed && await change(() => api.revokeToken(token.id))) toast(strings.tokenRevoked(token.name));
}

function row(token, change) {
  const isOver = new Date(token.expires) <= api.serverNow();
  return h("li", { class: "row" },
    h("div", {},
      h("p", { class: "row-title" }, token.name, isOver ? h("span", { class: "pill muted" }, strings.tokenOver) : null),
      h("p", { class: "small" }, token.scopes.map(scopeText).join(", ")),
      facts([isOver ? strings.tokenEnded : strings.tokenEnds, " ", time(token.expires)],
        token.last_used ? [strings.lastUsed, " ", time(token.last_used)] : strings.neverUsed, token.last_used && token.address)),
    h("button", { type: "button", class: "quiet", "aria-label": strings.revokeLabel(token.name),
      onclick: () => revoke(token, change) }, strings.revoke));
}

// permissions: those that the person's roles hold, for which a token may be, too. onToken(made): a new one is to be shown.
export const tokenList = ({ permissions, onToken, signal }) => listSection({ name: "tokens", title: strings.accessTokens,
  lead: strings.accessTokensLead, none: strings.noTokens, read: api.tokens, item: row,
  tail: () => tokenMaker(permissions, onToken), signal });
