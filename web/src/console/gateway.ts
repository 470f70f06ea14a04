/** What the gateway that serves this page says, and what it is told. docs/formats.md describes it. */

export interface LiveModel {
  model: string;
  /** by attempt: first, second, third, fourth and later */
  passes: [number, number, number, number];
  cost_usd: number;
}

export type BreakerState = 'ok' | 'open' | 'half_open';

export interface Live {
  at: string;
  started_at: string;
  policy: { version: number; number: number; policy: string; text: string; proposed: number | null };
  models: LiveModel[];
  matches: Record<string, number>;
  fallbacks: Record<string, number>;
  refusals: Record<string, number>;
  open_tasks: number;
  queued: number;
  spilled: number;
  store: { state: 'ok' | 'spilling' | 'losing'; trouble: string };
  upstreams: { upstream: string; state: BreakerState }[];
  last_look: { at: string | null; failed: boolean };
}

export interface Interval {
  value: number;
  lo: number;
  hi: number;
}

export interface PolicyEntry {
  number: number;
  policy: string | null;
  text: string;
  state: 'proposed' | 'in_force' | 'earlier' | 'replaced' | 'rolled_back';
  by: string;
  at: string;
  in_force_since: string | null;
  enforced_by: string;
  reasons: string[];
  rails: string[];
  figures: Record<string, unknown> | null;
}

export interface Policies {
  version: number;
  mode: 'off' | 'propose' | 'apply';
  models: string[];
  in_force: PolicyEntry;
  proposal: PolicyEntry | null;
  last_look: { at: string | null; tasks: number; failed: boolean; reasons: string[] };
  history: PolicyEntry[];
}

export interface Attempt {
  attempt: number;
  model: string;
  rule: string;
  reprompt_probability: number;
  reason: string;
  skipped: string;
  policy: string;
  propensity: number | null;
  started_at: string;
  latency_s: number | null;
  ttft_s: number | null;
  calls: number;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
  answered: boolean;
  outcome: string;
}

export interface Receipt {
  task: string;
  policy: string;
  policy_text: string;
  attempts: Attempt[];
  cost_usd: number | null;
  next: Record<string, number> | null;
}

/** What the gateway refused or could not say; status 0: it did not answer. */
export class GatewayError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
  /** Another key, or one at all, may see it. */
  get wantsKey(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

/** Where the gateway is: the page is at console/ below it. */
export function gatewayUrl(path: string, page: string): string {
  return page.replace(/console\/[^/]*$/, '') + path;
}

const kKeyName = 'turnout-key';

/** The key is kept as long as the tab is open, and goes into a header alone. */
export function keptKey(): string {
  return sessionStorage.getItem(kKeyName) ?? '';
}
export function keepKey(key: string): void {
  if (key === '') sessionStorage.removeItem(kKeyName);
  else sessionStorage.setItem(kKeyName, key);
}

function headers(key: string, more: Record<string, string>): Record<string, string> {
  return key === '' ? more : { ...more, authorization: `Bearer ${key}` };
}

async function messageOf(response: Response): Promise<string> {
  try {
    const body = (await response.json()) as { error?: { message?: string } };
    if (body.error?.message) return body.error.message;
  } catch {
    // no JSON: the status has to do
  }
  return `The gateway answered ${response.status}.`;
}

/** @returns an answer that is not an error; throws GatewayError. */
export async function ask(key: string, path: string, options: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(gatewayUrl(path, location.pathname), {
      ...options,
      credentials: 'omit',
      cache: 'no-store',
      headers: headers(key, options.headers ?? {}),
    });
  } catch {
    throw new GatewayError(0, 'The gateway does not answer.');
  }
  if (response.ok) return response;
  throw new GatewayError(response.status, await messageOf(response));
}

export async function askJson<Answer>(key: string, path: string): Promise<Answer> {
  return (await (await ask(key, path, { headers: { accept: 'application/json' } })).json()) as Answer;
}

/** The policies and the version that a change has to name. */
export interface Versioned {
  policies: Policies;
  etag: string;
}

async function versioned(response: Response): Promise<Versioned> {
  return { policies: (await response.json()) as Policies, etag: response.headers.get('etag') ?? '' };
}

export async function askPolicies(key: string): Promise<Versioned> {
  return versioned(await ask(key, 'v1/turnout/policies', { headers: { accept: 'application/json' } }));
}

/** @param path  "", "/approve", "/rollback"
 * @param body  of a way back: the number of the policy to go back to */
export async function changePolicies(key: string, path: string, etag: string, body: { number?: number } = {}): Promise<Versioned> {
  try {
    return await versioned(
      await ask(key, `v1/turnout/policies${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', 'if-match': etag },
      }),
    );
  } catch (error) {
    if (error instanceof GatewayError && error.status === 412)
      throw new GatewayError(412, 'Somebody has changed the policies meanwhile: look again at what is in force and what is proposed.');
    throw error;
  }
}
