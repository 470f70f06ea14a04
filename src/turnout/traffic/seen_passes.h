#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "turnout/base/flat_map.h"

namespace turnout::traffic {

/// The passes that keys were seen with. Where task and pass have this matcher's own numbers
/// (TaskMatcher::Options::first) the halves of those that count are all that is kept.
class SeenPasses {
 public:
  struct Pass {
    std::uint64_t task = 0, pass = 0;
  };
  /// @param first  own numbers are those whose upper half is this one's
  explicit SeenPasses(std::uint64_t first) : upper_(first >> kHalf << kHalf) {}

  [[nodiscard]] std::optional<Pass> find(std::uint64_t key) const {
    if (const Halves* halves = own_.find(key))
      return Pass{upper_ | halves->task, upper_ | halves->pass};
    const Pass* pass = others_.size() == 0 ? nullptr : others_.find(key);
    return pass == nullptr ? std::nullopt : std::optional(*pass);
  }
  /// @returns whether the key is new.
  bool set(std::uint64_t key, const Pass& pass) {
    if (is_own(pass.task) && is_own(pass.pass)) {
      const bool is_new = own_.set(key, {half(pass.task), half(pass.pass)});
      return is_new && !erase_from(others_, key);
    }
    const bool is_new = others_.set(key, pass);
    return is_new && !erase_from(own_, key);
  }
  void erase(std::uint64_t key) {
    erase_from(own_, key);
    erase_from(others_, key);
  }

 private:
  static constexpr unsigned kHalf = 32;
  struct Halves {
    std::uint32_t task = 0, pass = 0;
  };

  static std::uint32_t half(std::uint64_t number) { return static_cast<std::uint32_t>(number); }
  [[nodiscard]] bool is_own(std::uint64_t number) const {
    return number >> kHalf << kHalf == upper_;
  }
  template <class Value>
  static bool erase_from(base::FlatMap<Value>& map, std::uint64_t key) {
    const std::size_t before = map.size();
    if (before > 0) map.erase(key);
    return map.size() < before;
  }

  std::uint64_t upper_;
  base::FlatMap<Halves> own_;
  base::FlatMap<Pass> others_;
};

}  // namespace turnout::traffic
