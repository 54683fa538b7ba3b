// SPDX-License-Identifier: Apache-2.0
// The app: who is signed in, which page is shown, and the bar above it.
import * as api from "./api.js";
import { accountPage } from "./account.js";
import { changePasswordPage } from "./change_password.js";
import { desktopsPage } from "./desktops.js";
import { byId, h, replace, toast } from "./dom.js";
import { factorCodePage } from "./factor_code.js";
import { factorSetUpPage } from "./factor_set_up.js";
import { newTokenPage } from "./new_token.js";
import { recoveryCodesPage } from "./recovery_codes.js";
import { signInPage } from "./sign_in.js";
import { languageSwitch } from "./language_switch.js";
import { language, strings } from "./strings.js";

const state = { site: strings.appName, user: null, page: null, notice: null, problem: null, methods: [],
  codes: null /* recovery codes that are still to be shown */, token: null /* a new one, likewise */, settingUp: null /* a second factor, by choice */ };

// What a sign-in that is not whole yet still lacks.
const lacksCode = (user) => user.second_factor === "code-required";
const lacksFactor = (user) => user.second_factor === "enrolment-required";

function show(page) {
  if (state.page && state.page.close) state.page.close();
  state.page = page;
  document.title = `${page.title} – ${state.site}`;
  replace(byId("main"), page.element);
  showBar();
  byId("skip").textContent = strings.skip;
  page.focus();
}

function showBar() {
  const { user, site } = state;
  byId("bar").hidden = !user;
  if (!user) return;
  replace(byId("bar"),
    h("a", { href: "#/desktops", class: "brand" }, h("img", { src: "icon.svg", alt: "", width: "28", height: "28" }),
      h("span", {}, site)),
    h("nav", { "aria-label": strings.navigation },
      h("span", { class: "who" }, user.full_name || user.name),
      user.password_change_required || lacksCode(user) || lacksFactor(user) ? null
        : h("a", { href: "#/account", "aria-current": location.hash === "#/account" ? "page" : null }, strings.account),
      h("button", { type: "button", class: "link", onclick: signOut }, strings.signOut)));
}

function showSignIn() {
  show(signInPage({ site: state.site, notice: state.notice && strings[state.notice], error: state.problem,
    user: state.page?.userTyped?.(), methods: state.methods.filter((one) => one.kind === "redirect"), onSignedIn }));
}

// Everything is said anew in the language that was chosen.
function onLanguage() {
  route();
  showFoot();
  byId("foot").querySelector("select").focus();
}

function showFoot() {
  replace(byId("foot"), languageSwitch(onLanguage));
}

function onSignedIn(user) {
  state.user = user;
  state.notice = state.problem = null;
  const wanted = "#/desktops";
  if (location.hash === wanted) route();
  else location.hash = wanted;
}

async function signOut() {
  try {
    await api.logout();
  } catch (error) {
    if (error.code !== "not-signed-in") { toast(error.message); return; }
  }
  leave("signedOut");
}

// notice: the name of the sentence above the sign-in.
function leave(notice) {
  if (!state.user) return;
  state.user = state.codes = state.token = state.settingUp = null;
  state.notice = notice;
  route();
}

function onPasswordChanged() {
  const wasForced = state.user.password_change_required;
  state.user = { ...state.user, password_change_required: false };
  toast(strings.passwordSaved);
  if (wasForced) route();
  else location.hash = "#/account";
}

function showChangePassword(forced) {
  show(changePasswordPage({ forced, onDone: onPasswordChanged, onCancel: () => { location.hash = "#/account"; } }));
}

function onSetUp(answer) {
  state.settingUp = null;
  state.codes = answer.recovery_codes;
  if (answer.user) state.user = answer.user;
  route();
}

function showSetUp(forced) {
  show(factorSetUpPage({ forced, enabled: !forced && state.settingUp.enabled, onDone: onSetUp,
    onCancel: forced ? signOut : () => { state.settingUp = null; route(); } }));
}

// In any language they are shown till the person says that they are kept, and so is a token.
function showCodes() {
  show(recoveryCodesPage({ codes: state.codes, onDone: () => { state.codes = null; route(); } }));
}

function showToken() {
  show(newTokenPage({ made: state.token, onDone: () => { state.token = null; route(); } }));
}

function showAccount() {
  show(accountPage({ user: state.user, methods: state.methods, onSetUp: (enabled) => { state.settingUp = { enabled }; route(); },
    onCodes: (codes) => { state.codes = codes; route(); }, onToken: (token) => { state.token = token; route(); } }));
}

function routeWhole() {
  if (location.hash !== "#/account") state.settingUp = null;
  if (location.hash === "#/password") showChangePassword(false);
  else if (location.hash !== "#/account") show(desktopsPage());
  else if (state.settingUp) showSetUp(false);
  else showAccount();
}

function route() {
  const { user } = state;
  if (!user) showSignIn();
  else if (lacksCode(user)) show(factorCodePage({ onProven: onSignedIn, onCancel: signOut }));
  else if (lacksFactor(user)) showSetUp(true);
  else if (state.codes) showCodes();
  else if (state.token) showToken();
  else if (user.password_change_required) showChangePassword(true);
  else routeWhole();
}

async function whoIsSignedIn() {
  try {
    return await api.me();
  } catch (error) {
    if (error.code !== "not-signed-in") state.problem = error;
    return null;
  }
}

async function onFactorAsked() {
  const user = await whoIsSignedIn();
  if (!user || !state.user || user.second_factor === state.user.second_factor) return;
  state.user = user;
  route();
}

// A sign-in at another place that failed comes back with a code. It is told once, and not again by a reload.
function takeFailure() {
  if (!location.hash.startsWith(api.SIGN_IN_FAILED)) return;
  const code = location.hash.slice(api.SIGN_IN_FAILED.length);
  state.problem = new api.ApiError({ code });
  history.replaceState(null, "", "/");
}

async function start() {
  document.documentElement.lang = language;
  byId("skip").addEventListener("click", (event) => { event.preventDefault(); byId("main").focus(); });
  byId("bar").hidden = true;
  api.whenSignedOut(() => leave("sessionOver"));
  api.whenFactorAsked(onFactorAsked);
  takeFailure();
  const [site, user, methods] = await Promise.all([api.site().catch(() => ({})), whoIsSignedIn(),
    api.signInMethods().catch(() => [])]);
  state.methods = methods;
  state.site = site.site || strings.appName;
  state.user = user;
  window.addEventListener("hashchange", route);
  showFoot();
  route();
}

start();
