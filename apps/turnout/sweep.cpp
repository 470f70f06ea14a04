#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "sweep.h"
#include "turnout/analysis/sweep_answer.h"
#include "turnout/analysis/sweep_checkpoint.h"
#include "turnout/base/line_reader.h"
#include "turnout/base/output_file.h"
#include "turnout/base/progress.h"
#include "turnout/report/solution_report.h"
#include "turnout/report/sweep_report.h"
#include "verbs.h"

namespace turnout::program {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  turnout sweep examples/sweep.toml\n"
    "  turnout sweep examples/sweep.toml --games 1e8 --threads 2 --checkpoint /tmp/sweep.json "
    "--json\n"
    "  mpirun -np 4 turnout-mpi sweep examples/sweep.toml --games 1e10 --checkpoint "
    "/tmp/sweep.json";

struct Arguments {
  std::string spec, checkpoint;
  double games = 0;
  unsigned threads = 0;
  bool json = false;
};

base::Result<analysis::SweepPlan> plan(const Arguments& arguments) {
  return analysis::plan_sweep(arguments.spec, static_cast<std::uint64_t>(arguments.games));
}

volatile std::sig_atomic_t ended_by = 0;  // a signal
void end_by(int signal) { ended_by = signal; }

/// The sums on disk.
class Checkpoint {
 public:
  Checkpoint(std::string path, std::string fingerprint)
      : path_(std::move(path)), fingerprint_(std::move(fingerprint)) {}

  base::Result<landscape::SweepSums> read(const landscape::SweepSpec& spec) const {
    constexpr std::size_t kLargest = std::size_t{1} << 26U;
    landscape::SweepSums none;
    none.groups.resize(spec.statistics.size());
    if (path_.empty() || !std::filesystem::exists(path_)) return none;
    TURNOUT_TRY(auto saved, base::read_file(path_, kLargest));
    auto sums = analysis::read_checkpoint(saved, fingerprint_, path_);
    if (!sums) return sums.error();
    fmt::print(stderr, "turnout: note: going on from {}, {} of {} pieces are done\n", path_,
               sums->pieces_done, landscape::pieces_of(spec));
    return sums;
  }

  base::Status save(const landscape::SweepSums& sums) {
    if (path_.empty()) return base::Done{};
    last_saved_ = std::chrono::steady_clock::now();
    return base::write_file(path_, analysis::checkpoint_text(sums, fingerprint_));
  }

