#include "features/closing_account/closing_account.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <set>

#include "features/caseload/caseload.hpp"
#include "features/closing_account/closing_store.hpp"
#include "features/encounters/encounters.hpp"
#include "features/matching/search.hpp"
#include "features/messages/messages_rules.hpp"
#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/people/staff.hpp"
#include "features/preferences/preferences.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/safety/safety.hpp"
#include "support/full_house.hpp"

namespace rapport::closing_account {
namespace {

using namespace std::chrono_literals;

const store::Query kIdColumns{"test.closing_id_columns", "SELECT c.table_name, c.column_name FROM {columns} AS c"};
const store::Query kActions{"test.closing_actions", "SELECT action FROM audit WHERE client_id = $1 ORDER BY id"};
const store::Query kDrafts{"test.closing_drafts", "SELECT COUNT(*) FROM draft WHERE client_id = $1"};

Rules law() {
  Rules rules;
  rules.period = period_of("DE");
  return rules;
}
Rules no_law() {
  Rules rules;
  rules.is_bound = false;
  return rules;
}

class ClosingAccount : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    say(client, chat, "private words");
    say(other_client, other_chat, "other words");
    const auto key = keys->key_for(client, soon()).value();
    const auto wrote = write([&](store::WriteTx& tx) -> Result<void> {
      const auto now = clock.now();
      TRY(encounters::plan_encounter(tx, therapist, episode, encounter, {now + 24h, 50, encounters::Channel::chat, ""},
                                     now));
      TRY(messages::save_draft(tx, therapist, chat.uuid(), client, 0,
                               messages::seal_draft(*key, therapist, chat.uuid(), "", "half a draft"), now,
                               [](const messages::SealedDraft&) { return false; }));
      TRY(preferences::add_wishes(tx, {client, 1, now, preferences::seal_wishes(*key, client, 1, {})},
                                  [](const preferences::StoredWishes&) { return false; }));
      matching::begin_search(tx, practice, client);
      token = access::create_session(tx, client, now).token;
      return people::change_profile(tx, *key, client,
                                    [](people::Profile& profile) { profile.email = "amara@example.org"; });
    });
    ASSERT_TRUE(wrote) << wrote.error().detail;
    sink.take();
  }

