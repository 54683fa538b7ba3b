// SPDX-License-Identifier: Apache-2.0
// The viewer: one desktop in the browser. Which session it shows is the address's fragment; the one-time password
// of each connection is asked for when it is needed and kept nowhere.
import * as api from "./api.js";
import { isPreparing, stepOf } from "./desktop_parts.js";
import { announce, byId, h, newId, replace, serverWords } from "./dom.js";
import { menuButton } from "./menu.js";
import { warning, warningKey } from "./session_warning.js";
import { SpiceConsole } from "./spice_console.js";
import { language, sentenceOf, serverLanguage, strings } from "./strings.js";

const RETRY_MS = [300, 700, 1500, 3000, 5000, 8000, 8000, 8000];
const TAKEN_AFTER = 3; // refusals in a row before we believe that another device has the desktop
const SIGN_IN = "./#/sign-in";
const DESKTOPS = "./#/desktops";

const sessionId = decodeURIComponent(location.hash.slice(1));
const view = { name: strings.appName, console: null, attempt: 0, timer: 0, isOver: false, wasSeen: false };

/* What the person sees around the desktop */

function setStatus(text, kind) {
  view.status.textContent = text;
  view.status.className = `viewer-status ${kind}`;
}

// What needs a connection is possible only with one.
function setConnected(isConnected) {
  view.keys.disabled = view.leave.disabled = !isConnected;
  showMore();
}

const fullScreenLabel = () => (document.fullscreenElement ? strings.leaveFullScreen : strings.fullScreen);

// What has no room in a narrow bar.
function showMore() {
  replace(view.more, menuButton(strings.moreLabel(view.name), [
    view.keys.disabled ? null : { label: strings.ctrlAltDel, run: () => view.console?.sendCtrlAltDel() },
    { label: fullScreenLabel(), run: toggleFullScreen },
    view.leave.disabled ? null : { label: strings.disconnect, run: disconnect },
  ].filter(Boolean)));
}

function buildBar() {
  view.status = h("p", { class: "viewer-status" });
  view.title = h("h1", { class: "viewer-title" }, view.name);
  view.full = h("button", { type: "button", class: "quiet optional", onclick: toggleFullScreen }, strings.fullScreen);
  view.keys = h("button", { type: "button", class: "quiet roomy", disabled: true, title: strings.keyboardHint,
    onclick: () => view.console?.sendCtrlAltDel() }, strings.ctrlAltDel);
  view.leave = h("button", { type: "button", class: "quiet optional", disabled: true, onclick: disconnect }, strings.disconnect);
  view.more = h("div", { class: "narrow-only" });
  replace(byId("bar"), view.title, view.status, view.keys, view.full, view.leave, view.more,
    h("a", { href: DESKTOPS, class: "quiet" }, strings.back));
  showMore();
}

// original: the server's words (nullable). actions: [{label, primary, run | href}]
function showOverlay({ title, text, original, progress, alert, actions = [] }) {
  const titleId = newId("title");
  const buttons = actions.map(({ label, primary, run, href }) => {
    const kind = primary ? "primary" : "quiet";
    return href ? h("a", { href, class: kind }, label) : h("button", { type: "button", class: kind, onclick: run }, label);
  });
  replace(byId("overlay"), h("div", { class: "card", role: alert ? "alertdialog" : "group", "aria-labelledby": titleId },
    h("h2", { id: titleId }, title), text ? h("p", { class: "lead" }, text) : null, serverWords(original),
    progress === undefined ? null : h("progress", { max: "100", value: progress > 0 ? progress : null, "aria-labelledby": titleId }),
    buttons.length > 0 ? h("div", { class: "actions" }, buttons) : null));
  byId("overlay").hidden = false;
  announce(text ? `${title}. ${text}` : title);
  if (buttons.length > 0) buttons[0].focus();
}

function hideOverlay() {
  byId("overlay").hidden = true;
  announce(strings.viewerConnected);
}

async function toggleFullScreen() {
  if (document.fullscreenElement) {
    await document.exitFullscreen();
    return;
  }
  await document.documentElement.requestFullscreen();
  await navigator.keyboard?.lock?.().catch(() => {}); // so that Alt+Tab and the like reach the desktop, where possible
  view.console?.canvas()?.focus();
}

/* How it ends */

const backAction = { label: strings.back, href: DESKTOPS };
const again = (label, takeOver = false) => ({ label, primary: true, run: () => { view.isOver = false; view.attempt = 0; connect(takeOver); } });

// about: what went wrong, {message, original}, or a sentence of ours.
function finish(title, about, actions) {
  const { message: text, original } = typeof about === "string" ? { message: about } : about;
  view.isOver = true;
  clearTimeout(view.timer);
  view.console?.close();
  view.console = null;
  setConnected(false);
  setStatus("", "");
  showOverlay({ title, text, original, alert: true, actions });
}

const endings = {
  "in-use-on-another-device": () => finish(strings.viewerElsewhereTitle, strings.viewerElsewhereText,
    [again(strings.takeOverConfirm, true), backAction]),
  disconnected: () => finish(strings.viewerDisconnectedTitle, strings.viewerDisconnectedText,
    [again(strings.reconnect, true), backAction]),
  "session-ended": (error) => finish(strings.viewerEndedTitle, error?.isTold ? error : strings.viewerEndedText,
    [{ ...backAction, primary: true }]),
  "not-found": () => endings["session-ended"](),
  "not-signed-in": () => finish(strings.viewerSignedOutTitle, strings.viewerSignedOutText,
    [{ label: strings.signIn, href: SIGN_IN, primary: true }]),
};

