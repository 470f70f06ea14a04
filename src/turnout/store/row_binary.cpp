#include "turnout/store/row_binary.h"

#include <bit>
#include <cstring>

namespace turnout::store {
namespace {

static_assert(std::endian::native == std::endian::little,
              "RowBinary is little-endian, as all machines that we build for");

template <class Number>
void append_number(std::string& to, Number value) {
  char bytes[sizeof value];  // NOLINT(modernize-avoid-c-arrays)
  std::memcpy(bytes, &value, sizeof value);
  to.append(bytes, sizeof value);
}

template <class Number>
void append_nullable(std::string& to, const std::optional<Number>& value) {
  to += value ? '\0' : '\1';
  if (value) append_number(to, *value);
}

/// Reads from the front of bytes; `whole` turns false where they end too early.
class Taker {
 public:
  explicit Taker(std::string_view from) : from_(from) {}
  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] std::string_view rest() const { return from_; }

  template <class Number>
  Number number() {
    Number value{};
    if (from_.size() < sizeof value) {
      whole_ = false;
      return value;
    }
    std::memcpy(&value, from_.data(), sizeof value);
    from_.remove_prefix(sizeof value);
    return value;
  }

  template <class Number>
  std::optional<Number> nullable() {
    if (number<std::uint8_t>() != 0) return std::nullopt;
    return number<Number>();
  }

  std::size_t size() {
    std::size_t size = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = number<std::uint8_t>();
      size |= static_cast<std::size_t>(byte & 0x7fU) << shift;
      if (byte < 0x80 || !whole_ || shift > 56) return size;
    }
  }

  std::string_view text() {
    const std::size_t size = this->size();
    if (!whole_ || from_.size() < size) {
      whole_ = false;
      return {};
    }
    const auto text = from_.substr(0, size);
    from_.remove_prefix(size);
    return text;
  }

 private:
  std::string_view from_;
  bool whole_ = true;
};

/// Takes something off the front of `from` if it is whole.
template <class Value, class Read>
bool take(std::string_view& from, Value& value, const Read& read) {
  Taker row(from);
  value = read(row);
  if (!row.whole()) return false;
  from = row.rest();
  return true;
}

}  // namespace

void append_fixed(std::string& to, std::uint64_t value) { append_number(to, value); }
void append_fixed(std::string& to, std::int64_t value) { append_number(to, value); }

void append_size(std::string& to, std::size_t size) {  // LEB128
  for (; size >= 0x80; size >>= 7U) to += static_cast<char>(size | 0x80U);
  to += static_cast<char>(size);
}

void append_text(std::string& to, std::string_view text) {
  append_size(to, text.size());
  to += text;
}

void append_key(std::string& to, const traffic::Pass& pass) {
  append_text(to, pass.task_id);
  append_number(to, static_cast<std::uint32_t>(pass.attempt));
}

void append_row_binary(std::string& to, const traffic::Pass& pass) {
  append_key(to, pass);
  append_text(to, pass.user_id);
  append_text(to, pass.model);
  append_number(to, pass.started_us);
  append_number(to, pass.latency_s);
  append_nullable(to, pass.ttft_s);
  append_nullable(to, pass.input_tokens);
  append_nullable(to, pass.output_tokens);
  append_nullable(to, pass.cost_usd);
  append_number(to, static_cast<std::uint8_t>(pass.outcome));
  append_number(to, static_cast<std::uint8_t>(pass.ending));
  append_text(to, pass.policy_id);
  append_nullable(to, pass.propensity);
}

bool take_row_binary(std::string_view& from, traffic::Pass& pass) {
  Taker row(from);
  pass.task_id = row.text();
  pass.attempt = row.number<std::uint32_t>();
  pass.user_id = row.text();
  pass.model = row.text();
  pass.started_us = row.number<std::int64_t>();
  pass.latency_s = row.number<double>();
  pass.ttft_s = row.nullable<double>();
  pass.input_tokens = row.nullable<std::int64_t>();
  pass.output_tokens = row.nullable<std::int64_t>();
  pass.cost_usd = row.nullable<double>();
  pass.outcome = static_cast<traffic::Outcome>(row.number<std::uint8_t>());
  pass.ending = static_cast<traffic::Ending>(row.number<std::uint8_t>());
  pass.policy_id = row.text();
  pass.propensity = row.nullable<double>();
  if (!row.whole()) return false;
  from = row.rest();
  return true;
}

bool take_key(std::string_view& from, PassKey& key) {
  return take(from, key, [](Taker& row) {
    const auto task = row.text();
    return PassKey{task, row.number<std::uint32_t>()};
  });
}

bool take_fixed(std::string_view& from, std::uint64_t& value) {
  return take(from, value, [](Taker& row) { return row.number<std::uint64_t>(); });
}
bool take_fixed(std::string_view& from, std::int64_t& value) {
  return take(from, value, [](Taker& row) { return row.number<std::int64_t>(); });
}
bool take_size(std::string_view& from, std::size_t& size) {
  return take(from, size, [](Taker& row) { return row.size(); });
}
bool take_text(std::string_view& from, std::string& text) {
  return take(from, text, [](Taker& row) { return row.text(); });
}

}  // namespace turnout::store
