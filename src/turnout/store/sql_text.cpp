#include "turnout/store/sql_text.h"

#include <algorithm>

namespace turnout::store {

std::string fill_names(std::string_view sql,
                       const std::function<std::string(std::string_view)>& replace) {
  std::string filled;
  std::size_t at = 0;
  while (at < sql.size()) {
    const auto open = std::min(sql.find('{', at), sql.size());
    filled += sql.substr(at, open - at);
    if (open == sql.size()) break;
    const auto close = sql.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", open + 1);
    const bool is_name = close != std::string_view::npos && close > open + 1 && sql[close] == '}';
    filled += is_name ? replace(sql.substr(open + 1, close - open - 1)) : "{";
    at = is_name ? close + 1 : open + 1;
  }
  return filled;
}

}  // namespace turnout::store
