#include "server/audit_show.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "features/people/people.hpp"
#include "support/practice_in_folder.hpp"

namespace rapport::server {
namespace {

class AuditShow : public PracticeInFolder {
 protected:
  AuditShow() : PracticeInFolder(1) {}
  void SetUp() override {
    PracticeInFolder::SetUp();
    for (const auto& one : accounts_) {
      if (one.role == "administrator") administrator_ = one;
      if (one.role == "client") client_ = one;
    }
    in_house([&](House& house) {
      ASSERT_TRUE(house.db.write(soon(), [&](store::WriteTx& tx) -> Result<void> {
        const auto who = people::find_account_by_login(tx, access::login_digest(house.root, administrator_.login));
        const auto whose = people::find_account_by_login(tx, access::login_digest(house.root, client_.login));
        access::AuditEntry entry;
        entry.at = kAt;
        entry.viewer = who->id;
        entry.role = access::Role::administrator;
        entry.action = "test.show";
        entry.client = whose->id;
        entry.view = "account " + who->id.text() + " deputy nobody, \"so\"";
        entry.count = 3;
        entry.outcome = access::Outcome::done;
        entry.origin = "web";
        access::write_audit(tx, entry);
        entry.at = kAt + std::chrono::hours(24);
        entry.viewer = AccountId::make(kAt);  // whose key is gone
        unknown_ = entry.viewer->text();
        entry.view = "=1+1";
        access::write_audit(tx, entry);
        return {};
      }));
    });
  }

  std::string shown(const AuditWanted& wanted, int status = 0) {
    out_.str("");
    EXPECT_EQ(show_audit(settings_, wanted, out_, errors_), status) << errors_.str();
    return out_.str();
  }
  static std::size_t lines(const std::string& text) { return static_cast<std::size_t>(std::ranges::count(text, '\n')); }

  static inline const Time kAt = from_micros(1'800'000'000'000'000);
  std::string unknown_;
  demo::DemoAccount administrator_, client_;
};

TEST_F(AuditShow, NamesPeopleWhereTheirKeyIsThere) {
  const auto text = shown({.since = {}, .until = {}, .action = "test."});
  EXPECT_EQ(lines(text), 3U) << text;
  EXPECT_TRUE(text.starts_with("time,who,role,action,whose,about,count,outcome,origin\r\n"));
  EXPECT_NE(text.find("2027-01-15T08:00:00.000Z," + administrator_.name + ",administrator,test.show," + client_.name +
                      ",\"account " + administrator_.name + " deputy nobody, \"\"so\"\"\",3,done,web\r\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("," + unknown_ + ",administrator,test.show,"), std::string::npos) << text;
  EXPECT_NE(text.find(",'=1+1,"), std::string::npos) << "no spreadsheet calculates it";
}

TEST_F(AuditShow, ShowsATimeAlone) {
  EXPECT_EQ(lines(shown({.since = "2027-01-16", .until = {}, .action = {}})), 2U);
  EXPECT_EQ(lines(shown({.since = "2027-01-15T08:00:00Z", .until = "2027-01-16", .action = {}})), 2U);
  EXPECT_EQ(lines(shown({.since = "2027-02-01", .until = {}, .action = {}})), 1U);
  shown({.since = "yesterday", .until = {}, .action = {}}, 1);
  EXPECT_NE(errors_.str().find("--since yesterday is no time"), std::string::npos) << errors_.str();
}

TEST_F(AuditShow, ShowsNothingWithoutTheMasterKey) {
  std::filesystem::remove(settings_.data + "/master.key");
  EXPECT_EQ(shown({}, 1), "");
}

}  // namespace
}  // namespace rapport::server
