#include "server/erase_command.hpp"

#include <gtest/gtest.h>

#include "features/people/people.hpp"
#include "server/measure_commands.hpp"
#include "support/practice_in_folder.hpp"

namespace rapport::server {
namespace {

class EraseCommand : public PracticeInFolder {
 protected:
  EraseCommand() : PracticeInFolder(2) {}
  void SetUp() override {
    PracticeInFolder::SetUp();
    for (const auto& account : accounts_) {
      if (account.role == "client") logins_.push_back(account.login);
    }
    ASSERT_EQ(logins_.size(), 2U);
  }

  int erase(const std::string& login, bool is_sure) { return erase_client(settings_, login, is_sure, out_, errors_); }
  bool is_there(const std::string& login) {
    bool found = false;
    in_house([&](House& house) {
      ASSERT_TRUE(house.db.read(soon(), [&](store::ReadTx& tx) -> Result<void> {
        found = people::find_account_by_login(tx, access::login_digest(house.root, login)).has_value();
        return {};
      }));
    });
    return found;
  }

  std::vector<std::string> logins_;
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
