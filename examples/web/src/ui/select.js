// SPDX-License-Identifier: LGPL-2.1-or-later
// A labelled list of devices, kept in step with what is plugged in.

import { h } from './dom.js';
import { icon } from './icons.js';

/**
 * @param {{id: string, label: string, none: string,
 *   onChange: (deviceId: string) => void}} options
 */
export function deviceSelect({ id, label, none, onChange }) {
  const select = h('select', {
    id, onchange: () => onChange(select.value),
  });
  const element = h('div', { class: 'field' },
    h('label', { htmlFor: id }, label),
    h('div', { class: 'with-icon' }, select, icon('up')));
  let shown = null;

  return {
    element,
    select,
    update(devices, chosen) {
      const signature = JSON.stringify([devices, chosen]);

      if (signature === shown) return;
      shown = signature;

      const known = devices.some(({ deviceId }) => deviceId === chosen);

      select.replaceChildren(...(devices.length
        ? devices.map(({ deviceId, label: name }, i) =>
          h('option', {
            value: deviceId,
            selected: known ? deviceId === chosen : i === 0,
          }, name))
        : [h('option', { value: '' }, none)]));
      select.disabled = devices.length === 0;
    },
  };
}
