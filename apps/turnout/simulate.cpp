#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "interruption.h"
#include "scenario_arguments.h"
#include "turnout/base/output_file.h"
#include "turnout/base/progress.h"
#include "turnout/report/simulate_report.h"
#include "turnout/report/solution_report.h"
#include "turnout/store/import.h"
#include "turnout/traffic/pass_writer.h"
#include "verbs.h"

namespace turnout::program {
namespace {

using base::Result;

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout simulate examples/gpt-4.1.toml --policy gpt-4.1-mini --tasks 1e5\n"
    "  turnout simulate examples/paper-user.toml --policy cascade:mini,large,0.035 --tasks 1e7\n"
    "  turnout simulate examples/four-models.toml --compare mini mini,large --tasks 1e5\n"
    "  turnout simulate examples/hard-tasks.toml --policy mini --policy mini,large --tasks 2e4 "
    "--feedback 0.3 -o "
    "log.jsonl\n"
    "  turnout simulate examples/four-models.toml --policy mini*2,mini=0.4+large=0.6,large\n"
    "Policies: MODEL; A,A,B or A*2,B (the last one repeats); A,B,end (then the offer ends); "
    "A,(B,C) "
    "(repeats what is\n"
    "in brackets); A=0.4+B=0.6 for one attempt in a list; lottery:A=0.7,B=0.3 for all; "
    "cascade:A,B,S; explore:0.1/POLICY.\n"
    "turnout plan prints its plan as such a policy. Names with , * = in them stand in double "
    "quotes.\n"
    "Users know the policy and stop when what is promised is not worth the wait. Several policies "
    "with -o: each task\n"
    "draws one. With knows = \"policy\" the paper's users are played, over 100 million passes a "
    "second and core.";

struct Arguments {
  ScenarioArguments scenario;
  analysis::SimulateOptions simulate;
  double feedback_left = -1;  // as after a success
  std::string output;
  bool json = false;
};

/// Takes passes until a write fails.
using Sink = std::function<bool(const traffic::Pass&)>;

/// Plays users into a sink that counts.
Result<report::WrittenLog> play_into(const Arguments& arguments, const Sink& sink) {
  TURNOUT_TRY(auto scenario, arguments.scenario.read());
  report::WrittenLog log;
  log.tasks = static_cast<std::uint64_t>(arguments.simulate.tasks);
  log.output = store::without_password(arguments.output);
  base::Progress progress("simulating passes", 0);
  TURNOUT_TRY(log.notes, analysis::simulate_log(
                             std::move(scenario), arguments.simulate,
                             [&](const traffic::Pass& pass) {
                               ++log.passes;
                               return sink(pass);
                             },
                             {[&](std::size_t passes) { progress.step(passes); }, interruption()}));
  return log;
}

Result<report::WrittenLog> write_store(const Arguments& arguments) {
  TURNOUT_TRY(auto store,
              store::open_store(arguments.output, store::Access::kCreate, interruption()));
  std::vector<traffic::Pass> batch;
  base::Status status = base::Done{};
  const auto flush = [&] {
    auto stored = store->insert(batch);
    if (!stored) status = stored.error();
    batch.clear();
    return stored.has_value();
  };
  TURNOUT_TRY(auto log, play_into(arguments, [&](const traffic::Pass& pass) {
                batch.push_back(pass);
                return batch.size() < store->batch() || flush();
              }));
  if (!status || !flush()) return status.error();
  return log;
}

Result<report::WrittenLog> write_file(const Arguments& arguments) {
  TURNOUT_TRY(base::OutputFile out, arguments.output == "-"
                                        ? Result(base::OutputFile::standard_output())
                                        : base::OutputFile::create(arguments.output));
  const bool csv = arguments.output.ends_with(".csv");
  base::Status status = csv ? out.write(traffic::csv_header()) : base::Status(base::Done{});
  std::string line;
  TURNOUT_TRY(auto log, play_into(arguments, [&](const traffic::Pass& pass) {
                line.clear();
                (csv ? traffic::append_csv : traffic::append_json)(line, pass);
                status = out.write(line);
                return status.has_value();
              }));
  if (status) status = out.commit();
  if (!status) return status.error();
  return log;
}

Result<ExitCode> write_log(const Arguments& arguments) {
  TURNOUT_TRY(const auto log,
              store::is_store(arguments.output) ? write_store(arguments) : write_file(arguments));
  print_notes(log.notes);
  if (arguments.output == "-") return ExitCode::kDone;
  return print(arguments.json ? report::to_text(report::simulate_log_json(log))
                              : report::simulate_log_text(log));
}

Result<ExitCode> run(const Arguments& arguments) {
  if (!arguments.output.empty()) return write_log(arguments);
  TURNOUT_TRY(auto scenario, arguments.scenario.read());
  const auto& options = arguments.simulate;
  const std::size_t plays = options.compare.empty() ? options.policies.size() : 1;
  base::Progress progress("simulating tasks", static_cast<std::size_t>(options.tasks) * plays);
  TURNOUT_TRY(const auto answer,
              analysis::simulate_answer(
                  std::move(scenario), options,
                  {[&](std::size_t tasks) { progress.step(tasks); }, interruption()}));
  print_notes(answer.notes);
  return print(arguments.json ? report::to_text(report::simulate_json(answer))
                              : report::simulate_text(answer));
}

}  // namespace

void add_simulate(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "simulate", "Users and models of a scenario, played task by task: means, or a log");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  auto& options = arguments->simulate;
  auto& how = options.behaviour;
  const auto share = [&](const char* option, double& to, const char* what) {
    verb->add_option(option, to, what)->check(CLI::Range(0.0, 1.0))->option_text("SHARE");
  };
  const auto spread = [&](const char* option, double& to, const char* what) {
    verb->add_option(option, to, what)->check(CLI::Range(0.0, 3.0))->option_text("SIGMA");
  };
  verb->add_option("--policy", options.policies,
                   "a policy, see below; several: each on its own, or in one log")
      ->option_text("POLICY");
  verb->add_option("--compare", options.compare, "two policies with the same tasks, users and luck")
      ->expected(2)
      ->option_text("A B");
  verb->add_option("--tasks", options.tasks, "how many, 1 to 1e12 (default 1e5)")->option_text("N");
  verb->add_option("--seed", options.seed, "seed (default 1)")->option_text("N");
  verb->add_option("--threads", options.threads,
                   "the result is the same for any number (default: all cores)")
      ->check(CLI::Range(1, 1024))
      ->option_text("N");
  verb->add_option("-o,--output", arguments->output,
                   "write a log: FILE.jsonl, FILE.csv, - or a store")
      ->option_text("LOG");
  spread("--value-sigma", how.value_sigma, "V is lognormal with this sigma of its logarithm");
  spread("--latency-sigma", how.latency_sigma, "so are latencies, about their means");
  verb->add_option(
          "--latencies", options.latencies,
          "instead: drawn from a file with one latency a line, scaled to each model's mean")
      ->option_text("FILE");
  spread("--tokens-sigma", how.tokens_sigma,
         "output tokens are lognormal with this sigma, and latencies in proportion");
  share("--patience", how.patience,
        "probability that a failure does not make a user leave anyway (default 1)");
  share("--feedback", options.feedback,
        "with -o: share of ended tasks whose user says how they ended (default 0)");
  share("--feedback-left", arguments->feedback_left, "the same of users who left, if it differs");
  share("--leaves-solved", how.leaves_solved,
        "with -o: probability of never coming back after a solved task (default 0)");
  share("--leaves-unsolved", how.leaves_unsolved, "the same after an unsolved one (default 0)");
  verb->add_option("--span", how.span_s, "with -o: seconds that the log spans (default 30 days)")
      ->check(CLI::Range(1.0, 1e9))
      ->option_text("SECONDS");
  verb->add_option("--drift", options.drifts,
                   "a model changes: MODEL:FROM:LATENCY_FACTOR[:SUCCESS_FACTOR]")
      ->option_text("DRIFT");
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] {
    if (arguments->feedback_left >= 0) arguments->simulate.feedback_left = arguments->feedback_left;
    chosen = [arguments] { return run(*arguments); };
  });
}

}  // namespace turnout::program
