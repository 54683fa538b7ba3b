// SPDX-License-Identifier: Apache-2.0
// The REST interface. The only file that calls fetch; secrets go in bodies, never in addresses or logs.
import { sentenceOf, strings } from "./strings.js";

const BASE = "/api/v1";
const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 8000;

export class ApiError extends Error {
  // detail: the server's sentence (nullable), or said: the name of one of our own.
  constructor({ code, detail = null, said = null, status = 0, reasons = [], retryAfter = 0 }) {
    super();
    Object.assign(this, { code, detail, said, status, reasons, retryAfter });
  }

  // For the person, in the language that is chosen when it is shown.
  get message() {
    return this.said ? strings[this.said] : sentenceOf(this.code, this.detail).text;
  }

  // The server's words where these are not the message (nullable).
  get original() {
    return this.said ? null : sentenceOf(this.code, this.detail).original;
  }
}

let onSignedOut = () => {};
let onFactorAsked = () => {};
const FACTOR_ASKED = new Set(["second-factor-pending", "second-factor-enrolment-required"]);
// Called when a second factor is asked for that was not when the person signed in.
export function whenFactorAsked(callback) {
  onFactorAsked = callback;
}

// Called whenever the server says that nobody is signed in.

export function whenSignedOut(callback) {
  onSignedOut = callback;
}

let serverAheadMs = 0; // of the clock here, which may be wrong
function noteTime(response) {
  const date = Date.parse(response.headers.get("Date"));
  if (!Number.isNaN(date)) serverAheadMs = date - Date.now();
  return response;
}
export const serverNow = () => Date.now() + serverAheadMs;

async function send(path, options) {
  try {
    return noteTime(await fetch(path, { credentials: "same-origin", cache: "no-store", redirect: "error", ...options }));
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError({ code: "unreachable", said: "unreachable" });
  }
}

async function problemOf(response) {
  const retryAfter = Number.parseInt(response.headers.get("Retry-After") || "0", 10) || 0;
  try {
    const document = await response.json();
    return new ApiError({
      code: document.code || "internal", detail: document.detail, status: response.status,
      reasons: Array.isArray(document.reasons) ? document.reasons : [], retryAfter,
    });
  } catch {
    return new ApiError({ code: "internal", status: response.status, retryAfter });
  }
}

