import type { Payoffs, Solved } from '../engine';
import { money, number, percent, seconds } from '../numbers';
import { kRegimes, playInWords, routeInShort, routeInWords } from '../words';
import { Notes } from './problem';

/** What a policy comes to, per task. */
export function PayoffList({ payoffs }: { payoffs: Payoffs }) {
  return (
    <dl class="payoffs">
      <div>
        <dt>Provider's cost <i>J</i></dt>
        <dd>{money(payoffs.provider_cost)}</dd>
      </div>
      <div>
        <dt>User's utility <i>U</i></dt>
        <dd>{money(payoffs.user_utility)}</dd>
      </div>
      <div>
        <dt>Tasks solved <i>S</i></dt>
        <dd>{percent(payoffs.success)}</dd>
      </div>
      <div>
        <dt>Time waited <i>L</i></dt>
        <dd>{seconds(payoffs.latency)}</dd>
      </div>
      <div>
        <dt>Cost of attempts <i>C</i></dt>
        <dd>{money(payoffs.service_cost)}</dd>
      </div>
    </dl>
  );
}

export function namesOf(game: { models: { name: string }[] }): [string, string] {
  return [game.models[0]?.name ?? 'the first model', game.models[1]?.name ?? 'the second model'];
}

/** What the provider does, in words. */
export function solvedInWords(solved: Solved): string {
  const [first, second] = solved.models?.length === 2 ? (solved.models as [string, string]) : namesOf(solved.game);
  const share = percent(solved.cascade);
  return solved.route === undefined ? playInWords(solved, first, second, share) : routeInWords(solved.route, first, second, share);
}

/** The provider's best policy, in words. */
export function Verdict({ solved }: { solved: Solved }) {
  return (
    <p class="verdict">
      {solved.route !== undefined && <b>{solved.route}</b>} {solvedInWords(solved)}
    </p>
  );
}

/** What it comes to, beside the other ways to play. */
export function Answer({ solved }: { solved: Solved }) {
  const [first, second] = namesOf(solved.game);
  return (
    <div>
      <PayoffList payoffs={solved} />
      {solved.regime !== undefined && <p>{kRegimes[solved.regime]}</p>}
      {solved.candidates && <details>
        <summary>Other ways to play</summary>
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Way to play</th>
                <th scope="col">Cost, $</th>
                <th scope="col">Utility, $</th>
                <th scope="col">Solved</th>
              </tr>
            </thead>
            <tbody>
              {solved.candidates.map((play) => (
                <tr key={play.route} class={play.route === solved.route ? 'chosen' : ''}>
                  <th scope="row">
                    {play.route === solved.route ? '✓ ' : ''}
                    {play.route}: {routeInShort(play.route, first, second)}
                  </th>
                  <td>{number(play.provider_cost)}</td>
                  <td>{number(play.user_utility)}</td>
                  <td>{percent(play.success)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>}
      <Notes notes={[...solved.notes, ...(solved.assumptions ?? []).map((text) => `The paper assumes ${text}; this game breaks it.`)]} />
    </div>
  );
}
