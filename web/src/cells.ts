/** A map as the program sends it: a value for each point, row by row from the bottom. */
export interface Cells {
  width: number;
  height: number;
  /** whether values are numbers of regions, as the legend names them */
  isPolicy: boolean;
  values: Uint8Array | Float32Array;
}

/** Where a parameter is out of its range there is no game: 255 in a map of policies, else NaN. */
export const kNoGame = 255;

/** @throws Error if the bytes are not one a point of a policy map, or four of another one. */
export function parseCells(bytes: ArrayBuffer, width: number, height: number, isPolicy: boolean): Cells {
  const points = width * height;
  const expected = isPolicy ? points : 4 * points;
  if (bytes.byteLength !== expected) {
    throw new Error(`The map has ${bytes.byteLength} bytes where ${expected} were expected.`);
  }
  if (isPolicy) return { width, height, isPolicy, values: new Uint8Array(bytes) };
  const view = new DataView(bytes);
  const values = new Float32Array(points);
  for (let i = 0; i < points; ++i) values[i] = view.getFloat32(4 * i, true);
  return { width, height, isPolicy, values };
}

/** The value at shares of the two axes, from the lower left corner; undefined outside of the map. */
export function cellAt(cells: Cells, x: number, y: number): number | undefined {
  if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) return undefined;
  const i = Math.min(cells.width - 1, Math.floor(x * cells.width));
  const j = Math.min(cells.height - 1, Math.floor(y * cells.height));
  return cells.values[j * cells.width + i];
}

export interface Room {
  value: number;
  /** shares of the axes */
  x: number;
  y: number;
  /** how far the nearest other region is, as a share of the map's width */
  room: number;
}

/** For each region the point with most room for its name: the one farthest from its edge. */
export function roomiestPoints(cells: Cells): Room[] {
  const { width, height, values } = cells;
  const steps = new Int32Array(width * height);
  const beside = (at: number, from: number, inside: boolean) =>
    inside && values[at] === values[from] ? steps[from]! : 0;
  for (let j = 0; j < height; ++j) {
    for (let i = 0; i < width; ++i) {
      const at = j * width + i;
      const left = beside(at, at - 1, i > 0);
      const below = beside(at, at - width, j > 0);
      const corner = beside(at, at - width - 1, i > 0 && j > 0);
      const other = beside(at, at - width + 1, i < width - 1 && j > 0);
      steps[at] = 1 + Math.min(left, below, corner, other);
    }
  }
  const best = new Map<number, { at: number; steps: number }>();
  for (let j = height - 1; j >= 0; --j) {
    for (let i = width - 1; i >= 0; --i) {
      const at = j * width + i;
      const right = beside(at, at + 1, i < width - 1);
      const above = beside(at, at + width, j < height - 1);
      const corner = beside(at, at + width + 1, i < width - 1 && j < height - 1);
      const other = beside(at, at + width - 1, i > 0 && j < height - 1);
      steps[at] = Math.min(steps[at]!, 1 + Math.min(right, above, corner, other));
      const value = values[at]!;
      const found = best.get(value);
      if (value !== kNoGame && (!found || steps[at]! > found.steps)) best.set(value, { at, steps: steps[at]! });
    }
  }
  return [...best].map(([value, { at, steps: most }]) => ({
    value,
    x: ((at % width) + 0.5) / width,
    y: (Math.floor(at / width) + 0.5) / height,
    room: most / width,
  }));
}
