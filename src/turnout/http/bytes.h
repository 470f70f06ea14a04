#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace turnout::http {

/// Bytes of a message. Unlike a string's they are not set to anything before they are read into: a
/// long history is written once.
class Bytes {
 public:
  [[nodiscard]] char* data() { return bytes_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::string_view view() const { return {bytes_.get(), size_}; }
  /// Room for so many bytes in all. What is there stays.
  void reserve(std::size_t capacity) {
    if (capacity <= capacity_) return;
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
    capacity_ = capacity;
  }
  /// Makes it so long; new bytes may be anything. Within the room that was reserved.
  void resize(std::size_t size) {
    reserve(size);
    size_ = size;
  }
  void append(std::string_view bytes) {
    if (size_ + bytes.size() > capacity_) reserve(std::max(2 * capacity_, size_ + bytes.size()));
    if (!bytes.empty()) std::memcpy(bytes_.get() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void assign(std::string_view bytes) {
    size_ = 0;
    append(bytes);
  }
  /// Gives the memory back.
  void clear() { *this = Bytes(); }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0, capacity_ = 0;
};

}  // namespace turnout::http
