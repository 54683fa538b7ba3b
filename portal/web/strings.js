// SPDX-License-Identifier: Apache-2.0
// Which language the person reads: the one chosen here before, else the browser's first that there is a catalogue of.
import de from "./messages_de.js";
import en from "./messages_en.js";

const REMEMBERED = "caraway-language";
const SERVER_LANGUAGE = "en"; // the broker's own sentences
// Codes whose sentence of the server says no more than ours.
const PLAIN = new Set(["wrong-name-or-password", "too-many-attempts", "not-signed-in", "unreachable", "overloaded",
  "database-unavailable", "wrong-code", "second-factor-pending", "second-factor-enrolment-required",
  "second-factor-required", "in-use-on-another-device"]);
const catalogues = { en, de };

// Each language by its own name, as whoever cannot read the page finds it.
export const languages = [{ tag: "en", name: "English" }, { tag: "de", name: "Deutsch" }];

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null; // storage is forbidden here
  }
}

function remember(tag) {
  try {
    localStorage.setItem(REMEMBERED, tag);
  } catch {
    // The choice holds for this page then.
  }
}

const isKnown = (tag) => languages.some((one) => one.tag === tag);

function preferred() {
  const wanted = [remembered(), ...(navigator.languages || []).map((tag) => tag.split("-")[0].toLowerCase())];
  return wanted.find(isKnown) || SERVER_LANGUAGE;
}

// Both change with setLanguage(): read them when a text is needed, do not keep them.
export let language = preferred();
export let strings = catalogues[language];

export function setLanguage(tag) {
  if (!isKnown(tag)) return;
  language = tag;
  strings = catalogues[tag];
  document.documentElement.lang = tag;
  remember(tag);
}

// The lang attribute of a sentence that the server wrote: null where it is the page's language.
export const serverLanguage = () => (language === SERVER_LANGUAGE ? null : SERVER_LANGUAGE);

// How a refusal is said. In the server's language its own sentence, which knows the particulars; in others the
// sentence for its code, with the server's words beside it (`original`, nullable). An unknown code leaves those alone.
export function sentenceOf(code, detail) {
  const known = strings.problems[code];
  if (detail && (language === SERVER_LANGUAGE || !known)) return { text: detail, original: null };
  return { text: known || strings.unexpected, original: (!PLAIN.has(code) && detail) || null };
}

// What is being done to a desktop. A step that no catalogue knows is shown as the host named it.
export const stepText = (step) => strings.steps[step] || step;
