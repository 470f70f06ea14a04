import { useEffect, useState } from 'preact/hooks';
import { money, number, percent, seconds } from '../numbers';
import { Problem } from '../parts/problem';
import { type Attempt, type Receipt, askJson } from './gateway';
import { placeText } from './place';
import { kOutcomes, kReasons, kRules, sentence, timeOf } from './words';

interface Props {
  credential: string;
  /** of the gateway, in its order: a model has the same colour everywhere */
  models: string[];
  /** changes when there may be something new */
  seen: string;
}

/** The tasks that began last. */
export function TaskList({ credential, models, seen }: Props) {
  const [tasks, setTasks] = useState<Receipt[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let over = false;
    askJson<{ tasks: Receipt[] }>(credential, 'v1/turnout/tasks?limit=50').then(
      (answer) => {
        if (over) return;
        setTasks(answer.tasks);
        setProblem(null);
      },
      (error: Error) => !over && setProblem(error.message),
    );
    return () => void (over = true);
  }, [credential, seen]);
  return (
    <section class="card" aria-labelledby="tasks">
      <h2 id="tasks">The open tasks that began last</h2>
      <p>Each is a ladder: its first attempt at the bottom, and above it what came when the user asked again. A task is open as long as its user may come back.</p>
      {problem && <Problem text={sentence(problem)} />}
      {tasks?.length === 0 && <p>No task is open.</p>}
      <ol class="tasks">
        {tasks?.map((task) => (
          <li key={task.task}>
            <h3>
              <a href={placeText({ view: 'tasks', task: task.task })}>{task.task}</a>
            </h3>
            <p class="source">
              {timeOf(task.attempts[0]?.started_at ?? '')}
              {task.cost_usd !== null && `, ${money(task.cost_usd)}`}
            </p>
            <Rungs task={task} models={models} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The attempts at a task, the first at the bottom, with why each went where it did. */
function Rungs({ task, models }: { task: Receipt; models: string[] }) {
  return (
    <ol class="ladder rungs">
      {task.attempts.map((attempt) => (
        <li key={attempt.attempt}>
          <span class="attempt">Attempt {attempt.attempt}</span>
          <span class="rung">
            <span class={`serves colour-${Math.max(models.indexOf(attempt.model), 0) % 8}`}>{attempt.model}</span>
          </span>
          <span class="reach">{why(attempt)}</span>
        </li>
      ))}
    </ol>
  );
}

/** Which rule matched, why this model, and what came of it. */
export function why(attempt: Attempt): string {
  const rule = kRules[attempt.rule] ?? attempt.rule;
  const sure = attempt.rule === 'further_turn' || attempt.rule === 'other_conversation' ? ` (${percent(attempt.reprompt_probability)} likely)` : '';
  const reason = kReasons[attempt.reason] ?? attempt.reason;
  const came = attempt.answered ? (kOutcomes[attempt.outcome] ?? attempt.outcome) : attempt.latency_s === null ? 'under way' : 'no answer';
  return `${capital(rule)}${sure}. This model: ${reason}. ${capital(came)}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** One task's receipt. */
export function TaskView({ credential, models, seen, task }: Props & { task: string }) {
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let over = false;
    askJson<Receipt>(credential, `v1/turnout/tasks/${encodeURIComponent(task)}`).then(
      (answer) => {
        if (over) return;
        setReceipt(answer);
        setProblem(null);
      },
      (error: Error) => !over && setProblem(error.message),
    );
    return () => void (over = true);
  }, [credential, task, seen]);
  const next = receipt?.next;
  return (
    <section class="card" aria-labelledby="task">
      <p>
        <a href={placeText({ view: 'tasks', task: null })}>All tasks</a>
      </p>
      <h2 id="task">Task {task}</h2>
      <p>The address of this page is a link to this receipt, for whoever may see it and as long as the task is open.</p>
      {problem && <Problem text={sentence(problem)} />}
      {receipt && (
        <>
          <Rungs task={receipt} models={models} />
          <p>
            {next ? `If the user asks again: ${Object.entries(next).map(([model, share]) => (share < 1 ? `${model} with probability ${percent(share)}` : model)).join(', ')}.` : 'The policy offers no further attempt.'}{' '}
            {receipt.cost_usd === null ? 'What it cost is not known.' : `It cost ${money(receipt.cost_usd)} so far.`}
          </p>
          <p>
            It began under the policy <code>{receipt.policy_text}</code> ({receipt.policy}).
          </p>
          <Numbers attempts={receipt.attempts} />
        </>
      )}
    </section>
  );
}

function Numbers({ attempts }: { attempts: Attempt[] }) {
  const orNot = (value: number | null, say: (value: number) => string) => (value === null ? '–' : say(value));
  const whole = (value: number) => number(value, 12);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Numbers of the attempts">
      <table>
        <thead>
          <tr>
            {['Attempt', 'Model', 'When', 'Waited', 'First token', 'Calls', 'Tokens in', 'Tokens out', 'Cost', 'Drawn with'].map((name) => (
              <th scope="col" key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {attempts.map((one) => (
            <tr key={one.attempt}>
              <th scope="row">{one.attempt}</th>
              <td>
                {one.model}
                {one.skipped !== '' && ` (passed over: ${one.skipped})`}
              </td>
              <td>{timeOf(one.started_at)}</td>
              <td>{orNot(one.latency_s, seconds)}</td>
              <td>{orNot(one.ttft_s, seconds)}</td>
              <td>{whole(one.calls)}</td>
              <td>{orNot(one.input_tokens, whole)}</td>
              <td>{orNot(one.output_tokens, whole)}</td>
              <td>{orNot(one.cost_usd, money)}</td>
              <td>{orNot(one.propensity, percent)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
