import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type Address, addressText, kStart, withSet } from '../address';
import { type Axis, parseAxis } from '../axis';
import { type Claim, claims } from '../claims';
import { type Audited, type Responded, type Solved, type Which, verbUrl } from '../engine';
import { useGame } from '../game';
import { useAnswer } from '../hooks';
import { Misalignment, Throttling } from '../parts/fairness';
import { Knob } from '../parts/knob';
import { Verdict, solvedInWords } from '../parts/payoffs';
import { Problem } from '../parts/problem';
import { RegionMap } from '../parts/region_map';
import { ResponseCurves } from '../parts/response_curves';
import { Symbols } from '../parts/symbols';
import { kCascade, kMisaligned, kThreePhases, kThrottling } from '../presets';
import { pointOf } from './explore';

interface Step {
  title: string;
  text: ComponentChildren;
  /** what to try in the picture */
  attempt: string;
  scenario: string;
  x: Axis;
  y: Axis;
  show: string;
  picture: 'curves' | 'map' | 'misalignment' | 'throttling';
  knobs: string[];
  claims: Claim[];
}

const axis = (text: string) => parseAxis(text)!;

const kSteps: Step[] = [
  {
    title: 'The game and the user’s choice',
    text: (
      <>
        <p>
          Ann has a task that is worth <i>V</i> to her, and each second of waiting costs her <i>w</i>. Her service has two models. One answer of one model is an attempt: it solves the task with
          probability <i>p</i>, takes <i>t</i> seconds and costs the service <i>c</i>. After a failed attempt Ann asks again or leaves. A task that ends unsolved costs the service <i>P</i>.
        </p>
        <p>
          The service moves first: it says which model starts, and with which probability <i>s</i> a re-prompt goes to the second model, for good. Ann knows that, and does what is best for her.
          Here an attempt on the first model alone is not worth its wait. So she stays only if enough re-prompts go to the second model.
        </p>
      </>
    ),
    attempt: 'Change what a solved task is worth to Ann, and see where she begins to stay.',
    scenario: kCascade,
    x: axis('V=0.3:2'),
    y: axis('t1=5:200:log'),
    show: 'policy',
    picture: 'curves',
    knobs: ['V', 'w'],
    claims: claims('R1', 'R2', 'R3'),
  },
  {
    title: 'Thresholds: why one model is mostly enough',
    text: (
      <>
        <p>
          Ann’s choice changes only at thresholds of <i>s</i>. As long as she stays, the service’s cost only rises or only falls with <i>s</i>. So, if the second
          model solves at least as many tasks as the first, the best <i>s</i> is at an end or at a threshold: the service does not escalate at all, or it goes as far as a threshold. In most of the
          random games that were tried the best policy is static: the same model for every attempt.
        </p>
        <p>
          Here the second model is slow: up to <i>sL</i> Ann bears it, from <i>sH</i> on she leaves, and in between some users leave. That range between the two then
          never holds the best policy.
        </p>
        <p>
          This is about one probability <i>s</i> that is the same after each failure. Where lists of models are allowed, a static policy is enough less often.
        </p>
      </>
    ),
    attempt: 'Move the numbers: both curves keep their corners at the thresholds.',
    scenario: kThreePhases,
    x: axis('P=0:0.5'),
    y: axis('t2=10:100:log'),
    show: 'policy',
    picture: 'curves',
    knobs: ['t2', 'P'],
    claims: claims('R5', 'R6', 'P10', 'P6', 'P11', 'P14', 'B15'),
  },
  {
    title: 'When a cascade pays',
    text: (
      <>
        <p>
          A cascade starts on one model and may go on with another. It is best where the first model is cheap but not worth waiting for by itself, the second one keeps the user, and losing the user
          costs more than keeping him. Then the service escalates just often enough to make the user stay.
        </p>
        <p>Between two models that are both worth their wait a cascade never saves anything.</p>
      </>
    ),
    attempt: 'Drag the point out of the region (1,s0) stay: with a low churn penalty the provider lets users go, with a cheap second model it serves that one every time.',
    scenario: kCascade,
    x: axis('P=0:0.5'),
    y: axis('c2=0.002:0.2:log'),
    show: 'policy',
    picture: 'map',
    knobs: [],
    claims: claims('P3', 'P13', 'P15', 'P16'),
  },
  {
    title: 'Misalignment: best for the provider, not for its users',
    text: (
      <>
        <p>
          The provider looks at what a solved task costs it, <i>c/p</i>; the user at how long a solved task takes, <i>t/p</i>. If the two rank the models differently, and an attempt
          on at least one of them is worth its wait, what is best for the provider is not best for the user. What the user loses by it is the misalignment.
        </p>
        <p>Rankings that agree do not always protect users: the provider may gain by making them leave.</p>
      </>
    ),
    attempt: 'Drag the point: where the map is darkest, provider and user want the same.',
    scenario: kMisaligned,
    x: axis('t2=2:60:log'),
    y: axis('c2=0.001:0.1:log'),
    show: 'misalignment',
    picture: 'misalignment',
    knobs: [],
    claims: claims('A2', 'A3', 'A4', 'A5', 'A6'),
  },
  {
    title: 'Throttling: gaining by being slow',
    text: (
      <>
        <p>
          A user who asks again costs the provider another attempt. If an unsolved task costs the provider little, it is glad of users who give up, and gains by serving more slowly than it could: so
          slowly that the user leaves after the first failure.
        </p>
        <p>A churn penalty that is high enough ends that. From the penalty floor on, slowing down never pays.</p>
      </>
    ),
    attempt: 'Raise the churn penalty P until slowing down no longer pays.',
    scenario: kThrottling,
    x: axis('P=0:0.5'),
    y: axis('c1=0.005:0.2:log'),
    show: 'throttling-gain',
    picture: 'throttling',
    knobs: ['P'],
    claims: claims('T2', 'T3', 'T5', 'T6', 'T9', 'O2'),
  },
];

