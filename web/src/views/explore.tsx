import { useEffect, useId, useMemo, useState } from 'preact/hooks';
import { type Address, withSet } from '../address';
import type { Axis } from '../axis';
import { type Audited, type CatalogTable, type Explained, type Responded, type Solved, type Which, mapUrl, verbUrl } from '../engine';
import { type Known, useGame, withModels } from '../game';
import { type Told, useAnswer } from '../hooks';
import { type Group, type Parameter, defaultAxes } from '../parameters';
import { CatalogChoice } from '../parts/catalog';
import { Misalignment, Remedies, Throttling } from '../parts/fairness';
import { Knob } from '../parts/knob';
import { Answer, Verdict, solvedInWords } from '../parts/payoffs';
import { Notes, Problem } from '../parts/problem';
import { RegionMap } from '../parts/region_map';
import { ResponseCurves } from '../parts/response_curves';
import { Rule } from '../parts/rule';
import { kShown } from '../words';

export interface ViewProps {
  address: Address;
  change: (changes: Partial<Address>) => void;
  catalog: CatalogTable[];
}

export function ExploreView({ address, change, catalog }: ViewProps) {
  const which: Which = { scenario: address.scenario, set: address.set };
  const known = useGame(which);
  const solved = useAnswer<Solved>(verbUrl('solve', which));
  const explained = useAnswer<Explained>(verbUrl('explain', which));
  const audited = useAnswer<Audited>(verbUrl('audit', which));
  const responded = useAnswer<Responded>(verbUrl('response', which));
  const problem = known.error ?? solved.error;
  const stale = problem !== null ? 'stale' : '';
  /** What one part cannot say of a game that the others can. */
  const own = (error: string | null) => (problem === null && error !== null ? <Problem text={error} /> : null);

  /** Beside a complaint of its own a part does not show an older game. */
  const usable = <Answer,>({ answer, error }: Told<Answer>) => (problem === null && error !== null ? null : answer);

  return (
    <div class="explore">
      {problem && <Problem text={problem} />}
      <div class="column">
        <section class="card where" aria-labelledby="where">
          <h2 id="where">What the provider does, and when</h2>
          {solved.answer && <Verdict solved={solved.answer} />}
          {known.answer && <MapPart address={address} change={change} known={known.answer} solved={solved.answer} quiet={problem !== null} />}
        </section>
        <section class={`card react ${stale}`} aria-labelledby="react">
          <h2 id="react">How users react</h2>
          {own(responded.error)}
          {usable(responded) && <ResponseCurves responded={usable(responded)!} />}
          {usable(responded) && <Notes notes={usable(responded)!.notes} />}
        </section>
      </div>
      <section class="card game" aria-labelledby="game">
        <h2 id="game">The game</h2>
        {known.answer && <GamePart address={address} change={change} catalog={catalog} known={known.answer} />}
      </section>
      <div class="column">
        <section class={`card ${stale}`} aria-labelledby="answer">
          <h2 id="answer">What it comes to</h2>
          {solved.answer && <Answer solved={solved.answer} />}
        </section>
        <section class={`card ${stale}`} aria-labelledby="why">
          <h2 id="why">Why: the rule that applied</h2>
          {own(explained.error)}
          {usable(explained) && <Rule explained={usable(explained)!} />}
        </section>
        <section class={`card ${stale}`} aria-labelledby="against">
          <h2 id="against">Is it against its users?</h2>
          {own(audited.error)}
          {usable(audited) && <Misalignment audited={usable(audited)!} />}
        </section>
        <section class={`card ${stale}`} aria-labelledby="slow">
          <h2 id="slow">Does it pay to be slow?</h2>
          {own(audited.error)}
          {usable(audited) && <Throttling audited={usable(audited)!} />}
          {usable(audited) && <Remedies audited={usable(audited)!} />}
        </section>
      </div>
    </div>
  );
}

interface PartProps {
  address: Address;
  change: ViewProps['change'];
  known: Known;
}

