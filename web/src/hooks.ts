import { useEffect, useRef, useState } from 'preact/hooks';
import { EngineError, askJson } from './engine';
import { Latest } from './latest';

export interface Told<Answer> {
  answer: Answer | null;
  error: string | null;
}

/** The newest answer to a question that changes; while one is awaited the last one stays. */
export function useLatest<Question, Answer>(
  question: Question | null,
  ask: (question: Question) => Promise<Answer>,
  keyOf: (question: Question) => string,
): Told<Answer> {
  const [told, setTold] = useState<Told<Answer>>({ answer: null, error: null });
  const asking = useRef<Latest<Question, Answer> | null>(null);
  if (asking.current === null) {
    asking.current = new Latest(
      ask,
      (answer) => setTold({ answer, error: null }),
      (error) => setTold((last) => ({ answer: last.answer, error: sentence(error) })),
      keyOf,
    );
  }
  const key = question === null ? null : keyOf(question);
  useEffect(() => {
    if (question !== null) asking.current!.request(question);
    else asking.current!.forget();
  }, [key]);
  useEffect(() => () => asking.current!.stop(), []);
  return told;
}

/** The newest JSON answer of an address. */
export function useAnswer<Answer>(url: string | null): Told<Answer> {
  return useLatest<string, Answer>(url, (at) => askJson<Answer>(at), (at) => at);
}

function sentence(error: Error): string {
  if (!(error instanceof EngineError)) return error.message;
  const text = error.message.trim();
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A value that follows another one after it has been still for a while. */
export function useSettled<Value>(value: Value, milliseconds: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

/** How wide an element is, in CSS pixels. */
export function useWidth(): [(element: HTMLElement | null) => void, number] {
  const [width, setWidth] = useState(0);
  const [element, setElement] = useState<HTMLElement | null>(null);
  useEffect(() => {
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, [element]);
  return [setElement, width];
}
