import { money, number, percent } from '../numbers';
import { Bars } from '../parts/bars';
import type { Live } from './gateway';
import { costOf, kLately, passesOf, repromptShare, shownModels } from './shares';

const kAttempts = ['First', 'Second', 'Third', 'Later'];

/** What the calls of each model cost. */
export function Costs({ live }: { live: Live }) {
  return <Bars title="Cost by model" bars={shownModels(live).map(({ model, cost_usd }) => ({ label: model, value: cost_usd }))} />;
}

/** Passes by model, each as a bar of its attempts: the darker, the later. */
export function Passes({ live }: { live: Live }) {
  const models = shownModels(live);
  const totals = models.map(({ passes }) => passes.reduce((all, one) => all + one, 0));
  const most = Math.max(1, ...totals);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Passes by model and attempt">
      <table class="counts">
        <caption>Passes by model and attempt</caption>
        <thead>
          <tr>
            <th scope="col">Model</th>
            {kAttempts.map((name, i) => (
              <th scope="col" key={name} class="amount">
                <i class={`shade shade-${i}`} aria-hidden="true" /> {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {models.map(({ model, passes }) => (
            <tr key={model}>
              <th scope="row">
                {model}
                <Stack passes={passes} most={most} />
              </th>
              {passes.map((count, i) => (
                <td key={i} class="amount">{number(count, 12)}</td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">All</th>
            {kAttempts.map((name, i) => (
              <td key={name} class="amount">{number(models.reduce((all, { passes }) => all + passes[i]!, 0), 12)}</td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Stack({ passes, most }: { passes: number[]; most: number }) {
  let from = 0;
  return (
    <svg class="stack" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      {passes.map((count, i) => {
        const width = (100 * count) / most;
        const x = from;
        from += width;
        return count > 0 && <rect key={i} class={`shade-${i}`} x={x} y="0" width={width} height="8" />;
      })}
    </svg>
  );
}

/** The numbers that say most, in one row. */
export function Heads({ live, lately }: { live: Live; lately: number | null }) {
  const share = repromptShare(live);
  const shown: [string, string][] = [
    ['Passes', number(passesOf(live), 12)],
    [`In the last ${number(kLately)} s`, lately === null ? '–' : number(lately, 12)],
    ['Asked again', share === null ? '–' : percent(share)],
    ['Cost', money(costOf(live))],
    ['Open tasks', number(live.open_tasks, 12)],
  ];
  return (
    <dl class="payoffs">
      {shown.map(([name, value], i) => (
        <div key={i}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
