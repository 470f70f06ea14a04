#include "turnout/policy/policy_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "turnout/base/number_text.h"

namespace turnout::policy {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kExplore = "explore:";
constexpr std::string_view kCascade = "cascade:";
constexpr std::string_view kLottery = "lottery:";
constexpr std::string_view kEnd = "end";

Error invalid(std::string what) { return {ErrorCode::kInvalidValue, std::move(what), ""}; }

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// Reads a text from left to right.
class Reader {
 public:
  Reader(std::string_view text, std::span<const std::string> models)
      : rest_(text), models_(models) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] char next() const { return rest_.empty() ? '\0' : rest_.front(); }
  /// Takes `what` if the text goes on with it.
  bool takes(std::string_view what) {
    skip_spaces();
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
  }

  Result<std::size_t> model() {
    TURNOUT_TRY(const std::string name, this->name());
    const auto found = std::find(models_.begin(), models_.end(), name);
    if (found != models_.end()) return static_cast<std::size_t>(found - models_.begin());
    std::string known;
    for (const auto& one : models_) known += (known.empty() ? "" : ", ") + base::printable(one);
    return invalid(fmt::format("{} is no model; known: {}", base::in_quotes(name), known));
  }

  Result<double> probability() {
    TURNOUT_TRY(const auto value, base::parse_number(trimmed(until(",+*)"))));
    if (value >= 0 && value <= 1) return value;
    return invalid(fmt::format("{} must be a probability, 0 to 1", value));
  }

  Result<std::size_t> count() {
    const auto text = trimmed(until(",)"));
    TURNOUT_TRY(const auto value, base::parse_number(text));
    if (value >= 1 && value <= static_cast<double>(kMostAttempts) && value == std::floor(value))
      return static_cast<std::size_t>(value);
    return invalid(fmt::format("{} must be a number of attempts, 1 to {}", base::in_quotes(text),
                               kMostAttempts));
  }

 private:
  void skip_spaces() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }
  std::string_view until(std::string_view ends) {
    const auto text = rest_.substr(0, rest_.find_first_of(ends));
    rest_.remove_prefix(text.size());
    return text;
  }
  /// Up to a character of the grammar; brackets that were opened in the name are part of it.
  std::string plain_name() {
    std::size_t length = 0;
    for (std::size_t opened = 0; length < rest_.size(); ++length) {
      const char c = rest_[length];
      if (c == ',' || c == '*' || c == '=' || (c == ')' && opened == 0)) break;
      opened += c == '(' ? 1U : 0U;
      opened -= c == ')' ? 1U : 0U;
    }
    const auto text = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return std::string(trimmed(text));
  }
  Result<std::string> name() {
    skip_spaces();
    if (!rest_.starts_with('"')) return plain_name();
    std::string name;
    for (rest_.remove_prefix(1);; rest_.remove_prefix(1)) {
      if (rest_.empty()) return invalid("has a quotation mark that nothing closes");
      if (rest_.front() == '"') {
        rest_.remove_prefix(1);
        if (!rest_.starts_with('"')) break;
      }
      name += rest_.front();
    }
    skip_spaces();
    return name;
  }

  std::string_view rest_;
  std::span<const std::string> models_;
};

base::Status check_sum(const Lottery& lottery) {
  constexpr double kTolerance = 1e-9;
  double sum = 0;
  for (const auto& part : lottery) sum += part.second;
  if (std::abs(sum - 1) <= kTolerance) return base::Done{};
  return invalid(fmt::format("the probabilities sum to {}, must sum to 1", sum));
}

/// MODEL=PROBABILITY and more of them behind `separator`; the first model has been read.
Result<Lottery> read_lottery(Reader& reader, std::size_t first, std::string_view separator) {
  Lottery lottery;
  for (std::size_t model = first;;) {
    if (!reader.takes("=")) return invalid("must be MODEL=PROBABILITY everywhere in a lottery");
    TURNOUT_TRY(const double probability, reader.probability());
    lottery.emplace_back(model, probability);
    if (!reader.takes(separator)) break;
    TURNOUT_TRY(model, reader.model());
  }
  TURNOUT_CHECK(check_sum(lottery));
  return lottery;
}

Result<Run> read_run(Reader& reader) {
  TURNOUT_TRY(const std::size_t model, reader.model());
  Run run{{{model, 1}}, 1};
  if (reader.next() == '=') {
    TURNOUT_TRY(run.lottery, read_lottery(reader, model, "+"));
  }
  if (reader.takes("*")) {
    TURNOUT_TRY(run.times, reader.count());
  }
  return run;
}

Error unexpected(const Reader& reader) {
  return invalid(fmt::format("{} is not expected", base::in_quotes(reader.rest())));
}

