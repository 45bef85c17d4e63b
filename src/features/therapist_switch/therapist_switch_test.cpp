/// Going to another therapist, from what nobody knows to the day on which the other one treats, on both engines.
#include "features/therapist_switch/therapist_switch.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "features/encounters/encounters.hpp"
#include "features/matching/search.hpp"
#include "features/messages/messages.hpp"
#include "features/notify/notify.hpp"
#include "features/people/people.hpp"
#include "features/people/staff.hpp"
#include "features/preferences/preferences.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/therapist_profiles/therapist_profiles.hpp"
#include "features/therapist_switch/sealed_summary.hpp"
#include "support/full_house.hpp"

namespace rapport::therapist_switch {
namespace {

using std::chrono::hours;

class TherapistSwitches : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    key_ = keys->key_for(client, soon()).value();
    give_profile(stranger, 5);
    sink.take();
  }
  void TearDown() override {
    key_.reset();
    FullHouseTest::TearDown();
  }

  void give_profile(AccountId who, std::int64_t capacity) {
    const auto own = keys->key_for(who, soon()).value();
    const therapist_profiles::StoredProfile profile{who, 1, capacity, therapist_profiles::seal_profile(*own, who, {}),
                                                    clock.now()};
    ASSERT_TRUE(write([&](store::WriteTx& tx) {
      return therapist_profiles::store_profile(tx, profile, [](const auto&) { return false; });
    }));
  }
  /// As the server does it, without forms.
  people::CancelSessions cancel = [](store::WriteTx& tx, AccountId whose, EpisodeId which) -> Result<void> {
    TRY(encounters::cancel_planned(tx, whose, which));
    return {};
  };

