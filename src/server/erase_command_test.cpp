#include "server/erase_command.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "features/demo/demo.hpp"
#include "features/people/people.hpp"
#include "server/measure_commands.hpp"
#include "server/open_house.hpp"

namespace rapport::server {
namespace {

namespace fs = std::filesystem;

class EraseCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "rapport-erase-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    settings_.data = folder_ + "/data";
    const auto open = OpenHouse::open(settings_, clock_);
    ASSERT_TRUE(open) << open.error().detail;
    demo::DemoOptions options;
    options.clients = 2;
    const auto made = demo::make_demo((*open)->house(), options);
    ASSERT_TRUE(made);
    for (const auto& account : *made) {
      if (account.role == "client") logins_.push_back(account.login);
    }
    ASSERT_EQ(logins_.size(), 2U);
  }
  void TearDown() override { fs::remove_all(folder_); }

  int erase(const std::string& login, bool is_sure) { return erase_client(settings_, login, is_sure, out_, errors_); }
  bool is_there(const std::string& login) {
    const auto open = OpenHouse::open(settings_, clock_);
    auto& house = (*open)->house();
    return house.db
        .read(std::chrono::steady_clock::now() + std::chrono::seconds(20),
              [&](store::ReadTx& tx) -> Result<bool> {
                return people::find_account_by_login(tx, access::login_digest(house.root, login)).has_value();
              })
        .value();
  }

  SystemClock clock_;
  std::string folder_;
  config::Settings settings_;
  std::vector<std::string> logins_;
  std::ostringstream out_;
  std::ostringstream errors_;
};

TEST_F(EraseCommand, SaysWhatBecomesOfItAndDoesItOnlyWhenSure) {
  settings_.practice_retention = "none";
  ASSERT_EQ(erase(logins_[0], false), kDone) << errors_.str();
  EXPECT_NE(out_.str().find("will be erased"), std::string::npos) << out_.str();
  EXPECT_TRUE(is_there(logins_[0]));
  ASSERT_EQ(erase(logins_[0], true), kDone) << errors_.str();
  EXPECT_NE(out_.str().find("Erased. From "), std::string::npos) << out_.str();
  EXPECT_FALSE(is_there(logins_[0]));
  EXPECT_TRUE(is_there(logins_[1]));
}

TEST_F(EraseCommand, LocksWhatALawWantsKept) {
  settings_.practice_country = "DE";
  ASSERT_EQ(erase(logins_[0], false), kDone) << errors_.str();
  EXPECT_NE(out_.str().find("§ 630f BGB"), std::string::npos) << out_.str();
  ASSERT_EQ(erase(logins_[0], true), kDone) << errors_.str();
  EXPECT_NE(out_.str().find("record locked"), std::string::npos) << out_.str();
}

TEST_F(EraseCommand, KnowsNobodyElse) {
  EXPECT_EQ(erase("nobody", true), kNotDone);
  EXPECT_NE(errors_.str().find("no open account"), std::string::npos);
}

}  // namespace
}  // namespace rapport::server
