#include "features/closing_account/exceptions.hpp"

#include <set>

#include "features/closing_account/exceptions_api.hpp"
#include "features/messages/messages_rules.hpp"
#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/people/staff.hpp"
#include "support/full_house.hpp"

namespace rapport::closing_account {
namespace {

const store::Query kReadings{"test.exception_readings",
                             "SELECT view_name FROM audit WHERE action = 'exception.read' AND outcome = 'done'"};

class Exceptions : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    add_exception_routes(routes_);
    routes_.finish();
    const auto key = keys->key_for(client, soon()).value();
    const auto words = http::Text<1, messages::kLongestText>::from("private words").value();
    const auto sealed =
        messages::seal_message(*key, client, {MessageId::make(clock.now()), words}, clock.now()).value();
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      TRY(messages::append_messages(tx, client, chat, {sealed}, clock.now()));
      TRY(closing_account::ask(tx, client, client, clock.now()));
      return {};
    }));
    ASSERT_TRUE(carry_out(*house, {}, client, soon()));  // no country is set: it is kept until somebody states the day
  }
  access::Viewer as(AccountId who, access::Role role) const {
    return {who, role, SessionId::make(clock.now()), practice};
  }
  access::Viewer berger() const { return as(therapist, access::Role::therapist); }
  access::Viewer farah() const { return as(supervisor, access::Role::supervisor); }
  access::Viewer kim() const { return as(administrator, access::Role::administrator); }

  Exception wanted(AccountId of) {
    Exception one;
    one.id = ExceptionId::make(clock.now());
    one.client = of;
    const auto key = keys->locked_key_for(client, soon());
    one.sealed_reason = access::seal(**key, one.id.bytes(), "A court asks.");
    return one;
  }
  Result<bool> asked(const access::Viewer& by, const Exception& one) {
    return write([&](store::WriteTx& tx) { return ask_exception(tx, by, one); });
  }
  Result<bool> decided(const access::Viewer& by, ExceptionId id, bool granted) {
    return write([&](store::WriteTx& tx) {
      AccountId of;
      return decide_exception(tx, by, id, granted, of);
    });
  }
  bool lasts_for(AccountId who, ExceptionId id) {
    return read([&](store::ReadTx& tx) { return find_lasting(tx, who, id); }).has_value();
  }
  http::Response read_as(const access::Viewer& viewer, ExceptionId id) {
    http::Request request;
    const auto match = routes_.find(http::Method::get, "/api/exceptions/" + id.text() + "/record");
    http::Call call{&request, match.route, match.path, {}, soon()};
    Context context{*house, viewer};
    const http::BodyInput input{"", nullptr};
    return routes_.answer(match, context, call, {&input, 1})[0];
  }
  std::vector<std::string> readings() {
    return *read([&](store::ReadTx& tx) -> Result<std::vector<std::string>> {
      return tx.list(kReadings, {}, [](const store::Row& row) { return std::string(row.text(0)); });
    });
  }

  Routes routes_;
};

TEST_P(Exceptions, AreAskedForByWhoeverTreatedOrSupervisesAndDecidedByAnother) {
  EXPECT_EQ(asked(as(stranger, access::Role::therapist), wanted(client)).error().kind, ErrorKind::not_found);
  EXPECT_EQ(asked(as(deputy, access::Role::therapist), wanted(client)).error().kind, ErrorKind::not_found);
  EXPECT_EQ(asked(berger(), wanted(other_client)).error().kind, ErrorKind::not_found) << "that account is open";
  const auto one = wanted(client);
  EXPECT_TRUE(asked(berger(), one).value());
  EXPECT_FALSE(asked(berger(), one).value()) << "sent again";
  EXPECT_EQ(asked(berger(), wanted(client)).error().code, "exception.exists");
  const auto of_farah = wanted(client);
  EXPECT_TRUE(asked(farah(), of_farah).value());
  EXPECT_EQ(decided(farah(), of_farah.id, true).error().code, "exception.own");
  EXPECT_FALSE(lasts_for(supervisor, of_farah.id));
  EXPECT_TRUE(decided(farah(), one.id, true).value());
  EXPECT_FALSE(decided(kim(), one.id, true).value()) << "it is so already";
  EXPECT_TRUE(lasts_for(therapist, one.id));
  EXPECT_FALSE(lasts_for(supervisor, one.id)) << "for nobody else";
}

