/** Sentences for what the gateway names by short codes. */

export const kRules: Record<string, string> = {
  helper: 'a client’s own request: a title, a compaction, a subagent',
  retry: 'a client’s retry of the same request',
  step: 'an agent’s next step for the same prompt',
  certain: 'certainly asked again: by an id, or the same words',
  further_turn: 'a conversation goes on: told by its words',
  other_conversation: 'asked alike in another conversation',
  new_task: 'a new task',
};

export const kReasons: Record<string, string> = {
  policy: 'the policy says so',
  held: 'the attempt was under way at this model',
  pinned: 'the client named it',
  escalated: 'the client asked for a stronger one',
  skipped: 'the model that the policy said cannot serve the request',
  fallback: 'the model that the policy said gave no answer',
  helper: 'a client’s own request',
  shadow: 'the policy is only recorded',
};

export const kFallbacks: Record<string, string> = {
  connect: 'no connection',
  timeout: 'no answer in time',
  cut: 'the answer broke off',
  garbage: 'what came was no answer',
  busy: 'the upstream was busy',
  error: 'the upstream had an error',
  breaker: 'the upstream was not asked, for it had failed before',
  other: 'another reason',
};

export const kRefusals: Record<string, string> = {
  key: 'a key that is not known',
  rate: 'more requests than the key may make',
  budget: 'the key’s budget of the day is spent',
  malformed: 'a request that cannot be read',
  model: 'a model that the gateway does not have',
  declined: 'the policy offers no further attempt, or no model can serve',
  upstream: 'no upstream gave an answer',
  other: 'another reason',
};

export const kBreakers: Record<string, string> = {
  ok: 'gives answers',
  open: 'gives no answers: it is left alone for ten seconds',
  half_open: 'gave no answers: the next request tries it',
};

export const kStores: Record<string, string> = {
  ok: 'The store takes passes.',
  spilling: 'The store takes no passes: they wait in the spill file.',
  losing: 'The store takes no passes and the spill file is full: passes are lost.',
};

export const kStates: Record<string, string> = {
  proposed: 'proposed',
  in_force: 'in force',
  earlier: 'was in force',
  replaced: 'replaced by another proposal',
  rolled_back: 'rolled back',
};

export const kOutcomes: Record<string, string> = {
  success: 'solved, says the user',
  failure: 'failed, says the user',
  unknown: 'nobody said whether it helped',
};

/** What the gateway said, as a sentence. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A time as readers of this locale write it. */
export function timeOf(text: string, locale?: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
}
