import { describe, expect, test } from 'vitest';
import type { Live, PolicyEntry } from './gateway';
import { type Total, costOf, differencesOf, passesLately, passesOf, repromptShare, ruleShares, shownModels, someOf, uncertainShare, withTotal } from './shares';

function live(passes: [number, number, number, number][]): Live {
  return { models: passes.map((one, i) => ({ model: i === 2 ? 'other' : `m${i}`, passes: one, cost_usd: i })) } as unknown as Live;
}

describe('what was counted', () => {
  const some = live([[6, 1, 0, 0], [0, 1, 1, 1], [0, 0, 0, 0]]);
  test('adds up', () => {
    expect(passesOf(some)).toBe(10);
    expect(repromptShare(some)).toBeCloseTo(0.4);
    expect(costOf(some)).toBe(3);
    expect(repromptShare(live([[0, 0, 0, 0]]))).toBeNull();
  });

  test('names "other" models only where there are some', () => {
    const none = live([[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]);
    none.models[2]!.cost_usd = 0;
    expect(shownModels(none).map(({ model }) => model)).toEqual(['m0', 'm1']);
    expect(shownModels(live([[1, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]))).toHaveLength(3);
  });

  test('is ordered by how much there is', () => {
    expect(someOf({ cut: 1, busy: 0, error: 5 })).toEqual([['error', 5], ['cut', 1]]);
  });
});

describe('rules', () => {
  test('have shares of all requests', () => {
    expect(ruleShares({ certain: 1, new_task: 3 })).toEqual([
      { rule: 'certain', count: 1, share: 0.25 },
      { rule: 'new_task', count: 3, share: 0.75 },
    ]);
    expect(ruleShares({ certain: 0 })[0]!.share).toBe(0);
  });

  test('are uncertain where words alone decide, once enough was seen', () => {
    expect(uncertainShare({ further_turn: 5, new_task: 5 })).toBeNull();
    expect(uncertainShare({ further_turn: 10, other_conversation: 2, certain: 4, new_task: 8, step: 900, retry: 7, helper: 1 })).toBe(0.5);
  });
});

describe('lately', () => {
  const told = (passes: number[]) => passes.reduce<Total[]>((totals, count, i) => withTotal(totals, { at: i * 1000 + (i % 3), passes: count }), []);
  test('is ten seconds, and nothing is said before them', () => {
    expect(passesLately(told([0, 1, 2]))).toBeNull();
    expect(passesLately(told(Array.from({ length: 40 }, (_, i) => 3 * i)))).toBe(30);
  });

  test('begins anew with another process', () => {
    expect(passesLately(told([...Array.from({ length: 20 }, () => 100), 0]))).toBeNull();
  });

  test('keeps no more than it needs', () => {
    expect(told(Array.from({ length: 500 }, (_, i) => i)).length).toBeLessThan(25);
  });
});

test('differences are those of which both sides are known', () => {
  const interval = (value: number) => ({ value, lo: value - 1, hi: value + 1 });
  const entry = { figures: { cost_per_task_today: interval(3), cost_per_task: interval(2), leaving_today: interval(0), leaving: null, latency_per_task: interval(1) } } as unknown as PolicyEntry;
  expect(differencesOf(entry)).toEqual([{ name: 'Cost of a task', unit: 'money', now: interval(3), then: interval(2) }]);
  expect(differencesOf({ figures: null } as PolicyEntry)).toEqual([]);
});