  void say(AccountId author, RoomId room, std::string text) {
    const auto key = keys->key_for(author, soon()).value();
    const auto words = http::Text<1, messages::kLongestText>::from(std::move(text)).value();
    auto sealed = messages::seal_message(*key, author, {MessageId::make(clock.now()), words}, clock.now()).value();
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      TRY(messages::append_messages(tx, author, room, {sealed}, clock.now()));
      return {};
    }));
  }
  /// Raises a concern of the client's.
  safety::ConcernId concern(safety::Kind kind = safety::Kind::safety) {
    using namespace questionnaires;
    const auto key = keys->key_for(client, soon()).value();
    Answers answers{"en", {}};
    for (int number = 1; number <= 10; ++number) answers.answers.push_back({std::to_string(number), 1.0});
    const auto form = FormId::make(clock.now());
    const auto scores = score_answers(*find_offered("phq-9").value(), answers).value();
    const StoredVersion version{
        form, 1, 1, clock.now(), seal_answers(*key, form, 1, answers), seal_scores(*key, form, 1, scores)};
    return write([&](store::WriteTx& tx) -> Result<safety::ConcernId> {
             TRY_ASSIGN(const auto asked,
                        ask_form(tx, therapist, {form, episode, "phq-9", Occasion::on_request, {}}, clock.now()));
             TRY(save_answers(tx, client, form, 0, seal_answers(*key, form, 0, answers),
                              [](const Bytes&) { return false; }));
             TRY(complete_form(tx, client, version));
             TRY(safety::raise(tx, asked.form, 1, kind, {}, clock.now()));
             return safety::latest_concern_of(tx, form)->id;
           })
        .value();
  }

  void ask_for(AccountId who) {
    ASSERT_TRUE(write([&](store::WriteTx& tx) { return ask(tx, who, who, clock.now()); }));
  }
  Closing close(AccountId who, const Rules& rules) {
    ask_for(who);
    const auto closed = carry_out(*house, rules, who, soon());
    EXPECT_TRUE(closed) << closed.error().detail;
    return closed.value_or(Closing());
  }
  Closing closing_of(AccountId who) {
    return read([&](store::ReadTx& tx) -> Result<Closing> { return find_closing(tx, who).value(); }).value();
  }
  std::size_t episodes_of(AccountId viewer) {
    return read([&](store::ReadTx& tx) -> Result<std::size_t> { return people::list_episodes(tx, viewer).size(); })
        .value();
  }
  std::vector<std::string> notices(const std::string& prefix) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<std::string>> {
             std::vector<std::string> keys_of;
             for (const auto& one : notify::deliveries_of(tx, prefix)) keys_of.push_back(one.key);
             return keys_of;
           })
        .value();
  }
  /// Who got a mail of this step of what an administrator wants.
  std::set<AccountId> told(const std::string& step) {
    return *read([&](store::ReadTx& tx) -> Result<std::set<AccountId>> {
      std::set<AccountId> people;
      for (const auto& one : notify::deliveries_of(tx, "closing:" + client.text() + ":")) {
        if (one.key.find(":" + step + ":") != std::string::npos) people.insert(one.to);
      }
      return people;
    });
  }
  std::vector<AccountId> announced_to(AccountId who) {
    return *read([&](store::ReadTx& tx) -> Result<std::vector<AccountId>> {
      std::vector<AccountId> clients;
      for (const auto& one : list_announced(tx, who)) clients.push_back(one.client);
      return clients;
    });
  }
  bool is_logged_in() {
    return read([&](store::ReadTx& tx) -> Result<bool> {
             return access::find_session(tx, token, clock.now()).has_value();
           })
        .value();
  }
  std::vector<std::string> actions_about(AccountId who) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<std::string>> {
             return tx.list(kActions, {who}, [](const store::Row& row) { return std::string(row.text(0)); });
           })
        .value();
  }
  /// "table.column" of every place in which this id stands.
  std::set<std::string> places_of(AccountId who) {
    static std::deque<store::Query> queries;  // a statement lives as long as the program
    std::set<std::string> columns;
    std::set<std::string> found;
    const auto looked = read([&](store::ReadTx& tx) -> Result<void> {
      tx.each(kIdColumns, {}, [&](const store::Row& row) {
        const std::string column(row.text(1));
        if (column == "id" || column.ends_with("_id") || column.ends_with("_by")) {
          columns.insert(std::string(row.text(0)) + "." + column);
        }
      });
      for (const auto& place : columns) {
        const auto table = place.substr(0, place.find('.'));
        const auto column = place.substr(place.find('.') + 1);
        if (column == "acknowledge_by" || column == "credential_id") continue;  // a time, an authenticator's own
        static std::deque<std::string> names;
        names.push_back("test.closing_place_" + std::to_string(names.size()));
        static std::deque<std::string> texts;
        texts.push_back("SELECT 1 FROM " + table + " WHERE " + column + " = $1 LIMIT 1");
        queries.emplace_back(names.back(), texts.back());
        if (tx.first(queries.back(), {who}, [](const store::Row&) { return true; })) found.insert(place);
      }
      return {};
    });
    EXPECT_TRUE(looked);
    return found;
  }

  EncounterId encounter = EncounterId::make(clock.now());
  std::string token;
};

