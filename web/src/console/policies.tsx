import { useEffect, useRef, useState } from 'preact/hooks';
import { money, number, percent, seconds } from '../numbers';
import { Problem } from '../parts/problem';
import { type Interval, type Policies, type PolicyEntry, type Versioned, askPolicies, changePolicies } from './gateway';
import { type Difference, differencesOf } from './shares';
import { kStates, sentence, timeOf } from './words';

/** What somebody is about to do. */
interface Intent {
  /** of what he has seen: if anything has changed since, nothing is done */
  etag: string;
  title: string;
  path: '' | '/approve' | '/rollback';
  from: PolicyEntry;
  to: PolicyEntry | null;
  button: string;
}

/** The policy that one goes back to: the one that was in force last. */
export function earlierOf(policies: Policies): PolicyEntry | null {
  const earlier = policies.history.filter(({ state, in_force_since }) => in_force_since !== null && state !== 'in_force' && state !== 'rolled_back');
  return earlier.reduce<PolicyEntry | null>((last, one) => (last === null || one.in_force_since! > last.in_force_since! ? one : last), null);
}

/** The policy in force, what is proposed instead, and the history; with buttons to change it.
 * @param seen  changes whenever there may be something new */
export function PolicyCard({ credential, seen }: { credential: string; seen: string }) {
  const [known, setKnown] = useState<Versioned | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const [intent, setIntent] = useState<Intent | null>(null);
  const [busy, setBusy] = useState(false);
  const asked = useRef({ last: 0, shown: 0 });
  /** Shows an answer, unless that to a later question is there already. */
  const show = async (answer: Promise<Versioned>) => {
    const number = ++asked.current.last;
    const told = await answer;
    if (number < asked.current.shown) return;
    asked.current.shown = number;
    setKnown(told);
    setProblem(null);
  };
  const look = () => show(askPolicies(credential)).catch((error: Error) => setProblem(error.message));
  useEffect(() => void look(), [credential, seen]);

  const change = async ({ etag, path, to, button }: Intent) => {
    setBusy(true);
    setSaid('');
    try {
      await show(changePolicies(credential, path, etag, path === '/rollback' && to ? { number: to.number } : {}));
      setSaid(path === '' ? 'The control loop has been asked to look at the log.' : `Done: ${button.toLowerCase()}. Tasks that begin now are served so; open ones go on as they began.`);
    } catch (error) {
      await look();
      setProblem((error as Error).message);
    }
    setBusy(false);
    setIntent(null);
  };

  const policies = known?.policies;
  const earlier = policies ? earlierOf(policies) : null;
  return (
    <section class="card policies" aria-labelledby="policies">
      <h2 id="policies">Policy</h2>
      {problem && <Problem text={sentence(problem)} />}
      <div role="status">{said !== '' && <p class="verdict">{said}</p>}</div>
      {known && policies && (
        <>
          <h3>In force</h3>
          <Entry entry={policies.in_force} />
          <h3>Proposed</h3>
          {policies.proposal ? <Proposal entry={policies.proposal} /> : <p>Nothing is proposed.</p>}
          <LastLook policies={policies} />
          <p class="buttons">
            {policies.proposal && (
              <button type="button" class="button" disabled={busy} onClick={() => setIntent({ etag: known.etag, title: 'Approve the proposal?', path: '/approve', from: policies.in_force, to: policies.proposal, button: 'Approve' })}>
                Approve …
              </button>
            )}
            {earlier && (
              <button type="button" disabled={busy} onClick={() => setIntent({ etag: known.etag, title: 'Go back to the policy before?', path: '/rollback', from: policies.in_force, to: earlier, button: 'Roll back' })}>
                Roll back …
              </button>
            )}
            {policies.mode !== 'off' && (
              <button type="button" disabled={busy} onClick={() => setIntent({ etag: known.etag, title: 'Let the control loop look at the log now?', path: '', from: policies.in_force, to: null, button: 'Look now' })}>
                Look now …
              </button>
            )}
          </p>
          <History policies={policies} />
        </>
      )}
      {intent && <Confirmation intent={intent} mode={policies?.mode ?? 'off'} busy={busy} yes={() => void change(intent)} no={() => setIntent(null)} />}
    </section>
  );
}

