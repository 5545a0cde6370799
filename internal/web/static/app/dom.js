// Making elements, and writing to them only what has changed: a view creates its
// elements once, and from then on touches attributes alone.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. Properties that start with "on" are listeners, "class" and
 *  names with a dash are attributes, the rest is assigned. */
export function html(tag, props = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
    else if (name === "class" || name === "role" || name === "for" || name.includes("-")) e.setAttribute(name, value);
    else e[name] = value;
  }
  e.append(...children);
  return e;
}

/** An SVG element; all properties are attributes. */
export function svg(tag, attributes = {}, ...children) {
  const e = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  e.append(...children);
  return e;
}

const written = new WeakMap();

function changed(element, key, value) {
  let seen = written.get(element);
  if (!seen) written.set(element, (seen = new Map()));
  if (seen.get(key) === value) return false;
  seen.set(key, value);
  return true;
}

/** Sets an attribute if it differs from what was set last; null removes it. */
export function attr(element, name, value) {
  if (!changed(element, name, value)) return;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}

/** Sets the text if it differs from what was set last. */
export function text(element, value) {
  if (changed(element, "#text", value)) element.textContent = value;
}

/** Turns a class on or off. */
export function toggle(element, name, on) {
  if (changed(element, "." + name, Boolean(on))) element.classList.toggle(name, Boolean(on));
}

/** Sets one style property. */
export function style(element, name, value) {
  if (changed(element, "~" + name, value)) element.style.setProperty(name, value);
}

/** Shows or hides an element. */
export function show(element, on) {
  if (changed(element, "#shown", Boolean(on))) {
    if (element instanceof SVGElement) element.style.display = on ? "" : "none";
    else element.hidden = !on;
  }
}

export const byId = (id) => document.getElementById(id);

/** Whether the person asked for little motion. */
const still = matchMedia("(prefers-reduced-motion: reduce)");
export const calm = () => still.matches;
