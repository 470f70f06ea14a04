import type { Address } from './address';
import type { Model, Scenario, Which } from './engine';
import { verbUrl } from './engine';
import { type Told, useAnswer } from './hooks';
import { type Group, parametersOf } from './parameters';
import { type Game, tomlOf, withDistinctNames } from './toml';

export interface Known {
  /** the scenario with the changes, as text */
  toml: string;
  /** with them; those that have just been made, too */
  game: Game;
  groups: Group[];
}

/** The game that the address says. */
export function useGame(which: Which): Told<Known> {
  const start = useAnswer<Scenario>(verbUrl('scenario', { scenario: which.scenario, set: [] }));
  const current = useAnswer<Scenario>(which.set.length === 0 ? null : verbUrl('scenario', which));
  if (!start.answer) return { answer: null, error: start.error };
  const told = (which.set.length === 0 ? null : current.answer) ?? start.answer;
  const patience = told.game.models[0]?.patience ?? 1;
  const alike = told.game.models.every((model) => (model.patience ?? 1) === patience);
  const game = withChanges({ ...told.game, ...(alike ? { patience } : {}) }, which.set);
  return {
    answer: { toml: told.toml, game, groups: parametersOf(game, start.answer.game, game.patience ?? 1) },
    error: start.error,
  };
}

/** The game as the reader has just changed it, before the program has said so. */
export function withChanges(game: Game, set: Address['set']): Game {
  const models = game.models.map((model) => ({ ...model }));
  const changed: Game = { ...game, models };
  for (const [key, text] of set) {
    const value = Number(text);
    if (key === 'user.participates') changed.participates = text === 'true';
    if (!Number.isFinite(value) || text.trim() === '') continue;
    if (key === 'V') changed.value = value;
    else if (key === 'w') changed.value_of_time = value;
    else if (key === 'P') changed.churn_penalty = value;
    else if (key === 'rho') changed.patience = value;
    else {
      const match = /^([ptcr])(\d+)$/.exec(key);
      const model = match ? models[Number(match[2]) - 1] : undefined;
      if (!match || !model) continue;
      const field = ({ p: 'success', t: 'latency', c: 'cost', r: 'price' } as const)[match[1] as 'p' | 't' | 'c' | 'r'];
      model[field] = value;
    }
  }
  return changed;
}

/** The game with other models, as a scenario of its own. */
export function withModels(game: Game, models: Model[]): Pick<Address, 'scenario' | 'set'> {
  return { scenario: tomlOf({ ...game, models: withDistinctNames(models) }), set: [] };
}
