const kSymbols: [symbol: string, meaning: string][] = [
  ['M1, M2', 'the first and the second model; so are p1, t1, c1 numbers of the first one'],
  ['xi', 'what one attempt is worth to the user: V p - w t, less its price'],
  ['value-dominated', 'a model whose attempts are worth their wait: xi > 0; else it is latency-dominated'],
  ['c/p', 'what a solved task costs the provider if one model serves until it is solved'],
  ['t/p', 'how long the user waits for a solved task in that case'],
  ['(i,s)', 'start on model i; after a failure of model 1, model 2 serves for good with probability s'],
  ['q', 'the probability that the user leaves after a failed attempt'],
  ['s0', 'the least s that makes the user stay, if the first model alone is not worth the wait'],
  ['sL, sH', 'up to sL the user stays, from sH on the user leaves, if the second model is not worth the wait'],
  ['b', 'the probability that an attempt fails, 1 - p'],
  ['J, U', "the provider's cost and the user's utility of a task"],
];

/** What the symbols of rules and statements mean. */
export function Symbols() {
  return (
    <details>
      <summary>What the symbols mean</summary>
      <dl class="symbols">
        {kSymbols.flatMap(([symbol, meaning]) => [<dt key={symbol}>{symbol}</dt>, <dd key={meaning}>{meaning}</dd>])}
      </dl>
    </details>
  );
}
