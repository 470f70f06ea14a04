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
  useEffect(() => {
    if (text !== null && numberOf(text) !== value) setText(null);
  }, [value]);
  const share = shareOf(axis, value);
  const position = Math.round(Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * kSteps);
  const typed = text === null ? value : numberOf(text);
  const take = (now: string) => {
    setText(now);
    const meant = numberOf(now);
    if (meant !== null && meant !== value) change(String(meant));
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
        class="number"
        type="text"
        inputMode="decimal"
        autocomplete="off"
        aria-invalid={typed === null}
        value={text ?? written}
        onInput={(event) => take(event.currentTarget.value)}
        onBlur={() => setText(null)}
      />
    </div>
  );
}

/** @returns the number that a reader has typed, with a point or a comma; null while it is none. */
function numberOf(text: string): number | null {
  const plain = text.trim().replace(',', '.');
  return plain !== '' && Number.isFinite(Number(plain)) ? Number(plain) : null;
}

/** Three digits: as many as a slider can mean. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
