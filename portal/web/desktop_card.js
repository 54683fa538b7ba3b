// SPDX-License-Identifier: Apache-2.0
// One desktop a person may open: its state, what can be done with it, and the progress while it is made ready.
import * as api from "./api.js";
import { confirm, confirmTakeOver } from "./dialog.js";
import { h, newId, problem, replace, toast } from "./dom.js";
import { menuButton } from "./menu.js";
import { strings } from "./strings.js";

const isPreparing = (session) => session.state === "requested" || session.state === "preparing";
const viewerAddress = (session) => `viewer.html#${encodeURIComponent(session.id)}`;

// One's own desktop that is not in use and does not run.
const isOff = (item) => !item.session && (item.desktops || []).some((desktop) =>
  !desktop.session && (desktop.power === "off" || desktop.power === "failed"));

const pills = {
  available: (session, item) => (isOff(item) ? ["muted", strings.stateOff] : ["good", strings.stateAvailable]),
  unavailable: () => ["muted", strings.stateUnavailable],
  requested: () => ["busy", strings.statePreparing],
  preparing: () => ["busy", strings.statePreparing],
  ready: () => ["good", strings.stateReady],
  connected: (session) => ["live", session.connected_from ? strings.stateConnectedFrom(session.connected_from)
    : strings.stateConnected],
  disconnected: () => ["live", strings.stateDisconnected],
};

function pill(item) {
  const [kind, text] = (pills[item.session ? item.session.state : item.state] || pills.unavailable)(item.session, item);
  return h("span", { class: `pill ${kind}` }, text);
}

function subtitle(session) {
  if (!session || !session.desktop) return null;
  return h("p", { class: "small" }, strings.desktopOn(session.desktop.name, session.desktop.host));
}

function progressBox(item) {
  const { session, pool } = item;
  const stepId = newId("step");
  const known = session.progress > 0;
  return h("div", { class: "progress-box" },
    h("p", { id: stepId, "aria-live": "polite" },
      session.step || (session.state === "requested" ? strings.stepRequested : strings.stepDefault)),
    h("progress", { max: "100", value: known ? session.progress : null, "aria-label": strings.progressLabel(pool.name),
      "aria-describedby": stepId }));
}

// What is about to be done to the session, and why.
function warning(session) {
  return session && session.warning ? h("p", { class: "note", role: "alert" }, session.warning) : null;
}

// A person may have several desktops of a pool: the card is about the first, and leads to the others.
function otherSessions(item) {
  return (item.sessions || []).filter((other) => item.session && other.id !== item.session.id && !isPreparing(other))
    .map((other) => h("p", { class: "small" },
      h("a", { href: viewerAddress(other) }, strings.resumeOther(other.desktop ? other.desktop.name : ""))));
}

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
    if (this.busy) return;
    this.item = item;
    this.render();
    this.followIfPreparing();
  }

  close() {
    if (this.follower) this.follower.abort();
    this.follower = null;
  }

  setSession(session) {
    const ended = session.state === "ended";
    this.item = { ...this.item, session: ended ? undefined : session, state: ended ? "available" : "yours" };
    this.render();
  }

  render() {
    const { pool, session, state } = this.item;
    const focused = this.element.contains(document.activeElement) ? document.activeElement.dataset.role : null;
    replace(this.element,
      h("div", { class: "card-head" }, h("h2", {}, pool.name), pill(this.item)),
      pool.description ? h("p", { class: "lead" }, pool.description) : null,
      subtitle(session),
      warning(session),
      session && isPreparing(session) ? progressBox(this.item) : null,
      this.error ? problem(this.error, strings.whyNot) : this.refusal(state),
      this.actions(),
      otherSessions(this.item));
    if (focused) this.element.querySelector(`[data-role="${focused}"]`)?.focus();
  }

  refusal(state) {
    const reasons = this.item.reasons || [];
    if (state !== "unavailable" || reasons.length === 0) return null;
    return h("div", { class: "reasons" }, h("p", { class: "small" }, strings.whyNot),
      h("ul", {}, reasons.map((reason) => h("li", {}, reason))));
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
        "aria-label": strings.openWithAppLabel(pool.name), onclick: () => this.open("file") }, strings.openWithApp),
      session && !preparing && !this.busy ? this.menu() : null);
  }

  menu() {
    const { pool, session } = this.item;
    const act = (action, done, ask) => ({ label: strings[action], danger: Boolean(ask && ask.danger),
      run: () => this.act(action, done, ask) });
    const own = session.desktop && session.desktop.kind && session.desktop.kind !== "floating";
    const text = (action) => (action === "logoff" && own ? strings.logoffOwnText : strings[`${action}Text`]);
    const ask = (action) => ({ title: strings[`${action}Title`](pool.name), text: text(action),
      confirmLabel: strings[`${action}Confirm`], danger: true });
    return menuButton(strings.moreLabel(pool.name), [
      session.state === "connected" ? act("disconnect", strings.disconnectDone) : null,
      act("lock", strings.lockDone),
      this.item.may_open_another ? { label: strings.openAnother, run: () => this.openAnother() } : null,
      session.may_restart === false ? null : act("restart", strings.restartDone, ask("restart")),
      session.may_reset === false ? null : act("reset", strings.resetDone, ask("reset")),
      act("logoff", strings.logoffDone, ask("logoff")),
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

  // Runs `work` with the card busy and its failure on the card.
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
  }

  async open(wish) {
    await this.guarded(async () => {
      const session = await this.withTakeOver((takeOver) => api.connect(this.item.pool.id, takeOver));
      if (!session) return;
      this.wish = wish;
      this.setSession(session);
      if (isPreparing(session)) this.followIfPreparing();
      else await this.fulfil();
    });
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
    if (failed) this.wish = null;
    else if (this.wish) this.guarded(() => this.fulfil());
  }

  endOf(session) {
    const [first, ...others] = session.reasons || [];
    return { message: first || session.step || strings.unexpected, reasons: others };
  }

  onLost(error) {
    if (error.name === "AbortError") return;
    this.error = error;
    this.render();
  }
}
