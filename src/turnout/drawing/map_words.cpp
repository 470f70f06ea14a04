#include "turnout/drawing/map_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

#include "turnout/report/solution_report.h"

namespace turnout::drawing {
namespace {

using analysis::MapAnswer;
using game::Route;
using landscape::Axis;
using landscape::RegionMap;
using landscape::Shown;

bool parse_digits(const std::string& text, std::size_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

/// A region's way to play, and the two models that it is on.
struct Region {
  Route route = Route::kFirstStay;
  std::string first, second;
  bool nobody_comes = false;
  bool wins_users = false;
};

Region region_of(const MapAnswer& answer, std::uint8_t number) {
  const auto& names = answer.names;
  if (answer.map.ways.empty()) return {static_cast<Route>(number), names[0], names[1]};
  const game::PaperPolicy& way = answer.map.ways[number];
  return {way.route, names[way.first], names[way.second], !way.submits, way.wins_users};
}

/// A region's name for who has not read the theory, in lines.
std::vector<std::string> plain_name(const Region& region) {
  if (region.nobody_comes) return {"nobody", "comes"};
  switch (region.route) {
    case Route::kFirstStay:
      return {region.first, "every time"};
    case Route::kFirstLeave:
      return {region.first, "once; then", "users leave"};
    case Route::kThreat:
      return {region.first, "once; " + region.second, "next, so they leave"};
    case Route::kSecondStay:
      return {region.second, "every time"};
    case Route::kSecondLeave:
      return {region.second, "once; then", "users leave"};
    default:
      return {region.first + ",", "then " + region.second, "now and then"};
  }
}

}  // namespace

std::string region_in_words(const MapAnswer& answer, std::uint8_t route, bool plain) {
  if (route == RegionMap::kNoGame) return "a parameter is out of its range";
  const Region region = region_of(answer, route);
  const auto& [way, first, second, nobody_comes, wins_users] = region;
  if (nobody_comes) return "no policy that users come for costs less than to lose them all";
  if (wins_users)
    return fmt::format("{} first, then {} just often enough that users come", first, second);
  if (plain && is_cascade(way))
    return fmt::format("{} first, then {} just often enough that users stay", first, second);
  switch (way) {  // shares differ from point to point
    case Route::kCascadeStay:
      return fmt::format("re-prompts go from {} to {} just often enough (s0) to make the user stay",
                         first, second);
    case Route::kCascadePatience:
      return fmt::format("re-prompts go from {} to {} as often as the user bears (sL)", first,
                         second);
    case Route::kCascadeMixed:
      return fmt::format("re-prompts go from {} to {} more often than the user bears; some leave",
                         first, second);
    default:
      return report::in_words(way, {first, second});
  }
}

std::vector<std::string> name_of_region(const MapAnswer& answer, std::uint8_t route, bool plain) {
  if (plain || !answer.map.ways.empty()) return plain_name(region_of(answer, route));
  return {to_string(static_cast<Route>(route))};
}

std::string shown_in_words(Shown shown) {
  switch (shown) {
    case Shown::kPolicy:
      return "the provider's optimal policy";
    case Shown::kCost:
      return "J, the provider's cost of a task";
    case Shown::kUtility:
      return "U, the user's utility of a task";
    case Shown::kSuccess:
      return "S, share of tasks that are solved";
    case Shown::kLatency:
      return "L, time that the user waits for a task";
    case Shown::kServiceCost:
      return "C, cost of all attempts at a task";
    case Shown::kCascade:
      return "s, share of re-prompts that go to the second model";
    case Shown::kAbandon:
      return "q, probability that the user leaves after a failure";
    case Shown::kPreferredUtility:
      return "utility of the policy that the user would prefer";
    case Shown::kMisalignment:
      return "misalignment: what the user loses by the provider's choice";
    case Shown::kThrottledCost:
      return "the provider's cost if it may slow its models down";
    case Shown::kThrottlingGain:
      return "what the provider gains by slowing its models down";
    case Shown::kCascades:
      return "where an interior cascade is optimal (1)";
    case Shown::kMisaligned:
      return "where the user would prefer another policy (1)";
    case Shown::kThrottles:
      return "where slowing models down pays (1)";
  }
  return std::string(name_of(shown));
}

std::string subtitle_of(const MapAnswer& answer) {
  const auto& axes = answer.map.axes;
  if (const auto* of_any = std::get_if<scenario::Scenario>(&answer.scenario)) {
    return fmt::format("{}{}", fmt::join(answer.names, ", "),
                       of_any->game.participates() ? "; users may stay away" : "");
  }
  const std::string& first = answer.names[0];
  const std::string& second = answer.names[1];
  const bool named = first != "M1" || second != "M2";
  std::string names = named ? fmt::format("M1: {}, M2: {}", first, second) : "";
  if (!axes.is_played()) return names;
  const auto has = [&](Axis::Moves moves) {
    return axes.x().moves() == moves || axes.y().moves() == moves;
  };
  const std::string posted =
      !has(Axis::Moves::kAbandon)  ? "(1, s) is posted, the user answers at his best"
      : has(Axis::Moves::kCascade) ? "(1, s) is posted, the user leaves with q"
                                   : "the optimum is posted, the user leaves with q";
  return named ? names + "; " + posted : posted;
}

std::string axis_in_words(const Axis& axis, const MapAnswer& answer) {
  const std::string& name = axis.name();
  if (name == "V") return "V, value of a solved task to the user";
  if (name == "w") return "w, worth of a unit of time to the user";
  if (name == "P") return "P, provider's loss by an unsolved task";
  if (name == "rho") return "rho, share of users who do not leave for other reasons";
  if (name == "v0") return "v0, what a user who leaves gets elsewhere";
  if (name == "H") return "H, harm of an accepted wrong answer to the user";
  if (name == "Pw") return "Pw, provider's loss by an accepted wrong answer";
  if (name == "q") return "q, probability that the user leaves after a failure";
  if (name == "s") return "s, share of re-prompts that go to " + answer.names[1];
  const std::size_t letters = name.find_first_of("0123456789");
  const std::string kind = name.substr(0, letters);
  std::size_t model = 0;
  const bool of_a_model =
      letters != std::string::npos && letters > 0 && parse_digits(name.substr(letters), model);
  if (!of_a_model || model < 1 || model > answer.names.size()) return name;
  const char* words = kind == "p"     ? "success of an attempt on"
                      : kind == "t"   ? "time of an attempt on"
                      : kind == "c"   ? "cost of an attempt on"
                      : kind == "r"   ? "price to the user of an attempt on"
                      : kind == "rho" ? "share of users who do not leave for other reasons after"
                      : kind == "fa"  ? "share of wrong answers that users accept, of"
                      : kind == "fr"  ? "share of right answers that users reject, of"
                      : kind == "xi"  ? "worth to the user of an attempt on"
                                      : nullptr;
  if (words == nullptr) return name;
  return fmt::format("{}, {} {}", name, words, answer.names[model - 1]);
}

std::string lines_in_words(const MapAnswer& answer) {
  if (answer.map.shown == Shown::kPolicy) return "";
  if (!answer.boundaries.empty()) return "lines: where the provider's policy changes";
  if (answer.curves.empty()) return "";
  return answer.curves.front().name == "q*" ? "line: the user's best response q*(s)"
                                            : "lines: where the user's response changes its form";
}

}  // namespace turnout::drawing
