#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace turnout::base {

/// A map from 64-bit hashes or numbers, in one array: no allocation an entry, and a line of cache or two
/// a look-up. The array grows by quarters, so that three to four of five slots are in use. Keys that
/// others can choose must be hashes with a secret. What a pointer points to moves with the next change.
template <class Value>
class FlatMap {
 public:
  /// @returns the value of a key; nullptr if there is none.
  [[nodiscard]] const Value* find(std::uint64_t key) const {
    const Slot* slot = slots_.empty() ? nullptr : &slots_[place_of(known(key))];
    return slot == nullptr || slot->key == kFree ? nullptr : &slot->value;
  }
  [[nodiscard]] Value* find(std::uint64_t key) {
    return const_cast<Value*>(std::as_const(*this).find(key));  // NOLINT(*-const-cast)
  }

  /// Gives a key a value. @returns whether it had none.
  bool set(std::uint64_t key, Value value) {
    if (5 * (size_ + 1) > 4 * slots_.size()) resize(kFewest + slots_.size() + slots_.size() / 4);
    Slot& slot = slots_[place_of(known(key))];
    const bool is_new = slot.key == kFree;
    slot.key = known(key);
    slot.value = std::move(value);
    size_ += is_new ? 1 : 0;
    return is_new;
  }

  /// Makes room for so many entries in all, to be filled without growing on the way.
  void reserve(std::size_t entries) {
    const std::size_t slots = kFewest + entries + entries / 4;
    if (slots > slots_.size()) resize(slots);
  }

  void erase(std::uint64_t key) {
    if (slots_.empty()) return;
    std::size_t hole = place_of(known(key));
    if (slots_[hole].key == kFree) return;
    --size_;
    // What was put behind its own place for want of room moves up (Knuth, vol. 3, 6.4, algorithm R).
    for (std::size_t at = next(hole); slots_[at].key != kFree; at = next(at)) {
      if (distance(home(slots_[at].key), at) < distance(hole, at)) continue;
      slots_[hole] = std::move(slots_[at]);
      hole = at;
    }
    slots_[hole] = Slot{};
  }

  /// Erases all entries of which `goes(key, value)` is true.
  template <class Goes>
  void erase_if(const Goes& goes) {
    std::vector<std::uint64_t> keys;
    for (const Slot& slot : slots_) {
      if (slot.key != kFree && goes(slot.key, slot.value)) keys.push_back(slot.key);
    }
    for (const std::uint64_t key : keys) erase(key);
  }

  /// Calls back with `(key, value)` of each entry, in no order.
  template <class Use>
  void for_each(const Use& use) const {
    for (const Slot& slot : slots_) {
      if (slot.key != kFree) use(slot.key, slot.value);
    }
  }

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  static constexpr std::uint64_t kFree = 0;
  static constexpr std::size_t kFewest = 16;
  struct Slot {
    std::uint64_t key = kFree;
    Value value{};
  };

  /// 0 stands for none, so that it shares a place with 1: of hashes neither is seen twice, numbers
  /// must be others.
  static std::uint64_t known(std::uint64_t key) { return key == kFree ? 1 : key; }
  /// Where a key is if that place is free: its product with the golden ratio (Knuth, vol. 3, 6.4) says
  /// at which part of the array.
  [[nodiscard]] std::size_t home(std::uint64_t key) const {
    __extension__ using Wide = unsigned __int128;
    const std::uint64_t spread = key * 0x9e3779b97f4a7c15ULL;
    return static_cast<std::size_t>(Wide{spread} * slots_.size() >> 64U);
  }
  [[nodiscard]] std::size_t next(std::size_t place) const {
    return place + 1 == slots_.size() ? 0 : place + 1;
  }
  [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const {
    return to >= from ? to - from : to + slots_.size() - from;
  }
  /// Where a key is, or would be put.
  [[nodiscard]] std::size_t place_of(std::uint64_t key) const {
    std::size_t place = home(key);
    while (slots_[place].key != key && slots_[place].key != kFree) place = next(place);
    return place;
  }
  void resize(std::size_t slots) {
    std::vector<Slot> before = std::exchange(slots_, std::vector<Slot>(slots));
    for (Slot& slot : before) {
      if (slot.key != kFree) slots_[place_of(slot.key)] = std::move(slot);
    }
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace turnout::base