TEST_P(Exceptions, AreNotAskedForByWhoeverWasNamedAfterTheRecordWasLocked) {
  const auto another = AccountId::make(clock.now());
  const auto name = [&](std::optional<AccountId> who) {
    return write([&](store::WriteTx& tx) { return people::set_backing(tx, practice, therapist, {.supervisor = who}); });
  };
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::add_account(tx, account_of(another, "supervisor")); }));
  const auto one = wanted(client);
  ASSERT_TRUE(asked(farah(), one));
  ASSERT_TRUE(decided(kim(), one.id, true));
  clock.set(clock.now() + people::kTimeToObject);
  EXPECT_TRUE(lasts_for(supervisor, one.id));
  ASSERT_TRUE(name(another));
  EXPECT_FALSE(lasts_for(supervisor, one.id)) << "who supervises no more reads no more";
  clock.set(clock.now() + people::kTimeToObject * 2);
  EXPECT_EQ(asked(as(another, access::Role::supervisor), wanted(client)).error().kind, ErrorKind::not_found);
  const auto listed =
      *read([&](store::ReadTx& tx) -> Result<std::size_t> { return people::list_locked_clients(tx, another).size(); });
  EXPECT_EQ(listed, 0U);
}

TEST_P(Exceptions, OfOthersAreToldToTheTherapistWhoCanRefuseThemForADay) {
  const auto refused = [&](AccountId who, ExceptionId id) {
    return write([&](store::WriteTx& tx) {
      AccountId of;
      return refuse_exception(tx, who, id, of);
    });
  };
  const auto to_refuse = [&](AccountId who) {
    return *read([&](store::ReadTx& tx) -> Result<std::size_t> { return list_to_refuse(tx, who).size(); });
  };
  const auto told = [&](ExceptionId id, const std::string& step) {
    return *read([&](store::ReadTx& tx) -> Result<std::set<AccountId>> {
      std::set<AccountId> people;
      for (const auto& one : notify::deliveries_of(tx, "exception:" + id.text() + ":" + step)) people.insert(one.to);
      return people;
    });
  };
  const auto one = wanted(client);
  ASSERT_TRUE(asked(farah(), one));
  EXPECT_EQ(told(one.id, "asked"), (std::set{administrator, therapist}));
  ASSERT_TRUE(decided(kim(), one.id, true));
  EXPECT_EQ(told(one.id, "granted"), (std::set{supervisor, therapist}));
  EXPECT_FALSE(lasts_for(supervisor, one.id)) << "not yet";
  EXPECT_EQ(to_refuse(therapist), 1U);
  EXPECT_EQ(to_refuse(stranger), 0U);
  for (const auto who : {stranger, deputy, supervisor, administrator}) {
    EXPECT_EQ(refused(who, one.id).error().kind, ErrorKind::not_found);
  }
  EXPECT_TRUE(refused(therapist, one.id).value());
  EXPECT_FALSE(refused(therapist, one.id).value()) << "sent again";
  EXPECT_EQ(told(one.id, "refused"), (std::set{supervisor, administrator}));
  EXPECT_EQ(to_refuse(therapist), 0U);
  EXPECT_EQ(decided(kim(), one.id, true).error().code, "exception.over");
  clock.set(clock.now() + people::kTimeToObject);
  EXPECT_FALSE(lasts_for(supervisor, one.id));

  const auto another = wanted(client);
  ASSERT_TRUE(asked(farah(), another));
  ASSERT_TRUE(decided(kim(), another.id, true));
  clock.set(clock.now() + people::kTimeToObject - std::chrono::seconds(1));
  EXPECT_FALSE(lasts_for(supervisor, another.id));
  clock.set(clock.now() + std::chrono::seconds(1));
  EXPECT_TRUE(lasts_for(supervisor, another.id));
  clock.set(clock.now() + kExceptionLasts);
  EXPECT_FALSE(lasts_for(supervisor, another.id)) << "as long as any";
}

TEST_P(Exceptions, AreToldToWhoeverGoesOnWhereTheTherapistHasLeft) {
  ASSERT_TRUE(
      write([&](store::WriteTx& tx) { return people::set_backing(tx, practice, therapist, {.deputy = deputy}); }));
  clock.set(clock.now() + people::kTimeToObject);
  ASSERT_TRUE(write(
      [&](store::WriteTx& tx) { return people::close_staff(tx, practice, therapist, people::Leaving::at_once); }));
  const auto one = wanted(client);
  ASSERT_TRUE(asked(farah(), one));
  AccountId of;
  EXPECT_TRUE(write([&](store::WriteTx& tx) { return refuse_exception(tx, deputy, one.id, of); }).value());
  EXPECT_EQ(of, client);
}