TEST_P(ClosingAccount, IsLockedWhereALawWantsItKeptAndNobodyFindsItAnyMore) {
  const auto closing = close(client, law());
  EXPECT_EQ(closing.state, State::locked);
  EXPECT_EQ(closing.keep_until, end_of(*law().period, clock.now()));
  EXPECT_EQ(closing.law_country, "DE");
  EXPECT_EQ(closing.cancelled_sessions, 1);

  EXPECT_EQ(keys->key_for(client, soon()).error().code, "key.not_found");
  EXPECT_EQ(keys->create_for(client, soon()).error().code, "key.not_found") << "no new key in place of the locked one";
  const auto key = keys->locked_key_for(client, soon());
  ASSERT_TRUE(key);
  EXPECT_EQ(episodes_of(therapist), 1U) << "the other client's";
  ASSERT_TRUE(read([&](store::ReadTx& tx) -> Result<void> {
    for (const auto viewer : {therapist, deputy, supervisor, neutral, stranger}) {
      EXPECT_FALSE(people::find_episode(tx, viewer, episode));
      EXPECT_FALSE(messages::find_room(tx, viewer, chat));
      EXPECT_FALSE(encounters::find_encounter(tx, viewer, encounter));
      EXPECT_FALSE(questionnaires::list_forms(tx, viewer, episode));
    }
    EXPECT_FALSE(access::find_session(tx, token, clock.now()));
    EXPECT_FALSE(people::find_account_by_login(tx, access::login_digest(root, "amara")));
    const auto profile = people::open_profile(**key, people::find_client(tx, client).value());
    EXPECT_EQ(profile->name, "Amara Client");
    EXPECT_EQ(profile->login, "");
    EXPECT_FALSE(profile->email);
    EXPECT_EQ(tx.first(kDrafts, {client}, [](const store::Row& row) { return row.int64(0); }), 0);
    return {};
  }));
  EXPECT_EQ(notices("closing:"), std::vector{"closing:" + client.text() + ":" + therapist.text()});
  EXPECT_EQ(actions_about(client), std::vector<std::string>{"account.lock"});
  const auto events = sink.take();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].recipients, std::vector{therapist});
}

TEST_P(ClosingAccount, IsErasedWhereNoLawWantsItKeptAndNothingOfItStays) {
  const auto handled = concern();
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return safety::acknowledge(tx, therapist, handled, clock.now()); }));
  const auto closing = close(client, no_law());
  EXPECT_EQ(closing.state, State::erased);
  EXPECT_EQ(keys_gone_at(closing, no_law()), clock.now() + 24h * 30);
  EXPECT_FALSE(keys->locked_key_for(client, soon()));
  EXPECT_EQ(places_of(client), (std::set<std::string>{"account.id", "audit.client_id", "closing.asked_by",
                                                      "closing.client_id", "closing_reader.client_id"}));
  EXPECT_GT(places_of(other_client).size(), 3U) << "the places are looked for in the wrong way";
  EXPECT_EQ(episodes_of(therapist), 1U);
  EXPECT_TRUE(keys->key_for(other_client, soon()));
  clock.set(clock.now() + 24h * 31);
  ASSERT_TRUE(carry_out_due(*house, no_law(), soon()));
  EXPECT_EQ(places_of(client).count("closing_reader.client_id"), 0U) << "whom it concerned is forgotten with the keys";
}

TEST_P(ClosingAccount, WaitsUntilSomebodyHasLookedIntoWhatTheClientSaid) {
  const auto open = concern();
  EXPECT_EQ(close(client, no_law()).state, State::waiting);
  ASSERT_TRUE(carry_out_due(*house, no_law(), soon()));
  EXPECT_EQ(episodes_of(therapist), 2U);
  EXPECT_TRUE(read([&](store::ReadTx& tx) { return access::find_session(tx, token, clock.now()); }));

  ASSERT_TRUE(write([&](store::WriteTx& tx) { return take_back(tx, client); }));
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return safety::acknowledge(tx, therapist, open, clock.now()); }));
  ASSERT_TRUE(carry_out_due(*house, no_law(), soon()));
  EXPECT_EQ(episodes_of(therapist), 2U) << "it was taken back";
  ask_for(client);
  EXPECT_EQ(carry_out_due(*house, no_law(), soon()), 1);
  EXPECT_EQ(closing_of(client).state, State::erased);
  EXPECT_EQ(write([&](store::WriteTx& tx) { return take_back(tx, client); }).error().code, "closing.done");
}

