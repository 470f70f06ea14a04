#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace turnout::store {

/// Reads big-endian fields from the front of a message of PostgreSQL's binary COPY; `whole` turns
/// false where one is missing or of another size than its type.
class CopiedFields {
 public:
  explicit CopiedFields(std::string_view from) : from_(from) {}
  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] bool at_end() const { return from_.empty(); }

  /// Reads what comes before the columns of a row: the format's header may be there.
  /// @returns how many columns follow; nothing for a header alone and for the format's trailer.
  std::optional<std::int16_t> begin() {
    constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);
    if (from_.starts_with(kSignature)) {
      take(kSignature.size() + sizeof(std::uint32_t));  // flags
      take(bare<std::uint32_t>());                      // an extension of the header
      if (whole_ && from_.empty()) return std::nullopt;
    }
    const auto columns = bare<std::int16_t>();
    if (columns == -1 && whole_ && from_.empty()) return std::nullopt;
    return columns;
  }
  /// @returns the bytes of a field; nothing for NULL.
  std::optional<std::string_view> field() {
    const auto size = bare<std::int32_t>();
    if (size < 0) return std::nullopt;
    return take(static_cast<std::size_t>(size));
  }
  /// @returns the integer whose bytes a field is.
  template <class Integer>
  static Integer number(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8U | static_cast<unsigned char>(byte);
    return static_cast<Integer>(value);
  }
  /// A field that must not be NULL.
  template <class Integer>
  Integer integer() {
    const auto bytes = field();
    if (!bytes || bytes->size() != sizeof(Integer)) return wrong<Integer>();
    return number<Integer>(*bytes);
  }
  double real() { return std::bit_cast<double>(integer<std::uint64_t>()); }
  std::optional<std::int64_t> integer_or_null() {
    const auto bytes = field();
    if (!bytes) return std::nullopt;
    if (bytes->size() != sizeof(std::int64_t)) return wrong<std::int64_t>();
    return number<std::int64_t>(*bytes);
  }
  std::optional<double> real_or_null() {
    const auto bits = integer_or_null();
    if (!bits) return std::nullopt;
    return std::bit_cast<double>(*bits);
  }
  /// NULL is empty text.
  std::string_view text() { return field().value_or(std::string_view()); }

 private:
  template <class Integer>
  Integer bare() {
    return number<Integer>(take(sizeof(Integer)));
  }
  template <class Integer>
  Integer wrong() {
    whole_ = false;
    return {};
  }
  std::string_view take(std::size_t bytes) {
    if (from_.size() < bytes) {
      whole_ = false;
      from_ = {};
      return {};
    }
    const auto taken = from_.substr(0, bytes);
    from_.remove_prefix(bytes);
    return taken;
  }

  std::string_view from_;
  bool whole_ = true;
};

}  // namespace turnout::store
