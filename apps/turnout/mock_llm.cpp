#include "turnout/mock/mock_llm.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "scenario_arguments.h"
#include "serving.h"
#include "turnout/base/line_reader.h"
#include "verbs.h"

namespace turnout::program {
namespace {

using base::Result;

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout mock-llm examples/four-models.toml\n"
    "  turnout mock-llm examples/hard-tasks.toml --listen 127.0.0.1:0 --speedup 1000\n"
    "  turnout mock-llm examples/gsm8k.toml --outcomes catalog/outcomes/gsm8k.csv\n"
    "  turnout mock-llm examples/four-models.toml --errors 0.01 --cut 0.01 --hang 0.001\n"
    "Point a client of OpenAI or Anthropic at the address that is printed; its models are the\n"
    "scenario's. Whether an answer is right depends on the seed, the task and how often the model\n"
    "tried it, on nothing else. The task is the one that the user's text names in its first line,\n"
    "\"task 17: ...\", or the text itself; answers end with [turnout:solved] or [turnout:failed].\n"
    "A prompt asks for an error, a time or a call of a tool by [turnout:fail 503 1], by\n"
    "[turnout:slow 2], by [turnout:call TOOL {}].";

struct Arguments {
  ScenarioArguments scenario;
  std::string listen = "127.0.0.1:9100";
  std::string outcomes;
  unsigned threads = 1;
  mock::MockOptions mock;
};

Result<scenario::Scenario> read(const Arguments& arguments) {
  TURNOUT_TRY(auto scenario, arguments.scenario.read());
  if (arguments.outcomes.empty()) return scenario;
  TURNOUT_TRY(base::LineReader rows, base::LineReader::open(arguments.outcomes));
  TURNOUT_TRY(const auto table, outcomes::read_outcomes(rows, {scenario.names, ""}));
  TURNOUT_TRY(scenario.outcomes, table.of_models(scenario.names).within(arguments.outcomes));
  scenario.difficulty.reset();
  return scenario;
}

base::Status check(const mock::Faults& faults) {
  const double sum =
      faults.errors + faults.rate_limited + faults.hangs + faults.cuts + faults.garbage;
  if (sum <= 1) return base::Done{};
  return base::Error{base::ErrorCode::kInvalidValue,
                     fmt::format("the shares of faults sum to {}, must be at most 1", sum),
                     "mock-llm"};
}

Result<ExitCode> run(const Arguments& arguments) {
  constexpr std::int64_t kDrain = 500'000;
  TURNOUT_CHECK(check(arguments.mock.faults));
  http::ServerOptions options;
  options.threads = arguments.threads;
  TURNOUT_CHECK(read_listen("--listen", arguments.listen, options));
  TURNOUT_TRY(const auto scenario, read(arguments));
  mock::MockLlm models(scenario, arguments.mock);
  TURNOUT_TRY(const auto server, http::Server::open(options, models));
  TURNOUT_CHECK(print(fmt::format("listening on {}\n", url_of(options, *server))));
  serve_until_signal(*server, kDrain);
  return ExitCode::kDone;
}

void add_times(CLI::App& verb, mock::MockOptions& mock) {
  const auto spread = [&](const char* option, double& to, const char* what) {
    verb.add_option(option, to, what)->check(CLI::Range(0.0, 3.0))->option_text("SIGMA");
  };
  verb.add_option("--speedup", mock.speedup, "all times are divided by it (default 1)")
      ->check(CLI::Range(1e-3, 1e9))
      ->option_text("X");
  spread(
      "--latency-sigma", mock.latency_sigma,
      "latencies are lognormal about their means with this sigma of their logarithm (default 0)");
  verb.add_option("--tokens", mock.tokens, "mean number of an answer's tokens (default 300)")
      ->check(CLI::Range(2.0, 1e5))
      ->option_text("N");
  spread("--tokens-sigma", mock.tokens_sigma,
         "they are lognormal with this sigma, and latencies in proportion (default 0)");
  verb.add_option("--parts", mock.parts, "most parts of a stream's text (default 20)")
      ->check(CLI::Range(2, 100'000))
      ->option_text("N");
}

void add_faults(CLI::App& verb, mock::Faults& faults) {
  const auto share = [&](const char* option, double& to, const char* what) {
    verb.add_option(option, to, what)
        ->check(CLI::Range(0.0, 1.0))
        ->option_text("SHARE")
        ->group("Faults, each for a share of the requests");
  };
  share("--errors", faults.errors, "status 500, or 529 in Anthropic's shape");
  share("--rate-limited", faults.rate_limited, "status 429");
  share("--hang", faults.hangs, "nothing comes for an hour");
  share("--cut", faults.cuts, "the connection closes in the middle of the answer");
  share("--garbage", faults.garbage, "status 200, and what is neither JSON nor a stream");
}

}  // namespace

void add_mock_llm(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "mock-llm", "A scenario's models behind the interfaces of OpenAI and Anthropic, for tests");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  verb->add_option("--listen", arguments->listen,
                   "where; port 0: any that is free (default 127.0.0.1:9100)")
      ->option_text("ADDRESS:PORT");
  verb->add_option("--outcomes", arguments->outcomes,
                   "models solve what they did in this table (docs/formats.md, \"Outcomes\")")
      ->option_text("FILE");
  verb->add_option("--seed", arguments->mock.seed, "seed of tasks and luck (default 1)")
      ->option_text("N");
  verb->add_option("--threads", arguments->threads, "threads that serve (default 1)")
      ->check(CLI::Range(1, 64))
      ->option_text("N");
  add_times(*verb, arguments->mock);
  add_faults(*verb, arguments->mock.faults);
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