TEST_P(ClosingAccount, IsErasedWhenItsTimeIsOver) {
  const auto closing = close(client, law());
  clock.set(*closing.keep_until - 1s);
  EXPECT_EQ(carry_out_due(*house, law(), soon()), 0);
  EXPECT_TRUE(keys->locked_key_for(client, soon()));
  clock.set(*closing.keep_until);
  EXPECT_EQ(carry_out_due(*house, law(), soon()), 1);
  EXPECT_EQ(closing_of(client).state, State::erased);
  EXPECT_FALSE(keys->locked_key_for(client, soon()));
  EXPECT_EQ(actions_about(client), (std::vector<std::string>{"account.lock", "account.erase"}));
  EXPECT_EQ(carry_out_due(*house, law(), soon()), 0);
}

TEST_P(ClosingAccount, WithoutAKnownPeriodStaysLockedUntilAnAdministratorStatesADay) {
  const Rules unknown;
  EXPECT_EQ(close(client, unknown).keep_until, std::nullopt);
  EXPECT_EQ(notices("closing:" + client.text() + ":date:").size(), 1U) << "the administrator is told";
  clock.set(clock.now() + 24h * 365 * 50);
  EXPECT_EQ(carry_out_due(*house, unknown, soon()), 0);
  const auto stated = [&](Time until) {
    return write([&](store::WriteTx& tx) { return state_date(tx, unknown, client, administrator, until, Bytes{1}); });
  };
  EXPECT_EQ(stated(clock.now() + kLeastKept - 1s).error().code, "closing.date");
  const auto day = clock.now() + kLeastKept;
  ASSERT_TRUE(stated(day));
  EXPECT_EQ(closing_of(client).stated_by, administrator);
  EXPECT_EQ(carry_out_due(*house, unknown, soon()), 0);
  clock.set(day);
  EXPECT_EQ(carry_out_due(*house, unknown, soon()), 1);
  EXPECT_EQ(closing_of(client).sealed_reason, std::nullopt);
  EXPECT_EQ(stated(clock.now() + kLeastKept).error().code, "closing.not_locked");
}

TEST_P(ClosingAccount, WhatAnAdministratorDecidesErasesNothingSooner) {
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return ask(tx, client, administrator, clock.now()); }));
  clock.set(clock.now() + people::kTimeToObject);
  const auto closed = carry_out(*house, no_law(), client, soon());
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->state, State::locked) << "no law wants it kept, and yet";
  EXPECT_EQ(closed->keep_until, clock.now() + kLeastKept);
  EXPECT_EQ(notices("closing:" + client.text() + ":date:").size(), 1U) << "administrators are told";
  EXPECT_EQ(close(other_client, no_law()).state, State::erased) << "their own wish holds at once";
  clock.set(*closed->keep_until);
  EXPECT_EQ(carry_out_due(*house, no_law(), soon()), 1);
  EXPECT_EQ(closing_of(client).state, State::erased);
}

