#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "interruption.h"
#include "scenario_arguments.h"
#include "turnout/base/output_file.h"
#include "turnout/base/progress.h"
#include "turnout/drawing/map_picture.h"
#include "turnout/report/map_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout map examples/grok-3-mini-gpt-5.toml --x P=0:0.5 --y c2=0.002:0.2:log -o map.svg\n"
    "  turnout map examples/grok-3-mini-gpt-5.toml --x V=0.2:2 --y t2/t1=0.2:5:log --show "
    "misalignment -o map.png\n"
    "  turnout map examples/gpt-4.1.toml --x c2/p2-c1/p1=-0.1:0.2 --y P=0:1 --size 200x200 --json\n"
    "  turnout map examples/impatient-users.toml --x rho=0.6:1 --y P=0.01:5:log -o rho-P.svg\n"
    "  turnout map examples/gpt-oss-grok-3-mini.toml --x s=0:1 --y q=0:1 --show utility -o "
    "s-q.svg\n"
    "  turnout map examples/four-models.toml --set user.participates=true --x P=0:3 --y "
    "t4=0.2:20:log -o four.svg\n"
    "Of other than two models, or of users who may stay away (user.participates), each point has "
    "the best policy of\n"
    "any two models; misalignment and throttling are then those of audit.\n"
    "Beyond the paper's game are r1 (price), rho1 (patience), fa1 and fr1 (false accepts and "
    "rejects), r2, ...,\n"
    "rho (patience of all models), v0 (outside), H (harm) and Pw (late churn), as in solve "
    "--set.\n"
    "xi1 and xi2, what an attempt is worth to the user, move t1 and t2 (V where the other axis "
    "does already).\n"
    "s and q are played, not solved for: over both the user leaves with q whatever policy (1, s) "
    "is posted, over s and\n"
    "another quantity he answers (1, s) at his best, over q and another quantity the provider "
    "posts its optimum.";

struct Arguments {
  ScenarioArguments scenario;
  analysis::MapOptions map;
  bool json = false;
};

using Writer = base::Status (*)(const analysis::MapAnswer& answer, const report::Sink& sink);

base::Status write(base::OutputFile out, const analysis::MapAnswer& answer, Writer writer) {
  TURNOUT_CHECK(writer(answer, [&](std::string_view text) { return out.write(text); }));
  return out.commit();
}

base::Status write_picture(const analysis::MapAnswer& answer, const std::string& path) {
  TURNOUT_TRY(const auto bytes,
              drawing::picture(drawing::picture_format(path), drawing::map_picture_size(answer),
                               [&](drawing::Canvas& canvas) { draw_map(canvas, answer); }));
  return base::write_file(path, bytes);
}

base::Status write_file(const analysis::MapAnswer& answer, const std::string& path) {
  TURNOUT_TRY(const auto format, analysis::map_format(path));
  Writer writer = nullptr;
  if (format == analysis::MapFormat::kCsv) writer = report::write_map_csv;
  if (format == analysis::MapFormat::kNpy) writer = report::write_map_npy;
  if (format == analysis::MapFormat::kJson) writer = report::write_map_json;
  if (writer == nullptr) return write_picture(answer, path);
  TURNOUT_TRY(auto out, base::OutputFile::create(path));
  return write(std::move(out), answer, writer);
}

base::Result<analysis::MapAnswer> drawn_up(const Arguments& arguments) {
  TURNOUT_TRY(auto scenario, arguments.scenario.read());
  base::Progress progress("drawing", analysis::map_steps(arguments.map));
  return analysis::map_answer(std::move(scenario), arguments.map,
                              {[&](std::size_t rows) { progress.step(rows); }, interruption()});
}

base::Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_TRY(const auto answer, drawn_up(arguments));
  print_notes(answer.notes);
  if (!arguments.map.output.empty()) TURNOUT_CHECK(write_file(answer, arguments.map.output));
  if (!arguments.json) return print(report::map_text(answer));
  TURNOUT_CHECK(write(base::OutputFile::standard_output(), answer, report::write_map_json));
  return ExitCode::kDone;
}

}  // namespace

void add_map(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "map", "The optimal policy, or what it comes to, over two quantities of a game: a picture");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  const char* axis =
      "QUANTITY=LOW:HIGH or ...:log; a parameter (V, w, P, p1, t1, c1, p2, ..., or beyond the "
      "paper's r1, rho1, fa1, fr1, r2, ..., rho, v0, H, Pw), a ratio (t2/t1), "
      "a difference (c2/p2-c1/p1), xi1, xi2, s or q";
  verb->add_option("--x", arguments->map.x, axis)->option_text("AXIS")->required();
  verb->add_option("--y", arguments->map.y, "likewise")->option_text("AXIS")->required();
  verb->add_option("--show", arguments->map.show,
                   fmt::format("{} (default policy; utility if s or q is an axis)",
                               fmt::join(landscape::kShownNames, ", ")))
      ->option_text("WHAT");
  verb->add_option("--size", arguments->map.size, "points along x and y (default 1000x1000)")
      ->option_text("WxH");
  verb->add_option("-o,--output", arguments->map.output,
                   "picture (.svg, .png, .pdf) or data (.csv, .npy, .json)")
      ->option_text("FILE");
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
