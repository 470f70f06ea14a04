#include <memory>
#include <nlohmann/json.hpp>

#include "turnout/base/output_file.h"
#include "turnout/base/progress.h"
#include "turnout/report/ledger_report.h"
#include "turnout/report/solution_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout verify\n"
    "  turnout verify --games 5000 --seed 7 --ledger ledger.md\n"
    "Exit code 3 if a statement fails that is not known to fail.";

struct Arguments {
  std::size_t games = 300;
  std::uint64_t seed = 1;
  std::string ledger;
  bool json = false;
};

base::Status write_ledger(const std::string& path, const verification::Ledger& ledger) {
  auto file = base::OutputFile::create(path);
  if (!file) return file.error();
  base::OutputFile out = *std::move(file);
  return out.write(report::ledger_markdown(ledger)).and_then([&](base::Done) { return out.commit(); });
}

base::Result<ExitCode> run(const Arguments& arguments) {
  base::Progress progress("verifying", verification::expected_games(arguments.games));
  const verification::Ledger ledger =
      verification::verify(arguments.games, arguments.seed, [&](std::size_t games) { progress.step(games); });
  if (!arguments.ledger.empty()) {
    if (auto written = write_ledger(arguments.ledger, ledger); !written) return written.error();
  }
  auto printed = print(arguments.json ? report::to_text(report::ledger_json(ledger)) : report::ledger_text(ledger));
  if (!printed) return printed;
  return ledger.failed() ? ExitCode::kClaimFailed : ExitCode::kDone;
}

}  // namespace

void add_verify(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand("verify", "Hold every claim of the theory against brute force and simulation");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("--games", arguments->games,
                   "games per statement, 1 to 1000000 (default 300); rates use up to 40 times as many")
      ->check(CLI::Range(1, 1'000'000))
      ->option_text("N");
  verb->add_option("--seed", arguments->seed, "seed of the random games (default 1)")->option_text("S");
  verb->add_option("--ledger", arguments->ledger, "also write the ledger as a page")->option_text("FILE.md");
  verb->add_flag("--json", arguments->json, "print JSON");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
