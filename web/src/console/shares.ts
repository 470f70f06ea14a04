import type { Interval, Live, PolicyEntry } from './gateway';

/** Sums and shares of what the gateway has counted. */

const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);

export function passesOf(live: Live): number {
  return sum(live.models.map(({ passes }) => sum(passes)));
}

/** Of all passes, those that are no first attempt; null where there is no pass. */
export function repromptShare(live: Live): number | null {
  const all = passesOf(live);
  return all === 0 ? null : 1 - sum(live.models.map(({ passes }) => passes[0])) / all;
}

export function costOf(live: Live): number {
  return sum(live.models.map(({ cost_usd }) => cost_usd));
}

/** Models that have served, or cost, or are the gateway's own; "other" is for names that it does not know. */
export function shownModels(live: Live): Live['models'] {
  return live.models.filter(({ model, passes, cost_usd }) => model !== 'other' || sum(passes) > 0 || cost_usd > 0);
}

export interface RuleShare {
  rule: string;
  count: number;
  share: number;
}

/** The share of requests that each rule assigned to a task. */
export function ruleShares(matches: Record<string, number>): RuleShare[] {
  const all = sum(Object.values(matches));
  return Object.entries(matches).map(([rule, count]) => ({ rule, count, share: all === 0 ? 0 : count / all }));
}

/** Of the requests that a user wrote, the share whose task was told from words alone; null where too few
 * were seen to say. */
export function uncertainShare(matches: Record<string, number>): number | null {
  const kFew = 20;
  const of = (...rules: string[]) => sum(rules.map((rule) => matches[rule] ?? 0));
  const written = of('certain', 'further_turn', 'other_conversation', 'new_task');
  return written < kFew ? null : of('further_turn', 'other_conversation') / written;
}

/** Above it a warning is due. */
export const kMuchUncertain = 0.25;

/** Counts that are not 0, the largest first. */
export function someOf(counts: Record<string, number>): [word: string, count: number][] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
}

export interface Difference {
  name: string;
  unit: 'money' | 'share' | 'seconds';
  now: Interval;
  then: Interval;
}

function intervalOf(figures: Record<string, unknown>, key: string): Interval | null {
  const found = figures[key] as Partial<Interval> | null | undefined;
  if (typeof found !== 'object' || found === null) return null;
  const { value, lo, hi } = found;
  return typeof value === 'number' && typeof lo === 'number' && typeof hi === 'number' ? { value, lo, hi } : null;
}

/** What is expected of a proposal beside what is in force, as the log tells it. */
export function differencesOf(entry: PolicyEntry): Difference[] {
  const figures = entry.figures;
  if (figures === null) return [];
  const rows: [string, Difference['unit'], string, string][] = [
    ['Cost of a task', 'money', 'cost_per_task_today', 'cost_per_task'],
    ['Tasks that end unsolved', 'share', 'leaving_today', 'leaving'],
    ['A task’s time of waiting', 'seconds', 'latency_per_task_today', 'latency_per_task'],
  ];
  return rows.flatMap(([name, unit, today, later]) => {
    const now = intervalOf(figures, today);
    const then = intervalOf(figures, later);
    return now && then ? [{ name, unit, now, then }] : [];
  });
}

/** How many passes there were at a time. */
export interface Total {
  at: number;
  passes: number;
}

/** What "lately" means, in seconds. */
export const kLately = 10;
const kSlack = 600; // ms; events come a second apart, not to the millisecond

/** Passes that began in the last ten seconds, from totals as they were told, the latest at the end; null
 * where they were not told for so long. */
export function passesLately(totals: Total[]): number | null {
  const last = totals.at(-1);
  const before = totals.findLast(({ at }) => last !== undefined && at <= last.at - kLately * 1000 + kSlack);
  return last && before ? last.passes - before.passes : null;
}

/** Keeps what passesLately() needs. A total that falls is another process's: what was told before it says
 * nothing. */
export function withTotal(totals: Total[], next: Total): Total[] {
  const last = totals.at(-1);
  if (last && next.passes < last.passes) return [next];
  return [...totals.filter(({ at }) => at >= next.at - 2 * kLately * 1000), next];
}