function finishWith(error) {
  const ending = endings[error.code];
  if (ending) ending(error);
  else finish(view.wasSeen ? strings.viewerLostTitle : strings.viewerFailedTitle, error, [again(strings.reconnect), backAction]);
}

async function disconnect() {
  endings.disconnected();
  await api.sessionAction(sessionId, "disconnect").catch(() => {});
}

/* Connecting, and connecting again */

function onPicture(canvas) {
  canvas.setAttribute("aria-label", strings.screenLabel(view.name));
  canvas.setAttribute("role", "application");
  view.attempt = 0;
  view.wasSeen = true;
  setConnected(true);
  setStatus(strings.viewerConnected, "good");
  hideOverlay();
}

function onLost() {
  view.console = null;
  setConnected(false);
  retry(strings.viewerReconnectingText);
}

function retry(text) {
  if (view.isOver) return;
  if (view.attempt >= RETRY_MS.length) {
    finish(strings.viewerLostTitle, strings.viewerLostText, [again(strings.reconnect), backAction]);
    return;
  }
  setStatus(strings.viewerReconnecting, "busy");
  showOverlay({ title: strings.viewerReconnecting, text, progress: 0 });
  clearTimeout(view.timer);
  view.timer = setTimeout(connect, RETRY_MS[view.attempt++], false);
}

// Just after an interruption the server may still see our own old connection as another device's.
function isWorthRetrying(error, wasConnected) {
  if (error.code === "in-use-on-another-device") return wasConnected && view.attempt < TAKEN_AFTER;
  return error.code === "not-ready-yet" || error.status === 0 || error.status === 429 || error.status >= 500;
}

async function connect(takeOver) {
  const wasConnected = view.attempt > 0;
  if (!wasConnected) showOverlay({ title: strings.viewerConnecting, progress: 0 });
  setStatus(wasConnected ? strings.viewerReconnecting : strings.viewerConnecting, "busy");
  try {
    await waitUntilReady();
    const grant = await api.browserGrant(sessionId, takeOver);
    if (!view.isOver) open(grant);
  } catch (error) {
    if (isWorthRetrying(error, wasConnected)) retry(error.message);
    else finishWith(error);
  }
}

function open({ password, path }) {
  view.console?.close();
  view.console = new SpiceConsole({
    url: `wss://${location.host}${path}`, password, screen: byId("screen"), stage: byId("stage"), onPicture, onLost,
    onLeaveKeyboard: () => (view.keys.offsetParent ? view.keys : view.more.querySelector("button")).focus(),
  });
}

function showSession(session) {
  view.name = session.pool.name;
  view.title.textContent = session.pool.name;
  document.title = `${session.pool.name} – ${strings.appName}`;
  if (isPreparing(session))
    showOverlay({ title: stepOf(session), text: strings.viewerPreparingText, progress: session.progress });
}

async function waitUntilReady() {
  const session = await api.session(sessionId);
  showSession(session);
  if (session.state === "ended") throw endOf(session);
  if (!isPreparing(session)) return;
  const ready = new AbortController();
  await api.followSession(sessionId, (fresh) => {
    showSession(fresh);
    if (!isPreparing(fresh)) ready.abort();
  }, ready.signal).catch((error) => { if (!ready.signal.aborted) throw error; });
  await waitUntilReady();
}

// Why it ended, as an error that leads to that ending; isTold: it is more than that it ended.
function endOf(session) {
  const [reason = null] = session.reasons || [];
  const code = session.end_code === "session-ended" ? null : session.end_code; // the title says that already
  const isOurs = reason === null || (serverLanguage() && !strings.problems[code]);
  const { text, original } = isOurs && !strings.problems[code] ? { text: strings.viewerEndedText, original: reason }
    : sentenceOf(code, reason);
  return { code: "session-ended", isTold: true, message: text, original };
}

// What is about to be done to the session; said once.
function showWarning(session) {
  const key = warningKey(session);
  if (view.warning === key) return;
  view.warning = key;
  replace(byId("notice"), warning(session));
}

// The session's own end is told apart from a broken connection.
async function watchSession() {
  const closing = new AbortController();
  window.addEventListener("pagehide", () => closing.abort());
  try {
    await api.followSession(sessionId, (session) => {
      showWarning(session);
      if (session.state === "ended") endings["session-ended"](endOf(session));
    }, closing.signal);
  } catch (error) {
    if (!closing.signal.aborted && endings[error.code]) finishWith(error);
  }
}

function start() {
  document.documentElement.lang = language;
  document.title = strings.appName;
  buildBar();
  document.addEventListener("fullscreenchange", () => {
    view.full.textContent = fullScreenLabel();
    showMore();
  });
  window.addEventListener("hashchange", () => location.reload());
  window.addEventListener("pagehide", () => view.console?.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  if (!sessionId) { location.replace(DESKTOPS); return; }
  connect(false);
  watchSession();
}

start();