TEST_P(Exceptions, AreAskedForByTheDeputyWhereTheTherapistHasLeft) {
  const auto name = [&](AccountId who) {
    return write([&](store::WriteTx& tx) { return people::set_backing(tx, practice, therapist, {.deputy = who}); });
  };
  ASSERT_TRUE(name(deputy));
  clock.set(clock.now() + people::kTimeToObject);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    TRY(closing_account::ask(tx, other_client, other_client, clock.now()));
    return {};
  }));
  ASSERT_TRUE(carry_out(*house, {}, other_client, soon()));
  const auto emil = as(deputy, access::Role::therapist);
  EXPECT_EQ(asked(emil, wanted(other_client)).error().kind, ErrorKind::not_found) << "the therapist is there";
  ASSERT_TRUE(write(
      [&](store::WriteTx& tx) { return people::close_staff(tx, practice, therapist, people::Leaving::orderly); }));
  EXPECT_TRUE(asked(emil, wanted(other_client)));
  EXPECT_EQ(asked(emil, wanted(client)).error().kind, ErrorKind::not_found) << "locked before they were the deputy";
}

TEST_P(Exceptions, EndByThemselvesOrWhenTheyAreTakenBack) {
  const auto one = wanted(client);
  ASSERT_TRUE(asked(berger(), one));
  ASSERT_TRUE(decided(kim(), one.id, true));
  clock.set(clock.now() + kExceptionLasts - std::chrono::seconds(1));
  EXPECT_TRUE(lasts_for(therapist, one.id));
  clock.set(clock.now() + std::chrono::seconds(1));
  EXPECT_FALSE(lasts_for(therapist, one.id));
  EXPECT_EQ(decided(kim(), one.id, true).error().code, "exception.over");
  const auto another = wanted(client);
  ASSERT_TRUE(asked(berger(), another));
  ASSERT_TRUE(decided(kim(), another.id, true));
  EXPECT_TRUE(decided(farah(), another.id, false).value());
  EXPECT_FALSE(lasts_for(therapist, another.id));
  EXPECT_EQ(decided(kim(), another.id, true).error().code, "exception.over");
  const auto forgotten = wanted(client);
  ASSERT_TRUE(asked(berger(), forgotten));
  clock.set(clock.now() + kExceptionWaits);
  EXPECT_EQ(decided(kim(), forgotten.id, true).error().code, "exception.over");
  EXPECT_TRUE(asked(berger(), wanted(client)).value());
}

TEST_P(Exceptions, OpenTheRecordForWhoeverAskedAndEachReadingIsWrittenDown) {
  const auto one = wanted(client);
  ASSERT_TRUE(asked(berger(), one));
  EXPECT_EQ(read_as(berger(), one.id).status, 404);
  ASSERT_TRUE(decided(kim(), one.id, true));
  EXPECT_TRUE(readings().empty());
  for (int i = 0; i < 2; ++i) {
    const auto page = read_as(berger(), one.id);
    EXPECT_EQ(page.status, 200) << page.body;
    EXPECT_NE(page.body.find("private words"), std::string::npos);
    EXPECT_NE(page.body.find("Amara Client"), std::string::npos);
  }
  EXPECT_EQ(readings(), std::vector<std::string>(2, "exception " + one.id.text()));
  EXPECT_EQ(read_as(as(stranger, access::Role::therapist), one.id).status, 404);
  EXPECT_EQ(read_as(farah(), one.id).status, 404);
  clock.set(clock.now() + kExceptionLasts);
  EXPECT_EQ(read_as(berger(), one.id).status, 404);
  EXPECT_EQ(readings().size(), 2U);
}

TEST_P(Exceptions, GoWithTheRecord) {
  const auto one = wanted(client);
  ASSERT_TRUE(asked(berger(), one));
  ASSERT_TRUE(decided(kim(), one.id, true));
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return state_date(tx, {}, client, administrator, clock.now() + kLeastKept, Bytes{1});
  }));
  clock.set(clock.now() + kLeastKept);
  ASSERT_EQ(carry_out(*house, {}, client, soon())->state, State::erased);
  EXPECT_EQ(read_as(berger(), one.id).status, 404);
  const auto left = [&](store::ReadTx& tx) -> Result<std::size_t> {
    return list_own_exceptions(tx, therapist).size() + list_exceptions(tx, practice).size();
  };
  EXPECT_EQ(read(left), 0U);
}

INSTANTIATE_TEST_SUITE_P(Engines, Exceptions, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::closing_account