TEST_P(ClosingAccount, ByAnAdministratorWaitsADayOfWhichAllWhomItConcernsAreTold) {
  EXPECT_TRUE(*write([&](store::WriteTx& tx) { return ask(tx, client, administrator, clock.now()); }));
  EXPECT_FALSE(*write([&](store::WriteTx& tx) { return ask(tx, client, administrator, clock.now()); }));
  EXPECT_EQ(told("announced"), (std::set{client, therapist}));
  EXPECT_EQ(announced_to(therapist), std::vector{client});
  EXPECT_TRUE(announced_to(stranger).empty());
  EXPECT_EQ(carry_out(*house, law(), client, soon())->state, State::waiting) << "also when it is asked for again";
  EXPECT_TRUE(is_logged_in()) << "nothing has changed yet";
  clock.set(clock.now() + people::kTimeToObject - 1s);
  EXPECT_EQ(carry_out_due(*house, law(), soon()), 0);
  EXPECT_EQ(episodes_of(client), 1U);
  clock.set(clock.now() + 1s);
  EXPECT_EQ(carry_out_due(*house, law(), soon()), 1);
  EXPECT_EQ(closing_of(client).state, State::locked);
  EXPECT_TRUE(announced_to(therapist).empty());
}

TEST_P(ClosingAccount, ByAnAdministratorIsCalledOffByWhoeverItConcernsAndByNobodyElse) {
  const auto by = [&](AccountId who, access::Role role) {
    return write([&](store::WriteTx& tx) { return call_off(tx, {who, role, {}, practice}, client); });
  };
  const auto waits = [&] {
    return *read([&](store::ReadTx& tx) -> Result<bool> { return find_closing(tx, client).has_value(); });
  };
  const auto begin = [&] {
    clock.set(clock.now() + 1s);
    ASSERT_TRUE(*write([&](store::WriteTx& tx) { return ask(tx, client, administrator, clock.now()); }));
  };
  begin();
  EXPECT_EQ(by(stranger, access::Role::therapist).error().kind, ErrorKind::not_found);
  EXPECT_EQ(by(deputy, access::Role::therapist).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(waits());
  EXPECT_TRUE(by(therapist, access::Role::therapist).value());
  EXPECT_FALSE(waits());
  EXPECT_FALSE(by(therapist, access::Role::therapist).value()) << "sent again";
  EXPECT_EQ(told("called_off"), (std::set{client, administrator}));
  begin();
  EXPECT_TRUE(by(administrator, access::Role::administrator).value());
  begin();
  EXPECT_TRUE(write([&](store::WriteTx& tx) { return take_back(tx, client); }));
  EXPECT_FALSE(waits());
  begin();
  EXPECT_EQ(close(client, law()).state, State::locked) << "what the client wants themselves holds at once";
  EXPECT_EQ(by(administrator, access::Role::administrator).error().code, "closing.done");
}

TEST_P(ClosingAccount, WhatTheClientAskedForTheClientAloneTakesBack) {
  concern();
  EXPECT_EQ(close(client, law()).state, State::waiting);
  const auto by = [&](AccountId who, access::Role role) {
    return write([&](store::WriteTx& tx) { return call_off(tx, {who, role, {}, practice}, client); });
  };
  EXPECT_EQ(by(administrator, access::Role::administrator).error().code, "closing.by_client");
  EXPECT_FALSE(by(therapist, access::Role::therapist).value()) << "as if nothing had been asked for";
  EXPECT_EQ(closing_of(client).state, State::waiting);
  EXPECT_TRUE(write([&](store::WriteTx& tx) { return take_back(tx, client); }));
}

TEST_P(ClosingAccount, ByAnAdministratorIsNotAnnouncedWhileTheTherapistHasSomethingToLookInto) {
  const auto look_into = [&](safety::ConcernId one) {
    ASSERT_TRUE(write([&](store::WriteTx& tx) { return safety::acknowledge(tx, therapist, one, clock.now()); }));
  };
  const auto first = concern();
  ASSERT_TRUE(*write([&](store::WriteTx& tx) { return ask(tx, client, administrator, clock.now()); }));
  clock.set(clock.now() + people::kTimeToObject * 2);
  EXPECT_EQ(carry_out_due(*house, law(), soon()), 0);
  EXPECT_TRUE(told("announced").empty());
  EXPECT_TRUE(announced_to(therapist).empty());
  EXPECT_FALSE(*write(
      [&](store::WriteTx& tx) { return call_off(tx, {therapist, access::Role::therapist, {}, practice}, client); }));
  look_into(first);
  EXPECT_EQ(carry_out_due(*house, law(), soon()), 0);
  EXPECT_EQ(announced_to(therapist), std::vector{client}) << "the day begins";
  const auto second = concern();
  clock.set(clock.now() + people::kTimeToObject);
  EXPECT_EQ(carry_out_due(*house, law(), soon()), 0);
  EXPECT_TRUE(announced_to(therapist).empty());
  EXPECT_EQ(told("called_off"), (std::set{client, therapist, administrator})) << "as if somebody had called it off";
  look_into(second);
  EXPECT_EQ(carry_out_due(*house, law(), soon()), 0);
  clock.set(clock.now() + people::kTimeToObject);
  EXPECT_EQ(carry_out_due(*house, law(), soon()), 1);
  EXPECT_EQ(closing_of(client).state, State::locked);
}

/// What the therapist reads is compared in what_a_therapist_can_infer_test.cpp.
TEST_P(ClosingAccount, ByAnAdministratorLeavesTheNeutralPersonWhatIsAboutTheTherapistUntilTheyHaveClosedIt) {
  const auto said = concern(safety::Kind::rift);
  const auto seen_by = [&](AccountId who) {
    return read([&](store::ReadTx& tx) { return safety::find_concern(tx, who, said); }).has_value();
  };
  ASSERT_TRUE(*write([&](store::WriteTx& tx) { return ask(tx, client, administrator, clock.now()); }));
  EXPECT_EQ(announced_to(therapist), std::vector{client});
  clock.set(clock.now() + people::kTimeToObject);
  EXPECT_EQ(carry_out_due(*house, law(), soon()), 1);
  EXPECT_EQ(closing_of(client).state, State::locked);
  EXPECT_EQ(episodes_of(therapist), 1U) << "the other client's";
  EXPECT_FALSE(is_logged_in());
  EXPECT_TRUE(seen_by(neutral));
  for (const auto who : {therapist, deputy, supervisor, administrator}) EXPECT_FALSE(seen_by(who));
  ASSERT_TRUE(keys->key_for(client, soon())) << "they read and write with it";
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return safety::acknowledge(tx, neutral, said, clock.now()); }));
  ASSERT_TRUE(carry_out_due(*house, law(), soon()));
  EXPECT_TRUE(seen_by(neutral)) << "what was done is still to be said";
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return safety::close(tx, neutral, said, Bytes{1}, [](const Bytes&) { return false; }, clock.now());
  }));
  ASSERT_TRUE(carry_out_due(*house, law(), soon()));
  EXPECT_FALSE(keys->key_for(client, soon()));
  EXPECT_TRUE(keys->locked_key_for(client, soon()));
  EXPECT_FALSE(seen_by(neutral));
}

