#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "turnout/traffic/pass_reader.h"
#include "turnout/traffic/pass_writer.h"

/// No bytes may crash a reader of passes, and what is read must be sound and read back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace turnout::traffic;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const bool csv : {false, true}) {
    auto reader =
        csv ? csv_reader(ByteSource::over(bytes, "f")) : json_reader(ByteSource::over(bytes, "f"));
    Pass pass;
    for (;;) {
      const auto more = reader->next(pass);
      if (!more || !*more) break;
      if (defect_of(pass) != Defect::kNone) std::abort();
      std::string line = csv ? csv_header() : "";
      (csv ? append_csv : append_json)(line, pass);
      auto again =
          csv ? csv_reader(ByteSource::over(line, "g")) : json_reader(ByteSource::over(line, "g"));
      Pass same;
      const auto read = again->next(same);
      if (!read || !*read || !(same == pass)) std::abort();
    }
  }
  return 0;
}