function Claims({ all }: { all: Claim[] }) {
  return (
    <details class="claims" open>
      <summary>What is shown, and how far it holds</summary>
      <ul>
        {all.map(({ id, source, statement, measured, verdict }) => (
          <li key={id}>
            <b>{id}</b> {statement}.{' '}
            <span class={`ruling ${verdict.startsWith('refuted') ? 'refuted' : ''}`}>
              {verdict.startsWith('measured') ? 'Measured' : verdict.charAt(0).toUpperCase() + verdict.slice(1)}
            </span>
            {measured !== undefined && <>: {measured}</>}. <span class="source">Source: {source}.</span>
          </li>
        ))}
      </ul>
      <p class="source">
        Words, verdicts and numbers are those of the ledger (docs/ledger.md): each statement was held against brute force on random games. “As reconstructed” is a derivation of our own, since the
        paper’s theorems were not available to us.
      </p>
    </details>
  );
}

/** Five steps through what the paper says and what of it holds. */
export function LearnView({ address }: { address: Address }) {
  const number = address.step;
  const step = kSteps[number - 1]!;
  return (
    <div class="learn">
      <nav aria-label="Steps">
        <ol class="steps">
          {kSteps.map(({ title }, i) => (
            <li key={title}>
              <a href={addressText({ ...kStart, view: 'learn', step: i + 1 })} aria-current={i + 1 === number ? 'step' : undefined}>
                <b>{i + 1}</b> <span>{title}</span>
              </a>
            </li>
          ))}
        </ol>
      </nav>
      <StepPart key={number} step={step} number={number} />
    </div>
  );
}

function StepPart({ step, number }: { step: Step; number: number }) {
  const [set, setSet] = useState<Address['set']>([]);
  const which: Which = { scenario: step.scenario, set };
  const known = useGame(which);
  const solved = useAnswer<Solved>(verbUrl('solve', which));
  const audited = useAnswer<Audited>(step.picture === 'misalignment' || step.picture === 'throttling' ? verbUrl('audit', which) : null);
  const responded = useAnswer<Responded>(step.picture === 'curves' ? verbUrl('response', which) : null);
  const parameters = known.answer?.groups.flatMap((group) => group.parameters) ?? [];
  const { x, y, show } = step;
  const words = solved.answer ? solvedInWords(solved.answer) : '';
  const explore = addressText({ ...kStart, scenario: step.scenario, set, x, y, show });
  const problem = known.error ?? solved.error ?? audited.error ?? responded.error;
  useEffect(() => {
    document.querySelector('#step')?.scrollIntoView({ block: 'nearest' });
  }, []);

  return (
    <article class="step" aria-labelledby="step">
      <div class="card text">
        <h2 id="step">
          {number}. {step.title}
        </h2>
        {step.text}
        <p>
          <b>Try it.</b> {step.attempt}
        </p>
        <p>
          <a class="button" href={explore}>
            Open this game in Explore
          </a>
        </p>
      </div>
      <div class="card picture">
        {problem && <Problem text={problem} />}
        {solved.answer && <Verdict solved={solved.answer} />}
        {step.knobs.length > 0 && (
          <div class="knobs">
            {parameters
              .filter(({ key }) => step.knobs.includes(key))
              .map((parameter) => (
                <Knob key={parameter.key} parameter={parameter} change={(value) => setSet(withSet(set, [[parameter.key, value]]))} />
              ))}
          </div>
        )}
        {responded.answer && <ResponseCurves responded={responded.answer} />}
        {step.picture !== 'curves' && known.answer && (
          <RegionMap
            which={which}
            x={x}
            y={y}
            show={show}
            at={pointOf(parameters, x, y)}
            move={(toX, toY) => setSet(withSet(set, [[x.name, String(toX)], [y.name, String(toY)]]))}
            pointWords={words}
          />
        )}
        {step.picture === 'misalignment' && audited.answer && <Misalignment audited={audited.answer} />}
        {step.picture === 'throttling' && audited.answer && <Throttling audited={audited.answer} />}
      </div>
      <div class="card claims-part">
        <Claims all={step.claims} />
        <Symbols />
        <p class="onward">
          {number > 1 && <a href={addressText({ ...kStart, view: 'learn', step: number - 1 })}>Step {number - 1}, back</a>}
          {number < kSteps.length && <a href={addressText({ ...kStart, view: 'learn', step: number + 1 })}>Step {number + 1}, on</a>}
        </p>
      </div>
    </article>
  );
}
