import { describe, expect, test } from 'vitest';
import { money, number, percent, seconds } from './numbers';

describe('numbers', () => {
  test('are written as in the locale', () => {
    expect(number(1234.5678, 6, 'en')).toBe('1,234.57');
    expect(number(1234.5678, 6, 'de')).toBe('1.234,57');
  });

  test('keep four digits, and powers of ten where there are many zeros', () => {
    expect(number(0.053202585, 4, 'en')).toBe('0.0532');
    expect(number(1.5e-9, 4, 'en')).toBe('1.5E-9');
    expect(number(-0, 4, 'en')).toBe('0');
  });

  test('have their unit', () => {
    expect(percent(0.173085, 'en')).toBe('17.3%');
    expect(money(0.0532026, 'en')).toBe('$0.0532');
    expect(money(-0.043185, 'en')).toBe('-$0.04319');
    expect(seconds(208.637, 'en')).toBe('208.6 s');
  });
});