function GamePart({ address, change, known, catalog }: PartProps & { catalog: CatalogTable[] }) {
  const { game, groups } = known;
  const models = game.models;
  return (
    <div class="knobs">
      {groups.map((group, i) => (
        <fieldset key={i}>
          <legend>{group.title}</legend>
          {i >= 2 && catalog.length > 0 && (
            <CatalogChoice
              tables={catalog}
              label={`Model ${i - 1} from measured ones`}
              none="Choose a real model …"
              choose={(model) => change(withModels(game, models.map((was, j) => (j === i - 2 ? model : was))))}
            />
          )}
          {group.parameters.map((parameter) => (
            <Knob key={parameter.key} parameter={parameter} change={(value) => change({ set: withSet(address.set, [[parameter.key, value]]) })} />
          ))}
        </fieldset>
      ))}
      <p class="buttons">
        <button type="button" disabled={address.set.length === 0} onClick={() => change({ set: [] })}>
          Undo all changes
        </button>
        {models.length === 2 && (
          <button type="button" onClick={() => change(withModels(game, [models[1]!, models[0]!]))}>
            Swap the models
          </button>
        )}
        <button type="button" disabled={address.scenario === null && address.set.length === 0} onClick={() => change({ scenario: null, set: [], x: null, y: null })}>
          Back to the first scenario
        </button>
      </p>
      <OwnScenario known={known} change={change} />
    </div>
  );
}

/** A scenario as text, for who has one in a file. */
function OwnScenario({ known, change }: { known: Known; change: ViewProps['change'] }) {
  const id = useId();
  const [text, setText] = useState<string | null>(null);
  return (
    <details>
      <summary>The scenario as text</summary>
      <label for={id} class="visually-hidden">
        Scenario in TOML
      </label>
      <textarea id={id} rows={14} spellcheck={false} value={text ?? known.toml} onInput={(event) => setText(event.currentTarget.value)} />
      <p class="buttons">
        <button
          type="button"
          disabled={text === null}
          onClick={() => {
            if (text !== null) change({ scenario: text, set: [], x: null, y: null });
            setText(null);
          }}
        >
          Use this scenario
        </button>
      </p>
    </details>
  );
}

function MapPart({ address, change, known, solved, quiet }: PartProps & { solved: Solved | null; quiet: boolean }) {
  const usual = useMemo(() => defaultAxes(known.groups), [address.scenario, known.groups.length]);
  const x = address.x ?? usual.x;
  const y = address.y ?? usual.y;
  const all = known.groups.flatMap((group) => group.parameters);
  const at = pointOf(all, x, y);
  const which: Which = { scenario: address.scenario, set: address.set };
  const words = solved ? solvedInWords(solved) : '';
  return (
    <>
      <ShowChoice show={address.show} choose={(show) => change({ show })} />
      {x.name === y.name ? (
        <Problem text="A map needs two different numbers to go over." />
      ) : (
        <RegionMap
          which={which}
          x={x}
          y={y}
          show={address.show}
          at={at}
          move={at ? (toX, toY) => change({ set: withSet(address.set, [[x.name, String(toX)], [y.name, String(toY)]]) }) : undefined}
          pointWords={words}
          quiet={quiet}
        />
      )}
      <div class="axes">
        <AxisChoice label="To the right" axis={x} groups={known.groups} choose={(axis) => change({ x: axis })} />
        <AxisChoice label="Upwards" axis={y} groups={known.groups} choose={(axis) => change({ y: axis })} />
      </div>
      <Exports which={which} x={x} y={y} show={address.show} known={known} />
    </>
  );
}

export function pointOf(parameters: Parameter[], x: Axis, y: Axis): { x: number; y: number } | null {
  const of = (axis: Axis) => parameters.find(({ key }) => key === axis.name)?.value;
  const [atX, atY] = [of(x), of(y)];
  return atX === undefined || atY === undefined ? null : { x: atX, y: atY };
}

