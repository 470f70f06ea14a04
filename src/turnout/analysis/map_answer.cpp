#include "turnout/analysis/map_answer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cmath>
#include <utility>

#include "turnout/base/number_text.h"

namespace turnout::analysis {
namespace {

using base::Error;
using base::ErrorCode;
using landscape::Axis;
using landscape::AxisPair;
using landscape::Shown;

constexpr std::array<std::pair<MapFormat, const char*>, 6> kEndings = {
    {{MapFormat::kSvg, ".svg"},
     {MapFormat::kPng, ".png"},
     {MapFormat::kPdf, ".pdf"},
     {MapFormat::kCsv, ".csv"},
     {MapFormat::kNpy, ".npy"},
     {MapFormat::kJson, ".json"}}};
constexpr std::size_t kTraceSteps = 256;
constexpr std::size_t kCurveSteps = 512;

base::Result<std::array<std::size_t, 2>> size_of(const std::string& text) {
  constexpr std::size_t kMost = 10'000;
  const auto times = text.find('x');
  std::array<std::size_t, 2> size{};
  const auto read = [&](std::string_view digits, std::size_t& to) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), to);
    return error == std::errc() && end == digits.data() + digits.size() && to >= 1 && to <= kMost;
  };
  const std::string_view all = text;
  if (times != std::string::npos && read(all.substr(0, times), size[0]) &&
      read(all.substr(times + 1), size[1]))
    return size;
  return Error{ErrorCode::kInvalidValue,
               base::in_quotes(text) + " must be WIDTHxHEIGHT, each 1 to 10000", "--size"};
}

base::Result<Shown> shown_of(const std::string& text, const AxisPair& axes) {
  if (text.empty()) return axes.is_played() ? Shown::kUtility : Shown::kPolicy;
  const auto shown = landscape::shown_of(text);
  std::vector<std::string_view> allowed;
  for (const auto name : landscape::kShownNames) {
    if (!axes.is_played() || can_be_played(axes, *landscape::shown_of(name)))
      allowed.push_back(name);
  }
  if (shown && (!axes.is_played() || can_be_played(axes, *shown))) return *shown;
  return Error{ErrorCode::kInvalidValue,
               fmt::format("{} {}must be one of {}", base::in_quotes(text),
                           shown ? fmt::format("has no meaning over {} and {}, ", axes.x().name(),
                                               axes.y().name())
                                 : "",
                           fmt::join(allowed, ", ")),
               "--show"};
}

/// "rho" stands for models that have no patience of their own in the scenario.
base::Status check_patience_axes(const scenario::Scenario& scenario, const AxisPair& axes) {
  if (scenario.own_patience.empty()) return base::Done{};
  for (const Axis* axis : {&axes.x(), &axes.y()}) {
    if (!axis->moves_game() || axis->measure().moved().size() < 2) continue;
    return Error{
        ErrorCode::kUnsupported,
        fmt::format("rho is the patience of all models, but {} has its own; move that of a "
                    "model, as rho1",
                    scenario.names.at(scenario.own_patience.front())),
        axis == &axes.x() ? "--x" : "--y"};
  }
  return base::Done{};
}

/// Everything that is asked for, checked.
struct Request {
  AxisPair axes;
  Shown shown = Shown::kPolicy;
  std::array<std::size_t, 2> size{};
  MapLines lines = MapLines::kTraced;
};

base::Result<Request> request_of(const MapOptions& options,
                                 std::size_t models = game::Game::kModels) {
  TURNOUT_TRY(const auto x, Axis::parse("--x", options.x, models));
  TURNOUT_TRY(const auto y, Axis::parse("--y", options.y, models));
  TURNOUT_TRY(auto axes, AxisPair::make(x, y));
  TURNOUT_TRY(const auto shown, shown_of(options.show, axes));
  TURNOUT_TRY(const auto size, size_of(options.size));
  if (!options.output.empty()) TURNOUT_CHECK(map_format(options.output));
  return Request{std::move(axes), shown, size, options.lines};
}

std::optional<std::array<double, 2>> own_place(const game::Game& game, const AxisPair& axes) {
  const game::Candidate best = game::solve(game).best();
  const auto numbers = landscape::numbers_of(game);
  const auto on = [&](const Axis& axis) {
    if (axis.moves() == Axis::Moves::kAbandon) return best.abandon;
    return axis.moves_game() ? axis.measure().value_in(numbers) : best.policy.cascade;
  };
  const std::array<double, 2> place = {on(axes.x()), on(axes.y())};
  const bool posts_s =
      axes.x().moves() == Axis::Moves::kCascade || axes.y().moves() == Axis::Moves::kCascade;
  if (posts_s && best.policy.start != 0) return std::nullopt;
  if (!std::isfinite(place[0]) || !std::isfinite(place[1])) return std::nullopt;
  return place;
}

