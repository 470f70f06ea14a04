#include "answer_verb.h"
#include "turnout/base/number_text.h"
#include "turnout/base/output_file.h"
#include "turnout/drawing/response_figure.h"
#include "turnout/report/response_report.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout response examples/gpt-4.1.toml --points 11\n"
    "  turnout response examples/gpt-4.1.toml --csv > response.csv\n"
    "  turnout response examples/gpt-4.1.toml -o response.svg";

struct Arguments {
  ScenarioArguments scenario;
  analysis::ResponseOptions options;
  bool csv = false;
  bool json = false;
  std::string output;
};

/// The user's response and both payoffs over s as a picture, or the table as CSV.
base::Status write_file(const std::string& path, const analysis::PaperScenario& paper,
                        const std::string& csv) {
  const std::string format = drawing::picture_format(path);
  std::string bytes = csv;
  if (!format.empty()) {
    TURNOUT_TRY(bytes,
                drawing::picture(format, drawing::kResponseSize, [&](drawing::Canvas& canvas) {
                  drawing::draw_response(canvas, paper);
                }));
  }
  return base::write_file(path, bytes);
}

base::Status check_output(const std::string& path) {
  if (path.empty() || path.ends_with(".csv") || !drawing::picture_format(path).empty())
    return base::Done{};
  return base::Error{base::ErrorCode::kInvalidValue,
                     base::in_quotes(path) + " must end in .svg, .png, .pdf or .csv", "--output"};
}

base::Result<ExitCode> run(const Arguments& arguments) {
  TURNOUT_CHECK(check_output(arguments.output));
  TURNOUT_TRY(auto scenario, arguments.scenario.read());
  TURNOUT_TRY(const auto answer, analysis::response_answer(std::move(scenario), arguments.options));
  if (!arguments.output.empty()) {
    TURNOUT_CHECK(write_file(arguments.output, answer.paper, report::response_csv(answer)));
  }
  const auto text = arguments.csv ? report::response_csv : report::response_text;
  return print_answer(answer, {text, report::response_json}, arguments.json);
}

}  // namespace

void add_response(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand(
      "response", "The user's best response and both payoffs as functions of s");
  auto arguments = std::make_shared<Arguments>();
  arguments->scenario.add_to(*verb);
  verb->add_option("--points", arguments->options.points,
                   "number of equally spaced s, 2 to 1000000 (default 21)")
      ->option_text("N");
  auto* csv = verb->add_flag("--csv", arguments->csv, "print CSV");
  add_output_options(*verb, arguments->json)->excludes(csv);
  verb->add_option("-o,--output", arguments->output, "picture (.svg, .png, .pdf) or data (.csv)")
      ->option_text("FILE");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
