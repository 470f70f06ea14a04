import type { Address } from './address';
import { type Axis, axisText } from './axis';
import { type Cells, parseCells } from './cells';

/** The program's answers. All numbers of the page come from here; docs/formats.md describes them. */
export interface Model {
  name: string;
  success: number;
  latency: number;
  cost: number;
  price?: number;
  patience?: number;
  net_value?: number;
  cost_of_pass?: number;
  latency_of_pass?: number;
}

export interface Scenario {
  toml: string;
  game: { value: number; value_of_time: number; churn_penalty: number; participates?: boolean; models: Model[] };
}

export interface Payoffs {
  provider_cost: number;
  user_utility: number;
  success: number;
  latency: number;
  service_cost: number;
}

export interface Play extends Payoffs {
  route: string;
  start: number;
  cascade: number;
  abandon: number;
}

/** Of users who may stay away, or who differ, there is no route and what is told of it. */
export interface Solved extends Omit<Play, 'route'> {
  schema: string;
  game: { value: number; value_of_time: number; churn_penalty: number; models: Model[] };
  regime?: string;
  route?: string;
  /** the two models that are played, of users who may stay away */
  models?: string[];
  /** whether users come; absent where they always do */
  submits?: boolean;
  candidates?: Play[];
  assumptions?: string[];
  notes: string[];
}

export interface Comparison {
  left: string;
  left_value: number;
  relation: string;
  right: string;
  right_value: number;
  meaning: string;
}

export interface Boundary {
  at: number;
  relative_distance: number | null;
  route_beyond?: string;
  policy_beyond?: string;
}

export interface Explained {
  rule: string | null;
  comparisons: Comparison[];
  boundaries: { parameter: string; value: number; below: Boundary | null; above: Boundary | null }[];
  assumptions?: string[];
  notes: string[];
}

export interface CurvePoint extends Payoffs {
  start: number;
  cascade: number;
  abandon: number;
  phase: string;
  mark: string;
}

export interface Responded {
  game: Solved['game'];
  thresholds: Record<string, number>;
  curve: CurvePoint[];
  notes: string[];
}

export interface Route extends Payoffs {
  route?: string;
  start?: number;
  cascade?: number;
  plan?: string;
}

export interface Audited {
  game: Solved['game'];
  disagreement: {
    provider: Route;
    user: Route;
    misalignment: number;
    misalignment_in_latency: number;
    provider_saving: number;
  };
  throttling: {
    pays: boolean;
    throttled_cost: number;
    gain: number;
    model: string | null;
    latencies: number[];
    margin: number;
    user_loss: number;
    penalty_floor: number;
  };
  opt_out: { price: number; remaining_misalignment?: number };
  aligning_penalty: { exists: boolean; from: number | null; to: number | null };
  notes: string[];
}

export interface Planned extends Payoffs {
  steps: { attempt: number; model?: string; lottery?: { model: string; probability: number }[]; reach: number }[];
  until_solved: string | null;
  leaves_after: number | null;
  truncated: boolean;
  plan: string;
  policy: string;
  classes: Record<string, (Payoffs & { plan: string }) | null>;
  static_is_enough: boolean;
  if_users_may_stay_away: Payoffs | null;
  certificate: { lower_bound: number; gap: number } | null;
  game: {
    value: number;
    value_of_time: number;
    churn_penalty: number;
    participates: boolean;
    models: Model[];
  };
  notes: string[];
}

export interface Region {
  cell: number;
  name: string;
  colour: string;
  words: string;
  plain_words: string;
}

export interface LegendAxis {
  words: string;
  /** what the quantity is in the middle of each cell */
  values: number[];
  ticks: { value: number; share: number }[];
}

/** What the cells of a map mean. */
export interface Legend {
  x: LegendAxis;
  y: LegendAxis;
  words: string;
  scenario_at: [number, number] | null;
  regions: Region[];
  /** of a map of numbers; low and high are null where no point is a game */
  scale: { low: number | null; high: number | null; colours: string[]; no_game: string } | null;
  notes: string[];
}

export interface CatalogTable {
  name: string;
  models: Model[];
}

/** What the program did not like, in its own words. */
export class EngineError extends Error {}

/** Which game: the start's or another one, and what is changed in it. */
export type Which = Pick<Address, 'scenario' | 'set'>;

export interface MapQuestion {
  which: Which;
  x: Axis;
  y: Axis;
  show: string;
  size: number;
}

function parametersOf(which: Which): URLSearchParams {
  const given = new URLSearchParams();
  if (which.scenario !== null) given.set('scenario', which.scenario);
  for (const [key, value] of which.set) given.append('set', `${key}=${value}`);
  return given;
}

export function verbUrl(verb: string, which: Which): string {
  const query = parametersOf(which).toString();
  return `/v1/explore/${verb}${query === '' ? '' : `?${query}`}`;
}

export function mapUrl(question: MapQuestion, format: string): string {
  const given = parametersOf(question.which);
  given.set('x', axisText(question.x));
  given.set('y', axisText(question.y));
  given.set('size', `${question.size}x${question.size}`);
  given.set('show', question.show);
  given.set('format', format);
  return `/v1/explore/map?${given.toString()}`;
}

async function ask(url: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { headers: { accept: 'application/json, application/octet-stream' } });
  } catch {
    throw new EngineError('The program does not answer. Is turnout explore still running?');
  }
  if (response.ok) return response;
  let message = `The program answered ${response.status}.`;
  try {
    const body = (await response.json()) as { error?: { message?: string } };
    if (body.error?.message) message = body.error.message;
  } catch {
    // no JSON: the status has to do
  }
  throw new EngineError(message);
}

export async function askJson<Answer>(url: string): Promise<Answer> {
  return (await (await ask(url)).json()) as Answer;
}

export async function askCatalog(): Promise<CatalogTable[]> {
  const tables = await askJson<{ name?: string; file?: string; models: Model[] }[]>('/v1/explore/catalog');
  return tables.map(({ name, file, models }) => ({ name: name ?? file ?? '', models }));
}

export interface MapAnswer {
  cells: Cells;
  legend: Legend;
}

export async function askMap(question: MapQuestion): Promise<MapAnswer> {
  const [cells, legend] = await Promise.all([
    ask(mapUrl(question, 'cells')).then((response) => response.arrayBuffer()),
    askJson<Legend>(mapUrl(question, 'legend')),
  ]);
  return { cells: parseCells(cells, question.size, question.size, question.show === 'policy'), legend };
}
