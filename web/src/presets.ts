import { tomlOf } from './toml';

const kUser = { value: 1, value_of_time: 0.005, churn_penalty: 0.1 };

/** examples/grok-3-mini-gpt-5.toml: a cascade is best. */
export const kCascade = tomlOf({
  ...kUser,
  models: [
    { name: 'grok-3-mini (high)', success: 0.17333, latency: 43.303, cost: 0.0017874 },
    { name: 'gpt-5 (medium)', success: 0.49778, latency: 79.016, cost: 0.0523462 },
  ],
});

/** examples/gpt-oss-grok-3-mini.toml: three phases of the user's response. */
export const kThreePhases = tomlOf({
  ...kUser,
  models: [
    { name: 'gpt-oss-120b (high)', success: 0.13778, latency: 19.063, cost: 0.0017676 },
    { name: 'grok-3-mini (high)', success: 0.17333, latency: 43.303, cost: 0.0017874 },
  ],
});

/** examples/gpt-4.1.toml: both models are worth the wait, the user would rather have the other. */
export const kMisaligned = tomlOf({
  ...kUser,
  models: [
    { name: 'gpt-4.1-mini', success: 0.11111, latency: 10.324, cost: 0.0046866 },
    { name: 'gpt-4.1', success: 0.2, latency: 11.389, cost: 0.0243348 },
  ],
});

/** examples/sonnet-4-opus-4.toml: slowing a model down pays. */
export const kThrottling = tomlOf({
  ...kUser,
  models: [
    { name: 'claude-sonnet-4', success: 0.20444, latency: 16.597, cost: 0.0391473 },
    { name: 'claude-opus-4', success: 0.32889, latency: 25.432, cost: 0.1825141 },
  ],
});

/** examples/four-models.toml: made up, to show every part of a plan. */
export const kFourModels = tomlOf({
  value: 10,
  value_of_time: 1,
  churn_penalty: 5,
  models: [
    { name: 'mini', success: 0.2, latency: 2.5, cost: 0.05 },
    { name: 'small', success: 0.35, latency: 4, cost: 0.4 },
    { name: 'large', success: 0.6, latency: 3.5, cost: 2 },
    { name: 'reasoning', success: 0.85, latency: 9.5, cost: 2.4 },
  ],
});
