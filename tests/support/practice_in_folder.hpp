#pragma once
/// @file For tests of commands: a practice of made-up people in a data folder that nobody has open.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "features/demo/demo.hpp"
#include "server/open_house.hpp"

namespace rapport::server {

class PracticeInFolder : public ::testing::Test {
 protected:
  explicit PracticeInFolder(int clients) { options_.clients = clients; }
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "rapport-command-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    settings_.data = folder_ + "/data";
    in_house([&](House& house) {
      const auto made = demo::make_demo(house, options_);
      ASSERT_TRUE(made);
      accounts_ = *made;
    });
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void in_house(const std::function<void(House& house)>& f) {
    const auto open = OpenHouse::open(settings_, clock_);
    ASSERT_TRUE(open) << open.error().detail;
    f((*open)->house());
  }
  static Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(20); }

  ManualClock clock_{from_micros(1'795'000'000'000'000)};
  config::Settings settings_;
  std::string folder_;
  std::vector<demo::DemoAccount> accounts_;
  std::ostringstream out_, errors_;

 private:
  demo::DemoOptions options_;
};

}  // namespace rapport::server
