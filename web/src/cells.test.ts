import { describe, expect, test } from 'vitest';
import { cellAt, kNoGame, parseCells, roomiestPoints } from './cells';

describe('cells', () => {
  test('of policies are a byte each, from the lowest row', () => {
    const cells = parseCells(new Uint8Array([1, 2, 3, 4, 5, 6]).buffer, 3, 2, true);
    expect(cellAt(cells, 0, 0)).toBe(1);
    expect(cellAt(cells, 1, 0)).toBe(3);
    expect(cellAt(cells, 0.5, 0.9)).toBe(5);
    expect(cellAt(cells, 1.01, 0.5)).toBeUndefined();
    expect(cellAt(cells, 0.5, -0.01)).toBeUndefined();
    expect(cellAt(cells, NaN, 0.5)).toBeUndefined();
  });

  test('of numbers are little-endian floats on any machine', () => {
    const bytes = new DataView(new ArrayBuffer(8));
    bytes.setFloat32(0, 0.25, true);
    bytes.setFloat32(4, NaN, true);
    const cells = parseCells(bytes.buffer, 2, 1, false);
    expect(cellAt(cells, 0.1, 0.5)).toBe(0.25);
    expect(cellAt(cells, 0.9, 0.5)).toBeNaN();
  });

  test('of another number than asked for are refused', () => {
    expect(() => parseCells(new ArrayBuffer(5), 3, 2, true)).toThrow('5 bytes where 6');
    expect(() => parseCells(new ArrayBuffer(6), 3, 2, false)).toThrow('6 bytes where 24');
  });

  test('have their names where there is most room', () => {
    const rows = ['11111', '11111', '11122', '11122', '11122'].reverse();
    const cells = parseCells(Uint8Array.from(rows.join(''), Number).buffer, 5, 5, true);
    const names = new Map(roomiestPoints(cells).map(({ value, x, y }) => [value, [x, y]]));
    expect(cellAt(cells, ...(names.get(1) as [number, number]))).toBe(1);
    expect(cellAt(cells, ...(names.get(2) as [number, number]))).toBe(2);
    expect(roomiestPoints(parseCells(new Uint8Array([kNoGame]).buffer, 1, 1, true))).toEqual([]);
  });
});
