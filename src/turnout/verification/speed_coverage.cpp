#include "turnout/verification/speed_coverage.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <thread>

#include "turnout/base/rng.h"
#include "turnout/estimation/speed_change.h"
#include "turnout/numeric/proportion.h"
#include "turnout/numeric/variates.h"

namespace turnout::verification {
namespace {

constexpr int kDays = 30;
constexpr int kStepDay = 18;
constexpr double kDayUs = 86'400e6;
constexpr double kHours = 24;

/// What happens in a log besides noise.
struct World {
  std::string name;
  double day_sd = 0.03;  // of ln latency, what a day's passes share
  double day_correlation = 0;
  double hour = 0;     // amplitude of ln latency over the day; traffic moves to the evening
  double weekend = 0;  // ln latency of Saturday and Sunday less that of other days
  double prompts = 1;  // factor of the prompts' length from day 18 on
  double crowd = 0;    // ln latency per ln of the traffic
  double drift = 1;    // factor of latency over the month, straight
  double slower = 1;   // from day 18 on
};

std::vector<World> worlds() {
  World everything{"all of these at once"};
  everything.day_sd = 0.08;
  everything.day_correlation = 0.5;
  everything.hour = 0.25;
  everything.weekend = -0.25;
  everything.prompts = 3;
  everything.crowd = 0.3;
  std::vector<World> all = {
      {"days vary by 3 %"},
      {"days vary by 8 %", 0.08},
      {"days vary by 8 %, correlation 0.5", 0.08, 0.5},
      {"days vary by 8 %, correlation 0.8", 0.08, 0.8},
      {"nights are faster, and traffic moves to the evening", 0.03, 0, 0.25},
      {"weekends are faster by a quarter", 0.03, 0, 0, -0.25},
      {"prompts three times longer", 0.03, 0, 0, 0, 3},
      {"latency rises with traffic, which doubles and varies", 0.03, 0, 0, 0, 1, 0.3},
      everything,
      {"a straight drift by 30 %", 0.03, 0, 0, 0, 1, 0, 1.3},
      {"a straight drift by 30 %, days vary by 8 %", 0.08, 0, 0, 0, 1, 0, 1.3},
  };
  for (const std::size_t clean : {0U, 1U, 2U, 3U, 7U, 8U}) {
    all.push_back(all[clean]);
    all.back().slower = 1.3;
  }
  return all;
}

std::array<double, kDays> correlated(double sd, double correlation, base::Rng& rng) {
  std::array<double, kDays> e{};
  double last = sd * numeric::normal(rng);
  for (double& x : e) {
    x = last;
    last =
        correlation * last + sd * std::sqrt(1 - correlation * correlation) * numeric::normal(rng);
  }
  return e;
}

/// Passes of an hour over those of a mean one.
double traffic_of(const World& world, int day, double hour, double of_day) {
  if (world.hour == 0 && world.crowd == 0) return of_day;
  const double peak = world.hour != 0 && day >= kStepDay ? 18 : 13;  // o'clock
  return of_day * (1 + 0.6 * std::cos((hour - peak) / kHours * 2 * std::numbers::pi));
}

/// Seconds of one pass before what day, hour and load do to it.
double own_latency(traffic::Pass& pass, double prompts, base::Rng& rng) {
  const double output = std::ceil(numeric::gamma(2.5, rng) * 120);
  const double input = std::ceil(prompts * std::exp(7.2 + 0.8 * numeric::normal(rng)));
  pass.output_tokens = static_cast<std::int64_t>(output);
  pass.input_tokens = static_cast<std::int64_t>(input);
  constexpr double kShape = 9;  // of the noise, whose sd is a third
  const double timeout = rng.uniform() < 0.01 ? 5 : 1;
  return (0.4 + 0.02 * output + 0.0008 * input) * timeout * numeric::gamma(kShape, rng) / kShape;
}

estimation::SpeedLog write_log(const World& world, base::Rng& rng) {
  const auto shared = correlated(world.day_sd, world.day_correlation, rng);
  const auto busy = correlated(world.crowd == 0 ? 0 : 0.3, 0.5, rng);
  estimation::SpeedLog log;
  traffic::Pass pass;
  pass.model = "m";
  for (int i = 0; i < kDays * static_cast<int>(kHours); ++i) {
    const int day = i / static_cast<int>(kHours);
    const double hour = i % static_cast<int>(kHours);
    const double grown = world.crowd == 0 ? 1 : 1 + static_cast<double>(day) / kDays;
    const double busyness =
        traffic_of(world, day, hour, grown * std::exp(busy.at(static_cast<std::size_t>(day))));
    // Passes of the hour: arrivals of a Poisson process.
    const double mean_gap = 1 / (100 / kHours * busyness);
    double at = rng.exponential(mean_gap);
    while (at < 1) {
      const bool after = day >= kStepDay;
      const double effect =
          shared.at(static_cast<std::size_t>(day)) + world.crowd * std::log(busyness) +
          world.hour * std::cos((hour + at - 15) / kHours * 2 * std::numbers::pi) +
          (day % 7 >= 5 ? world.weekend : 0) + (after ? std::log(world.slower) : 0);
      const double drift = 1 + (world.drift - 1) * (day + (hour + at) / kHours) / kDays;
      pass.started_us = static_cast<std::int64_t>((20'000 + day + (hour + at) / kHours) * kDayUs);
      pass.task_id = std::to_string(pass.started_us);
      pass.latency_s = own_latency(pass, after ? world.prompts : 1, rng) * std::exp(effect) * drift;
      log.add(pass);
      at += rng.exponential(mean_gap);
    }
  }
  return log;
}

/// What one log gave.
struct Found {
  double passes = 0;
  estimation::SpeedVerdict verdict = estimation::SpeedVerdict::kTooLittle;
  std::size_t steps = 0;
  bool date = false, factor = false;  // whether the interval of the first step holds the truth
};

Found search(const World& world, std::uint64_t seed, std::uint64_t stream) {
  base::Rng rng(seed, stream);
  const auto log = write_log(world, rng);
  const auto series = estimation::find_speed_changes(log, {0.05, 0.05, seed + stream}).at(0);
  Found found;
  found.passes = static_cast<double>(series.speed.passes);
  found.verdict = series.verdict;
  if (series.verdict != estimation::SpeedVerdict::kStep) return found;
  found.steps = series.steps.size();
  const auto truth = static_cast<std::int64_t>((20'000 + kStepDay) * kDayUs);
  const auto& first = series.steps.front();
  found.date = first.first_us <= truth && truth <= first.last_us;
  found.factor = first.factor.low <= world.slower && world.slower <= first.factor.high;
  return found;
}

SpeedSetting count(const World& world, const std::vector<Found>& results) {
  using estimation::SpeedVerdict;
  const auto with = [&](auto holds) {
    return static_cast<std::size_t>(std::count_if(results.begin(), results.end(), holds));
  };
  const auto is = [&](SpeedVerdict verdict) {
    return with([&](const Found& f) { return f.verdict == verdict; });
  };
  SpeedSetting setting;
  setting.name = world.name;
  setting.slower = world.slower;
  setting.drift = world.drift;
  setting.logs = results.size();
  setting.drifted = is(SpeedVerdict::kDrift);
  setting.unresolved = is(SpeedVerdict::kUnresolved);
  const std::size_t stepped = is(SpeedVerdict::kStep);
  setting.stepped = numeric::proportion(stepped, results.size());
  setting.changed =
      numeric::proportion(stepped + setting.drifted + setting.unresolved, results.size());
  for (const auto& found : results) {
    setting.passes += found.passes / static_cast<double>(results.size());
    setting.seconds += found.steps > 1 ? found.steps - 1 : 0;
  }
  setting.dates = numeric::proportion(with([](const Found& f) { return f.date; }), stepped);
  setting.factors = numeric::proportion(with([](const Found& f) { return f.factor; }), stepped);
  return setting;
}

}  // namespace

std::vector<SpeedSetting> measure_speed_search(std::size_t logs, std::uint64_t seed,
                                               const base::Watch& watch) {
  const auto all = worlds();
  std::vector<SpeedSetting> settings;
  const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t w = 0; w < all.size(); ++w) {
    std::vector<Found> results(logs);
    std::vector<std::thread> workers;
    for (std::size_t worker = 0; worker < threads; ++worker) {
      workers.emplace_back([&, worker] {
        for (std::size_t i = worker; i < logs; i += threads) {
          if (watch.cancellation.requested()) return;
          results[i] = search(all[w], seed, w * 1'000'000 + i);
          if (worker == 0) watch.on_steps(std::min(threads, logs - i));
        }
      });
    }
    for (auto& worker : workers) worker.join();
    settings.push_back(count(all[w], results));
  }
  return settings;
}

}  // namespace turnout::verification
