// SPDX-License-Identifier: LGPL-2.1-or-later
// The little that is needed to build a page by hand. Text always becomes a
// text node: names of people and rooms cannot become markup.

function setProp(element, key, value) {
  if (value === null || value === undefined || value === false) return;

  if (key.startsWith('on')) {
    element.addEventListener(key.slice(2), value);
  } else if (key === 'class') {
    element.className = value;
  } else if (key in element && !key.includes('-') && key !== 'list') {
    element[key] = value;
  } else {
    element.setAttribute(key, value === true ? '' : value);
  }
}

/** h('button', { class: 'key', onclick: f }, icon('mic'), 'Mute') */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);

  for (const [key, value] of Object.entries(props)) {
    setProp(element, key, value);
  }
  element.append(...children.flat().filter((child) =>
    child !== null && child !== undefined && child !== false));

  return element;
}

/** Sets an attribute, or takes it away when the value is null or false. */
export function attr(element, name, value) {
  if (value === null || value === false) {
    element.removeAttribute(name);
  } else {
    const text = value === true ? '' : String(value);

    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

/** Writes text only when it changes: no needless layout, no lost selection. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const SVG = 'http://www.w3.org/2000/svg';

export function svg(tag, props = {}, ...children) {
  const element = document.createElementNS(SVG, tag);

  for (const [key, value] of Object.entries(props)) {
    element.setAttribute(key, value);
  }
  element.append(...children);

  return element;
}
