import { describe, expect, test } from 'vitest';
import { gatewayUrl } from './gateway';
import { EventReader, pauseAfter } from './watch';

describe('events', () => {
  test('are read however their bytes are cut', () => {
    const stream = 'data: {"a":1}\n\n: a comment\n\nevent: x\r\ndata: one\r\ndata:two\r\n\r\ndata: half';
    for (let size = 1; size <= stream.length; ++size) {
      const reader = new EventReader();
      const events: string[] = [];
      for (let at = 0; at < stream.length; at += size) events.push(...reader.push(stream.slice(at, at + size)));
      expect(events).toEqual(['{"a":1}', 'one\ntwo']);
    }
  });

  test('are waited for longer the more often there is no answer, but never long', () => {
    expect([0, 1, 2, 3, 4, 9].map(pauseAfter)).toEqual([500, 1000, 2000, 4000, 5000, 5000]);
  });
});

test('the gateway is above the page, below whatever path', () => {
  expect(gatewayUrl('v1/turnout/live', '/console/')).toBe('/v1/turnout/live');
  expect(gatewayUrl('v1/turnout/live', '/llm/console/index.html')).toBe('/llm/v1/turnout/live');
});
