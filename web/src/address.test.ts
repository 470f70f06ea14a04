import { describe, expect, test } from 'vitest';
import { addressText, kStart, parseAddress, withSet } from './address';

describe('the address', () => {
  test('restores every part of the view', () => {
    const address = {
      view: 'explore' as const,
      step: 1,
      scenario: '[user]\nvalue = 1 # & = ? %\n',
      set: [
        ['V', '1.5'],
        ['model.gpt-5 (medium).cost', '0.1'],
        ['user.patience', '[0.99,0.9]'],
      ] as [string, string][],
      x: { name: 'P', low: 0, high: 0.5, logarithmic: false },
      y: { name: 'c2/p2-c1/p1', low: 0.002, high: 0.2, logarithmic: true },
      show: 'misalignment',
    };
    expect(parseAddress(addressText(address))).toEqual(address);
    expect(parseAddress(addressText({ ...kStart, view: 'learn', step: 4 }))).toEqual({ ...kStart, view: 'learn', step: 4 });
  });

  test('is short where nothing is changed', () => {
    expect(addressText(kStart)).toBe('#explore');
  });

  test('takes what it does not know for the start', () => {
    expect(parseAddress('')).toEqual(kStart);
    expect(parseAddress('#nowhere?step=9&x=P&set=noequals')).toEqual(kStart);
  });

  test('keeps one change of each key, the latest last', () => {
    expect(withSet([['V', '1'], ['P', '2']], [['V', '3']])).toEqual([['P', '2'], ['V', '3']]);
  });
});
