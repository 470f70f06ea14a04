import type { Planned } from '../engine';
import { percent } from '../numbers';

interface Rung {
  from: number;
  to: number;
  served: { model: string; probability: number }[];
  reach: number;
  last: number;
}

/** Attempts that the same model serves, as one rung. */
function rungs(planned: Planned): Rung[] {
  const all: Rung[] = [];
  for (const { attempt, model, lottery, reach } of planned.steps) {
    const served = lottery ?? [{ model: model ?? '', probability: 1 }];
    const last = all[all.length - 1];
    if (last && last.served.length === 1 && served.length === 1 && last.served[0]!.model === served[0]!.model) {
      last.to = attempt;
      last.last = reach;
    } else {
      all.push({ from: attempt, to: attempt, served, reach, last: reach });
    }
  }
  return all;
}

/** Who serves attempt 1, 2, 3, ..., from the bottom up; the width says how many tasks come so far. */
export function Ladder({ planned, models }: { planned: Planned; models: string[] }) {
  return (
    <ol class="ladder">
      {rungs(planned).map(({ from, to, served, reach, last }) => (
        <li key={from}>
          <span class="attempt">{from === to ? `Attempt ${from}` : `Attempts ${from} to ${to}`}</span>
          <span class="rung" style={{ width: `${Math.max(reach * 100, 12)}%` }}>
            {served.map(({ model, probability }) => (
              <span key={model} class={`serves colour-${models.indexOf(model) % 8}`} style={{ flexGrow: probability }}>
                {served.length > 1 ? percent(probability) : model}
              </span>
            ))}
          </span>
          <span class="reach">
            {served.length > 1 && `drawn: ${served.map(({ model, probability }) => `${model} ${percent(probability)}`).join(', ')}; `}
            reached by {percent(reach)}
            {last !== reach && ` to ${percent(last)}`} of tasks
          </span>
        </li>
      ))}
      <li class="end">
        {planned.until_solved !== null
          ? `From there on ${planned.until_solved} serves until the task is solved.`
          : planned.leaves_after !== null
            ? `The user leaves after attempt ${planned.leaves_after}, if it fails.`
            : planned.truncated
              ? 'The plan goes on.'
              : 'No further attempt is on offer.'}
      </li>
    </ol>
  );
}
