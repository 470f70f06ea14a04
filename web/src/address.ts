import { type Axis, axisText, parseAxis } from './axis';

/** What the page shows. All of it is in the part of its address behind #, so that a link restores
 * the view and nothing of it is sent to a server by opening the link. */
export interface Address {
  view: View;
  /** of Learn, from 1 */
  step: number;
  /** TOML; null: that with which the program was started */
  scenario: string | null;
  /** what is changed in it, as the program's --set; in the order of the changes */
  set: [key: string, value: string][];
  x: Axis | null;
  y: Axis | null;
  /** what the map shows */
  show: string;
}

export type View = 'explore' | 'plan' | 'learn';
export const kViews: readonly View[] = ['explore', 'plan', 'learn'];

export const kStart: Address = {
  view: 'explore',
  step: 1,
  scenario: null,
  set: [],
  x: null,
  y: null,
  show: 'policy',
};

export function parseAddress(hash: string): Address {
  const [name = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const given = new URLSearchParams(query);
  const axis = (key: string) => {
    const text = given.get(key);
    return text === null ? null : parseAxis(text);
  };
  const step = Number(given.get('step') ?? '1');
  return {
    view: kViews.find((view) => view === name) ?? 'explore',
    step: Number.isInteger(step) && step >= 1 && step <= 5 ? step : 1,
    scenario: given.get('scenario'),
    set: given.getAll('set').flatMap((text) => {
      const at = text.indexOf('=');
      return at < 1 ? [] : [[text.slice(0, at), text.slice(at + 1)] as [string, string]];
    }),
    x: axis('x'),
    y: axis('y'),
    show: given.get('show') ?? 'policy',
  };
}

export function addressText(address: Address): string {
  const given = new URLSearchParams();
  if (address.view === 'learn') given.set('step', String(address.step));
  if (address.scenario !== null) given.set('scenario', address.scenario);
  for (const [key, value] of address.set) given.append('set', `${key}=${value}`);
  if (address.x) given.set('x', axisText(address.x));
  if (address.y) given.set('y', axisText(address.y));
  if (address.show !== 'policy') given.set('show', address.show);
  const query = given.toString();
  return `#${address.view}${query === '' ? '' : `?${query}`}`;
}

/** @returns the changes with one more, which takes the place of an earlier one of the same key. */
export function withSet(set: Address['set'], changes: [string, string][]): Address['set'] {
  const changed = new Set(changes.map(([key]) => key));
  return [...set.filter(([key]) => !changed.has(key)), ...changes];
}