base::Result<MapAnswer> draw_up(PaperScenario paper, const Request& request,
                                const base::Watch& watch) {
  const auto& [axes, shown, size, lines] = request;
  const game::Game game = paper.scenario.game;
  TURNOUT_TRY(auto map, axes.is_played() ? landscape::played_map(game, axes, shown, size, watch)
                                         : landscape::region_map(game, axes, shown, size, watch));
  const auto& names = paper.scenario.names;
  MapAnswer answer{paper.scenario,
                   {names.begin(), names.end()},
                   std::move(paper.notes),
                   std::move(map),
                   {},
                   {},
                   own_place(game, axes)};
  if (lines == MapLines::kNone) return answer;
  if (axes.is_played()) {
    answer.curves = landscape::response_curves(game, axes, kCurveSteps);
  } else {
    answer.boundaries = landscape::trace_boundaries(game, axes, kTraceSteps, watch.cancellation);
  }
  TURNOUT_CHECK(watch.cancellation.check());
  return answer;
}

/// The same with policies (i, s) on any two of the models.
base::Result<MapAnswer> draw_up(PolicyScenario policies, const Request& request,
                                const base::Watch& watch) {
  const auto& [axes, shown, size, lines] = request;
  const game::RoutingGame& game = policies.scenario.game;
  TURNOUT_TRY(auto map, landscape::policy_map(game, axes, shown, size, watch));
  std::vector<landscape::BoundaryPiece> traced;
  if (lines == MapLines::kTraced)
    traced = landscape::trace_ways(game, map, kTraceSteps, watch.cancellation);
  TURNOUT_CHECK(watch.cancellation.check());
  const auto numbers = landscape::numbers_of(game);
  const std::array<double, 2> own = {axes.x().measure().value_in(numbers),
                                     axes.y().measure().value_in(numbers)};
  const bool has_own = std::isfinite(own[0]) && std::isfinite(own[1]);
  return MapAnswer{policies.scenario,
                   policies.scenario.names,
                   std::move(policies.notes),
                   std::move(map),
                   std::move(traced),
                   {},
                   has_own ? std::optional(own) : std::nullopt};
}

}  // namespace

base::Result<MapFormat> map_format(const std::string& path) {
  for (const auto& [format, ending] : kEndings) {
    if (path.ends_with(ending)) return format;
  }
  return Error{ErrorCode::kInvalidValue,
               base::in_quotes(path) + " must end in .svg, .png, .pdf, .csv, .npy or .json",
               "--output"};
}

std::size_t map_steps(const MapOptions& options) {
  const auto size = size_of(options.size);
  return size ? (*size)[1] : 0;
}

base::Result<MapAnswer> map_answer(scenario::Scenario scenario, const MapOptions& options,
                                   const base::Watch& watch) {
  const game::RoutingGame& game = scenario.game;
  TURNOUT_TRY(auto request, request_of(options, game.size()));
  TURNOUT_CHECK(check_patience_axes(scenario, request.axes));
  const bool is_papers = game.size() == game::Game::kModels && !game.participates();
  if (!is_papers && !request.axes.is_played()) {
    TURNOUT_TRY(auto policies, policy_scenario(std::move(scenario), "map"));
    return draw_up(std::move(policies), request, watch);
  }
  if (game.participates()) {
    return Error{
        ErrorCode::kUnsupported,
        "must be false where s or q is an axis: the users of such a map come, and leave as "
        "the axis or their best response says",
        scenario.source + ": user.participates"};
  }
  // Of more models the two of the best policy play: p1 is then of the first of those.
  if (!is_papers) {
    TURNOUT_TRY(request, request_of(options));
  }
  TURNOUT_TRY(auto paper, paper_scenario(std::move(scenario), "map"));
  return draw_up(std::move(paper), request, watch);
}

base::Result<MapAnswer> map_answer(PaperScenario paper, const MapOptions& options,
                                   const base::Watch& watch) {
  TURNOUT_TRY(const auto request, request_of(options));
  return draw_up(std::move(paper), request, watch);
}

}  // namespace turnout::analysis