Result<Sequence> read_sequence(Reader& reader) {
  Sequence sequence;
  std::optional<std::size_t> opened;  // at this run
  for (;;) {
    if (!opened && reader.takes("(")) opened = sequence.runs.size();
    const bool ends = !opened && !sequence.runs.empty() && trimmed(reader.rest()) == kEnd;
    if (ends) {
      sequence.repeated = 0;
      return sequence;
    }
    TURNOUT_TRY(auto run, read_run(reader));
    sequence.runs.push_back(std::move(run));
    if (reader.takes(",")) continue;
    if (opened && !reader.takes(")")) return invalid("must end with ) what repeats");
    if (!reader.done()) return unexpected(reader);
    break;
  }
  if (opened) sequence.repeated = sequence.runs.size() - *opened;
  return sequence;
}

Result<Cascade> read_cascade(Reader& reader) {
  const auto wrong = [] { return invalid("must be cascade:FIRST,LAST,PROBABILITY"); };
  Cascade cascade;
  TURNOUT_TRY(cascade.first, reader.model());
  if (!reader.takes(",")) return wrong();
  TURNOUT_TRY(cascade.last, reader.model());
  if (!reader.takes(",")) return wrong();
  TURNOUT_TRY(cascade.switches, reader.probability());
  if (!reader.done()) return wrong();
  return cascade;
}

Result<Sequence> read_lottery_for_ever(Reader& reader) {
  TURNOUT_TRY(const std::size_t first, reader.model());
  if (reader.next() != '=') return invalid("must be lottery:MODEL=PROBABILITY,...");
  TURNOUT_TRY(auto lottery, read_lottery(reader, first, ","));
  if (!reader.done()) return unexpected(reader);
  return Sequence{{{std::move(lottery), 1}}, 1};
}

std::string words(const Lottery& lottery, std::span<const std::string> models,
                  const char* separator) {
  std::vector<std::string> parts;
  for (const auto& [model, probability] : lottery)
    parts.push_back(fmt::format("{}={}", written_name(models[model]), probability));
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string words(const Sequence& sequence, std::span<const std::string> models) {
  constexpr std::size_t kWrittenOut = 2;  // a,a is as plain as a*2
  const auto& runs = sequence.runs;
  if (runs.size() == 1 && sequence.repeated == 1 && runs[0].lottery.size() > 1)
    return std::string(kLottery) + words(runs[0].lottery, models, ",");
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& [lottery, times] = runs[i];
    std::string part =
        lottery.size() == 1 ? written_name(models[lottery[0].first]) : words(lottery, models, "+");
    if (times > kWrittenOut) part += fmt::format("*{}", times);
    if (times == kWrittenOut) part = fmt::format("{0},{0}", part);
    if (sequence.repeated > 1 && i + sequence.repeated == runs.size())
      part = fmt::format("({}", part);
    parts.push_back(std::move(part));
  }
  if (sequence.repeated > 1) parts.back() += ")";
  if (sequence.repeated == 0) parts.emplace_back(kEnd);
  return fmt::format("{}", fmt::join(parts, ","));
}

std::string words(const Cascade& cascade, std::span<const std::string> models) {
  return fmt::format("{}{},{},{}", kCascade, written_name(models[cascade.first]),
                     written_name(models[cascade.last]), cascade.switches);
}

/// Whether each bracket in a name that is opened is closed, and none else.
bool balanced(std::string_view name) {
  int opened = 0;
  for (const char c : name) {
    opened += c == '(' ? 1 : 0;
    opened -= c == ')' ? 1 : 0;
    if (opened < 0) return false;
  }
  return opened == 0;
}

}  // namespace

std::string written_name(std::string_view name) {
  constexpr std::array<std::string_view, 3> kForms = {kExplore, kCascade, kLottery};
  const bool taken = name.empty() || name == kEnd || name.front() == ' ' || name.back() == ' ' ||
                     name.front() == '(' || !balanced(name) ||
                     name.find_first_of(",*=\"") != std::string_view::npos ||
                     std::any_of(kForms.begin(), kForms.end(),
                                 [name](std::string_view form) { return name.starts_with(form); });
  if (!taken) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

Result<Form> read_form(std::string_view text, std::span<const std::string> models) {
  Form form;
  if (text.starts_with(kExplore)) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos || text.substr(slash + 1).starts_with(kExplore))
      return invalid("must be explore:PROBABILITY/POLICY, once");
    Reader share(text.substr(kExplore.size(), slash - kExplore.size()), models);
    TURNOUT_TRY(form.explores, share.probability());
    if (!share.done()) return unexpected(share);
    text.remove_prefix(slash + 1);
  }
  Reader reader(text, models);
  if (reader.takes(kCascade)) {
    TURNOUT_TRY(form.plan, read_cascade(reader));
  } else if (reader.takes(kLottery)) {
    TURNOUT_TRY(form.plan, read_lottery_for_ever(reader));
  } else {
    TURNOUT_TRY(form.plan, read_sequence(reader));
  }
  return form;
}

std::string text_of(const Form& form, std::span<const std::string> models) {
  const auto plan = std::visit([models](const auto& p) { return words(p, models); }, form.plan);
  return form.explores > 0 ? fmt::format("{}{}/{}", kExplore, form.explores, plan) : plan;
}

}  // namespace turnout::policy
