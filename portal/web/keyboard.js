// SPDX-License-Identifier: Apache-2.0
// The keyboard of the desktop: takes key events before spice-html5 sees them (its own table goes by characters,
// lacks keys of most layouts and stops with an alert at an unknown one), and remembers what is pressed, so that no
// key stays down when the focus goes elsewhere.
import { scancodes } from "./scancodes.js";

const MODIFIERS = {
  shiftKey: ["ShiftLeft", "ShiftRight"], ctrlKey: ["ControlLeft", "ControlRight"], altKey: ["AltLeft", "AltRight"],
  metaKey: ["MetaLeft", "MetaRight"],
};

export class Keyboard {
  // element: holds the canvas. send(scan, isDown) puts a scan code on the wire. onLeave: Shift+F12 was pressed.
  constructor(element, { send, onLeave }) {
    this.send = send;
    this.onLeave = onLeave;
    this.pressed = new Set();
    this.stop = new AbortController();
    const options = { capture: true, signal: this.stop.signal };
    element.addEventListener("keydown", (event) => this.onKey(event, true), options);
    element.addEventListener("keyup", (event) => this.onKey(event, false), options);
    element.addEventListener("focusout", () => this.releaseAll(), options);
    window.addEventListener("blur", () => this.releaseAll(), options);
  }

  close() {
    this.stop.abort();
    this.pressed.clear();
  }

  onKey(event, isDown) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.isComposing) return;
    if (isDown && event.shiftKey && event.code === "F12") {
      this.releaseAll();
      this.onLeave();
      return;
    }
    this.releaseStale(event);
    this.press(event.code, isDown);
  }

  press(code, isDown) {
    const scan = scancodes(code);
    if (!scan || (!isDown && !this.pressed.has(code))) return;
    if (isDown) this.pressed.add(code);
    else this.pressed.delete(code);
    this.send(isDown ? scan.down : scan.up, isDown);
  }

  // A modifier whose release went to another window.
  releaseStale(event) {
    for (const [flag, codes] of Object.entries(MODIFIERS))
      if (!event[flag]) for (const code of codes) if (code !== event.code) this.press(code, false);
  }

  releaseAll() {
    for (const code of [...this.pressed]) this.press(code, false);
  }

  // Presses `codes` in order and releases them in reverse.
  chord(codes) {
    this.releaseAll();
    for (const code of codes) this.press(code, true);
    for (const code of [...codes].reverse()) this.press(code, false);
  }
}
