// SPDX-License-Identifier: Apache-2.0
// What a desktop's card is made of, each part from the list's item alone.
import { h, newId, reasonList } from "./dom.js";
import { stepText, strings } from "./strings.js";

export const isPreparing = (session) => session.state === "requested" || session.state === "preparing";
export const viewerAddress = (session) => `viewer.html#${encodeURIComponent(session.id)}`;

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

export function pill(item) {
  const [kind, text] = (pills[item.session ? item.session.state : item.state] || pills.unavailable)(item.session, item);
  return h("span", { class: `pill ${kind}` }, text);
}

// What log-off makes of the desktop, as a word in the names of texts; "Unknown" where the server does not say.
export function afterLogoff({ pool, session }) {
  const rule = (session && session.on_logoff) || pool.on_logoff;
  return { reclone: "Reclone", keep: "Keep", stop: "Stop" }[rule] || "Unknown";
}

// As afterLogoff(), for the question and its answer: nothing of ours is inside an adopted machine that could close
// programs there.
export function logoffRule(item) {
  const kind = (item.session && item.session.desktop && item.session.desktop.kind) || item.pool.kind;
  const rule = afterLogoff(item);
  return kind === "manual" && rule === "Keep" ? "Manual" : rule;
}

// Which desktop it is, and what becomes of it.
export function subtitle(item) {
  const { session } = item;
  const where = session && session.desktop ? strings.desktopOn(session.desktop.name, session.desktop.host) : null;
  const kept = strings[`kept${afterLogoff(item)}`];
  const lines = [where, kept].filter(Boolean);
  return lines.length === 0 ? null : h("div", {}, lines.map((text) => h("p", { class: "small" }, text)));
}

export const stepOf = (session) => (session.step ? stepText(session.step)
  : session.state === "requested" ? strings.stepRequested : strings.stepDefault);

export function progressBox({ session, pool }) {
  const stepId = newId("step");
  return h("div", { class: "progress-box" },
    h("p", { id: stepId }, stepOf(session)),
    h("progress", { max: "100", value: session.progress > 0 ? session.progress : null,
      "aria-label": strings.progressLabel(pool.name), "aria-describedby": stepId }));
}

export function refusal({ state, reasons }) {
  if (state !== "unavailable" || !reasons || reasons.length === 0) return null;
  return h("div", { class: "reasons" }, h("p", { class: "small" }, strings.whyNot), reasonList(reasons));
}

// A person may have several desktops of a pool: the card is about the first, and leads to the others.
export function otherSessions({ pool, session, sessions }) {
  const others = (sessions || []).filter((other) => session && other.id !== session.id);
  const line = (other) => (isPreparing(other) ? strings.anotherPreparing : h("a", { href: viewerAddress(other) },
    strings.resumeOther(other.desktop ? other.desktop.name : pool.name)));
  return others.length === 0 ? null : h("ul", { class: "others" }, others.map((other) => h("li", {}, line(other))));
}