  base::Status save_if_due(const landscape::SweepSums& sums) {
    constexpr auto kBetween = std::chrono::seconds(2);
    return std::chrono::steady_clock::now() - last_saved_ < kBetween ? base::Done{} : save(sums);
  }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_, fingerprint_;
  std::chrono::steady_clock::time_point last_saved_ = std::chrono::steady_clock::now();
};

/// Says what was kept, and ends as the signal would have.
[[noreturn]] void end_by_signal(const landscape::SweepSpec& spec, const landscape::SweepSums& sums,
                                const Checkpoint& checkpoint, const Ranks& ranks) {
  fmt::print(stderr, "turnout: sweep: ended by signal {}{}, {} of {} pieces are done; {}\n",
             ended_by, ranks.count() > 1 ? " (has another rank ended?)" : "", sums.pieces_done,
             landscape::pieces_of(spec),
             checkpoint.path().empty()
                 ? "they are lost, for there is no --checkpoint"
                 : checkpoint.path() + " holds them, and the same command goes on from there");
  std::signal(ended_by, SIG_DFL);
  std::raise(ended_by);
  std::abort();
}

/// Ready, or why not, to rank 0 by rank; rank 0 answers all of them.
constexpr std::string_view kReady = "ready ";
constexpr std::string_view kStop = "stop";

/// Rank 0: waits until the others have read the same sweep.
base::Status gather(const Ranks& ranks, const analysis::SweepPlan& prepared) {
  base::Status all = base::Done{};
  for (std::uint64_t r = 1; r < ranks.count(); ++r) {
    const auto said = ranks.receive(r, [] { return ended_by != 0; });
    if (!said) return base::Error{base::ErrorCode::kInvalidValue, "was ended by a signal", "sweep"};
    if (!all || *said == std::string(kReady) + prepared.fingerprint) continue;
    all = base::Error{
        base::ErrorCode::kInvalidValue,
        said->starts_with(kReady)
            ? "has read another sweep than rank 0: its file, or a table that it names, differs"
            : *said,
        fmt::format("rank {}", r)};
  }
  return all;
}

base::Result<ExitCode> run_as_rank(const Arguments& arguments, const Ranks& ranks) {
  const auto prepared = plan(arguments);
  ranks.send(prepared ? std::string(kReady) + prepared->fingerprint
                      : fmt::format("{}, on {}", prepared.error().to_string(), machine_name()));
  const std::string from = ranks.broadcast({});
  if (from == kStop || !prepared) return ExitCode::kBadInput;  // rank 0 says why
  landscape::sweep_as_rank(prepared->spec, std::stoull(from), ranks.rank(), ranks.count(),
                           arguments.threads > 0 ? arguments.threads : ranks.processors(),
                           [&](const landscape::SweepSums& piece) {
                             ranks.send(analysis::checkpoint_text(piece, prepared->fingerprint));
                             return true;
                           });
  return ExitCode::kDone;
}

base::Result<landscape::SweepSums> add_up(const Arguments& arguments, const Ranks& ranks,
                                          const analysis::SweepPlan& prepared,
                                          Checkpoint& checkpoint, landscape::SweepSums sums) {
  base::Progress progress("solving games", prepared.spec.games);
  base::Status fine = base::Done{};
  const landscape::Ranks others{
      ranks.count(), [&](std::uint64_t rank) -> std::optional<landscape::SweepSums> {
        const auto text = ranks.receive(rank, [] { return ended_by != 0; });
        if (!text) return std::nullopt;
        auto piece = analysis::read_checkpoint(*text, prepared.fingerprint,
                                               fmt::format("what rank {} sent", rank));
        if (!piece) fine = piece.error();
        return piece ? std::optional(*std::move(piece)) : std::nullopt;
      }};
  const auto on_piece = [&](std::uint64_t games, const landscape::SweepSums& so_far) {
    progress.step(games);
    fine = checkpoint.save_if_due(so_far);
    return fine.has_value() && ended_by == 0;
  };
  sums = landscape::sweep(prepared.spec, std::move(sums),
                          arguments.threads > 0 ? arguments.threads : ranks.processors(), on_piece,
                          others);
  if (fine) fine = checkpoint.save(sums);
  if (!fine) return fine.error();
  return sums;
}

base::Result<ExitCode> run(const Arguments& arguments, ConnectRanks connect) {
  TURNOUT_TRY(auto connected, connect());
  const Ranks& ranks = *connected;
  if (ranks.rank() > 0) return run_as_rank(arguments, ranks);
  std::signal(SIGINT, end_by);
  std::signal(SIGTERM, end_by);
  const auto prepared = plan(arguments);
  if (prepared) print_notes(prepared->notes);
  Checkpoint checkpoint(arguments.checkpoint, prepared ? prepared->fingerprint : "");
  const base::Status gathered = gather(ranks, prepared ? *prepared : analysis::SweepPlan{});
  auto sums = !prepared   ? base::Result<landscape::SweepSums>(prepared.error())
              : !gathered ? base::Result<landscape::SweepSums>(gathered.error())
                          : checkpoint.read(prepared->spec);
  (void)ranks.broadcast(sums ? std::to_string(sums->pieces_done) : std::string(kStop));
  if (!sums) return sums.error();
  auto done = add_up(arguments, ranks, *prepared, checkpoint, *std::move(sums));
  if (done && done->pieces_done < landscape::pieces_of(prepared->spec))
    end_by_signal(prepared->spec, *done, checkpoint, ranks);
  if (!done) {
    fmt::print(stderr, "turnout: {}\n", done.error().to_string());
    ranks.abandon();
    return ExitCode::kBadInput;
  }
  const auto answer = analysis::sweep_answer(*prepared, *done);
  return print(arguments.json ? report::to_text(report::sweep_json(answer))
                              : report::sweep_text(answer));
}

}  // namespace

void add_sweep(CLI::App& program, Action& chosen) {
  add_sweep_over(program, chosen, refuse_others);
}

void add_sweep_over(CLI::App& program, Action& chosen, ConnectRanks connect) {
  auto* verb = program.add_subcommand("sweep", "Statistics of very many random games");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("spec", arguments->spec, "what is drawn and what is asked (TOML)")
      ->option_text("SPEC.toml")
      ->required();
  verb->add_option("--games", arguments->games, "how many games, instead of the file's number")
      ->check(CLI::Range(1.0, 1e12))
      ->option_text("N");
  verb->add_option("--threads", arguments->threads,
                   "of each process; default: all cores. The result is the same for any number")
      ->check(CLI::Range(1, 1024))
      ->option_text("N");
  verb->add_option("--checkpoint", arguments->checkpoint,
                   "keep the sums in this file every two seconds, and go on from it if it is there")
      ->option_text("FILE");
  add_output_options(*verb, arguments->json);
  verb->footer(kExamples);
  verb->callback([arguments, connect, &chosen] {
    chosen = [arguments, connect] { return run(*arguments, connect); };
  });
}

}  // namespace turnout::program