  void wish(std::int64_t version, const std::string& words) {
    preferences::Wishes wishes;
    wishes.words = words;
    const preferences::StoredWishes made{client, version, clock.now(),
                                         preferences::seal_wishes(*key_, client, version, wishes)};
    ASSERT_TRUE(write([&](store::WriteTx& tx) {
      return preferences::add_wishes(tx, made, [](const preferences::StoredWishes&) { return false; });
    }));
  }
  /// Which version whoever treats this reads; 0: none.
  std::int64_t wishes_read_by(AccountId who, EpisodeId which) {
    const auto found = read([&](store::ReadTx& tx) { return preferences::find_wishes_in(tx, who, which); });
    EXPECT_TRUE(found);
    return found && found->wishes ? found->wishes->version : 0;
  }
  Result<bool> start_it(SwitchId id, SwitchKind kind = SwitchKind::asked) {
    return write([&](store::WriteTx& tx) { return start(tx, client, {id, episode, kind}); });
  }
  Result<bool> choose_it(SwitchId id, std::int64_t seen, AccountId to) {
    return write([&](store::WriteTx& tx) { return choose(tx, client, id, seen, to, matching::check_room); });
  }
  Result<bool> write_it(SwitchId id, std::int64_t seen, SwitchHistory history, const std::string& helped = "Walking") {
    SwitchSummary summary;
    summary.helped = helped;
    return write([&](store::WriteTx& tx) {
      return write_summary(tx, client, id, seen, {history, seal_summary(*key_, id, summary)},
                           [&](const Bytes& sealed) { return open_sealed(*key_, id, sealed).value() == summary; });
    });
  }
  Result<bool> set_it(SwitchId id, std::int64_t seen, Time due_at) {
    return write(
        [&](store::WriteTx& tx) { return set_day(tx, client, id, seen, {SwitchMeeting::joint, true, due_at}); });
  }
  Result<bool> tell_it(SwitchId id, std::int64_t seen) {
    return write([&](store::WriteTx& tx) { return tell(tx, client, id, seen, matching::check_room); });
  }
  Result<Withdrawn> withdraw_it(SwitchId id) {
    return write([&](store::WriteTx& tx) { return withdraw(tx, client, id); });
  }
  Result<bool> take_it_over(SwitchId id, AccountId who) {
    return write([&](store::WriteTx& tx) { return take_over(tx, who, id, cancel); });
  }
  std::int64_t carry_out() {
    return write([&](store::WriteTx& tx) -> Result<std::int64_t> {
             TRY_ASSIGN(const auto done, carry_out_due(tx, cancel));
             return std::ssize(done);
           })
        .value();
  }
  StoredSwitch now_of() {
    return read([&](store::ReadTx& tx) -> Result<StoredSwitch> { return latest_of(tx, client).value(); }).value();
  }
  SwitchState state() { return now_of().state; }
  OpenDuties duties() {
    return read([&](store::ReadTx& tx) -> Result<OpenDuties> { return duties_of(tx, *latest_of(tx, client)); }).value();
  }
  bool finds(AccountId who, EpisodeId which) {
    return read([&](store::ReadTx& tx) { return people::find_episode(tx, who, which); }).has_value();
  }
  bool is_told_to(AccountId who, SwitchId id) {
    const auto found = read([&](store::ReadTx& tx) { return find_told(tx, who, id); });
    const auto listed =
        read([&](store::ReadTx& tx) -> Result<std::vector<StoredSwitch>> { return list_told(tx, who); }).value();
    const bool is_listed = std::ranges::any_of(listed, [&](const auto& one) { return one.id == id; });
    EXPECT_EQ(found.has_value(), is_listed);
    return is_listed;
  }
  std::set<AccountId> mailed(SwitchId id) {
    return *read([&](store::ReadTx& tx) -> Result<std::set<AccountId>> {
      std::set<AccountId> people;
      for (const auto& one : notify::deliveries_of(tx, "therapist_switch:" + id.text() + ":")) people.insert(one.to);
      return people;
    });
  }
  /// Whom events reached since this was asked last.
  std::set<AccountId> reached() {
    std::set<AccountId> people;
    for (const auto& event : sink.take()) people.insert(event.recipients.begin(), event.recipients.end());
    return people;
  }
  SwitchId ready(SwitchHistory history, hours in = hours(72), AccountId to = {}) {
    const auto id = SwitchId::make(clock.now());
    EXPECT_TRUE(*start_it(id));
    EXPECT_TRUE(*choose_it(id, 1, to == AccountId() ? stranger : to));
    EXPECT_TRUE(*write_it(id, 2, history));
    EXPECT_TRUE(*set_it(id, 3, clock.now() + in));
    return id;
  }
  SwitchId told(SwitchHistory history, hours in = hours(72)) {
    const auto id = ready(history, in);
    EXPECT_TRUE(*tell_it(id, 4));
    return id;
  }
  safety::ConcernId raise_one(safety::Kind kind, std::optional<AccountId> by = {}) {
    using namespace questionnaires;
    const bool is_rift = kind == safety::Kind::rift;
    const std::string instrument = is_rift ? "risq" : "phq-9";
    Answers answers{"en", {}};
    for (int number = 1; number <= (is_rift ? 4 : 10); ++number) {
      answers.answers.push_back({std::to_string(number), number == (is_rift ? 3 : 9) ? 1.0 : 0.0});
    }
    const auto form = FormId::make(clock.now());
    const auto scores = score_answers(*find_offered(instrument).value(), answers).value();
    const StoredVersion version{
        form, 1, 1, clock.now(), seal_answers(*key_, form, 1, answers), seal_scores(*key_, form, 1, scores)};
    const auto never = [](const Bytes&) { return false; };
    return write([&](store::WriteTx& tx) -> Result<safety::ConcernId> {
             TRY_ASSIGN(const auto asked, ask_form(tx, by.value_or(therapist),
                                                   {form, episode, instrument, Occasion::on_request, {}}, clock.now()));
             TRY(save_answers(tx, client, form, 0, seal_answers(*key_, form, 0, answers), never));
             TRY(complete_form(tx, client, version));
             TRY(safety::raise(tx, asked.form, 1, kind, {}, clock.now()));
             return safety::latest_concern_of(tx, form)->id;
           })
        .value();
  }
  Result<bool> close_it(AccountId who, safety::ConcernId concern) {
    const auto words = access::seal(*key_, concern.bytes(), "talked");
    return write([&](store::WriteTx& tx) {
      return safety::close(tx, who, concern, words, [](const Bytes&) { return false; }, clock.now());
    });
  }
  bool sees_concern(AccountId who, safety::ConcernId concern) {
    return read([&](store::ReadTx& tx) { return safety::find_concern(tx, who, concern); }).has_value();
  }
  EncounterId planned_session() {
    const auto id = EncounterId::make(clock.now());
    EXPECT_TRUE(write([&](store::WriteTx& tx) {
      return encounters::plan_encounter(tx, therapist, episode, id, {clock.now() + hours(480), 50, {}, ""},
                                        clock.now());
    }));
    return id;
  }

