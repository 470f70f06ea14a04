import { describe, expect, test } from 'vitest';
import four from '../../examples/four-models.toml?raw';
import misaligned from '../../examples/gpt-4.1.toml?raw';
import threePhases from '../../examples/gpt-oss-grok-3-mini.toml?raw';
import cascade from '../../examples/grok-3-mini-gpt-5.toml?raw';
import throttling from '../../examples/sonnet-4-opus-4.toml?raw';
import { kCascade, kFourModels, kMisaligned, kThreePhases, kThrottling } from './presets';
import { tomlOf, withDistinctNames } from './toml';

describe('scenarios', () => {
  test('quote what needs it', () => {
    const text = tomlOf({ value: 1, value_of_time: 1, churn_penalty: 0, models: [{ name: 'a "b" \\ c\n', success: 0.5, latency: 1, cost: 0 }] });
    expect(text).toContain('name = "a \\"b\\" \\\\ c\\u000a"');
  });

  test('have models of different names', () => {
    const model = { name: 'a', success: 0.5, latency: 1, cost: 0 };
    expect(withDistinctNames([model, model, model]).map(({ name }) => name)).toEqual(['a', 'a (2)', 'a (3)']);
  });

  test('of the steps are those of the examples', () => {
    const numbers = (text: string) => [...text.replace(/#.*/g, '').matchAll(/^(\w+) *= *(.+?) *$/gm)].map(([, key, value]) => [key, value!.startsWith('"') ? value : Number(value)]);
    expect(numbers(kCascade)).toEqual(numbers(cascade));
    expect(numbers(kThreePhases)).toEqual(numbers(threePhases));
    expect(numbers(kMisaligned)).toEqual(numbers(misaligned));
    expect(numbers(kThrottling)).toEqual(numbers(throttling));
    expect(numbers(kFourModels).filter(([key]) => key !== 'value_of_time')).toEqual(numbers(four));
  });
});
