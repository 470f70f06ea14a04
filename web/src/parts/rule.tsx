import type { Boundary, Explained } from '../engine';
import { number, percent } from '../numbers';
import { Notes } from './problem';
import { Symbols } from './symbols';

function Beyond({ boundary }: { boundary: Boundary | null }) {
  if (!boundary) return <td>–</td>;
  return (
    <td>
      {number(boundary.at)}
      {boundary.relative_distance !== null && <> ({percent(boundary.relative_distance)} away)</>}: {boundary.route_beyond ?? boundary.policy_beyond}
    </td>
  );
}

/** Which rule of the theory decided, with its numbers, and how far the nearest change is. */
export function Rule({ explained }: { explained: Explained }) {
  return (
    <div>
      {explained.rule && <p>{explained.rule}.</p>}
      <ol class="comparisons">
        {explained.comparisons.map(({ left, left_value, relation, right, right_value, meaning }) => (
          <li key={left + right}>
            <span class="formula">
              {left} = <b>{number(left_value)}</b> {relation} {right} = <b>{number(right_value)}</b>
            </span>
            {meaning}.
          </li>
        ))}
      </ol>
      <details>
        <summary>Where the policy changes, one number at a time</summary>
        <div class="scroll" tabIndex={0} role="region" aria-label="Where the policy changes">
          <table>
            <thead>
              <tr>
                <th scope="col">Number</th>
                <th scope="col">Now</th>
                <th scope="col">Falling to</th>
                <th scope="col">Rising to</th>
              </tr>
            </thead>
            <tbody>
              {explained.boundaries.map(({ parameter, value, below, above }) => (
                <tr key={parameter}>
                  <th scope="row">{parameter}</th>
                  <td>{number(value)}</td>
                  <Beyond boundary={below} />
                  <Beyond boundary={above} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
      <Symbols />
      <Notes notes={explained.notes} />
    </div>
  );
}