  access::ClientKeys::SharedKey key_;
};

TEST_P(TherapistSwitches, NobodyKnowsUntilItIsToldAndNeverWhereItIsWithdrawnBefore) {
  const auto id = ready(SwitchHistory::everything);
  EXPECT_EQ(reached(), std::set{client});
  for (const auto who : {therapist, stranger, deputy}) EXPECT_FALSE(is_told_to(who, id));
  EXPECT_TRUE(withdraw_it(id)->is_new);
  EXPECT_FALSE(withdraw_it(id)->is_new);
  EXPECT_EQ(reached(), std::set{client});
  EXPECT_EQ(mailed(id), std::set<AccountId>{});
  for (const auto who : {therapist, stranger, deputy}) EXPECT_FALSE(is_told_to(who, id));
  EXPECT_EQ(tell_it(id, 5).error().code, "therapist_switch.step");
}

TEST_P(TherapistSwitches, OnTheDayTheOtherTherapistTreatsAndTheFormerOneFindsNothing) {
  const auto session = planned_session();
  const auto id = told(SwitchHistory::everything);
  EXPECT_EQ(reached(), (std::set{client, therapist, stranger}));
  EXPECT_EQ(mailed(id), (std::set{therapist, stranger}));
  EXPECT_TRUE(is_told_to(therapist, id));
  EXPECT_TRUE(is_told_to(stranger, id));
  EXPECT_FALSE(is_told_to(deputy, id));
  EXPECT_FALSE(reads_summary(now_of(), therapist));
  EXPECT_TRUE(reads_summary(now_of(), stranger));
  EXPECT_FALSE(finds(stranger, episode));
  EXPECT_EQ(carry_out(), 0) << "not before the day";
  clock.set(clock.now() + hours(72));
  EXPECT_EQ(carry_out(), 1);
  EXPECT_EQ(carry_out(), 0);
  EXPECT_EQ(state(), SwitchState::done);
  EXPECT_TRUE(finds(stranger, episode));
  EXPECT_TRUE(finds(client, episode));
  EXPECT_FALSE(finds(therapist, episode));
  EXPECT_TRUE(finds(therapist, other_episode));
  const auto kept = read([&](store::ReadTx& tx) { return encounters::find_encounter(tx, stranger, session); });
  EXPECT_EQ(kept->status, encounters::Status::planned);
  EXPECT_EQ(withdraw_it(id).error().code, "therapist_switch.done");
  clock.set(clock.now() + kToldOfEnd);
  EXPECT_FALSE(is_told_to(therapist, id));
  EXPECT_TRUE(is_told_to(stranger, id)) << "for as long as they treat";
}

