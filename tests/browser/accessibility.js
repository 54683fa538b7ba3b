// SPDX-License-Identifier: Apache-2.0
// What is wrong with the page for people who do not see it, see it badly, or have no mouse: a list of sentences. Runs in
// the page as the body of a function. Numbers: WCAG 2.2, 1.4.3 (contrast), 1.4.10 (reflow), 2.5.3 (label in name),
// 2.5.8 (size of targets).
const faults = [];
const dialog = document.querySelector("dialog[open]");
const scope = dialog || document.body;
const CONTROLS = "a[href], button, input, select, textarea, [role=menuitem], [tabindex='0']";

const isShown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  && element.getClientRects().length > 0;
const isHiddenOnPurpose = (element) => element.closest(".visually-hidden, .skip, canvas, option, noscript");
const describe = (element) => `<${element.localName} class="${element.className}"> “${element.textContent.slice(0, 40)}”`;
const all = (css, root = scope) => [...root.querySelectorAll(css)].filter(isShown);

/* Structure */

const expectOne = (css, what) => {
  const count = all(css, document).length;
  if (count !== 1) faults.push(`${count} ${what} instead of one`);
};
if (!document.documentElement.lang) faults.push("the page has no language");
if (!document.title) faults.push("the page has no title");
expectOne("main", "main parts");
expectOne("h1", "headings of the first level");
let level = 0;
for (const heading of all("h1, h2, h3, h4", document)) {
  const own = Number(heading.localName[1]);
  if (own > level + 1) faults.push(`${describe(heading)} leaves a level out`);
  if (!heading.textContent.trim()) faults.push(`${describe(heading)} is empty`);
  level = own;
}
const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index))) faults.push(`two elements have the id ${id}`);
for (const name of ["aria-labelledby", "aria-describedby", "aria-controls", "for"])
  for (const element of document.querySelectorAll(`[${name}]`))
    for (const id of element.getAttribute(name).split(" "))
      if (!document.getElementById(id)) faults.push(`${describe(element)}: ${name} names ${id}, which is not there`);
for (const image of all("img")) if (!image.hasAttribute("alt")) faults.push("an image without alt");

/* Controls */

for (const control of all(CONTROLS)) {
  if (isHiddenOnPurpose(control)) continue;
  const label = control.getAttribute("aria-label"), text = control.textContent.trim();
  if (label && text && !label.toLowerCase().includes(text.replace(/ ?…$/, "").toLowerCase()))
    faults.push(`${describe(control)} is called “${label}”, which lacks what it shows`);
  const { width, height } = control.getBoundingClientRect();
  const isInText = control.localName === "a" && getComputedStyle(control).display === "inline";
  if (!isInText && (width < 24 || height < 24)) faults.push(`${describe(control)} is only ${width} × ${height} pixels`);
}

/* Colours */

const parse = (text) => {
  const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
  return { r, g, b, a };
};
const over = (top, bottom) => ({ r: top.r * top.a + bottom.r * (1 - top.a), g: top.g * top.a + bottom.g * (1 - top.a),
  b: top.b * top.a + bottom.b * (1 - top.a), a: 1 });
const luminance = ({ r, g, b }) => [r, g, b].map((part) => part / 255)
  .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
const contrast = (one, two) => {
  const [high, low] = [luminance(one), luminance(two)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
};
function backgroundOf(element) {
  const layers = [];
  for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
  return layers.reverse().reduce((below, layer) => over(layer, below), { r: 255, g: 255, b: 255, a: 1 });
}
function expectContrast(element) {
  const style = getComputedStyle(element), size = Number.parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  const background = backgroundOf(element), ratio = contrast(over(parse(style.color), background), background);
  if (ratio < (isLarge ? 3 : 4.5)) faults.push(`${describe(element)} has a contrast of ${ratio.toFixed(2)}`);
}
const texts = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const element = texts.currentNode.parentElement;
  if (!texts.currentNode.data.trim() || !isShown(element) || isHiddenOnPurpose(element)) continue;
  if (element.closest(":disabled, .toast") || ["SCRIPT", "STYLE"].includes(element.tagName)) continue;
  expectContrast(element);
}
for (const field of all("input, select, textarea")) {
  const style = getComputedStyle(field);
  const ratio = contrast(parse(style.borderTopColor), backgroundOf(field.parentElement));
  if (ratio < 3) faults.push(`the edge of ${describe(field)} has a contrast of ${ratio.toFixed(2)}`);
}

/* Room */

if (document.documentElement.scrollWidth > innerWidth) faults.push(`the page is ${document.documentElement.scrollWidth} pixels wide`);
return faults;
