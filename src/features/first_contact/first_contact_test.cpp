#include "features/first_contact/first_contact.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "features/encounters/encounters.hpp"
#include "features/messages/messages_rules.hpp"
#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/people/hand_overs.hpp"
#include "support/full_house.hpp"

namespace rapport::first_contact {
namespace {

using std::chrono::days;
using std::chrono::hours;

const Time kBegan = from_micros(1'795'000'000'000'000);

TEST(FirstContact, IsDueWhenItWasAgreedOnAndUntilThenByTheRule) {
  EXPECT_EQ(contact_due(kBegan, hours(168), {}), kBegan + hours(168));
  AgreedContact agreed{kBegan + hours(5), 24, {}};
  EXPECT_EQ(contact_due(kBegan, hours(168), {agreed}), kBegan + hours(29)) << "no form was there to count from";
  agreed.by = kBegan + hours(20);
  EXPECT_EQ(contact_due(kBegan, hours(168), {agreed}), kBegan + hours(20));
}

TEST(FirstContact, OfANewPairHasNothingToDoWithWhatWasAgreedBefore) {
  const AgreedContact before{kBegan - days(90), 24, kBegan - days(89)};
  EXPECT_EQ(contact_due(kBegan, hours(168), {before, {}, true}), kBegan + hours(168));
  const AgreedContact had_met{kBegan + hours(1), 0, {}};
  EXPECT_EQ(contact_due(kBegan, hours(168), {had_met}), kBegan + hours(168));
}

TEST(FirstContact, ThatWasUrgentAndNeverCameIsNotPutOffByAHandOver) {
  const AgreedContact urgent{kBegan - hours(30), 24, kBegan - hours(6)};
  EXPECT_EQ(contact_due(kBegan, hours(168), {urgent, {}, false}), kBegan - hours(6));
  const AgreedContact slow{kBegan - hours(30), 400, {}};
  EXPECT_EQ(contact_due(kBegan, hours(168), {slow, {}, false}), kBegan + hours(168));
}

TEST(FirstContact, IsDueAsTheFormAsksForWhereNothingWasAgreedOn) {
  EXPECT_EQ(contact_due(kBegan, hours(168), {{}, kBegan + hours(25), false}), kBegan + hours(25));
  EXPECT_EQ(contact_due(kBegan, hours(168), {{}, kBegan + hours(300), false}), kBegan + hours(168)) << "never later";
  EXPECT_EQ(contact_due(kBegan, hours(168), {{}, kBegan + hours(25), true}), kBegan + hours(168));
}

class NewPairs : public testing::FullHouseTest {
 protected:
  void wait(hours time) { clock.set(clock.now() + time); }
  void say(AccountId author, const std::string& text) {
    const auto key = keys->key_for(client, soon()).value();
    const auto words = http::Text<1, messages::kLongestText>::from(text).value();
    const auto sealed =
        messages::seal_message(*key, author, {MessageId::make(clock.now()), words}, clock.now()).value();
    ASSERT_TRUE(
        write([&](store::WriteTx& tx) { return messages::append_messages(tx, author, chat, {sealed}, clock.now()); }));
  }
  void begin_session() {
    const auto id = EncounterId::make(clock.now());
    const auto begun = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(encounters::plan_encounter(tx, therapist, episode, id, {clock.now(), 50, encounters::Channel::chat, ""},
                                     clock.now()));
      TRY(encounters::open_encounter(tx, therapist, id, clock.now()));
      return {};
    });
    ASSERT_TRUE(begun) << begun.error().detail;
  }
  void agree_on(std::int64_t number, std::int64_t in_hours) {
    measurement_plan::Care care;
    care.first_contact_hours = in_hours;
    care.first_contact_by = to_micros(clock.now() + hours(in_hours));
    const auto key = keys->key_for(client, soon()).value();
    const auto agreed = write([&](store::WriteTx& tx) {
      return measurement_plan::agree(
          tx,
          {episode, number, client, clock.now(), therapist, measurement_plan::seal_care(*key, episode, number, care)},
          [](const measurement_plan::StoredCare&) { return false; });
    });
    ASSERT_TRUE(agreed) << agreed.error().detail;
  }
  void hand_over_to(AccountId whom) {
    const auto done = write([&](store::WriteTx& tx) {
      return people::plan_hand_over(tx, {therapist, access::Role::therapist, SessionId::make(clock.now()), practice},
                                    {people::HandOverId::make(clock.now()), episode, whom, clock.now(), true},
                                    [](store::WriteTx&, AccountId, EpisodeId) -> Result<void> { return {}; });
    });
    ASSERT_TRUE(done) << done.error().detail;
  }
  std::set<AccountId> of(AccountId viewer) {
    return clients_of(read([&](store::ReadTx& tx) { return list_new_pairs_of(tx, viewer); }).value());
  }
  std::set<AccountId> all() { return clients_of(pairs()); }
  std::vector<NewPair> pairs() {
    return read([&](store::ReadTx& tx) { return list_new_pairs(tx, practice); }).value();
  }
  static std::set<AccountId> clients_of(const std::vector<NewPair>& pairs) {
    std::set<AccountId> found;
    for (const auto& one : pairs) found.insert(one.client);
    return found;
  }
  /// To how many it was told of this treatment.
  std::set<AccountId> told(EpisodeId of) {
    std::set<AccountId> whom;
    read([&](store::ReadTx& tx) -> Result<void> {
      for (const auto& one : notify::deliveries_of(tx, "first_contact:" + of.text())) whom.insert(one.to);
      return {};
    });
    return whom;
  }
  std::int64_t tell() { return tell_of_late_contacts(*house, not_read, soon()).value(); }
  /// What stands for an agreement, and does not open.
  void break_agreement(std::int64_t number) {
    ASSERT_TRUE(write([&](store::WriteTx& tx) {
      return measurement_plan::agree(tx, {episode, number, client, clock.now(), therapist, Bytes(60)},
                                     [](const measurement_plan::StoredCare&) { return false; });
    }));
  }
  NotRead not_read;
};

TEST_P(NewPairs, AreThoseInWhichNeitherTheTherapistWroteNorASessionBegan) {
  EXPECT_EQ(all(), (std::set{client, other_client}));
  EXPECT_EQ(of(therapist), (std::set{client, other_client}));
  EXPECT_EQ(of(stranger), std::set<AccountId>{});
  say(client, "Hello?");
  EXPECT_EQ(all(), (std::set{client, other_client})) << "the client alone is no contact";
  say(therapist, "Hello!");
  EXPECT_EQ(all(), std::set{other_client});
  EXPECT_EQ(of(therapist), std::set{other_client});
}

TEST_P(NewPairs, AreNewNoMoreOnceASessionBegan) {
  wait(hours(1));
  begin_session();
  EXPECT_EQ(all(), std::set{other_client});
}

TEST_P(NewPairs, AreNotWatchedForEver) {
  wait(kWatchedFor - hours(1));
  EXPECT_EQ(all().size(), 2U);
  wait(hours(2));
  EXPECT_TRUE(all().empty());
}

TEST_P(NewPairs, GoByWhatWasAgreedOnLast) {
  wait(hours(1));
  agree_on(1, 72);
  wait(hours(1));
  agree_on(2, 24);
  const auto expected = expect_contacts(*house, pairs(), soon());
  ASSERT_EQ(expected.size(), 2U);
  for (const auto& one : expected) {
    const auto by = one.pair.client == client ? clock.now() + hours(24) : kBegan + hours(168);
    EXPECT_EQ(one.by, by);
  }
}

TEST_P(NewPairs, AreToldOfOnceWhenTheTimeIsOver) {
  agree_on(1, 24);
  EXPECT_EQ(tell(), 0);
  wait(hours(25));
  EXPECT_EQ(tell(), 1);
  EXPECT_EQ(told(episode), (std::set{therapist, coordinator, administrator}));
  EXPECT_TRUE(told(other_episode).empty()) << "nothing was agreed on there, so there is a week";
  EXPECT_EQ(tell(), 0) << "once";
  say(therapist, "Hello!");
  wait(days(7));
  EXPECT_EQ(tell(), 1);
  EXPECT_EQ(told(other_episode), (std::set{therapist, coordinator, administrator}));
}

TEST_P(NewPairs, AreToldOfToWhoeverStandsIn) {
  const auto now = clock.now();
  people::NewAbsence absence;
  absence.id = people::AbsenceId::make(now);
  absence.therapist = therapist;
  absence.deputy = deputy;
  absence.starts_at = now;
  absence.ends_at = now + days(20);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    TRY(people::announce(tx, {therapist, access::Role::therapist, SessionId::make(now), practice}, absence));
    TRY(people::answer_absence(tx, {deputy, access::Role::therapist, SessionId::make(now), practice}, absence.id,
                               true));
    return {};
  }));
  wait(days(8));
  EXPECT_EQ(tell(), 2);
  EXPECT_EQ(told(episode), (std::set{therapist, deputy, coordinator, administrator}));
}

