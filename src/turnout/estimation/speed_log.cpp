#include "turnout/estimation/speed_log.h"

#include <algorithm>
#include <tuple>

namespace turnout::estimation {
namespace {

constexpr std::int64_t kMinute = 60'000'000;

/// FNV-1a, finished as splitmix64 does: the same on every machine.
std::uint64_t hash_of(const traffic::Pass& pass) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto mix = [&](std::uint64_t byte) { hash = (hash ^ byte) * 0x100000001b3ULL; };
  for (const char c : pass.task_id) mix(static_cast<unsigned char>(c));
  mix(static_cast<std::uint64_t>(pass.attempt));
  hash = (hash ^ (hash >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27U)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31U);
}

std::optional<double> real(const std::optional<std::int64_t>& count) {
  if (!count) return std::nullopt;
  return static_cast<double>(*count);
}

}  // namespace

void SpeedLog::add(const traffic::Pass& pass) {
  ++minutes_[pass.started_us / kMinute];
  first_us_ = std::min(first_us_.value_or(pass.started_us), pass.started_us);
  last_us_ = std::max(last_us_.value_or(pass.started_us), pass.started_us);
  Model& model = models_[pass.model];
  const std::uint64_t hash = hash_of(pass);
  if (!(pass.latency_s > 0) || hash > model.greatest) return;
  model.rows.push_back(
      {hash, {pass.started_us, pass.latency_s, real(pass.output_tokens), real(pass.input_tokens)}});
  if (model.rows.size() <= most_rows_) return;
  model.greatest /= 2;
  std::erase_if(model.rows, [&](const Sampled& s) { return s.hash > model.greatest; });
}

std::map<std::string, std::vector<SpeedRow>> SpeedLog::rows() const {
  std::map<std::string, std::vector<SpeedRow>> all;
  for (const auto& [name, model] : models_) {
    auto& rows = all[name];
    for (const auto& sampled : model.rows) rows.push_back(sampled.row);
    std::sort(rows.begin(), rows.end(), [](const SpeedRow& a, const SpeedRow& b) {
      return std::tie(a.started_us, a.latency_s, a.output_tokens, a.input_tokens) <
             std::tie(b.started_us, b.latency_s, b.output_tokens, b.input_tokens);
    });
  }
  return all;
}

double SpeedLog::arrivals(std::int64_t from_minute, std::int64_t to_minute) const {
  std::int64_t count = 0;
  for (auto at = minutes_.lower_bound(from_minute); at != minutes_.end() && at->first < to_minute;
       ++at) {
    count += at->second;
  }
  return static_cast<double>(count);
}

}  // namespace turnout::estimation
