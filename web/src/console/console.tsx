import { useEffect, useState } from 'preact/hooks';
import { Frame } from '../parts/frame';
import { Problem } from '../parts/problem';
import { type Live, keepKey, keptKey } from './gateway';
import { Health, Identity } from './health';
import { KeyForm } from './key';
import { Costs, Heads, Passes } from './passes';
import { type Place, parsePlace, placeText } from './place';
import { PolicyCard } from './policies';
import { type Total, costOf, passesLately, passesOf, shownModels, withTotal } from './shares';
import { TaskList, TaskView } from './tasks';
import { type Watching, watch } from './watch';
import { sentence, timeOf } from './words';

const kTabs: [Place, string][] = [
  [{ view: 'operate' }, 'Operate'],
  [{ view: 'tasks', task: null }, 'Tasks'],
];

/** The page as a gateway shows it: what it does now, and the tasks that users are at. */
export function Console() {
  const [place, setPlace] = useState<Place>(() => parsePlace(location.hash));
  const [credential, setCredential] = useState(keptKey);
  const [live, setLive] = useState<Live | null>(null);
  const [totals, setTotals] = useState<Total[]>([]);
  const [watching, setWatching] = useState<Watching>({ state: 'connecting' });
  useEffect(() => {
    const follow = () => setPlace(parsePlace(location.hash));
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  useEffect(
    () =>
      watch(credential, {
        live: (next) => {
          setLive(next);
          setTotals((before) => withTotal(before, { at: Date.parse(next.at), passes: passesOf(next) }));
        },
        watching: setWatching,
      }),
    [credential],
  );
  useEffect(() => {
    document.title = `${place.view === 'operate' ? 'Operate' : place.task === null ? 'Tasks' : `Task ${place.task}`} – Turnout`;
  }, [place]);
  const use = (key: string) => {
    keepKey(key);
    setLive(null);
    setTotals([]);
    setCredential(key);
  };
  const locked = watching.state === 'key';

  return (
    <Frame
      about="What this gateway does now, and why"
      tabs={kTabs.map(([tab, name]) => ({ name, href: placeText(tab), current: tab.view === place.view }))}
      footer={
        <>
          {credential !== '' && !locked && (
            <p>
              <button type="button" onClick={() => use('')}>
                Forget the key
              </button>
            </p>
          )}
          <p>
            Numbers are this gateway’s own, since it started; nothing is asked of anybody else. Games are solved and looked at by <code>turnout explore</code>.
          </p>
        </>
      }
    >
      <State watching={watching} live={live} />
      {locked && watching.status === 403 && place.view === 'tasks' && place.task !== null && (
        <TaskView key={place.task} credential={credential} models={[]} seen="" task={place.task} />
      )}
      {locked && <KeyForm key={credential} message={watching.message} given={credential !== ''} use={use} />}
      {!locked && live && place.view === 'operate' && <Operate live={live} totals={totals} credential={credential} lost={watching.state !== 'live'} />}
      {!locked && live && place.view === 'tasks' && <Tasks live={live} credential={credential} task={place.task} />}
    </Frame>
  );
}

/** In words, whether the numbers are those of now. */
function State({ watching, live }: { watching: Watching; live: Live | null }) {
  const words = {
    connecting: 'Connecting …',
    live: live ? `Live. The gateway started ${timeOf(live.started_at)}.` : 'Live.',
    lost: 'Connection lost, trying again. The numbers are the last that came.',
    key: 'Read only: a key is needed.',
    refused: 'Not connected, trying again.',
  };
  return (
    <>
      <p class={`state ${watching.state}`} role="status">
        <span class="dot" aria-hidden="true" /> {words[watching.state]}
      </p>
      {watching.state === 'refused' && <Problem text={sentence(watching.message)} />}
    </>
  );
}

function Operate({ live, totals, credential, lost }: { live: Live; totals: Total[]; credential: string; lost: boolean }) {
  return (
    <div class={`operate ${lost ? 'lost' : ''}`}>
      <section class="card traffic" aria-labelledby="traffic">
        <h2 id="traffic">Traffic</h2>
        <Heads live={live} lately={passesLately(totals)} />
        <Passes live={live} />
        <Costs live={live} />
      </section>
      <PolicyCard credential={credential} seen={`${live.started_at} ${live.policy.version} ${live.last_look.at}`} />
      <Identity live={live} />
      <Health live={live} />
    </div>
  );
}

function Tasks({ live, credential, task }: { live: Live; credential: string; task: string | null }) {
  const models = shownModels(live).map(({ model }) => model);
  const seen = `${live.started_at} ${passesOf(live)} ${costOf(live)}`; // a call that ends costs something
  return task === null ? <TaskList credential={credential} models={models} seen={seen} /> : <TaskView key={task} credential={credential} models={models} seen={seen} task={task} />;
}
