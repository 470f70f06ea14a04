import type { Audited, Route } from '../engine';
import { money, percent, seconds } from '../numbers';
import { routeInShort } from '../words';
import { Bars } from './bars';
import { namesOf } from './payoffs';
import { Notes } from './problem';

function inShort(route: Route, audited: Audited): string {
  if (route.plan !== undefined) return route.plan;
  const [first, second] = namesOf(audited.game);
  const share = route.cascade !== undefined && route.cascade > 0 && route.cascade < 1 ? ` (${percent(route.cascade)} of re-prompts)` : '';
  return routeInShort(route.route ?? '', first, second) + share;
}

/** Whether the provider's best policy is against its users. */
export function Misalignment({ audited }: { audited: Audited }) {
  const { provider, user, misalignment, misalignment_in_latency, provider_saving } = audited.disagreement;
  return (
    <div>
      {misalignment > 0 ? (
        <p>
          The provider's choice is {inShort(provider, audited)}; the user's would be {inShort(user, audited)}. By the provider's choice the user loses <b>{money(misalignment)}</b> a task, worth {seconds(misalignment_in_latency)} of
          waiting. The provider saves {money(provider_saving)} a task by it.
        </p>
      ) : (
        <p>The provider's best policy is the one that its users would choose.</p>
      )}
      <Bars
        title="User's utility of a task"
        bars={[
          { label: "Provider's choice", value: provider.user_utility, chosen: true },
          { label: "User's choice", value: user.user_utility },
        ]}
      />
      <Bars
        title="Provider's cost of a task"
        bars={[
          { label: "Provider's choice", value: provider.provider_cost, chosen: true },
          { label: "User's choice", value: user.provider_cost },
        ]}
      />
    </div>
  );
}

/** Whether it pays to serve more slowly than one could. */
export function Throttling({ audited }: { audited: Audited }) {
  const { pays, throttled_cost, gain, model, latencies, user_loss, penalty_floor } = audited.throttling;
  const slowed = audited.game.models.findIndex(({ name }) => name === model);
  const own = audited.game.models[slowed]?.latency;
  const served = latencies[slowed];
  return (
    <div>
      {pays && model !== null ? (
        <p>
          It pays to slow a model down: serving {model} in {served === undefined ? 'more time' : seconds(served)}
          {own !== undefined && <> instead of {seconds(own)}</>} makes the user leave after the first failure, and saves the provider <b>{money(gain)}</b> a task. The user loses{' '}
          {money(user_loss)} a task.
        </p>
      ) : (
        <p>No slower service lowers the provider's cost.</p>
      )}
      <p>
        {penalty_floor > 0
          ? `From a churn penalty of ${money(penalty_floor)} on, slowing down never pays. Here it is ${money(audited.game.churn_penalty)}.`
          : 'Slowing down pays at no churn penalty, all else equal.'}
      </p>
      <Bars
        title="Provider's cost of a task"
        bars={[
          { label: 'At full speed', value: audited.disagreement.provider.provider_cost, chosen: !pays },
          { label: 'Free to slow down', value: throttled_cost, chosen: pays },
        ]}
      />
    </div>
  );
}

/** What would help the users. */
export function Remedies({ audited }: { audited: Audited }) {
  const { opt_out, aligning_penalty } = audited;
  const { exists, from, to } = aligning_penalty;
  return (
    <div>
      <p>
        If users may choose their model themselves, that costs the provider {money(opt_out.price)} a task{opt_out.remaining_misalignment !== undefined && <>; what they still lose is {money(opt_out.remaining_misalignment)}</>}.{' '}
        {exists && from !== null
          ? to !== null
            ? `With a churn penalty from ${money(from)} to ${money(to)} the provider chooses what users want.`
            : `With a churn penalty of ${money(from)} or more the provider chooses what users want.`
          : 'No churn penalty makes the provider choose what users want.'}
      </p>
      <Notes notes={audited.notes} />
    </div>
  );
}
