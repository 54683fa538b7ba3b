// SPDX-License-Identifier: Apache-2.0
// Physical keys (KeyboardEvent.code, W3C UI Events "code" values) as PC scan codes of set 1, which SPICE sends.
// By the place of the key, not by its character: the layout is the guest's, as with every other viewer.

const rows = [
  [0x01, "Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace Tab"],
  [0x10, "KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter ControlLeft"],
  [0x1e, "KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote ShiftLeft Backslash"],
  [0x2c, "KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight NumpadMultiply AltLeft Space CapsLock"],
  [0x3b, "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NumLock ScrollLock Numpad7 Numpad8 Numpad9 NumpadSubtract Numpad4 Numpad5"],
  [0x4d, "Numpad6 NumpadAdd Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal"],
];

const single = {
  IntlBackslash: 0x56, F11: 0x57, F12: 0x58, NumpadEqual: 0x59, KanaMode: 0x70, IntlRo: 0x73, Convert: 0x79,
  NonConvert: 0x7b, IntlYen: 0x7d, NumpadComma: 0x7e,
};

// Keys with the prefix 0xe0.
const extended = {
  NumpadEnter: 0x1c, ControlRight: 0x1d, NumpadDivide: 0x35, PrintScreen: 0x37, AltRight: 0x38, Home: 0x47,
  ArrowUp: 0x48, PageUp: 0x49, ArrowLeft: 0x4b, ArrowRight: 0x4d, End: 0x4f, ArrowDown: 0x50, PageDown: 0x51,
  Insert: 0x52, Delete: 0x53, MetaLeft: 0x5b, MetaRight: 0x5c, ContextMenu: 0x5d, AudioVolumeMute: 0x20,
  AudioVolumeDown: 0x2e, AudioVolumeUp: 0x30, MediaPlayPause: 0x22, MediaStop: 0x24, MediaTrackPrevious: 0x10,
  MediaTrackNext: 0x19,
};

const table = new Map();
for (const [first, names] of rows) names.split(" ").forEach((name, index) => table.set(name, first + index));
for (const [name, code] of Object.entries(single)) table.set(name, code);
for (const [name, code] of Object.entries(extended)) table.set(name, 0xe000 | code);

// What SPICE's KEY_DOWN and KEY_UP carry for the key `code`, null for a key that a PC does not have.
export function scancodes(code) {
  const scan = table.get(code);
  if (scan === undefined) return null;
  if (scan < 0x100) return { down: scan, up: scan | 0x80 };
  // The bytes go out in the order in which a keyboard sends them, the prefix first (little endian).
  const low = scan & 0xff;
  return { down: 0xe0 | (low << 8), up: 0xe0 | ((low | 0x80) << 8) };
}
