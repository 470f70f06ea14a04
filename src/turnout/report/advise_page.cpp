#include "turnout/report/advise_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "turnout/base/html_text.h"
#include "turnout/report/table.h"

namespace turnout::report {
namespace {

using analysis::AdviseAnswer;
using numeric::Interval;

constexpr const char* kHead =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>Which model should serve each attempt</title>\n<style>\n"
    "body{font:16px/1.5 system-ui,sans-serif;color:#222;max-width:46rem;margin:2rem auto;"
    "padding:0 1rem}\n"
    "code{background:#f2f2f2;padding:.1em .3em;overflow-wrap:anywhere}\n"
    ".verdict{border-left:.4rem solid #0072b2;padding:.2rem 1rem;background:#f4f8fb}\n"
    ".declined{border-color:#d55e00;background:#fdf5f0}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "td,th{text-align:right;padding:.25rem .5rem;border-bottom:1px solid #ddd;"
    "vertical-align:top}\n"
    "td:first-child,th:first-child,td:last-child,th:last-child{text-align:left}\n"
    "td:last-child{overflow-wrap:anywhere}\n"
    "svg{width:100%;height:auto;margin-top:1rem}\n"
    "@media print{body{margin:0;max-width:none}}\n</style></head><body>\n";

std::string with_interval(const Interval& x) {
  return fmt::format("{:.3g} [{:.3g}, {:.3g}]", x.value, x.low, x.high);
}

std::string in_short(double x) { return fmt::format("{:.3g}", x); }

/// A quantity today and then: two bars with their intervals, on one scale.
/// @param in_words  how its values are written
std::string bars(const std::string& title, const Interval& today, const Interval& then,
                 std::string (*in_words)(double value) = in_short) {
  constexpr double kLeft = 90;
  constexpr double kWidth = 480;
  const double most = std::max({today.high, then.high, 1e-12});
  const auto x = [&](double value) { return kLeft + kWidth * std::max(0.0, value) / most; };
  std::string svg = fmt::format(
      "<svg viewBox=\"0 0 720 96\" role=\"img\" aria-label=\"{0}\"><text x=\"0\" y=\"16\" "
      "font-weight=\"600\">{0}</text>\n",
      base::html_text(title));
  double y = 28;
  for (const auto& [name, value, colour] :
       {std::tuple{"today", &today, "#999999"}, std::tuple{"then", &then, "#0072b2"}}) {
    svg += fmt::format(
        "<text x=\"0\" y=\"{:.0f}\">{}</text><rect x=\"{}\" y=\"{:.0f}\" width=\"{:.1f}\" "
        "height=\"20\" fill=\"{}\"/><path d=\"M{:.1f} {:.0f}H{:.1f}\" stroke=\"#222\" "
        "stroke-width=\"2\"/><text x=\"{:.1f}\" y=\"{:.0f}\">{}</text>\n",
        y + 15, name, kLeft, y, x(value->value) - kLeft, colour, x(value->low), y + 10,
        x(value->high), x(value->high) + 8, y + 15, in_words(value->value));
    y += 30;
  }
  return svg + "</svg>\n";
}

std::string verdict(const AdviseAnswer& answer) {
  if (answer.declined)
    return fmt::format(
        "<div class=\"verdict declined\"><h2>The data do not decide</h2><p>{}</p>"
        "</div>\n",
        base::html_text(answer.reason));
  return fmt::format(
      "<div class=\"verdict\"><h2>Serve <code>{}</code></h2><p>It saves ${} a task (95 % interval "
      "in brackets) against what is served today: <code>{}</code>.</p></div>\n",
      base::html_text(answer.policy), with_interval(answer.saving),
      base::html_text(answer.policy_today));
}

std::string rests(const AdviseAnswer& answer) {
  std::string html =
      "<h2>What it rests on</h2>\n<table><tr><th>number</th><th>value</th><th>another policy "
      "at</th><th>namely</th></tr>\n";
  for (const auto& limit : answer.rests_on) {
    html += fmt::format("<tr><td>{}</td><td>{:.4g}</td><td>{}</td><td>{}</td></tr>\n",
                        base::html_text(limit.assumption), limit.value,
                        limit.flips_at ? fmt::format("{:.4g}", *limit.flips_at) : "none in reach",
                        base::html_text(limit.policy_then));
  }
  return html + "</table>\n";
}

std::string worth(const AdviseAnswer& answer) {
  std::string html = "<h2>What would be worth knowing</h2>\n";
  const std::size_t told = analysis::worth_telling(answer);
  if (told == 0) return html + "<p>No single number is worth learning better.</p>\n";
  html += "<table><tr><th>number</th><th>saves at most, $ a task</th><th>how</th></tr>\n";
  for (std::size_t i = 0; i < told; ++i) {
    const auto& one = answer.worth_most[i];
    html += fmt::format("<tr><td>{}</td><td>{:.2g}</td><td>{}</td></tr>\n",
                        base::html_text(one.what), one.gain, base::html_text(one.how));
  }
  return html + "</table>\n";
}

}  // namespace

std::string advise_page(const AdviseAnswer& answer) {
  std::string html = kHead;
  html += "<h1>Which model should serve each attempt</h1>\n";
  html +=
      fmt::format("<p>From {} passes of {} tasks in {}.</p>\n", answer.reading.statistics.passes,
                  answer.reading.statistics.tasks, base::html_text(answer.source));
  html += verdict(answer);
  if (answer.declined)
    html += fmt::format("<p>For comparison, with <code>{}</code>:</p>\n",
                        base::html_text(answer.policy));
  if (answer.costs_known && answer.penalty_known)
    html += bars("Cost of a task, lost users included, $", answer.today.cost, answer.then.cost);
  html +=
      bars("Share of tasks that end unsolved", answer.today.leaving, answer.then.leaving, percent);
  html += bars("Waiting per task, seconds", answer.today.latency, answer.then.latency);
  html += "<p>Black lines are 95 % intervals.</p>\n" + rests(answer) + worth(answer);
  for (const auto& note : answer.notes) html += "<p>Note: " + base::html_text(note) + ".</p>\n";
  return html + "</body></html>\n";
}

}  // namespace turnout::report
