import { type Live, GatewayError, ask } from './gateway';

/** Takes a stream of Server-Sent Events apart, however its bytes are cut. */
export class EventReader {
  private rest = '';

  /** @returns the data of the events that are whole now. */
  push(text: string): string[] {
    const blocks = (this.rest + text).replace(/\r\n/g, '\n').split('\n\n');
    this.rest = blocks.pop()!;
    return blocks.flatMap((block) => {
      const lines = block.split('\n').filter((line) => line.startsWith('data:'));
      return lines.length === 0 ? [] : [lines.map((line) => line.slice(5).replace(/^ /, '')).join('\n')];
    });
  }
}

/** How watching goes. */
export type Watching =
  | { state: 'connecting' | 'live' | 'lost' }
  | { state: 'key'; status: number; message: string }
  | { state: 'refused'; message: string };

export interface Told {
  live: (live: Live) => void;
  watching: (watching: Watching) => void;
}

/** How long to wait before the next try, in ms, after so many tries in a row that failed. */
export function pauseAfter(failures: number): number {
  return Math.min(500 * 2 ** Math.min(failures, 4), 5000);
}

const kSilence = 10_000; // an event comes each second: after this the connection is dead

/** Watches the gateway until `stop` is called: connects again whenever the stream ends, but not where
 * another key is needed. */
export function watch(key: string, told: Told): () => void {
  const over = new AbortController();
  const run = async () => {
    told.watching({ state: 'connecting' });
    for (let failures = 0; !over.signal.aborted; ++failures) {
      try {
        await follow(key, over.signal, (live) => {
          failures = 0;
          told.watching({ state: 'live' });
          told.live(live);
        });
        if (!over.signal.aborted) told.watching({ state: 'lost' });
      } catch (error) {
        if (over.signal.aborted) return;
        if (error instanceof GatewayError && error.wantsKey) return told.watching({ state: 'key', status: error.status, message: error.message });
        told.watching(error instanceof GatewayError && error.status !== 0 ? { state: 'refused', message: error.message } : { state: 'lost' });
      }
      await new Promise((go) => setTimeout(go, pauseAfter(failures)));
    }
  };
  void run();
  return () => over.abort();
}

/** Reads one stream to its end. */
async function follow(key: string, over: AbortSignal, take: (live: Live) => void): Promise<void> {
  const silent = new AbortController();
  const stop = () => silent.abort();
  over.addEventListener('abort', stop);
  let timer = setTimeout(stop, kSilence);
  try {
    const response = await ask(key, 'v1/turnout/live', { headers: { accept: 'text/event-stream' }, signal: silent.signal });
    const reader = response.body!.getReader();
    const decoder = new TextDecoder();
    const events = new EventReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(stop, kSilence);
      const latest = events.push(decoder.decode(value, { stream: true })).at(-1);
      if (latest !== undefined) take(JSON.parse(latest) as Live);
    }
  } finally {
    clearTimeout(timer);
    over.removeEventListener('abort', stop);
    silent.abort();
  }
}
