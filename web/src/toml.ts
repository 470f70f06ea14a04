import type { Model } from './engine';

/** A scenario in TOML, as docs/formats.md describes it. */
export interface Game {
  value: number;
  value_of_time: number;
  churn_penalty: number;
  models: Model[];
  participates?: boolean;
  /** rho, the same for all models */
  patience?: number;
}

function quoted(text: string): string {
  const escaped = text.replace(/[\\"\u0000-\u001f\u007f]/g, (c) =>
    c === '\\' || c === '"' ? `\\${c}` : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}

export function tomlOf(game: Game): string {
  const lines = ['[user]', `value = ${game.value}`, `value_of_time = ${game.value_of_time}`];
  if (game.participates) lines.push('participates = true');
  if (game.patience !== undefined && game.patience !== 1) lines.push(`patience = ${game.patience}`);
  lines.push('', '[provider]', `churn_penalty = ${game.churn_penalty}`);
  for (const { name, success, latency, cost, price } of game.models) {
    lines.push('', '[[model]]', `name = ${quoted(name)}`, `success = ${success}`, `latency = ${latency}`, `cost = ${cost}`);
    if (price !== undefined && price !== 0) lines.push(`price = ${price}`);
  }
  return `${lines.join('\n')}\n`;
}

/** @returns the models under names that differ, as scenarios need them. */
export function withDistinctNames(models: Model[]): Model[] {
  const seen = new Set<string>();
  return models.map((model) => {
    let name = model.name;
    for (let i = 2; seen.has(name); ++i) name = `${model.name} (${i})`;
    seen.add(name);
    return { ...model, name };
  });
}