/** Quantities that are made of two models' numbers: the second model's number is moved. */
const kMade: { axis: Axis; words: string }[] = [
  { axis: { name: 't2/t1', low: 0.2, high: 5, logarithmic: true }, words: 'ratio of latencies' },
  { axis: { name: 'c2/c1', low: 0.2, high: 50, logarithmic: true }, words: 'ratio of costs' },
  { axis: { name: 'p2/p1', low: 0.5, high: 5, logarithmic: true }, words: 'ratio of success' },
  { axis: { name: 'c2/p2-c1/p1', low: -0.1, high: 0.5, logarithmic: false }, words: 'difference of costs-of-pass' },
  { axis: { name: 'xi1', low: -0.2, high: 0.2, logarithmic: false }, words: 'worth of an attempt on the first model' },
  { axis: { name: 'xi2', low: -0.2, high: 0.2, logarithmic: false }, words: 'worth of an attempt on the second model' },
];

function AxisChoice({ label, axis, groups, choose }: { label: string; axis: Axis; groups: Group[]; choose: (axis: Axis) => void }) {
  const id = useId();
  const known =
    groups.some((group) => group.parameters.some(({ key }) => key === axis.name)) || (groups.length === 4 && kMade.some(({ axis: { name } }) => name === axis.name));
  const end = (side: 'low' | 'high', text: string) => {
    const value = Number(text);
    const next = { ...axis, [side]: value };
    if (text.trim() !== '' && Number.isFinite(value) && next.low < next.high && (!next.logarithmic || next.low > 0)) choose(next);
  };
  return (
    <fieldset class="axis">
      <legend>{label}</legend>
      <select
        aria-label={`${label}: which number`}
        value={axis.name}
        onChange={(event) => {
          const chosen = groups.flatMap((group) => group.parameters).find(({ key }) => key === event.currentTarget.value);
          const made = kMade.find(({ axis: { name } }) => name === event.currentTarget.value);
          if (chosen) choose(chosen.axis);
          else if (made) choose(made.axis);
        }}
      >
        {!known && <option value={axis.name}>{axis.name}</option>}
        {groups.map((group) => (
          <optgroup key={group.title} label={group.title}>
            {group.parameters.map(({ key, symbol, label: words }) => (
              <option key={key} value={key}>
                {symbol}, {words}
              </option>
            ))}
          </optgroup>
        ))}
        {groups.length === 4 && (
          <optgroup label="Ratios and differences">
            {kMade.map(({ axis: { name }, words }) => (
              <option key={name} value={name}>
                {name}, {words}
              </option>
            ))}
          </optgroup>
        )}
      </select>
      <span class="range">
        <label for={`${id}-low`}>from</label>
        <input id={`${id}-low`} type="number" step="any" value={axis.low} onChange={(event) => end('low', event.currentTarget.value)} />
        <label for={`${id}-high`}>to</label>
        <input id={`${id}-high`} type="number" step="any" value={axis.high} onChange={(event) => end('high', event.currentTarget.value)} />
        <label class="check">
          <input
            type="checkbox"
            checked={axis.logarithmic}
            disabled={axis.low <= 0}
            onChange={(event) => choose({ ...axis, logarithmic: event.currentTarget.checked })}
          />
          logarithmic scale
        </label>
      </span>
    </fieldset>
  );
}

function ShowChoice({ show, choose }: { show: string; choose: (show: string) => void }) {
  const id = useId();
  return (
    <p class="choice">
      <label for={id}>The map shows</label>
      <select id={id} value={show} onChange={(event) => choose(event.currentTarget.value)}>
        {kShown.map(({ name, label }) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
    </p>
  );
}

function Exports({ which, x, y, show, known }: { which: Which; x: Axis; y: Axis; show: string; known: Known }) {
  const question = { which, x, y, show, size: 400 };
  const text = known.toml;
  const [toml, setToml] = useState('');
  useEffect(() => {
    const url = URL.createObjectURL(new Blob([text], { type: 'application/toml' }));
    setToml(url);
    return () => URL.revokeObjectURL(url);
  }, [text]);
  return (
    <p class="exports">
      <span>Save:</span>
      {['svg', 'png', 'csv'].map((format) => (
        <a key={format} href={mapUrl(question, format)} download={`map.${format}`}>
          {format.toUpperCase()} of the map
        </a>
      ))}
      <a href={toml} download="scenario.toml">
        scenario.toml
      </a>
    </p>
  );
}
