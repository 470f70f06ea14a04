import { describe, expect, test } from 'vitest';
import { axisText, parseAxis, shareOf, ticks, valueAt } from './axis';

describe('axes', () => {
  test('are read and written as the program does', () => {
    for (const text of ['P=0:0.5', 'c2=0.002:0.2:log', 't2/t1=0.2:5:log', 'xi1=-0.5:0.5']) {
      expect(axisText(parseAxis(text)!)).toBe(text);
    }
  });

  test('are refused where they are none', () => {
    for (const text of ['P', 'P=1:0', 'P=0:1:log', 'P=a:b', '=0:1', 'P=0:Infinity']) expect(parseAxis(text)).toBeNull();
  });

  test('give a place for a value and a value for a place', () => {
    const even = parseAxis('P=0:0.5')!;
    expect(shareOf(even, 0.1)).toBeCloseTo(0.2);
    expect(valueAt(even, 0.2)).toBe(0.1);
    expect(valueAt(even, 2)).toBe(0.5);
    const factors = parseAxis('c2=0.001:1:log')!;
    expect(shareOf(factors, 0.01)).toBeCloseTo(1 / 3);
    expect(valueAt(factors, 1 / 3)).toBe(0.01);
    expect(shareOf(factors, 0)).toBe(-Infinity);
  });

  test('have round ticks', () => {
    expect(ticks(parseAxis('P=0:0.5')!)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(ticks(parseAxis('U=-0.05:0.21')!, 3)).toEqual([0, 0.1, 0.2]);
    expect(ticks(parseAxis('c=0.001:1:log')!)).toEqual([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]);
  });
});
