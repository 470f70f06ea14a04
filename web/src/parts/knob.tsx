import { useEffect, useId, useState } from 'preact/hooks';
import { shareOf, valueAt } from '../axis';
import { number } from '../numbers';
import type { Parameter } from '../parameters';

const kSteps = 1000;

/** One number of the game: a slider for its usual range, a field for any value. */
export function Knob({ parameter, change }: { parameter: Parameter; change: (value: string) => void }) {
  const id = useId();
  const { symbol, label, help, unit, value, axis } = parameter;
  const [text, setText] = useState<string | null>(null);
  const written = String(Number(value.toPrecision(6)));
  useEffect(() => setText(null), [value]);
  const share = shareOf(axis, value);
  const position = Math.round(Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * kSteps);
  const take = (typed: string) => {
    setText(typed);
    if (typed.trim() !== '' && Number.isFinite(Number(typed)) && Number(typed) !== value) change(typed.trim());
  };
  return (
    <div class="knob" title={help}>
      <label for={id}>
        {label}{' '}
        <span class="unit">
          <i>{symbol}</i>
          {unit && `, ${unit}`}
        </span>
      </label>
      <input
        type="range"
        min={0}
        max={kSteps}
        step={1}
        value={position}
        aria-label={`${label} ${symbol}, slider. ${help}`}
        aria-valuetext={`${number(value)} ${unit}`}
        onInput={(event) => change(String(rounded(valueAt(axis, Number(event.currentTarget.value) / kSteps))))}
      />
      <input
        id={id}
        type="number"
        step="any"
        value={text ?? written}
        onInput={(event) => take(event.currentTarget.value)}
        onBlur={() => setText(null)}
      />
    </div>
  );
}

/** Three digits: as many as a slider can mean. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
