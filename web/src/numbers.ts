/** Numbers as readers write them: their own marks for decimals and thousands. */
const formats = new Map<string, Intl.NumberFormat>();

function format(locale: string | undefined, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale ?? ''} ${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.NumberFormat(locale, options);
    formats.set(key, found);
  }
  return found;
}

/** A number with `digits` significant digits; very small and very large ones in powers of ten. */
export function number(value: number, digits = 4, locale?: string): string {
  const size = Math.abs(value);
  const scientific = size !== 0 && (size < 1e-6 || size >= 1e9);
  return format(locale, {
    maximumSignificantDigits: digits,
    notation: scientific ? 'scientific' : 'standard',
  }).format(value === 0 ? 0 : value);
}

/** A share as a percentage. */
export function percent(share: number, locale?: string): string {
  return format(locale, { style: 'percent', maximumFractionDigits: 1 }).format(share);
}

/** An amount of dollars, as readers of this locale write it. */
export function money(value: number, locale?: string): string {
  return format(locale, {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    maximumSignificantDigits: 4,
  }).format(value === 0 ? 0 : value);
}

/** A time with its unit. */
export function seconds(value: number, locale?: string): string {
  return `${number(value, 4, locale)} s`;
}
