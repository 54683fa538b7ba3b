// SPDX-License-Identifier: Apache-2.0
// One connection of Debian's spice-html5 to a desktop, and what has to be mended around it: channels that fail
// without a word, a playback channel that overwrites the cursor's, the keyboard.
import { Constants } from "./spice-html5/enums.js";
import { SpiceMainConn } from "./spice-html5/main.js";
import { SpiceMiniData, SpiceMsgcKeyDown, SpiceMsgcMouseMotion } from "./spice-html5/spicemsg.js";
import { Keyboard } from "./keyboard.js";

const RESIZE_DELAY_MS = 250;
const SMALLEST = { width: 800, height: 600 };
const MULTIPLE = 8; // Xorg wants sizes that are multiples of 8

// spice-html5 sends a motion one byte too long; the relay lets only messages through that have their proper size.
const MOTION_BYTES = 10;
SpiceMsgcMouseMotion.prototype.buffer_size = () => MOTION_BYTES;
SpiceMsgcMouseMotion.prototype.to_buffer = function toBuffer(buffer, at = 0) {
  const view = new DataView(buffer);
  view.setInt32(at, this.x, true);
  view.setInt32(at + 4, this.y, true);
  view.setUint16(at + 8, this.buttons_state, true);
  return at + MOTION_BYTES;
};

export class SpiceConsole {
  // screen: the element for the picture; stage: the element that it should fill.
  // onPicture: the desktop can be seen. onLost: the connection has ended, called once.
  constructor({ url, password, screen, stage, onPicture, onLost, onLeaveKeyboard }) {
    this.screen = screen;
    this.stage = stage;
    this.onLost = onLost;
    this.channels = new Set();
    this.isClosed = false;
    this.watchPicture(onPicture);
    this.watchPointer();
    this.main = new SpiceMainConn({
      uri: url, password, screen_id: screen.id, onerror: () => this.lost(), onagent: () => this.fit(),
    });
    this.adopt(this.main);
    this.watchChannels();
    this.keyboard = new Keyboard(screen, { send: (scan, isDown) => this.sendKey(scan, isDown), onLeave: onLeaveKeyboard });
    this.sizes = new ResizeObserver(() => this.fitSoon());
    this.sizes.observe(stage);
  }

  // The first canvas is the desktop's picture.
  watchPicture(onPicture) {
    this.pictures = new MutationObserver(() => {
      const canvas = this.canvas();
      if (!canvas) return;
      canvas.focus({ preventScroll: true });
      onPicture(canvas);
    });
    this.pictures.observe(this.screen, { childList: true });
  }

  // spice-html5 moves the focus with the pointer, which takes it from whoever works by keyboard. A click does it here.
  watchPointer() {
    this.stop = new AbortController();
    const options = { capture: true, signal: this.stop.signal };
    this.screen.addEventListener("mouseover", (event) => event.stopPropagation(), options);
    this.screen.addEventListener("mouseout", (event) => {
      event.stopPropagation();
      const shape = this.main.cursor?.spice_simulated_cursor;
      if (shape) shape.style.display = "none";
    }, options);
    this.screen.addEventListener("mousedown", () => this.canvas()?.focus({ preventScroll: true }), options);
  }

  canvas() {
    return this.screen.querySelector("canvas");
  }

  // spice-html5 reports failures only of the channel that has an onerror, and it sets none on the others.
  adopt(channel) {
    if (!channel || this.channels.has(channel)) return;
    this.channels.add(channel);
    channel.onerror = () => this.lost();
    channel.ws.addEventListener("close", () => this.lost());
  }

  // It also keeps the playback channel where the cursor channel was; then nobody closes the latter.
  watchChannels() {
    const main = this.main;
    let cursor;
    Object.defineProperty(main, "cursor", {
      get: () => cursor,
      set: (channel) => {
        this.adoptOptional(channel);
        if (!channel || channel.type !== Constants.SPICE_CHANNEL_PLAYBACK) cursor = channel;
      },
    });
    const process = main.process_channel_message;
    main.process_channel_message = (message) => {
      const result = process.call(main, message);
      if (message.type === Constants.SPICE_MSG_MAIN_CHANNELS_LIST) [main.display, main.inputs].forEach((c) => this.adopt(c));
      return result;
    };
  }

  // Without sound or the cursor's shape one can still work.
  adoptOptional(channel) {
    if (!channel) return;
    this.channels.add(channel);
    channel.onerror = () => {};
  }

  lost() {
    if (this.isClosed) return;
    this.close();
    this.onLost();
  }

  close() {
    if (this.isClosed) return;
    this.isClosed = true;
    this.pictures.disconnect();
    this.sizes?.disconnect();
    this.stop.abort();
    clearTimeout(this.fitTimer);
    this.keyboard?.close();
    const sockets = [...this.channels].map((channel) => channel.ws);
    try {
      this.main.stop();
    } catch {
      // A channel that never came up; its socket is closed below all the same.
    }
    for (const socket of sockets) socket?.close();
    this.screen.replaceChildren();
    this.screen.removeAttribute("style");
  }

  sendKey(scan, isDown) {
    const inputs = this.main.inputs;
    if (!inputs || inputs.state !== "ready") return;
    const key = new SpiceMsgcKeyDown();
    key.code = scan;
    const message = new SpiceMiniData();
    message.build_msg(isDown ? Constants.SPICE_MSGC_INPUTS_KEY_DOWN : Constants.SPICE_MSGC_INPUTS_KEY_UP, key);
    inputs.send_msg(message);
  }

  sendCtrlAltDel() {
    this.keyboard.chord(["ControlLeft", "AltLeft", "Delete"]);
    this.canvas()?.focus({ preventScroll: true });
  }

  fitSoon() {
    clearTimeout(this.fitTimer);
    this.fitTimer = setTimeout(() => this.fit(), RESIZE_DELAY_MS);
  }

  // Asks the guest for a picture of the stage's size; without its agent the old size stays, with scroll bars.
  fit() {
    if (this.isClosed || !this.main.agent_connected) return;
    const round = (size, least) => Math.max(least, Math.floor(size / MULTIPLE) * MULTIPLE);
    this.main.resize_window(0, round(this.stage.clientWidth, SMALLEST.width),
      round(this.stage.clientHeight, SMALLEST.height), 32, 0, 0);
  }
}
