// SPDX-License-Identifier: Apache-2.0
// One desktop a person may open: its state, what can be done with it, and the progress while it is made ready.
import * as api from "./api.js";
import { confirm, confirmTakeOver } from "./dialog.js";
import { isPreparing, logoffRule, otherSessions, pill, progressBox, refusal, stepOf, subtitle, viewerAddress }
  from "./desktop_parts.js";
import { announce, h, problem, replace, toast } from "./dom.js";
import { menuButton } from "./menu.js";
import { warning } from "./session_warning.js";
import { sentenceOf, strings } from "./strings.js";

// What one can do about a refusal, beside trying again.
const wayOn = (error) => (error.code !== "second-factor-required" ? null
  : h("p", {}, h("a", { href: "#/account", "data-role": "factor" }, strings.factorSetUpTitle)));

export class DesktopCard {
  constructor(item, onChange) {
    this.item = item;
    this.onChange = onChange;
    this.error = null;
    this.busy = false;
    this.wish = null; // what to do once the desktop is ready: "browser" or "file"
    this.follower = null;
    this.element = h("article", { class: "card desktop", "data-pool": item.pool.name });
    this.render();
    this.followIfPreparing();
  }

  // The list was read again. What this card is about to do matters more than a stale line of the list.
  update(item) {
    if (this.busy || JSON.stringify(item) === JSON.stringify(this.item)) return;
    this.item = item;
    this.render();
    this.followIfPreparing();
  }

  close() {
    if (this.follower) this.follower.abort();
    this.follower = null;
  }

  setSession(session) {
    const ended = session.state === "ended", before = this.item.session;
    if (isPreparing(session) && (!before || stepOf(before) !== stepOf(session)))
      announce(`${this.item.pool.name}: ${stepOf(session)}`);
    this.item = { ...this.item, session: ended ? undefined : session, state: ended ? "available" : "yours" };
    this.render();
  }

  render() {
    const { pool, session } = this.item;
    const focused = this.element.contains(document.activeElement) ? document.activeElement.dataset.role : null;
    replace(this.element,
      h("div", { class: "card-head" }, h("h2", { tabindex: "-1" }, pool.name), pill(this.item)),
      pool.description ? h("p", { class: "lead" }, pool.description) : null,
      subtitle(this.item),
      warning(session),
      session && isPreparing(session) ? progressBox(this.item) : null,
      this.error ? [problem(this.error, strings.whyNot), wayOn(this.error)] : refusal(this.item),
      this.actions(),
      otherSessions(this.item));
    if (focused) this.giveFocus(focused);
  }

  // What had the focus has it again, or what one would go to next; a disabled button could not keep it.
  giveFocus(role) {
    const wanted = [role, "connect"].map((name) => this.element.querySelector(`[data-role="${name}"]`))
      .find((button) => button && !button.disabled);
    (wanted || this.element.querySelector("h2")).focus();
  }

  actions() {
    const { pool, session, state } = this.item;
    const preparing = session && isPreparing(session);
    const disabled = this.busy || preparing || (state === "unavailable" && !session);
    const label = session ? strings.resume : strings.connect;
    const ariaLabel = session ? strings.resumeTo(pool.name) : strings.connectTo(pool.name);
    return h("div", { class: "actions" },
      h("button", { type: "button", class: "primary", disabled, "data-role": "connect",
        "aria-label": disabled ? null : ariaLabel, onclick: () => this.open("browser") },
        preparing ? strings.preparing : this.busy ? strings.opening : label),
      h("button", { type: "button", class: "quiet", disabled, "data-role": "file",
        "aria-label": strings.openWithAppLabel(pool.name), title: strings.openWithAppHint, onclick: () => this.open("file") }, strings.openWithApp),
      session && !preparing && !this.busy ? this.menu() : null);
  }

