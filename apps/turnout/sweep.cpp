#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "turnout/base/line_reader.h"
#include "turnout/base/output_file.h"
#include "turnout/base/progress.h"
#include "turnout/report/solution_report.h"
#include "turnout/report/sweep_report.h"
#include "turnout/scenario/sweep_spec.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout sweep examples/sweep.toml\n"
    "  turnout sweep examples/sweep.toml --games 1e8 --threads 2 --checkpoint /tmp/sweep.json --json";

struct Arguments {
  std::string spec, checkpoint;
  double games = 0;
  unsigned threads = 0;
  bool json = false;
};

/// FNV-1a of everything that decides the result.
std::string fingerprint_of(const std::string& text, const landscape::SweepSpec& spec) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto add = [&](const void* data, std::size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3ULL;
  };
  add(text.data(), text.size());
  add(&spec.games, sizeof spec.games);
  for (const auto& draw : spec.draw) add(draw.column.data(), draw.column.size() * sizeof(double));
  return fmt::format("{:016x}", hash);
}

base::Status save(const std::string& path, const std::string& text) {
  auto file = base::OutputFile::create(path);
  if (!file) return file.error();
  base::OutputFile out = *std::move(file);
  if (auto written = out.write(text); !written) return written;
  return out.commit();
}

base::Result<ExitCode> run(const Arguments& arguments) {
  constexpr std::size_t kLargest = std::size_t{1} << 20U;
  constexpr auto kBetweenCheckpoints = std::chrono::seconds(2);
  auto text = base::read_file(arguments.spec, kLargest);
  if (!text) return text.error();
  auto parsed =
      scenario::parse_sweep(*text, arguments.spec, std::filesystem::path(arguments.spec).parent_path().string());
  if (!parsed) return parsed.error();
  landscape::SweepSpec spec = *std::move(parsed);
  if (arguments.games > 0) spec.games = static_cast<std::uint64_t>(arguments.games);
  const std::string fingerprint = fingerprint_of(*text, spec);
  landscape::SweepSums sums;
  sums.groups.resize(spec.statistics.size());
  if (!arguments.checkpoint.empty() && std::filesystem::exists(arguments.checkpoint)) {
    auto saved = base::read_file(arguments.checkpoint, kLargest * 64);
    if (!saved) return saved.error();
    auto read = report::read_checkpoint(*saved, fingerprint, arguments.checkpoint);
    if (!read) return read.error();
    sums = *std::move(read);
    fmt::print(stderr, "turnout: note: going on from {}, {} of {} pieces are done\n", arguments.checkpoint,
               sums.pieces_done, landscape::pieces_of(spec));
  }
  base::Progress progress("solving games", spec.games);
  base::Status saving = base::Done{};
  auto last_saved = std::chrono::steady_clock::now();
  const unsigned threads =
      arguments.threads > 0 ? arguments.threads : std::max(1U, std::thread::hardware_concurrency());
  sums = landscape::sweep(spec, std::move(sums), threads, [&](std::uint64_t games, const landscape::SweepSums& so_far) {
    progress.step(games);
    const auto now = std::chrono::steady_clock::now();
    if (arguments.checkpoint.empty() || now - last_saved < kBetweenCheckpoints) return true;
    last_saved = now;
    saving = save(arguments.checkpoint, report::checkpoint_text(so_far, fingerprint));
    return saving.has_value();
  });
  if (!saving) return saving.error();
  if (!arguments.checkpoint.empty()) {
    if (auto saved = save(arguments.checkpoint, report::checkpoint_text(sums, fingerprint)); !saved)
      return saved.error();
  }
  return print(arguments.json ? report::to_text(report::sweep_json(spec, sums)) : report::sweep_text(spec, sums));
}

}  // namespace

void add_sweep(CLI::App& program, Action& chosen) {
  auto* verb = program.add_subcommand("sweep", "Statistics of very many random games");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("spec", arguments->spec, "what is drawn and what is asked (TOML)")
      ->option_text("SPEC.toml")
      ->required();
  verb->add_option("--games", arguments->games, "how many games, instead of the file's number")
      ->check(CLI::Range(1.0, 1e12))
      ->option_text("N");
  verb->add_option("--threads", arguments->threads, "default: all cores; the result is the same for any number")
      ->check(CLI::Range(1, 1024))
      ->option_text("N");
  verb->add_option("--checkpoint", arguments->checkpoint,
                   "keep the sums in this file every two seconds, and go on from it if it is there")
      ->option_text("FILE");
  verb->add_flag("--json", arguments->json, "print JSON");
  verb->footer(kExamples);
  verb->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace turnout::program
