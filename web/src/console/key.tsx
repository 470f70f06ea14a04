import { useEffect, useRef, useState } from 'preact/hooks';
import { Problem } from '../parts/problem';
import { askJson } from './gateway';
import { sentence } from './words';

/** Asks for the key of somebody who may see and change things; meanwhile what everybody may see. */
export function KeyForm({ message, given, use }: { message: string; given: boolean; use: (key: string) => void }) {
  const [key, setKey] = useState('');
  const [policy, setPolicy] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    askJson<{ text: string }>('', 'v1/turnout/policy').then(({ text }) => setPolicy(text), () => setPolicy(null));
  }, []);
  return (
    <section class="card" aria-labelledby="key">
      <h2 id="key">A key is needed</h2>
      {given ? <Problem text={sentence(message)} /> : <p>This gateway has keys. Without one that has <code>admin = true</code> nothing of its traffic is shown, and nothing can be changed.</p>}
      {policy !== null && (
        <p>
          Everybody may know the policy in force: <code>{policy}</code>
        </p>
      )}
      <form
        class="key-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (key.trim() === '') field.current?.focus();
          else use(key.trim());
        }}
      >
        <label for="key-field">Key</label>
        <input id="key-field" ref={field} class="number" type="password" autocomplete="off" spellcheck={false} value={key} onInput={(event) => setKey(event.currentTarget.value)} />
        <button type="submit" class="button">Use it</button>
      </form>
      <p class="source">It is kept in this tab until you close it, and sent to this gateway alone.</p>
    </section>
  );
}
