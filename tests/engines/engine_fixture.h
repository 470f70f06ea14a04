#pragma once

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine_support.h"

namespace turnout {

/// An engine with an empty store.
class Engine : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "sqlite") {
      folder_ = std::filesystem::temp_directory_path() /
                fmt::format("turnout-engines-test-{}", ::getpid());
      std::filesystem::remove_all(folder_);
      std::filesystem::create_directory(folder_);
      source_ = "sqlite:" + (folder_ / "passes.db").string();
    } else if (GetParam() == "postgres") {
      empty_postgres();
      source_ = server("TURNOUT_TEST_POSTGRES");
    } else {
      empty_clickhouse("TURNOUT_TEST_CLICKHOUSE");
      empty_clickhouse("TURNOUT_TEST_CLICKHOUSE_2");
      source_ = server("TURNOUT_TEST_CLICKHOUSE");
      if (GetParam() == "cluster") {  // the other server's tables
        ASSERT_TRUE(store::open_store(server("TURNOUT_TEST_CLICKHOUSE_2"), store::Access::kCreate));
        source_ += "?cluster=pair";
      }
    }
    auto opened = store::open_store(source_, store::Access::kCreate);
    ASSERT_TRUE(opened) << opened.error().to_string();
    store_ = *std::move(opened);
  }
  void TearDown() override {
    store_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] std::vector<Pass> all() const {
    std::vector<Pass> passes;
    const auto done = store_->for_each([&](const Pass& pass) {
      passes.push_back(pass);
      return true;
    });
    EXPECT_TRUE(done) << done.error().to_string();
    return passes;
  }

  std::unique_ptr<PassStore> store_;
  std::string source_;
  std::filesystem::path folder_;
};

}  // namespace turnout
