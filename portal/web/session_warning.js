// SPDX-License-Identifier: Apache-2.0
// What is about to be done to a session, counted down by the minute. Screen readers hear it when it comes and when its last
// minute begins, not each time that it reads otherwise.
import { serverNow } from "./api.js";
import { announce, h } from "./dom.js";
import { serverLanguage, strings } from "./strings.js";

const MINUTE_MS = 60000;
const NEARLY_MS = 10000; // "in 4 minutes" is not yet wrong
// What each code says is done; with anything else the server's sentence knows more than we do.
const ACTIONS = { "idle-limit": "disconnect", "session-limit": "logoff", "idle-disconnected": null };

const told = new Map(); // session id -> what screen readers heard of it

const minutesOf = (leftMs) => Math.max(1, Math.ceil((leftMs - NEARLY_MS) / MINUTE_MS));

function whenText(leftMs) {
  if (leftMs < MINUTE_MS - NEARLY_MS) return strings.warningSoon;
  const minutes = minutesOf(leftMs);
  return minutes === 1 ? strings.warningMinute : strings.warningMinutes(String(minutes));
}

const leftOf = (session) => (session.warning_until ? Date.parse(session.warning_until) - serverNow() : null);

// The sentence, and the language that it is in where that is not the page's.
function wordsOf(session, leftMs) {
  const code = session.warning_code, own = strings.warnings[code];
  const isKnown = own && ACTIONS[code] === session.warning_action && (leftMs !== null || !own.text);
  if (!isKnown) return { title: strings.warningTitle, text: session.warning, lang: serverLanguage() };
  return { title: own.title, text: own.text && leftMs > 0 ? own.text(whenText(leftMs)) : own.now, lang: null };
}

// So long until it reads otherwise.
function nextMs(leftMs) {
  const soonMs = MINUTE_MS - NEARLY_MS;
  if (leftMs <= soonMs) return leftMs;
  const beginMs = (minutesOf(leftMs) - 1) * MINUTE_MS + NEARLY_MS;
  return leftMs - Math.max(beginMs, soonMs - 1);
}

function tell(session, words, leftMs) {
  const isLast = leftMs !== null && leftMs <= MINUTE_MS + NEARLY_MS;
  const now = [session.warning_code, session.warning_until, words.lang ? session.warning : null, isLast].join(" ");
  if (told.get(session.id) === now) return;
  told.set(session.id, now);
  announce(`${words.title} ${words.text}`);
}

// The same for as long as nothing else is to be shown.
export const warningKey = (session) => (session.warning ? JSON.stringify([session.warning, session.warning_code,
  session.warning_action, session.warning_until]) : "");

// (nullable) The element keeps itself up to date while it is in the page.
export function warning(session) {
  if (!session || !session.warning) {
    if (session) told.delete(session.id);
    return null;
  }
  const title = h("p", { class: "strong" }), sentence = h("p", {});
  const element = h("div", { class: "warning" }, title, sentence);
  const update = () => {
    const leftMs = leftOf(session), words = wordsOf(session, leftMs);
    title.textContent = words.title;
    sentence.textContent = words.text;
    if (words.lang) sentence.lang = words.lang;
    tell(session, words, leftMs);
    if (leftMs > 0) setTimeout(() => { if (element.isConnected) update(); }, nextMs(leftMs) + 1);
  };
  update();
  return element;
}