async function call(method, path, { body, headers = {}, signal, quiet = false } = {}) {
  const all = { Accept: "application/json", ...headers };
  if (method !== "GET") all["X-Caraway-Request"] = "1";
  if (body !== undefined) all["Content-Type"] = "application/json";
  const response = await send(BASE + path, {
    method, signal, headers: all, body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (response.ok) return response;
  const error = await problemOf(response);
  if (error.code === "not-signed-in" && !quiet) onSignedOut();
  if (FACTOR_ASKED.has(error.code) && !quiet) onFactorAsked();
  throw error;
}

const json = async (...request) => (await call(...request)).json();
const id = encodeURIComponent;

export async function site() {
  const response = await send("/site.json", {});
  return response.ok ? response.json() : { site: strings.appName };
}

export const login = (user, password) =>
  json("POST", "/login", { body: { user, password, cookie: true }, quiet: true }).then((answer) => answer.user);
// Where the page goes to sign in by `method`, and how the server names a failure when it comes back.
export const signInAddress = (method) => `${BASE}/oidc/${id(method.name)}/begin`;
export const SIGN_IN_FAILED = "#/sign-in-failed/";
export const signInMethods = () => json("GET", "/sign-in-methods", { quiet: true }).then((answer) => answer.items);
export const logout = () => call("POST", "/logout", { quiet: true });
export const me = () => json("GET", "/me", { quiet: true });
export const changePassword = (old, fresh) => call("POST", "/me/password", { body: { old, new: fresh } });

// The second factor. A sign-in that was pending gets another cookie with the answer, which says who is signed in then.
export const factorState = (signal) => json("GET", "/me/second-factor", { signal });
export const beginFactor = (password = null, code = null) => json("POST", "/me/second-factor", { body: { password, code } });
export const confirmFactor = (code) => json("POST", "/me/second-factor/confirm", { body: { code } });
export const verifyFactor = (code) => json("POST", "/me/second-factor/verify", { body: { code } })
  .then((answer) => answer.user);
export const renewRecoveryCodes = (code) => json("POST", "/me/second-factor/recovery-codes", { body: { code } });
export const turnFactorOff = (password, code) => call("POST", "/me/second-factor/off", { body: { password, code } });

// Where the person is signed in, and what their programs sign in with.
export const signIns = (signal) => json("GET", "/me/sign-ins", { signal }).then((answer) => answer.items);
export const endSignIn = (signInId) => call("DELETE", `/me/sign-ins/${id(signInId)}`);
export const endOtherSignIns = () => call("DELETE", "/me/sign-ins");
export const tokens = (signal) => json("GET", "/me/tokens", { signal }).then((answer) => answer.items);
export const createToken = (name, scopes, lifetime) =>
  json("POST", "/me/tokens", { body: { name, scopes, lifetime_s: lifetime } });
export const revokeToken = (tokenId) => call("DELETE", `/me/tokens/${id(tokenId)}`);

// What the person may open; `degraded` says what is the matter when the server answered without its database.
export const desktops = (signal) => json("GET", "/desktops", { signal })
  .then((answer) => ({ items: answer.items, degraded: answer.degraded ? answer.degraded_reason : null }));

// A fresh key for one wish of a person: however often it is sent, it is granted once.
const idempotencyKey = () => [...crypto.getRandomValues(new Uint8Array(16))]
  .map((byte) => byte.toString(16).padStart(2, "0")).join("");

export const connect = (pool, takeOver = false, another = false) => json("POST", `/pools/${id(pool)}/connect`, {
  body: { take_over: takeOver, another }, headers: { "Idempotency-Key": idempotencyKey() },
});

export const session = (sessionId) => json("GET", `/sessions/${id(sessionId)}`);
export const sessionAction = (sessionId, action) => call("POST", `/sessions/${id(sessionId)}/${action}`, { body: {} });
export const browserGrant = (sessionId, takeOver = false) =>
  json("POST", `/sessions/${id(sessionId)}/grants`, { body: { viewer: "browser", take_over: takeOver } });

export async function connectionFile(sessionId, takeOver = false) {
  const response = await call("POST", `/sessions/${id(sessionId)}/console.vv`, {
    body: { take_over: takeOver }, headers: { Accept: "application/x-virt-viewer, application/json" },
  });
  return response.blob();
}

// Server-sent events out of the bytes of a response (WHATWG HTML, section 9.2.6).
async function* eventsOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffered += value.replaceAll("\r", "");
    for (let end = buffered.indexOf("\n\n"); end >= 0; end = buffered.indexOf("\n\n")) {
      yield parseEvent(buffered.slice(0, end));
      buffered = buffered.slice(end + 2);
    }
  }
}

function parseEvent(block) {
  const event = { type: "message", data: "" };
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) event.type = line.slice(6).trim();
    if (line.startsWith("data:")) event.data += (event.data ? "\n" : "") + line.slice(5).trimStart();
  }
  return event;
}

const pause = (ms, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
});

async function followOnce(sessionId, onSession, signal, onAlive) {
  const response = await call("GET", `/sessions/${id(sessionId)}/events`, {
    signal, headers: { Accept: "text/event-stream" },
  });
  for await (const event of eventsOf(response)) {
    onAlive();
    if (event.data && event.type === "session") onSession(JSON.parse(event.data));
    if (event.type === "end") return true;
  }
  return false;
}

const isFinal = (error) => error.name === "AbortError" || (error.status >= 400 && error.status < 500 && error.status !== 429);

// Calls onSession at each change of the session until it ends, across interruptions. Throws what is final:
// the abort of `signal`, or a refusal.
export async function followSession(sessionId, onSession, signal) {
  let wait = RETRY_FIRST_MS;
  for (;;) {
    try {
      if (await followOnce(sessionId, onSession, signal, () => { wait = RETRY_FIRST_MS; })) return;
    } catch (error) {
      if (signal.aborted || isFinal(error)) throw error;
    }
    await pause(wait, signal);
    wait = Math.min(wait * 2, RETRY_MOST_MS);
  }
}
