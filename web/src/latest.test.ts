import { describe, expect, test } from 'vitest';
import { Latest } from './latest';

interface Asked {
  question: string;
  answer: (text: string) => void;
  fail: (error: Error) => void;
}

function made() {
  const asked: Asked[] = [];
  const told: string[] = [];
  const failed: string[] = [];
  const latest = new Latest<string, string>(
    (question) => new Promise((answer, fail) => asked.push({ question, answer, fail })),
    (answer) => told.push(answer),
    (error) => failed.push(error.message),
  );
  return { asked, told, failed, latest };
}

const soon = () => new Promise((done) => setTimeout(done, 0));

describe('questions while one is awaited', () => {
  test('are never asked at once, and only the latest of them is asked', async () => {
    const { asked, told, latest } = made();
    for (const question of ['a', 'b', 'c', 'd']) latest.request(question);
    expect(asked.map(({ question }) => question)).toEqual(['a']);
    asked[0]!.answer('A');
    await soon();
    expect(asked.map(({ question }) => question)).toEqual(['a', 'd']);
    asked[1]!.answer('D');
    await soon();
    expect(told).toEqual(['A', 'D']);
    expect(asked.length).toBe(2);
  });

  test('are not asked again where nothing has changed', async () => {
    const { asked, latest } = made();
    latest.request('a');
    latest.request('b');
    latest.request('a');
    asked[0]!.answer('A');
    await soon();
    latest.request('a');
    expect(asked.length).toBe(1);
  });

  test('are asked after one that failed, also the same again', async () => {
    const { asked, failed, told, latest } = made();
    latest.request('a');
    latest.request('b');
    asked[0]!.fail(new Error('no'));
    await soon();
    expect(failed).toEqual(['no']);
    asked[1]!.fail(new Error('no again'));
    await soon();
    latest.request('b');
    asked[2]!.answer('B');
    await soon();
    expect(told).toEqual(['B']);
  });

  test('are told to nobody once it is stopped', async () => {
    const { asked, told, latest } = made();
    latest.request('a');
    latest.request('b');
    latest.stop();
    asked[0]!.answer('A');
    await soon();
    expect(told).toEqual([]);
    expect(asked.length).toBe(1);
  });
});
