// SPDX-License-Identifier: Apache-2.0
// A question that must be answered first. The browser's own dialog element brings the focus trap and Escape.
import { h, newId } from "./dom.js";
import { strings } from "./strings.js";

// Resolves to true when the person agrees, to false otherwise.
export function confirm({ title, text, confirmLabel, danger = false }) {
  return new Promise((resolve) => {
    const titleId = newId("title"), textId = newId("text");
    const cancel = h("button", { type: "button", class: "quiet", onclick: () => dialog.close("no") }, strings.cancel);
    const agree = h("button", { type: "button", class: danger ? "danger" : "primary", onclick: () => dialog.close("yes") },
      confirmLabel);
    const dialog = h("dialog", { "aria-labelledby": titleId, "aria-describedby": textId, role: "alertdialog" },
      h("h2", { id: titleId }, title), h("p", { id: textId }, text), h("div", { class: "actions end" }, cancel, agree));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
    (danger ? cancel : agree).focus();
  });
}

export const confirmTakeOver = (name) => confirm({
  title: strings.takeOverTitle, text: strings.takeOverText(name), confirmLabel: strings.takeOverConfirm,
});
