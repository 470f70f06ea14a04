#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <utility>

#include "scenario_arguments.h"
#include "serving.h"
#include "turnout/base/line_reader.h"
#include "turnout/window/window.h"
#include "verbs.h"

namespace turnout::program {
namespace {

using base::Result;

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout explore\n"
    "  turnout explore examples/gpt-4.1.toml --set P=0.5\n"
    "  turnout explore examples/four-models.toml --port 0\n"
    "Open the address that is printed in a browser of this machine. The page asks this program,\n"
    "and whoever likes may ask it too: /v1/explore/openapi.json at that address describes how.\n"
    "It reads no file but the scenario, keeps nothing, and has no password: an address other than\n"
    "this machine's own lets whoever reaches it ask.";

struct Arguments {
  std::string path;
  std::vector<std::string> settings;
  std::string listen = "127.0.0.1:8090";
  std::optional<std::uint16_t> port;
};

Result<window::WrittenScenario> written(const Arguments& arguments) {
  auto scenario = window::example_scenario();
  if (!arguments.path.empty()) {
    const bool is_file = arguments.path != "-";
    TURNOUT_TRY(scenario.text, base::read_file(arguments.path, scenario::kLargestScenario));
    scenario.source = is_file ? arguments.path : "standard input";
    scenario.folder =
        is_file ? std::filesystem::path(arguments.path).parent_path().string() : std::string();
  }
  scenario.settings = arguments.settings;
  TURNOUT_CHECK(window::read(scenario));
  return scenario;
}

Result<ExitCode> run(const Arguments& arguments) {
  constexpr std::int64_t kDrain = 500'000;
  http::ServerOptions options;
  TURNOUT_CHECK(read_listen("--listen", arguments.listen, options));
  options.port = arguments.port.value_or(options.port);
  options.most_connections = 256;
  // A scenario is part of the target, and each of its bytes may be written as three.
  options.longest_head = 4 * window::kLargestAskedScenario;
  options.longest_body = 0;
  TURNOUT_TRY(auto scenario, written(arguments));
  window::Window window({std::move(scenario), options.address});
  TURNOUT_TRY(const auto server, http::Server::open(options, window));
  TURNOUT_CHECK(print(fmt::format("listening on {}/\n", url_of(options, *server))));
  serve_until_signal(*server, kDrain);
  return ExitCode::kDone;
}

}  // namespace

void add_explore(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "explore", "A page on which a scenario is moved and looked at, and the interface behind it");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("scenario", arguments->path,
                   "scenario file (TOML), or - for standard input (default: an example)")
      ->option_text("SCENARIO");
  add_settings(*verb, arguments->settings);
  auto* listen = verb->add_option("--listen", arguments->listen,
                                  "where; port 0: any that is free (default 127.0.0.1:8090)")
                     ->option_text("ADDRESS:PORT");
  verb->add_option("--port", arguments->port, "on 127.0.0.1; 0: any that is free")
      ->check(CLI::Range(0, 65'535))
      ->excludes(listen)
      ->option_text("PORT");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
