import { withSet } from '../address';
import { type Planned, type Which, verbUrl } from '../engine';
import { useGame, withModels } from '../game';
import { useAnswer } from '../hooks';
import { money, percent, seconds } from '../numbers';
import { Bars } from '../parts/bars';
import { CatalogChoice } from '../parts/catalog';
import { Knob } from '../parts/knob';
import { Ladder } from '../parts/ladder';
import { PayoffList } from '../parts/payoffs';
import { Notes, Problem } from '../parts/problem';
import { kFourModels } from '../presets';
import type { ViewProps } from './explore';

const kClasses: [key: string, name: string][] = [
  ['best_static', 'One model every time'],
  ['paper_policy', 'Two models, one probability'],
  ['deterministic_plan', 'A list of models, no lottery'],
  ['plan', 'The best plan'],
];

/** Any number of models: who serves attempt 1, 2, 3, ..., beside simpler plans. */
export function PlanView({ address, change, catalog }: ViewProps) {
  const which: Which = { scenario: address.scenario, set: address.set };
  const known = useGame(which);
  const planned = useAnswer<Planned>(verbUrl('plan', which));
  const plan = planned.answer;
  const problem = known.error ?? planned.error;
  const game = known.answer?.game;
  const models = plan?.game.models.map(({ name }) => name) ?? [];
  const participates = address.set.find(([key]) => key === 'user.participates')?.[1] ?? String(plan?.game.participates ?? false);
  const classes = plan ? kClasses.flatMap(([key, name]) => (plan.classes[key] ? [{ key, name, ...plan.classes[key] }] : [])) : [];

  return (
    <div class="plan">
      {problem && <Problem text={problem} />}
      <section class={`card ladder-part ${problem ? 'stale' : ''}`} aria-labelledby="ladder">
        <h2 id="ladder">The best plan</h2>
        <p>
          Who serves the first attempt, the second, and so on. Users know the plan, and leave when what it still promises is not worth the wait. Wider rungs are reached by more tasks.
        </p>
        {plan && <Ladder planned={plan} models={models} />}
        {plan && (
          <p>
            As text for <code>--policy</code>: <code>{plan.policy}</code>
          </p>
        )}
      </section>
      <section class={`card simpler ${problem ? 'stale' : ''}`} aria-labelledby="simpler">
        <h2 id="simpler">What it comes to</h2>
        {plan && <PayoffList payoffs={plan} />}
        {plan && (
          <Bars
            title="Provider's cost of a task: this plan beside simpler ones"
                bars={classes.map(({ key, name, provider_cost }) => ({ label: name, value: provider_cost, chosen: key === 'plan' }))}
          />
        )}
        {plan && (
          <details>
            <summary>These plans in words</summary>
            <dl class="symbols">
              {classes.flatMap(({ key, name, plan: words, user_utility, success }) => [
                <dt key={key}>{name}</dt>,
                <dd key={`${key} words`}>
                  {words}. The user's utility is {money(user_utility)}, {percent(success)} of tasks are solved.
                </dd>,
              ])}
            </dl>
          </details>
        )}
        {plan && (
          <p>
            {plan.static_is_enough ? 'One model for every attempt costs no more than the best plan.' : 'One model for every attempt costs more than the best plan.'}
            {plan.certificate?.gap === 0 && ' It is proved that no plan costs less than the best plan.'}
          </p>
        )}
        {plan?.if_users_may_stay_away && (
          <p>
            If users might stay away altogether, the best plan would cost {money(plan.if_users_may_stay_away.provider_cost)} and let users wait{' '}
            {seconds(plan.if_users_may_stay_away.latency)}.
          </p>
        )}
        {plan && <Notes notes={plan.notes} />}
      </section>
      <section class="card game" aria-labelledby="models">
        <h2 id="models">The game</h2>
        {known.answer && game && (
          <div class="knobs">
            {known.answer.groups.map((group, i) => (
              <fieldset key={i}>
                <legend>{group.title}</legend>
                {group.parameters.map((parameter) => (
                  <Knob key={parameter.key} parameter={parameter} change={(value) => change({ set: withSet(address.set, [[parameter.key, value]]) })} />
                ))}
                {i === 0 && (
                  <label class="check">
                    <input
                      type="checkbox"
                      checked={participates === 'true'}
                      onChange={(event) => change({ set: withSet(address.set, [['user.participates', String(event.currentTarget.checked)]]) })}
                    />
                    Users stay away if coming is not worth it
                  </label>
                )}
                {i >= 2 && game.models.length > 1 && (
                  <button type="button" onClick={() => change(withModels(game, game.models.filter((_, j) => j !== i - 2)))}>
                    Remove {game.models[i - 2]?.name}
                  </button>
                )}
              </fieldset>
            ))}
            <CatalogChoice tables={catalog} label="One more model" none="Choose a real model …" choose={(model) => change(withModels(game, [...game.models, model]))} />
            <p class="buttons">
              <button type="button" disabled={address.set.length === 0} onClick={() => change({ set: [] })}>
                Undo all changes
              </button>
              <button type="button" onClick={() => change({ scenario: kFourModels, set: [], x: null, y: null })}>
                Four models of three sizes
              </button>
              <button type="button" disabled={address.scenario === null && address.set.length === 0} onClick={() => change({ scenario: null, set: [], x: null, y: null })}>
                Back to the first scenario
              </button>
            </p>
          </div>
        )}
      </section>
    </div>
  );
}