TEST_P(TherapistSwitches, WhereNothingButTheSummaryGoesAlongTheTwoBeginAnew) {
  const auto session = planned_session();
  const auto id = told(SwitchHistory::summary, hours(0));
  EXPECT_EQ(carry_out(), 1);
  const auto fresh = now_of().new_episode;
  ASSERT_TRUE(fresh);
  EXPECT_TRUE(finds(stranger, *fresh));
  EXPECT_TRUE(finds(client, *fresh));
  for (const auto who : {therapist, stranger, deputy}) EXPECT_FALSE(finds(who, episode));
  const auto old = read([&](store::ReadTx& tx) { return people::find_episode(tx, client, episode); });
  EXPECT_TRUE(old->is_over);
  const auto cancelled = read([&](store::ReadTx& tx) { return encounters::find_encounter(tx, client, session); });
  EXPECT_EQ(cancelled->status, encounters::Status::cancelled);
  EXPECT_TRUE(is_told_to(stranger, id));
  const auto gone =
      read([&](store::ReadTx& tx) -> Result<std::size_t> { return people::list_locked_clients(tx, therapist).size(); });
  EXPECT_EQ(*gone, 0U) << "the client has not left";
}

TEST_P(TherapistSwitches, WishesTellNobodyOfIt) {
  wish(1, "slowly");
  clock.set(clock.now() + hours(1));
  const auto id = ready(SwitchHistory::everything, hours(0));
  clock.set(clock.now() + hours(1));
  wish(2, "somebody else");
  EXPECT_EQ(wishes_read_by(therapist, episode), 1);
  ASSERT_TRUE(*tell_it(id, 4));
  EXPECT_EQ(wishes_read_by(therapist, episode), 2) << "both know";
  EXPECT_EQ(carry_out(), 1);
  EXPECT_EQ(wishes_read_by(stranger, episode), 2) << "everything goes along";
}

TEST_P(TherapistSwitches, WishesFromBeforeDoNotGoAlongWhereNothingButTheSummaryDoes) {
  wish(1, "slowly");
  clock.set(clock.now() + hours(1));
  const auto id = ready(SwitchHistory::summary, hours(0));
  wish(2, "somebody else");
  clock.set(clock.now() + hours(1));
  ASSERT_TRUE(*tell_it(id, 4));
  EXPECT_EQ(carry_out(), 1);
  const auto begun = now_of().new_episode;
  ASSERT_TRUE(begun);
  EXPECT_EQ(wishes_read_by(stranger, *begun), 0);
  clock.set(clock.now() + hours(1));
  wish(3, "faster");
  EXPECT_EQ(wishes_read_by(stranger, *begun), 3);
}

TEST_P(TherapistSwitches, AClientWhoIsToComeHasAPlace) {
  const auto own = keys->key_for(stranger, soon()).value();
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return therapist_profiles::store_profile(
        tx, {stranger, 2, 1, therapist_profiles::seal_profile(*own, stranger, {}), clock.now()},
        [](const auto&) { return false; });
  }));
  const auto room = [&] {
    return write([&](store::WriteTx& tx) { return matching::check_room(tx, practice, stranger); });
  };
  const auto id = ready(SwitchHistory::everything);
  EXPECT_TRUE(room()) << "nobody knows yet";
  ASSERT_TRUE(*tell_it(id, 4));
  ASSERT_FALSE(room());
  EXPECT_EQ(room().error().code, "therapist.full");
  ASSERT_TRUE(withdraw_it(id));
  EXPECT_TRUE(room());
}

TEST_P(TherapistSwitches, TheDayDoesNotComeWhileAnAnswerAboutHarmWaits) {
  const auto concern = raise_one(safety::Kind::safety);
  const auto id = told(SwitchHistory::everything, hours(0));
  EXPECT_EQ(carry_out(), 0);
  EXPECT_EQ(state(), SwitchState::waiting);
  EXPECT_TRUE(finds(therapist, episode));
  EXPECT_TRUE(sees_concern(therapist, concern));
  EXPECT_FALSE(sees_concern(stranger, concern));
  EXPECT_EQ(take_it_over(id, therapist).error().kind, ErrorKind::not_found) << "the other one takes it over";
  EXPECT_TRUE(*take_it_over(id, stranger));
  EXPECT_EQ(state(), SwitchState::done) << "at once";
  EXPECT_TRUE(sees_concern(stranger, concern));
  EXPECT_FALSE(sees_concern(therapist, concern));
  EXPECT_FALSE(*take_it_over(id, stranger));
}