  menu() {
    const { pool, session } = this.item;
    const rule = logoffRule(this.item);
    const ask = (action, text) => ({ title: strings[`${action}Title`](pool.name), text,
      confirmLabel: strings[`${action}Confirm`], danger: true });
    const act = (action, done, question) => ({ label: strings[action], danger: Boolean(question),
      run: () => this.act(action, done, question) });
    return menuButton(strings.moreLabel(pool.name), [
      session.state === "connected" ? act("disconnect", strings.disconnectDone) : null,
      session.may_lock === false ? null : act("lock", strings.lockDone),
      this.item.may_open_another ? { label: strings.openAnother, run: () => this.openAnother() } : null,
      session.may_restart === false ? null : act("restart", strings.restartDone, ask("restart", strings.restartText)),
      session.may_reset === false ? null : act("reset", strings.resetDone, ask("reset", strings.resetText)),
      act("logoff", strings[`logoff${rule}Done`] || strings.logoffDone, ask("logoff", strings[`logoff${rule}Text`])),
    ].filter(Boolean));
  }

  async act(action, done, question) {
    if (question && !(await confirm(question))) return;
    await this.guarded(async () => {
      await api.sessionAction(this.item.session.id, action);
      toast(done);
    });
    this.onChange();
  }

  // Runs `work` with the card busy and its failure on the card; whether it was done.
  async guarded(work) {
    this.busy = true;
    this.error = null;
    this.render();
    try {
      await work();
    } catch (error) {
      if (error.name !== "AbortError") this.error = error;
    }
    this.busy = false;
    this.render();
    return !this.error;
  }

  async open(wish) {
    const isDone = await this.guarded(async () => {
      const session = await this.withTakeOver((takeOver) => api.connect(this.item.pool.id, takeOver));
      if (!session) return;
      this.wish = wish;
      this.setSession(session);
      if (isPreparing(session)) this.followIfPreparing();
      else await this.fulfil();
    });
    if (!isDone) this.onChange(); // what was refused may have changed since the list was read
  }

  async openAnother() {
    await this.guarded(async () => {
      const session = await api.connect(this.item.pool.id, false, true);
      if (isPreparing(session)) toast(strings.anotherPreparing);
      else location.assign(viewerAddress(session));
    });
    this.onChange();
  }

  // Repeats what was refused because another device is connected, if the person wants to take over.
  async withTakeOver(work) {
    try {
      return await work(false);
    } catch (error) {
      if (error.code !== "in-use-on-another-device") throw error;
      return await confirmTakeOver(this.item.pool.name) ? work(true) : null;
    }
  }

  async fulfil() {
    const wish = this.wish;
    this.wish = null;
    if (wish === "browser") location.assign(viewerAddress(this.item.session));
    else if (wish === "file") await this.download();
  }

  async download() {
    const file = await this.withTakeOver((takeOver) => api.connectionFile(this.item.session.id, takeOver));
    if (!file) return;
    const address = URL.createObjectURL(file);
    const name = this.item.pool.name.replace(/[^\p{L}\p{N}._-]+/gu, "-");
    h("a", { href: address, download: `${name}.vv` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    toast(strings.connectionFileSaved);
  }

  followIfPreparing() {
    const { session } = this.item;
    if (!session || !isPreparing(session) || this.follower) return;
    this.follower = new AbortController();
    api.followSession(session.id, (fresh) => this.onSession(fresh), this.follower.signal)
      .catch((error) => this.onLost(error)).finally(() => { this.follower = null; });
  }

  onSession(session) {
    const failed = session.state === "ended";
    if (failed) this.error = this.endOf(session);
    this.setSession(session);
    if (isPreparing(session)) return;
    this.follower?.abort();
    if (failed) {
      this.wish = null;
      this.onChange();
    } else if (this.wish) this.guarded(() => this.fulfil());
  }

  endOf(session) {
    const [first, ...others] = session.reasons || [];
    const { text, original } = sentenceOf(session.end_code, first);
    return { message: text, original, reasons: others };
  }

  onLost(error) {
    if (error.name === "AbortError") return;
    this.error = error;
    this.render();
  }
}
