// SPDX-License-Identifier: Apache-2.0
// A QR code out of its squares. Black on white in any theme: that is what cameras look for.
const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 4; // squares; ISO/IEC 18004, 5.3.8

function element(tag, attributes, ...children) {
  const one = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  one.append(...children);
  return one;
}

// rows: texts of 1 (dark) and 0; label: what the picture is, for whoever does not see it.
export function qrCode(rows, label) {
  const size = rows.length + 2 * MARGIN;
  const dark = rows.flatMap((row, y) => [...row].map((square, x) =>
    (square === "1" ? `M${x + MARGIN} ${y + MARGIN}h1v1h-1z` : "")));
  return element("svg", { viewBox: `0 0 ${size} ${size}`, class: "qr", role: "img", "aria-label": label,
    "shape-rendering": "crispEdges" },
    element("rect", { width: size, height: size, fill: "#fff" }), element("path", { d: dark.join(""), fill: "#000" }));
}
