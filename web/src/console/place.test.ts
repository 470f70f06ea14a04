import { expect, test } from 'vitest';
import type { Attempt, Policies, PolicyEntry } from './gateway';
import { parsePlace, placeText } from './place';
import { earlierOf } from './policies';
import { why } from './tasks';
import { sentence } from './words';

test('a link restores the view and the task', () => {
  for (const place of [{ view: 'operate' as const }, { view: 'tasks' as const, task: null }, { view: 'tasks' as const, task: 't-1/2 ü' }]) expect(parsePlace(placeText(place))).toEqual(place);
  expect(parsePlace('')).toEqual({ view: 'operate' });
  expect(parsePlace('#/nowhere')).toEqual({ view: 'operate' });
  expect(parsePlace('#/tasks/%')).toEqual({ view: 'tasks', task: null });
});

test('one goes back to the policy that was in force last', () => {
  const entry = (number: number, state: PolicyEntry['state'], since: string | null) => ({ number, state, in_force_since: since }) as PolicyEntry;
  const policies = (history: PolicyEntry[]) => ({ history }) as Policies;
  expect(earlierOf(policies([entry(4, 'in_force', '2026-04'), entry(3, 'rolled_back', '2026-03'), entry(2, 'replaced', null), entry(1, 'earlier', '2026-01'), entry(0, 'earlier', '2025-01')]))?.number).toBe(1);
  expect(earlierOf(policies([entry(1, 'in_force', '2026-01')]))).toBeNull();
});

test('an attempt says which rule matched, why this model, and what came of it', () => {
  const attempt = { rule: 'further_turn', reprompt_probability: 0.75, reason: 'policy', answered: true, outcome: 'failure', latency_s: 1 } as Attempt;
  expect(why(attempt)).toBe('A conversation goes on: told by its words (75% likely). This model: the policy says so. Failed, says the user.');
  expect(why({ ...attempt, rule: 'new_task', answered: false, latency_s: null })).toMatch(/^A new task\. .* Under way\.$/);
  expect(why({ ...attempt, rule: 'unheard of', answered: false })).toMatch(/^Unheard of\. .* No answer\.$/);
});

test('what the gateway says becomes a sentence', () => {
  expect(sentence('no key')).toBe('no key.');
  expect(sentence('Why?')).toBe('Why?');
});
