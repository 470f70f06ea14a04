import { number, percent } from '../numbers';
import type { Live } from './gateway';
import { kMuchUncertain, ruleShares, someOf, uncertainShare } from './shares';
import { kBreakers, kFallbacks, kRefusals, kRules, kStores } from './words';

/** How requests were assigned to tasks, with a warning where that is much guessed. */
export function Identity({ live }: { live: Live }) {
  const shares = ruleShares(live.matches).filter(({ count }) => count > 0);
  const uncertain = uncertainShare(live.matches);
  return (
    <section class="card" aria-labelledby="identity">
      <h2 id="identity">How requests become attempts</h2>
      {uncertain !== null && uncertain >= kMuchUncertain && (
        <p class="problem">
          Of what users wrote, {percent(uncertain)} was assigned to a task by its words alone, which is wrong now and then. Let your application send a conversation and a user with each request, or
          the task itself: then it is certain.
        </p>
      )}
      {shares.length === 0 ? (
        <p>No request has come yet.</p>
      ) : (
        <table class="bars shares">
          <caption>Requests by the rule that applied</caption>
          <tbody>
            {shares.map(({ rule, count, share }) => (
              <tr key={rule}>
                <th scope="row">{kRules[rule] ?? rule}</th>
                <td class="drawn" aria-hidden="true">
                  <svg viewBox="0 0 100 10" preserveAspectRatio="none">
                    <rect x="0" y="1" width={Math.max(100 * share, 0.6)} height="8" />
                  </svg>
                </td>
                <td class="amount">
                  {percent(share)} ({number(count, 12)})
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Whether the store and the upstreams are well, and what was not served as it should be. */
export function Health({ live }: { live: Live }) {
  const fallbacks = someOf(live.fallbacks);
  const refusals = someOf(live.refusals);
  return (
    <section class="card" aria-labelledby="health">
      <h2 id="health">Health</h2>
      <p class={live.store.state === 'ok' ? 'well' : 'problem'}>
        {live.store.state === 'ok' && <Mark />} {kStores[live.store.state]} {live.store.trouble}
        {live.queued > 0 && ` ${number(live.queued, 12)} wait in memory.`}
        {live.spilled > 0 && ` ${number(live.spilled, 12)} have gone to the spill file since the start.`}
      </p>
      <ul class="upstreams" aria-label="Upstreams">
        {live.upstreams.map(({ upstream, state }) => (
          <li key={upstream} class={state === 'ok' ? 'well' : 'problem'}>
            {state === 'ok' && <Mark />} <b>{upstream}</b> {kBreakers[state]}.
          </li>
        ))}
      </ul>
      <Counted title="Passes that another model served than the policy drew" none="Each pass was served by the model that the policy drew." counts={fallbacks} words={kFallbacks} />
      <Counted title="Requests that were refused" none="No request was refused." counts={refusals} words={kRefusals} />
    </section>
  );
}

function Mark() {
  return (
    <span class="mark" aria-hidden="true">
      ✓
    </span>
  );
}

function Counted({ title, none, counts, words }: { title: string; none: string; counts: [string, number][]; words: Record<string, string> }) {
  if (counts.length === 0) return <p>{none}</p>;
  return (
    <table>
      <caption>{title}</caption>
      <tbody>
        {counts.map(([word, count]) => (
          <tr key={word}>
            <th scope="row">{words[word] ?? word}</th>
            <td class="amount">{number(count, 12)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
