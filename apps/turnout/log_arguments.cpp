#include "log_arguments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "interruption.h"
#include "turnout/base/number_text.h"
#include "turnout/base/progress.h"
#include "turnout/mapping/row_map.h"
#include "verbs.h"

namespace turnout::program {

using base::Error;
using base::ErrorCode;

base::Result<std::int64_t> option_time(const std::string& option, const std::string& text) {
  constexpr std::size_t kDay = 10;
  const auto time = traffic::parse_time(text.size() == kDay ? text + "T00:00:00Z" : text);
  if (time) return *time;
  return Error{
      ErrorCode::kInvalidValue,
      base::in_quotes(text) + " must be a day (2026-11-24) or a time (2026-11-24T10:20:30Z)",
      option};
}

namespace {

const char* names_of(LogIs how) {
  switch (how) {
    case LogIs::kArgument:
      return "source";
    case LogIs::kOption:
      return "--log";
    case LogIs::kEither:
      break;
  }
  return "source,--log";
}

}  // namespace

void LogArguments::add_to(CLI::App& verb, LogIs how, bool required) {
  const char* help =
      "log: FILE.jsonl or FILE.csv (plain, .gz, .zst), a folder of them, -, or a store "
      "(sqlite:FILE, postgres://..., "
      "clickhouse://...)";
  auto* source = verb.add_option(names_of(how), source_, help)->option_text("SOURCE");
  if (required) source->required();
  verb.add_option("--map", map_, map_help())->option_text("MAP");
  verb.add_option("--since", since_, "only tasks that began at this day or time, or later")
      ->option_text("TIME");
  verb.add_option("--until", until_, "only tasks that began before this day or time")
      ->option_text("TIME");
  verb.add_option("--where", where_,
                  "only tasks whose first pass has COLUMN=VALUE (user_id, model or policy_id)")
      ->option_text("COLUMN=VALUE");
  verb.add_option("--window", window_s_,
                  "seconds after which a user who has not come back ended the task (default 3600)")
      ->check(CLI::Range(0.0, 1e9))
      ->option_text("SECONDS");
}

base::Result<estimation::LogSelection> LogArguments::selection() const {
  constexpr double kMicro = 1e6;
  estimation::LogSelection selection;
  selection.window_us = static_cast<std::int64_t>(window_s_ * kMicro);
  for (auto [option, text, to] : {std::tuple{"--since", &since_, &selection.since_us},
                                  std::tuple{"--until", &until_, &selection.until_us}}) {
    if (text->empty()) continue;
    TURNOUT_TRY(*to, option_time(option, *text));
  }
  for (const auto& condition : where_) {
    const auto equals = condition.find('=');
    const std::string column = condition.substr(0, equals);
    if (equals == std::string::npos ||
        (column != "user_id" && column != "model" && column != "policy_id")) {
      return Error{
          ErrorCode::kInvalidValue,
          base::in_quotes(condition) + " must be user_id=VALUE, model=VALUE or policy_id=VALUE",
          "--where"};
    }
    selection.where[column] = condition.substr(equals + 1);
  }
  return selection;
}

std::string map_help() {
  return fmt::format(
      "how another program's log is read: {}, or a FILE.toml; without it, told by its rows",
      fmt::join(mapping::row_map_names(), ", "));
}

base::Result<mapping::OpenLog> LogArguments::open() const {
  TURNOUT_TRY(const auto chosen, selection());
  base::Progress progress("reading passes", 0);
  TURNOUT_TRY(auto log, analysis::open_any_log(
                            source_, {map_, window_s_, tasks(chosen)},
                            {[&](std::size_t passes) { progress.step(passes); }, interruption()}));
  print_notes(analysis::reading_notes(log.import, log.taken));
  return log;
}

base::Result<mapping::OpenLog> LogArguments::open_log_or_record() const {
  TURNOUT_TRY(const auto chosen, selection());
  base::Progress progress("reading passes", 0);
  TURNOUT_TRY(auto log, mapping::open_log_or_record(
                            source_, map_, chosen.window_us,
                            {[&](std::size_t passes) { progress.step(passes); }, interruption()},
                            tasks(chosen)));
  print_notes(analysis::reading_notes(log.import, log.taken));
  return log;
}

base::Result<analysis::LogReading> LogArguments::read() const {
  TURNOUT_TRY(auto chosen, selection());
  base::Progress progress("reading passes", 0);
  TURNOUT_TRY(auto reading, analysis::read_log(source_, {map_, window_s_, tasks(chosen)}, chosen,
                                               {[&](std::size_t passes) { progress.step(passes); },
                                                interruption()}));
  print_notes(analysis::reading_notes(reading.import, reading.taken));
  return reading;
}

}  // namespace turnout::program