TEST_P(ClosingAccount, ByAnAdministratorIsNotCarriedOutInTheFirstHourAfterAStart) {
  ASSERT_TRUE(*write([&](store::WriteTx& tx) { return ask(tx, client, administrator, clock.now()); }));
  clock.set(clock.now() + people::kTimeToObject * 3);
  auto rules = law();
  rules.announced_not_before = clock.now() + people::kTimeAfterStart;
  EXPECT_EQ(carry_out_due(*house, rules, soon()), 0);
  EXPECT_EQ(announced_to(therapist), std::vector{client}) << "and can call it off";
  EXPECT_EQ(close(other_client, rules).state, State::locked) << "their own wish holds at once";
  clock.set(clock.now() + people::kTimeAfterStart);
  EXPECT_EQ(carry_out_due(*house, rules, soon()), 1);
}

TEST_P(ClosingAccount, OfSomebodyWhoseTherapistHasLeftIsToldToWhoeverGoesOn) {
  ASSERT_TRUE(
      write([&](store::WriteTx& tx) { return people::set_backing(tx, practice, therapist, {.deputy = deputy}); }));
  clock.set(clock.now() + people::kTimeToObject);
  ASSERT_TRUE(write(
      [&](store::WriteTx& tx) { return people::close_staff(tx, practice, therapist, people::Leaving::at_once); }));
  EXPECT_EQ(close(client, law()).state, State::locked);
  EXPECT_EQ(notices("closing:" + client.text() + ":" + deputy.text()).size(), 1U);
  const auto seen =
      *read([&](store::ReadTx& tx) -> Result<std::size_t> { return list_told(tx, deputy, clock.now() - 1h).size(); });
  EXPECT_EQ(seen, 1U);
}

