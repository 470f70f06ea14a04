import type { Axis } from './axis';
import type { Game } from './toml';

/** The numbers of a game, by the names that the program's --set takes. */
export interface Parameter {
  key: string;
  symbol: string;
  label: string;
  /** what a reader who is new to it needs to know */
  help: string;
  unit: string;
  value: number;
  /** the range of its slider */
  axis: Axis;
}

export interface Group {
  title: string;
  parameters: Parameter[];
}

/** A range around a value: from the tenth of its power of ten to a hundred times that. */
function around(key: string, value: number): Axis {
  if (!(value > 0)) return { name: key, low: 0, high: 1, logarithmic: false };
  const power = Math.floor(Math.log10(value));
  const low = Number((10 ** (power - 1)).toPrecision(3));
  const high = Number((10 ** (power + 2)).toPrecision(3));
  return { name: key, low, high, logarithmic: true };
}

/** @param current  the game as it is; @param start  the game before changes, which fixes the ranges
 *   so that sliders do not move their ends while they are dragged
 * @param patience  rho, the same for all models */
export function parametersOf(current: Game, start: Game, patience: number): Group[] {
  const whole = (key: string, symbol: string, label: string, help: string, unit: string, value: number, at: number): Parameter => ({
    key, symbol, label, help, unit, value, axis: around(key, at),
  });
  const groups: Group[] = [
    {
      title: 'Users',
      parameters: [
        whole('V', 'V', 'Value of a solved task', 'What a solved task is worth to the user.', '$', current.value, start.value),
        whole('w', 'w', 'Value of time', 'What a second of waiting costs the user.', '$/s', current.value_of_time, start.value_of_time),
        {
          key: 'rho', symbol: 'rho', label: 'Patience', value: patience, unit: '',
          help: 'Share of users who do not leave after a failure for reasons of their own.',
          axis: { name: 'rho', low: 0.5, high: 1, logarithmic: false },
        },
      ],
    },
    {
      title: 'Provider',
      parameters: [
        whole('P', 'P', 'Churn penalty', 'What an unsolved task costs the provider, since users who leave may not come back.', '$', current.churn_penalty, start.churn_penalty),
      ],
    },
  ];
  current.models.forEach((model, i) => {
    const n = i + 1;
    const was = start.models[i] ?? model;
    groups.push({
      title: `Model ${n}: ${model.name}`,
      parameters: [
        {
          key: `p${n}`, symbol: `p${n}`, label: 'Success', value: model.success, unit: '',
          help: 'Probability that one attempt solves the task.',
          axis: { name: `p${n}`, low: 0.01, high: 1, logarithmic: false },
        },
        whole(`t${n}`, `t${n}`, 'Latency', 'How long the user waits for one attempt.', 's', model.latency, was.latency),
        whole(`c${n}`, `c${n}`, 'Cost', 'What one attempt costs the provider.', '$', model.cost, was.cost),
        {
          key: `r${n}`, symbol: `r${n}`, label: 'Price', value: model.price ?? 0, unit: '$',
          help: 'What the user pays the provider for one attempt.',
          axis: { name: `r${n}`, low: 0, high: around('', start.value).high / 100, logarithmic: false },
        },
      ],
    });
  });
  return groups;
}

/** The axes that a map starts with: the churn penalty, and the cost of the last model. */
export function defaultAxes(groups: Group[]): { x: Axis; y: Axis } {
  const all = groups.flatMap((group) => group.parameters);
  const penalty = all.find(({ key }) => key === 'P')!;
  const high = penalty.axis.logarithmic ? penalty.axis.high / 20 : 1;
  const costs = all.filter(({ key }) => /^c\d+$/.test(key));
  return {
    x: { name: 'P', low: 0, high: penalty.value > high ? penalty.axis.high : high, logarithmic: false },
    y: (costs[costs.length - 1] ?? penalty).axis,
  };
}
