import { useEffect, useState } from 'preact/hooks';
import { type Address, type View, addressText, parseAddress } from './address';
import { type CatalogTable, askCatalog } from './engine';
import { useSettled } from './hooks';
import { Frame } from './parts/frame';
import { ExploreView } from './views/explore';
import { LearnView } from './views/learn';
import { PlanView } from './views/plan';

const kTabs: [View, string][] = [
  ['explore', 'Explore'],
  ['plan', 'Plan'],
  ['learn', 'Learn'],
];

export function Page() {
  const [address, setAddress] = useState<Address>(() => parseAddress(location.hash));
  const [catalog, setCatalog] = useState<CatalogTable[]>([]);
  useEffect(() => {
    const follow = () => setAddress(parseAddress(location.hash));
    window.addEventListener('hashchange', follow);
    askCatalog().then(setCatalog, () => setCatalog([]));
    return () => window.removeEventListener('hashchange', follow);
  }, []);

  // Browsers count how often an address is changed: it follows when the reader pauses.
  const settled = useSettled(address, 200);
  useEffect(() => {
    const text = addressText(settled);
    if (text !== location.hash) history.replaceState(null, '', text);
  }, [settled]);
  useEffect(() => {
    const name = kTabs.find(([view]) => view === address.view)![1];
    document.title = `${name} – Turnout`;
  }, [address.view]);
  const change = (changes: Partial<Address>) => setAddress((was) => ({ ...was, ...changes }));

  return (
    <Frame
      about="Which language model should serve each attempt at a task, when users ask again or leave?"
      tabs={kTabs.map(([view, name]) => ({ name, href: addressText({ ...address, view, step: 1 }), current: view === address.view }))}
      footer={
        <p>
          Every number is worked out by the program that serves this page; nothing leaves your machine. The game is that of R. Mahmood, “Routing, Cascades, and User Choice for LLMs”, ICLR 2026
          (arXiv 2602.09902). Amounts are dollars and times seconds, where the scenario says nothing else.
        </p>
      }
    >
      {address.view === 'explore' && <ExploreView address={address} change={change} catalog={catalog} />}
      {address.view === 'plan' && <PlanView address={address} change={change} catalog={catalog} />}
      {address.view === 'learn' && <LearnView address={address} />}
    </Frame>
  );
}
