#include <unistd.h>

#include "answer_verb.h"
#include "interruption.h"
#include "turnout/base/line_reader.h"
#include "turnout/base/output_file.h"
#include "turnout/base/progress.h"
#include "turnout/report/fitting_reports.h"
#include "turnout/scenario/game_array.h"
#include "turnout/scenario/game_batch.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout solve examples/gpt-4.1.toml\n"
    "  turnout solve --value 12 --penalty 4 --p1 0.45 --t1 3 --c1 0.4 --p2 0.8 --t2 9 --c2 2 "
    "--json\n"
    "  turnout solve examples/two-kinds-of-users.toml\n"
    "  turnout solve examples/four-models.toml --set user.participates=true\n"
    "  turnout solve --batch games.csv -o solved.csv\n"
    "  turnout solve --batch games.npy -o solved.npy";

struct Arguments {
  ScenarioArguments scenario;
  std::string batch;
  std::string output;
  std::string margin = "0";
  bool json = false;
};

base::Error misuse(const char* what) { return {base::ErrorCode::kMalformedInput, what, "solve"}; }

base::Result<ExitCode> solve_npy(const Arguments& arguments) {
  if (!arguments.output.ends_with(".npy"))
    return misuse("--batch with a .npy file needs -o FILE.npy");
  TURNOUT_TRY(auto games, base::NpyMatrix::open(arguments.batch));
  TURNOUT_TRY(base::OutputFile out, base::OutputFile::create(arguments.output));
  base::Progress progress("solving games", games.rows());
  TURNOUT_CHECK(
      scenario::solve_array(games, out, [&](std::size_t count) { progress.step(count); }));
  TURNOUT_CHECK(out.commit());
  return ExitCode::kDone;
}

base::Result<ExitCode> solve_file(const Arguments& arguments) {
  if (arguments.batch.ends_with(".npy")) return solve_npy(arguments);
  auto rows = base::LineReader::open(arguments.batch);
  if (!rows) return rows.error();
  TURNOUT_TRY(auto opened, arguments.output.empty()
                               ? base::Result(base::OutputFile::standard_output())
                               : base::OutputFile::create(arguments.output));
  base::LineReader reader = *std::move(rows);
  base::OutputFile out = std::move(opened);
  base::Progress progress("solving games", 0);
  // Rows that scroll by on a terminal are progress enough.
  const bool silent = arguments.output.empty() && ::isatty(STDOUT_FILENO) == 1;
  auto solved = scenario::solve_batch(reader, out, [&](std::size_t count) {
    if (!silent) progress.step(count);
  });
  if (!solved) {
    // On standard output the rows before the bad one are the reader's already; a file is not left
    // half done.
    if (arguments.output.empty()) (void)out.commit();
    return solved.error();
  }
  TURNOUT_CHECK(out.commit());
  return ExitCode::kDone;
}

base::Result<ExitCode> run(const Arguments& arguments) {
  if (!arguments.batch.empty()) {
    if (!arguments.scenario.empty())
      return misuse("--batch takes its games from the file, give no other game");
    if (arguments.json) return misuse("--batch writes CSV, --json does not go with it");
    return solve_file(arguments);
  }
  if (!arguments.output.empty()) return misuse("-o goes with --batch only");
  analysis::RoundingOptions options;
  TURNOUT_TRY(options.margin, option_number("--margin", arguments.margin));
  TURNOUT_TRY(auto scenario, arguments.scenario.read());
  base::Progress progress("looking at partial plans", 0);
  TURNOUT_TRY(const auto answer,
              analysis::fitting_solve_answer(
                  std::move(scenario), options,
                  {[&](std::size_t count) { progress.step(count); }, interruption()}));
  print_notes(report::notes_of(answer));
  return print(arguments.json ? report::to_text(report::fitting_json(answer))
                              : report::fitting_text(answer));
}

}  // namespace

void add_solve(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "solve", "The provider's optimal policy and the user's response, of one game or many");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  verb->add_option("--batch", arguments->batch,
                   "solve every row of a CSV or NumPy file, or of - (standard input)")
      ->option_text("FILE|-");
  verb->add_option("-o,--output", arguments->output,
                   "with --batch: write to this file, which appears when complete")
      ->option_text("FILE");
  verb->add_option(
          "--margin", arguments->margin,
          "how far beyond the user's threshold the printed s is at least, as a share of it "
          "(default 0)")
      ->option_text("SHARE");
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