function Entry({ entry }: { entry: PolicyEntry }) {
  return (
    <>
      <p>
        <code>{entry.text}</code>
      </p>
      <p class="source">
        Number {entry.number}, by {entry.by}
        {entry.in_force_since ? `, in force since ${timeOf(entry.in_force_since)}` : `, ${timeOf(entry.at)}`}
        {entry.enforced_by !== '' && entry.enforced_by !== entry.by && `, put in force by ${entry.enforced_by}`}.
      </p>
      <Sentences sentences={entry.reasons} />
    </>
  );
}

function Proposal({ entry }: { entry: PolicyEntry }) {
  return (
    <>
      <Entry entry={entry} />
      {entry.rails.length > 0 && (
        <div class="problem">
          It breaks guard rails, so it takes a person:
          <Sentences sentences={entry.rails} />
        </div>
      )}
      <Differences entry={entry} />
    </>
  );
}

function Sentences({ sentences }: { sentences: string[] }) {
  if (sentences.length === 0) return null;
  return (
    <ul class="notes">
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}

const kUnits: Record<Difference['unit'], (value: number) => string> = { money, share: percent, seconds };

function between(unit: Difference['unit'], { value, lo, hi }: Interval): string {
  const say = kUnits[unit];
  return `${say(value)} (${say(lo)} to ${say(hi)})`;
}

function Differences({ entry }: { entry: PolicyEntry }) {
  const rows = differencesOf(entry);
  if (rows.length === 0) return <p>No log was asked what it comes to.</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="What the log says of both policies">
      <table>
        <caption>What the log says of both, with the range that it leaves</caption>
        <thead>
          <tr>
            <th scope="col">A task’s mean</th>
            <th scope="col">In force</th>
            <th scope="col">Proposed</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, unit, now, then }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{between(unit, now)}</td>
              <td>{between(unit, then)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function LastLook({ policies }: { policies: Policies }) {
  const { at, tasks, failed, reasons } = policies.last_look;
  if (policies.mode === 'off') return <p class="source">The control loop is off: policies are proposed and changed by people alone.</p>;
  if (at === null) return <p class="source">The control loop has not looked at the log since the gateway started.</p>;
  return (
    <>
      <p class="source">
        The control loop looked last {timeOf(at)}, at {number(tasks, 12)} tasks{failed && ', and failed'}. {policies.mode === 'apply' ? 'It puts in force what it finds, within its rails.' : 'It only proposes.'}
      </p>
      {reasons.join() !== policies.proposal?.reasons.join() && <Sentences sentences={reasons} />}
    </>
  );
}

function History({ policies }: { policies: Policies }) {
  return (
    <details>
      <summary>History</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label="History of policies">
        <table>
          <thead>
            <tr>
              <th scope="col">Number</th>
              <th scope="col">Policy</th>
              <th scope="col">State</th>
              <th scope="col">By</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            {policies.history.map((entry) => (
              <tr key={entry.number} class={entry.state === 'in_force' ? 'chosen' : ''}>
                <th scope="row">{entry.number}</th>
                <td>
                  <code>{entry.text}</code>
                  <Sentences sentences={entry.reasons} />
                </td>
                <td>{kStates[entry.state] ?? entry.state}</td>
                <td>{entry.by}</td>
                <td>{timeOf(entry.in_force_since ?? entry.at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** Says what changes, and asks. */
function Confirmation({ intent, mode, busy, yes, no }: { intent: Intent; mode: Policies['mode']; busy: boolean; yes: () => void; no: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current!.showModal();
    return () => before instanceof HTMLElement && before.isConnected && before.focus();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="confirm" onCancel={(event) => { event.preventDefault(); no(); }}>
      <h2 id="confirm">{intent.title}</h2>
      {intent.to ? (
        <>
          <p>Tasks that begin from then on are served by</p>
          <p>
            <code>{intent.to.text}</code> (number {intent.to.number})
          </p>
          <p>in place of</p>
          <p>
            <code>{intent.from.text}</code> (number {intent.from.number}).
          </p>
          {intent.to.state === 'proposed' && <Differences entry={intent.to} />}
          <p>Open tasks go on under the policy that they began with.</p>
        </>
      ) : (
        <p>{mode === 'apply' ? 'If it finds a better policy within its rails, that comes into force at once.' : 'If it finds a better policy, that is proposed; nothing changes without you.'}</p>
      )}
      <p class="buttons">
        <button type="button" class="button" disabled={busy} onClick={yes}>
          {intent.button}
        </button>
        <button type="button" autofocus disabled={busy} onClick={no}>
          Change nothing
        </button>
      </p>
    </dialog>
  );
}