TEST_P(ClosingAccount, WaitsForNoNeutralPersonWhereThereIsNone) {
  const auto raised = concern(safety::Kind::rift);
  EXPECT_EQ(close(client, law()).state, State::waiting);
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::set_neutral_person(tx, practice, std::nullopt); }));
  EXPECT_EQ(carry_out(*house, law(), client, soon())->state, State::locked) << "nobody can look into " << raised.text();
}

TEST_P(ClosingAccount, KeepsAtLeastAsLongAsTheLawWants) {
  const auto closing = close(client, law());
  const auto stated = [&](Time until) {
    return write([&](store::WriteTx& tx) { return state_date(tx, law(), client, administrator, until, Bytes{1}); });
  };
  EXPECT_EQ(stated(*closing.keep_until - 1s).error().code, "closing.date");
  EXPECT_TRUE(stated(*closing.keep_until + 24h * 365 * 60));
  EXPECT_TRUE(stated(*closing.keep_until)) << "a slip is put right, as far back as the law's day";
  EXPECT_EQ(stated(*closing.keep_until - 1s).error().code, "closing.date");
}

TEST_P(ClosingAccount, GoesOnWhereItWasLeft) {
  ask_for(client);
  const auto fate = fate_of(law(), clock.now(), clock.now());
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    EXPECT_TRUE(lock_record(tx, client, fate, Bytes{}, clock.now()));
    return {};
  }));
  ASSERT_TRUE(keys->key_for(client, soon())) << "ended before the key was locked";
  EXPECT_EQ(carry_out_due(*house, law(), soon()), 1);
  EXPECT_FALSE(keys->key_for(client, soon()));
  EXPECT_TRUE(keys->locked_key_for(client, soon()));

  clock.set(*fate.keep_until);
  ASSERT_TRUE(keys->destroy(client, soon())) << "ended before the rows were deleted";
  EXPECT_EQ(carry_out_due(*house, law(), soon()), 1);
  EXPECT_EQ(closing_of(client).state, State::erased);
}

TEST_P(ClosingAccount, IsDoneAgainWhereAnOlderDatabaseWasPutBackBesideTodaysKeys) {
  ASSERT_TRUE(keys->destroy(client, soon()));
  ASSERT_TRUE(keys->lock(other_client, soon()));
  EXPECT_EQ(follow_keys(*house, law(), soon()), 2);
  EXPECT_EQ(closing_of(client).state, State::erased);
  EXPECT_EQ(closing_of(other_client).state, State::locked);
  EXPECT_EQ(closing_of(other_client).keep_until, end_of(*law().period, clock.now()));
  EXPECT_TRUE(keys->locked_key_for(other_client, soon()));
  EXPECT_EQ(episodes_of(therapist), 0U);
  EXPECT_EQ(follow_keys(*house, law(), soon()), 0);
}

TEST_P(ClosingAccount, IsForClientsAlone) {
  for (const auto who : {therapist, administrator, AccountId::make(clock.now())}) {
    EXPECT_EQ(write([&](store::WriteTx& tx) { return ask(tx, who, administrator, clock.now()); }).error().kind,
              ErrorKind::not_found);
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, ClosingAccount, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::closing_account
