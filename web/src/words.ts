/** Sentences for what the program names by short codes. */

export const kRegimes: Record<string, string> = {
  'value-value': 'An attempt on either model is worth its wait.',
  'latency-latency': 'An attempt on neither model is worth its wait.',
  'latency-value': 'An attempt on the second model is worth its wait, one on the first is not.',
  'value-latency': 'An attempt on the first model is worth its wait, one on the second is not.',
};

/** @param share  the share of re-prompts that go to the second model, as the reader writes it */
export function routeInWords(route: string, first: string, second: string, share: string): string {
  switch (route) {
    case '(1,0) stay':
      return `Every attempt goes to ${first}. The user asks again until the task is solved.`;
    case '(1,0) leave':
      return `Every attempt goes to ${first}. The user leaves after the first failure.`;
    case '(1,1) leave':
      return `The first attempt goes to ${first}, any later one would go to ${second}; so the user leaves after the first failure.`;
    case '(2,0) stay':
      return `Every attempt goes to ${second}. The user asks again until the task is solved.`;
    case '(2,0) leave':
      return `Every attempt goes to ${second}. The user leaves after the first failure.`;
    case '(1,s0) stay':
      return `A cascade: attempts start on ${first}. Each re-prompt goes to ${second}, for good, with probability ${share}: just enough to make the user stay.`;
    case '(1,sL) stay':
      return `A cascade: attempts start on ${first}. Each re-prompt goes to ${second}, for good, with probability ${share}: as often as the user bears without leaving.`;
    case '(1,s) mixed':
      return `A cascade: attempts start on ${first}. Each re-prompt goes to ${second}, for good, with probability ${share}. Some users leave after a failure.`;
    default:
      return route;
  }
}

/** What is played where the program names no route: of users who may stay away, or who differ. */
export function playInWords(play: { start: number; cascade: number; abandon: number; submits?: boolean | undefined }, first: string, second: string, share: string): string {
  if (play.submits === false) return 'Users stay away: no policy that they come for costs less than to lose them all.';
  const reaction =
    play.abandon === 0 ? 'The user asks again until the task is solved.' : play.abandon === 1 ? 'The user leaves after the first failure.' : 'Some users leave after a failure.';
  if (play.start === 2 || first === second) return `Every attempt goes to ${second}. ${reaction}`;
  if (play.cascade === 0) return `Every attempt goes to ${first}. ${reaction}`;
  return `A cascade: attempts start on ${first}. Each re-prompt goes to ${second}, for good, with probability ${share}. ${reaction}`;
}

/** A route in a few words, for tables. */
export function routeInShort(route: string, first: string, second: string): string {
  switch (route) {
    case '(1,0) stay':
      return `${first} every time`;
    case '(1,0) leave':
      return `${first} once, then users leave`;
    case '(1,1) leave':
      return `${first} once, ${second} next, so users leave`;
    case '(2,0) stay':
      return `${second} every time`;
    case '(2,0) leave':
      return `${second} once, then users leave`;
    case '(1,s0) stay':
    case '(1,sL) stay':
    case '(1,s) mixed':
      return `${first}, then ${second} now and then`;
    default:
      return route;
  }
}

export interface Shown {
  name: string;
  label: string;
  unit: '' | '$' | 's' | '%' | '0/1';
}

export const kShown: Shown[] = [
  { name: 'policy', label: "the provider's best policy", unit: '' },
  { name: 'cost', label: "the provider's cost of a task", unit: '$' },
  { name: 'utility', label: "the user's utility of a task", unit: '$' },
  { name: 'success', label: 'share of tasks solved', unit: '%' },
  { name: 'latency', label: 'time the user waits for a task', unit: 's' },
  { name: 'service-cost', label: 'cost of all attempts at a task', unit: '$' },
  { name: 'cascade', label: 'share of re-prompts sent to the second model', unit: '%' },
  { name: 'misalignment', label: "what the user loses by the provider's choice", unit: '$' },
  { name: 'throttling-gain', label: 'what slowing models down gains the provider', unit: '$' },
  { name: 'cascades', label: 'where a cascade is best', unit: '0/1' },
  { name: 'misaligned', label: 'where the user would prefer another policy', unit: '0/1' },
  { name: 'throttles', label: 'where slowing models down pays', unit: '0/1' },
];
