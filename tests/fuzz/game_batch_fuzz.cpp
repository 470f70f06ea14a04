// Any bytes are a batch or an error in one line; no NaN or infinity is ever written.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "turnout/scenario/game_batch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string path = "/dev/shm/turnout_fuzz_" + std::to_string(::getpid());
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto rows = turnout::base::LineReader::over(text, "fuzz.csv");
  {
    auto file = turnout::base::OutputFile::create(path);
    if (!file) std::abort();
    turnout::base::OutputFile out = *std::move(file);
    const auto solved = turnout::scenario::solve_batch(rows, out, [](std::size_t) {});
    if (!solved) {
      if (solved.error().to_string().empty()) std::abort();
      return 0;
    }
    if (!out.commit()) std::abort();
  }
  std::ostringstream written;
  written << std::ifstream(path).rdbuf();
  // The answers follow the row's regime; an id may say anything.
  std::istringstream lines(written.str());
  for (std::string line; std::getline(lines, line);) {
    const auto answers = line.rfind("-latency,") != std::string::npos ? line.rfind("-latency,")
                                                                      : line.rfind("-value,");
    if (answers == std::string::npos) continue;
    const std::string_view rest = std::string_view(line).substr(answers);
    if (rest.find("nan") != std::string_view::npos || rest.find("inf") != std::string_view::npos)
      std::abort();
  }
  return 0;
}
