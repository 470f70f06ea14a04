/** An axis of the map, as `turnout map --x` writes it: "P=0:0.5" or "c2=0.002:0.2:log". */
export interface Axis {
  name: string;
  low: number;
  high: number;
  logarithmic: boolean;
}

export function parseAxis(text: string): Axis | null {
  const match = /^([^=]+)=([^:]+):([^:]+?)(:log)?$/.exec(text);
  if (!match) return null;
  const low = Number(match[2]);
  const high = Number(match[3]);
  if (!Number.isFinite(low) || !Number.isFinite(high) || !(low < high)) return null;
  const logarithmic = match[4] !== undefined;
  if (logarithmic && low <= 0) return null;
  return { name: match[1]!, low, high, logarithmic };
}

export function axisText(axis: Axis): string {
  return `${axis.name}=${axis.low}:${axis.high}${axis.logarithmic ? ':log' : ''}`;
}

/** Where a value lies along an axis: 0 at its low end, 1 at its high end; outside of both beyond. */
export function shareOf(axis: Axis, value: number): number {
  if (!axis.logarithmic) return (value - axis.low) / (axis.high - axis.low);
  if (value <= 0) return -Infinity;
  return Math.log(value / axis.low) / Math.log(axis.high / axis.low);
}

/** The value at a share of an axis, with as many digits as a pixel or a key press can mean. */
export function valueAt(axis: Axis, share: number): number {
  const within = Math.min(1, Math.max(0, share));
  const exact = axis.logarithmic
    ? axis.low * (axis.high / axis.low) ** within
    : axis.low + (axis.high - axis.low) * within;
  if (axis.logarithmic) return Number(exact.toPrecision(4));
  const step = 10 ** (Math.floor(Math.log10(axis.high - axis.low)) - 3);
  return Number((Math.round(exact / step) * step).toPrecision(10));
}

/** Round numbers between the ends of an axis, about `count` of them. */
export function ticks(axis: Axis, count = 5): number[] {
  const found: number[] = [];
  if (axis.logarithmic) {
    const decades = Math.log10(axis.high / axis.low);
    const factors = decades > 3.5 ? [1] : decades > 1.6 ? [1, 3] : [1, 2, 5];
    for (let power = Math.floor(Math.log10(axis.low)); power <= Math.log10(axis.high); ++power) {
      for (const factor of factors) {
        const tick = Number((factor * 10 ** power).toPrecision(6));
        if (tick >= axis.low * 0.999999 && tick <= axis.high * 1.000001) found.push(tick);
      }
    }
    return found;
  }
  const rough = (axis.high - axis.low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
  for (let i = Math.ceil(axis.low / step - 1e-9); i * step <= axis.high + step * 1e-9; ++i) {
    found.push(Number((i * step).toPrecision(10)));
  }
  return found;
}
