import { ticks } from '../axis';
import type { CurvePoint, Responded } from '../engine';
import { useWidth } from '../hooks';
import { number, percent } from '../numbers';
import { namesOf } from './payoffs';

const kLeft = 58;
const kRight = 20;
const kTop = 22;
const kBottom = 34;
const kHeight = 190;

type Key = 'user_utility' | 'provider_cost';

/** Pieces of a curve: it jumps where the user, indifferent, changes from leaving to staying. */
function pieces(curve: CurvePoint[], key: Key): [number, number][][] {
  const all: [number, number][][] = [];
  let last: CurvePoint | null = null;
  for (const point of curve) {
    const jumps = last !== null && (last.abandon === 1) !== (point.abandon === 1) && point.phase === 'indifferent';
    if (last === null || jumps) {
      if (last && last.abandon === 1) all[all.length - 1]!.push([point.cascade, last[key]]);
      all.push([]);
    }
    all[all.length - 1]!.push([point.cascade, point[key]]);
    last = point;
  }
  return all;
}

interface PlotProps {
  responded: Responded;
  curve: CurvePoint[];
  of: Key;
  title: string;
  width: number;
}

function Plot({ responded, curve, of, title, width }: PlotProps) {
  const other = responded.curve.find(({ start }) => start === 2);
  const values = [...curve.map((point) => point[of]), ...(other ? [other[of]] : [])];
  const least = Math.min(...values);
  const most = Math.max(...values);
  const margin = most > least ? (most - least) * 0.1 : Math.max(Math.abs(most) * 0.1, 1e-9);
  const axis = { name: '', low: least - margin, high: most + margin, logarithmic: false };
  const wide = Math.max(width - kLeft - kRight, 60);
  const high = kHeight - kTop - kBottom;
  const x = (s: number) => kLeft + s * wide;
  const y = (value: number) => kTop + high * (1 - (value - axis.low) / (axis.high - axis.low));
  const optimum = curve.find(({ mark }) => mark.includes('optimum'));
  const starred = other?.mark.includes('optimum') ?? false;
  return (
    <svg width={width} height={kHeight} role="img" aria-label={`${title} over s`} class={`plot ${of}`}>
      <text x={kLeft} y="14" class="plot-title">
        {title}
      </text>
      <rect x={kLeft} y={kTop} width={wide} height={high} class="plot-frame" />
      {ticks(axis, 3).map((tick) => (
        <g key={tick}>
          <line x1={kLeft} x2={kLeft + wide} y1={y(tick)} y2={y(tick)} class="grid" />
          <text x={kLeft - 6} y={y(tick) + 4} text-anchor="end">
            {number(tick, 3)}
          </text>
        </g>
      ))}
      {[0, 0.25, 0.5, 0.75, 1].map((s) => (
        <text key={s} x={x(s)} y={kTop + high + 16} text-anchor="middle">
          {percent(s)}
        </text>
      ))}
      {Object.entries(responded.thresholds).map(([name, s]) => (
        <g key={name}>
          <line x1={x(s)} x2={x(s)} y1={kTop} y2={kTop + high} class="threshold" />
          <text x={x(s) + (name === 'sL' ? -4 : 4)} y={kTop + 13} text-anchor={name === 'sL' ? 'end' : 'start'} class="threshold-name">
            {name}
          </text>
        </g>
      ))}
      {pieces(curve, of).map((piece, i) => (
        <polyline key={i} points={piece.map(([s, value]) => `${x(s)},${y(value)}`).join(' ')} class="curve" />
      ))}
      {other && <rect x={x(1) - 5} y={y(other[of]) - 5} width="10" height="10" class={`second${starred ? ' starred' : ''}`} />}
      {optimum && <circle cx={x(optimum.cascade)} cy={y(optimum[of])} r="6" class="optimum" />}
    </svg>
  );
}

function reactionInWords({ thresholds: { s0, sL, sH } }: Responded, phase: string): string {
  if (s0 !== undefined) return `Below s0 = ${percent(s0)} the user leaves after the first failure. From there on the user stays.`;
  if (sL !== undefined && sH !== undefined) {
    return `Up to sL = ${percent(sL)} the user stays, from sH = ${percent(sH)} on the user leaves after the first failure. In between some users leave.`;
  }
  return phase === 'leaves' ? 'Whatever s is, the user leaves after the first failure.' : 'Whatever s is, the user stays.';
}

/** Both sides' payoffs over s, the share of re-prompts that the second model serves. */
export function ResponseCurves({ responded }: { responded: Responded }) {
  const [frame, width] = useWidth();
  const [first, second] = namesOf(responded.game);
  const curve = responded.curve.filter(({ start }) => start === 1);
  return (
    <figure class="curves" ref={frame}>
      <figcaption>
        Attempts start on {first}; after a failure {second} serves for good with probability s, from left to right.
      </figcaption>
      {width > 0 && <Plot responded={responded} curve={curve} of="user_utility" title="User's utility of a task, $" width={width} />}
      {width > 0 && <Plot responded={responded} curve={curve} of="provider_cost" title="Provider's cost of a task, $" width={width} />}
      <p class="key">
        <span>
          <svg width="14" height="14" aria-hidden="true" class="plot">
            <circle cx="7" cy="7" r="5.5" class="optimum" />
          </svg>{' '}
          what the provider plays
        </span>
        <span>
          <svg width="14" height="14" aria-hidden="true" class="plot">
            <rect x="2" y="2" width="10" height="10" class="second" />
          </svg>{' '}
          every attempt on {second}
        </span>
        {Object.keys(responded.thresholds).length > 0 && <span>dashed: where the user's choice changes</span>}
      </p>
      <p>{reactionInWords(responded, curve[0]?.phase ?? '')}</p>
    </figure>
  );
}