TEST_P(TherapistSwitches, TheDayComesOnceItIsClosed) {
  const auto concern = raise_one(safety::Kind::safety);
  const auto id = told(SwitchHistory::summary, hours(0));
  EXPECT_EQ(carry_out(), 0);
  EXPECT_EQ(take_it_over(id, stranger).error().code, "therapist_switch.stays");
  EXPECT_EQ(carry_out(), 0);
  ASSERT_TRUE(close_it(therapist, concern));
  EXPECT_EQ(carry_out(), 1);
  EXPECT_EQ(state(), SwitchState::done);
}

TEST_P(TherapistSwitches, WhatIsForTheNeutralPersonHoldsUpNothingAndStaysTheirs) {
  const auto rift = raise_one(safety::Kind::rift);
  told(SwitchHistory::summary, hours(0));
  EXPECT_TRUE(duties().to_look_into.empty());
  EXPECT_EQ(carry_out(), 1);
  EXPECT_TRUE(sees_concern(neutral, rift));
  EXPECT_FALSE(sees_concern(stranger, rift));
  EXPECT_FALSE(sees_concern(therapist, rift));
}

TEST_P(TherapistSwitches, StalePagesAndSecondClicksChangeNothing) {
  const auto id = SwitchId::make(clock.now());
  EXPECT_TRUE(*start_it(id));
  EXPECT_FALSE(*start_it(id));
  EXPECT_EQ(start_it(SwitchId::make(clock.now())).error().code, "therapist_switch.open");
  EXPECT_TRUE(*choose_it(id, 1, stranger));
  EXPECT_FALSE(*choose_it(id, 1, stranger));
  EXPECT_EQ(choose_it(id, 1, deputy).error().code, "therapist_switch.older");
  EXPECT_EQ(choose_it(id, 2, therapist).error().code, "therapist_switch.therapist");
  EXPECT_TRUE(*write_it(id, 2, SwitchHistory::everything));
  EXPECT_FALSE(*write_it(id, 2, SwitchHistory::everything));
  EXPECT_EQ(write_it(id, 2, SwitchHistory::everything, "Other").error().code, "therapist_switch.older");
  EXPECT_EQ(tell_it(id, 3).error().code, "therapist_switch.step") << "without a day";
  EXPECT_EQ(set_it(id, 3, clock.now() + kFarthestDay + hours(1)).error().code, "therapist_switch.day");
  const auto due = clock.now() + hours(1);
  EXPECT_TRUE(*set_it(id, 3, due));
  EXPECT_TRUE(*tell_it(id, 4));
  EXPECT_FALSE(*tell_it(id, 4));
  EXPECT_EQ(mailed(id), (std::set{therapist, stranger}));
  EXPECT_EQ(choose_it(id, 5, deputy).error().code, "therapist_switch.step");
}

TEST_P(TherapistSwitches, TheLastPlaceIsGivenOnce) {
  give_profile(deputy, 0);
  const auto id = SwitchId::make(clock.now());
  ASSERT_TRUE(*start_it(id));
  EXPECT_EQ(choose_it(id, 1, deputy).error().code, "therapist.full");
}

TEST_P(TherapistSwitches, ASummaryGoesAlongWhereATreatmentIsHandedOverAnyway) {
  const auto id = SwitchId::make(clock.now());
  EXPECT_EQ(start_it(id, SwitchKind::planned).error().code, "therapist_switch.not_planned");
  const people::NewHandOver wanted{people::HandOverId::make(clock.now()), episode, stranger, clock.now() + hours(48)};
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return people::plan_hand_over(tx, {therapist, access::Role::therapist, {}, practice}, wanted, cancel);
  }));
  ASSERT_TRUE(*start_it(id, SwitchKind::planned));
  EXPECT_EQ(now_of().to, stranger);
  EXPECT_EQ(choose_it(id, 1, deputy).error().code, "therapist_switch.step");
  ASSERT_TRUE(*write_it(id, 1, SwitchHistory::summary));
  EXPECT_EQ(now_of().history, SwitchHistory::everything) << "whoever hands over decided that";
  ASSERT_TRUE(*tell_it(id, 2));
  EXPECT_TRUE(reads_summary(now_of(), stranger));
  clock.set(clock.now() + hours(48));
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::carry_out_hand_overs(tx, cancel); }));
  EXPECT_EQ(carry_out(), 1);
  EXPECT_EQ(state(), SwitchState::done);
}

