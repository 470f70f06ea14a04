#pragma once

#include <toml++/toml.h>

#include <string>
#include <vector>

#include "turnout/gateway/config.h"
#include "turnout/gateway/config_table.h"

namespace turnout::gateway {

/// Fills a Config from the tables of a file, one after the other, and notes what is wrong. Its tables
/// are kept until together() has looked at what only several of them say.
class ConfigReader {
 public:
  /// @param root, problems  must outlive the reader
  ConfigReader(const toml::table& root, ConfigProblems& problems)
      : root_(&root, "", problems), policy_(nullptr, "", problems), listen_(policy_) {}
  Config read();

 private:
  void read_listen();
  void read_store();
  void read_log();
  void read_policy();
  void read_upstream(ConfigTable& table);
  static void read_upstream_key(ConfigTable& table, Upstream& upstream);
  void read_model(ConfigTable& table);
  static void read_parameters(ConfigTable& table, Rung& rung);
  static void read_price(ConfigTable& table, Rung& rung);
  void read_key(ConfigTable& table);
  void check_policy();
  void check_aliases();
  void check_keys();
  void check_prices();

  Config config_;
  ConfigTable root_, policy_, listen_;
  std::vector<ConfigTable> upstreams_, models_, keys_;
};

}  // namespace turnout::gateway
