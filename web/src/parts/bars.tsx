import { money } from '../numbers';

export interface Bar {
  label: string;
  value: number;
  /** drawn stronger */
  chosen?: boolean;
}

/** Amounts of money side by side on one scale that holds 0. */
export function Bars({ bars, title }: { bars: Bar[]; title: string }) {
  const low = Math.min(0, ...bars.map(({ value }) => value));
  const high = Math.max(0, ...bars.map(({ value }) => value));
  const span = high > low ? high - low : 1;
  const at = (value: number) => (100 * (value - low)) / span;
  return (
    <table class="bars">
      <caption>{title}</caption>
      <tbody>
        {bars.map(({ label, value, chosen }) => (
          <tr key={label} class={chosen ? 'chosen' : ''}>
            <th scope="row">{label}</th>
            <td class="drawn" aria-hidden="true">
              <svg viewBox="0 0 100 10" preserveAspectRatio="none">
                <rect x={Math.min(at(0), at(value))} y="1" width={Math.max(Math.abs(at(value) - at(0)), 0.6)} height="8" />
                <line x1={at(0)} x2={at(0)} y1="0" y2="10" vector-effect="non-scaling-stroke" />
              </svg>
            </td>
            <td class="amount">
              {money(value)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