TEST_P(TherapistSwitches, ARestoreTakesBackWhatWasTold) {
  const auto id = told(SwitchHistory::everything, hours(0));
  EXPECT_EQ(write([](store::WriteTx& tx) -> Result<std::int64_t> { return hold_all(tx); }).value(), 1);
  EXPECT_EQ(state(), SwitchState::agreed);
  EXPECT_EQ(carry_out(), 0);
  EXPECT_FALSE(is_told_to(therapist, id));
}

/// Whatever anybody does in whatever order: nobody who was not chosen ever treats; exactly one treats at each moment; a
/// duty that is open has somebody who sees it; what was written is still the client's; and a session is never lost.
TEST_P(TherapistSwitches, NoPathLosesADutyOrAMessage) {
  give_profile(therapist, 5);
  for (unsigned seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto pick = [&](int below) { return std::uniform_int_distribution<int>(0, below - 1)(random); };
    std::vector<safety::ConcernId> concerns;
    std::set<safety::ConcernId> closed;
    const auto of_now = [&]() -> std::pair<AccountId, EpisodeId> {
      const auto all = read([&](store::ReadTx& tx) -> Result<std::vector<people::Episode>> {
                         return people::list_episodes(tx, client);
                       }).value();
      const auto open = std::ranges::find(all, false, &people::Episode::is_over);
      EXPECT_NE(open, all.end());
      EXPECT_EQ(std::ranges::count(all, false, &people::Episode::is_over), 1) << "one treatment at each moment";
      return {open->therapist, open->id};
    };
    for (int i = 0; i < 40; ++i) {
      const auto [treats, which] = of_now();
      const auto current =
          read([&](store::ReadTx& tx) -> Result<std::optional<StoredSwitch>> { return latest_of(tx, client); }).value();
      const auto seen = current ? current->revision - (pick(5) == 0 ? 1 : 0) : 0;
      const auto to = treats == stranger ? therapist : stranger;
      switch (pick(9)) {
        case 0:
          static_cast<void>(
              write([&](store::WriteTx& tx) { return start(tx, client, {SwitchId::make(clock.now()), which}); }));
          break;
        case 1:
          if (current) static_cast<void>(choose_it(current->id, seen, to));
          break;
        case 2:
          if (current) static_cast<void>(write_it(current->id, seen, SwitchHistory::everything));
          break;
        case 3:
          if (current) static_cast<void>(set_it(current->id, seen, clock.now() + hours(pick(3))));
          break;
        case 4:
          if (current) static_cast<void>(tell_it(current->id, seen));
          break;
        case 5:
          if (current && pick(3) == 0) static_cast<void>(withdraw_it(current->id));
          break;
        case 6:
          if (current && current->to) static_cast<void>(take_it_over(current->id, *current->to));
          break;
        case 7:
          if (!concerns.empty() && pick(2) == 0 && close_it(treats, concerns.back())) closed.insert(concerns.back());
          if (concerns.size() == closed.size()) concerns.push_back(raise_one(safety::Kind::safety, treats));
          break;
        default:
          clock.set(clock.now() + hours(1));
          carry_out();
      }
      const auto [now_treats, now_which] = of_now();
      for (const auto who : {therapist, stranger}) {
        EXPECT_EQ(finds(who, now_which), who == now_treats);
      }
      for (const auto& concern : concerns) {
        if (!closed.contains(concern)) EXPECT_TRUE(sees_concern(now_treats, concern)) << "somebody looks into it";
      }
      if (now_treats != treats) {
        EXPECT_TRUE(current && is_told(current->state) && current->to == now_treats);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, TherapistSwitches, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::therapist_switch