TEST_P(NewPairs, ThatDoNotOpenHoldUpNobody) {
  break_agreement(1);
  wait(days(8));
  const auto expected = expect_contacts(*house, pairs(), soon());
  ASSERT_EQ(expected.size(), 1U);
  EXPECT_EQ(expected.front().pair.client, other_client);
  EXPECT_EQ(tell(), 1);
  EXPECT_EQ(not_read.size(), 1U);
}

TEST_P(NewPairs, AreNotPutOffByAHandOverWhereNobodyCameIntoContact) {
  agree_on(1, 24);
  wait(hours(30));
  hand_over_to(stranger);
  wait(hours(1));
  EXPECT_EQ(tell(), 1);
  EXPECT_EQ(told(episode), (std::set{stranger, coordinator, administrator}));
}

TEST_P(NewPairs, AreNotToldOfWhereThereWasContact) {
  say(therapist, "Hello!");
  wait(days(8));
  EXPECT_EQ(tell(), 1);
  EXPECT_TRUE(told(episode).empty());
}

TEST_P(NewPairs, BeginAnewWithAHandOver) {
  say(therapist, "Hello!");
  agree_on(1, 24);
  wait(days(90));
  hand_over_to(stranger);
  EXPECT_EQ(all(), std::set{client});
  EXPECT_EQ(of(stranger), std::set{client});
  EXPECT_TRUE(of(therapist).empty());
  wait(days(6));
  EXPECT_EQ(tell(), 0) << "what the former two agreed on is over";
  wait(days(2));
  EXPECT_EQ(tell(), 1);
  EXPECT_EQ(told(episode), (std::set{stranger, coordinator, administrator}));
  say(stranger, "I am new here.");
  EXPECT_TRUE(all().empty());
}

INSTANTIATE_TEST_SUITE_P(Engines, NewPairs, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::first_contact
