/// Concerns about the relationship: from what a client keeps for themselves to what was agreed, on both engines.
#include "features/relationship_concern/relationship_concern.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>

#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/people/hand_overs.hpp"
#include "features/people/staff.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/relationship_concern/relationship_concern_api.hpp"
#include "features/relationship_concern/repair_guide.hpp"
#include "features/relationship_concern/sealed_words.hpp"
#include "features/safety/safety.hpp"
#include "support/full_house.hpp"

namespace rapport::relationship_concern {
namespace {

constexpr std::array kStates{State::kept,   State::told,       State::heard,  State::agreed,   State::asked,
                             State::better, State::not_better, State::closed, State::withdrawn};
constexpr std::array kSteps{Step::tell,       Step::hear,           Step::agree, Step::ask,
                            Step::say_better, Step::say_not_better, Step::close, Step::withdraw};

TEST(RelationshipConcernRules, WhatWasTakenBackStaysSoAndEverythingCanBe) {
  for (const auto step : kSteps) EXPECT_FALSE(after(State::withdrawn, step));
  for (const auto state : kStates) {
    if (state != State::withdrawn) EXPECT_EQ(after(state, Step::withdraw), State::withdrawn);
  }
}

TEST(RelationshipConcernRules, NobodyHearsWhatWasNotTold) {
  for (const auto step : kSteps) {
    const bool may = step == Step::tell || step == Step::close || step == Step::withdraw;
    EXPECT_EQ(after(State::kept, step).has_value(), may);
  }
  for (const auto state : kStates) {
    for (const auto step : kSteps) EXPECT_NE(after(state, step), State::kept);
  }
}

TEST(RelationshipConcernRules, WhatWasClosedIsOpenedByNothing) {
  for (const auto step : kSteps) {
    EXPECT_EQ(after(State::closed, step), step == Step::withdraw ? std::optional(State::withdrawn) : std::nullopt);
  }
}

TEST(RelationshipConcernRules, WhetherItIsBetterIsSaidWhereItIsAsked) {
  for (const auto state : kStates) {
    const bool is_asked = state == State::asked;
    EXPECT_EQ(after(state, Step::say_better), is_asked ? std::optional(State::better) : std::nullopt);
    EXPECT_EQ(after(state, Step::say_not_better), is_asked ? std::optional(State::not_better) : std::nullopt);
  }
  EXPECT_EQ(after(State::not_better, Step::tell), State::told) << "it goes on from there";
  EXPECT_EQ(after(State::asked, Step::agree), State::asked) << "the question stays open";
}

TEST(RepairGuide, IsThereForBothInBothLanguages) {
  for (const auto part : {Part::therapist, Part::neutral_person}) {
    const auto& english = repair_guides().of(part, "en");
    const auto& german = repair_guides().of(part, "de");
    EXPECT_EQ(english.steps.size(), german.steps.size());
    EXPECT_NE(english.about, german.about);
    EXPECT_EQ(repair_guides().of(part, "fr").about, english.about);
  }
  EXPECT_EQ(repair_guides().of(Part::therapist, "en").steps.size(), 5U);
}

TEST(RepairGuide, SaysWhatIsWrongInAFile) {
  const auto broken = [](std::string_view text) {
    const auto read = RepairGuides::read(text);
    EXPECT_FALSE(read);
    return read ? std::string() : read.error().code;
  };
  EXPECT_EQ(broken(R"({"parts":[]})"), "relationship_concern.guide");
  EXPECT_EQ(broken(R"({"parts":[{"part":"nobody"}]})"), "relationship_concern.guide");
}

class RelationshipConcerns : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    key_ = keys->key_for(client, soon()).value();
    add_relationship_concern_routes(routes);
    routes.finish();
  }
  void TearDown() override {
    key_.reset();
    FullHouseTest::TearDown();
  }

  RelationshipConcernId keep_one(const std::optional<std::string>& words = "You look at the clock") {
    const auto id = RelationshipConcernId::make(clock.now());
    NewConcern wanted{id, episode, {}};
    if (words) wanted.sealed_words = access::seal(*key_, id.bytes(), *words);
    EXPECT_TRUE(*write([&](store::WriteTx& tx) { return keep(tx, client, wanted, clock.now()); }));
    return id;
  }
  NewTelling telling_of(RelationshipConcernId id, Part part) {
    const auto telling = TellingId::make(clock.now());
    const auto words = Words::from("Told as it is").value();
    return {telling, id, part, part == Part::therapist ? therapist : neutral,
            seal_told(*key_, telling, {words, false})};
  }
  Result<bool> tell_it(const NewTelling& telling) {
    return write([&](store::WriteTx& tx) { return tell(tx, client, telling, clock.now()); });
  }
  RelationshipConcernId told(Part part) {
    const auto id = keep_one();
    EXPECT_TRUE(*tell_it(telling_of(id, part)));
    return id;
  }
  WholeConcern now_of(RelationshipConcernId id) {
    return read([&](store::ReadTx& tx) -> Result<WholeConcern> {
             TRY_ASSIGN(const auto concern, find_own(tx, client, id));
             return whole(tx, concern);
           })
        .value();
  }
  State state_of(RelationshipConcernId id) { return now_of(id).concern.state; }
  bool hears(AccountId who, RelationshipConcernId id) {
    const auto found = read([&](store::ReadTx& tx) { return find_heard(tx, who, id); });
    const auto listed =
        read([&](store::ReadTx& tx) -> Result<std::vector<Heard>> { return list_heard(tx, who); }).value();
    const bool is_listed =
        std::any_of(listed.begin(), listed.end(), [&](const Heard& one) { return one.concern.id == id; });
    EXPECT_EQ(found.has_value(), is_listed);
    return is_listed;
  }
  static constexpr std::int64_t kAll = 1000;
  Result<bool> hear_it(AccountId who, RelationshipConcernId id, std::int64_t seen = kAll) {
    return write([&](store::WriteTx& tx) { return hear(tx, who, id, seen, clock.now()); });
  }
  Result<bool> say_to(RelationshipConcernId id, TellingId telling) {
    const auto word = WordId::make(clock.now());
    const NewWord wanted{word, telling, seal_said(*key_, word, {Words::from("And one thing more").value(), {}})};
    return write([&](store::WriteTx& tx) { return say(tx, client, id, wanted, clock.now()); });
  }
  Result<bool> agree_to(RelationshipConcernId id, AgreementId agreement, bool agrees = true) {
    return write([&](store::WriteTx& tx) { return answer_agreement(tx, client, id, agreement, agrees, clock.now()); });
  }
  Result<bool> see_it(RelationshipConcernId id, std::int64_t seen) {
    return write([&](store::WriteTx& tx) { return see(tx, client, id, seen); });
  }
  Heard heard_by(AccountId who, RelationshipConcernId id) {
    return read([&](store::ReadTx& tx) { return find_heard(tx, who, id); }).value();
  }
  /// Is `text`, or nothing, kept as the note, going on from `based_on`?
  Result<bool> note_it(RelationshipConcernId id, const std::optional<std::string>& text, std::int64_t based_on) {
    const auto telling = heard_by(therapist, id).telling.id;
    NewNote wanted{based_on, {}};
    if (text) wanted.sealed_text = access::seal(*key_, telling.bytes(), *text);
    const auto is_same = [&](const std::optional<Bytes>& stored) {
      return stored ? text == access::unseal(*key_, telling.bytes(), *stored).value() : !text;
    };
    return write([&](store::WriteTx& tx) { return note(tx, therapist, id, wanted, is_same, clock.now()); });
  }
  void hand_over(AccountId from, AccountId to) {
    clock.set(clock.now() + std::chrono::minutes(1));
    ASSERT_TRUE(write([&](store::WriteTx& tx) {
      return people::plan_hand_over(tx, {from, access::Role::therapist, {}, practice},
                                    {people::HandOverId::make(clock.now()), episode, to, clock.now()}, {});
    }));
    clock.set(clock.now() + std::chrono::minutes(1));
  }
  Result<bool> propose_it(AccountId who, RelationshipConcernId id, AgreementId agreement) {
    const auto sealed = access::seal(*key_, agreement.bytes(), "I put the clock away");
    return write([&](store::WriteTx& tx) { return propose(tx, who, id, agreement, sealed, clock.now()); });
  }
  Result<bool> end_it(RelationshipConcernId id, Step step) {
    return write([&](store::WriteTx& tx) { return end(tx, client, id, step, clock.now()); });
  }
  EncounterId hold_session(std::chrono::minutes lasts = std::chrono::minutes(50)) {
    const auto id = EncounterId::make(clock.now());
    const auto held = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(encounters::plan_encounter(tx, therapist, episode, id, {clock.now(), 50, encounters::Channel::chat, ""},
                                     clock.now()));
      TRY(encounters::open_encounter(tx, therapist, id, clock.now()));
      clock.set(clock.now() + lasts);
      TRY_ASSIGN(const auto closed, encounters::close_encounter(tx, therapist, id, clock.now()));
      TRY(follow(tx, closed.encounter, clock.now()));
      return follow(tx, closed.encounter, clock.now());  // as when it is sent again
    });
    EXPECT_TRUE(held) << held.error().detail;
    clock.set(clock.now() + std::chrono::hours(24));
    return id;
  }
  NewAnswer answer_to(const WholeConcern& asked, IsItBetter answer, bool shared) {
    const auto follow_up = asked.follow_ups.back().id;
    NewAnswer said{follow_up, answer == IsItBetter::better, seal_answer(*key_, follow_up, {{}, answer}), {}};
    if (!shared) return said;
    for (const auto& telling : asked.tellings) {
      const auto word = WordId::make(clock.now());
      said.to.push_back({word, telling.id, seal_said(*key_, word, {{}, answer})});
    }
    return said;
  }
  Result<bool> answer_it(RelationshipConcernId id, const NewAnswer& answer, bool is_same = false) {
    return write([&](store::WriteTx& tx) {
      return answer_follow_up(tx, client, id, answer, [&](const Bytes&) { return is_same; }, clock.now());
    });
  }
  std::vector<notify::Delivery> mails_about(RelationshipConcernId id) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<notify::Delivery>> {
             return notify::deliveries_of(tx, notice_prefix(id));
           })
        .value();
  }
  std::int64_t mails_to(AccountId who, RelationshipConcernId id) {
    const auto all = mails_about(id);
    return std::count_if(all.begin(), all.end(), [&](const auto& one) { return one.to == who; });
  }
  http::Response call(AccountId viewer, access::Role role, http::Method method, const std::string& target,
                      const std::string& body = "") {
    const auto match = routes.find(method, target.substr(0, target.find('?')));
    Context context{*house, {viewer, role, SessionId::make(clock.now()), practice}};
    http::Call one{nullptr, match.route, match.path, {}, soon()};
    http::BodyInput input;
    input.text = body;
    return routes.answer(match, context, one, {&input, 1}).front();
  }

  Routes routes;
  access::ClientKeys::SharedKey key_;
};

TEST_P(RelationshipConcerns, OnlyMeIsReadByNobodyElseAndLeavesNoTrace) {
  const auto id = keep_one();
  sink.take();
  for (const auto who : {therapist, deputy, supervisor, neutral, stranger, administrator}) EXPECT_FALSE(hears(who, id));
  EXPECT_TRUE(mails_about(id).empty());
  EXPECT_FALSE(read([&](store::ReadTx& tx) { return find_own(tx, other_client, id); }));
  hold_session();
  EXPECT_EQ(state_of(id), State::kept) << "nobody asks about it either";
  EXPECT_TRUE(mails_about(id).empty());
  for (const auto& event : sink.take()) EXPECT_EQ(event.frame.find("relationship"), std::string::npos);
}

TEST_P(RelationshipConcerns, EachReadsWhatWasSentToThemAndNobodyElseAnything) {
  for (const auto part : {Part::therapist, Part::neutral_person}) {
    const auto chosen = part == Part::therapist ? therapist : neutral;
    const auto id = told(part);
    for (const auto who : {therapist, deputy, supervisor, neutral, stranger, administrator}) {
      EXPECT_EQ(hears(who, id), who == chosen);
    }
    const auto heard = read([&](store::ReadTx& tx) { return find_heard(tx, chosen, id); }).value();
    EXPECT_EQ(open_told(*key_, heard.telling)->words->str(), "Told as it is");
    EXPECT_EQ(mails_to(chosen, id), 1);
    EXPECT_EQ(std::ssize(mails_about(id)), 1);
  }
}

TEST_P(RelationshipConcerns, WhoStandsInForTheTherapistWasNotChosen) {
  const auto id = told(Part::therapist);
  const auto absence = people::AbsenceId::make(clock.now());
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return people::announce(tx, {therapist, access::Role::therapist, {}, practice},
                            {absence, therapist, deputy, clock.now(), clock.now() + std::chrono::hours(48)});
  }));
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return people::answer_absence(tx, {deputy, access::Role::therapist, {}, practice}, absence, true);
  }));
  EXPECT_FALSE(hears(deputy, id));
  EXPECT_TRUE(hears(therapist, id));
}

TEST_P(RelationshipConcerns, NeitherTheNextTherapistNorTheNextNeutralPersonHearsWhatWasToldBefore) {
  const auto id = told(Part::therapist);
  const auto other = told(Part::neutral_person);
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return people::plan_hand_over(tx, {therapist, access::Role::therapist, {}, practice},
                                  {people::HandOverId::make(clock.now()), episode, stranger, clock.now()}, {});
  }));
  EXPECT_FALSE(hears(therapist, id));
  EXPECT_FALSE(hears(stranger, id));
  EXPECT_FALSE(now_of(id).tellings.front().hears) << "the client sees so";
  EXPECT_TRUE(hears(neutral, other)) << "it is the same person";
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::set_helpers(tx, episode, {deputy, std::nullopt}); }));
  EXPECT_FALSE(hears(neutral, other));
  // Told again, to whom it is now.
  auto again = telling_of(id, Part::therapist);
  EXPECT_EQ(tell_it(again).error().code, "relationship_concern.hearer") << "the page was stale";
  again.account = stranger;
  EXPECT_TRUE(*tell_it(again));
  EXPECT_TRUE(hears(stranger, id));
}

TEST_P(RelationshipConcerns, AreNotHeardAgainByOneWhoComesBack) {
  const auto id = told(Part::therapist);
  const auto other = told(Part::neutral_person);
  hand_over(therapist, stranger);
  hand_over(stranger, therapist);
  EXPECT_FALSE(hears(therapist, id)) << "it was told to them when they were this client's therapist before";
  EXPECT_TRUE(*tell_it(telling_of(id, Part::therapist))) << "the client can tell it anew";
  EXPECT_TRUE(hears(therapist, id));
  EXPECT_TRUE(hears(neutral, other)) << "who stayed hears it still";

  const auto name = [&](std::optional<AccountId> who) {
    clock.set(clock.now() + std::chrono::minutes(1));
    ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::set_neutral_person(tx, practice, who); }));
    clock.set(clock.now() + std::chrono::minutes(1));
  };
  name(neutral);
  EXPECT_TRUE(hears(neutral, other)) << "named again, and never another";
  name(std::nullopt);
  name(neutral);
  EXPECT_FALSE(hears(neutral, other));
  EXPECT_TRUE(*tell_it(telling_of(other, Part::neutral_person)));
  EXPECT_TRUE(hears(neutral, other));
  for (const auto helper : {std::optional<AccountId>(), std::optional(neutral)}) {
    clock.set(clock.now() + std::chrono::minutes(1));
    ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::set_helpers(tx, episode, {deputy, helper}); }));
  }
  EXPECT_FALSE(hears(neutral, other));
}

TEST_P(RelationshipConcerns, WhatOneWritesDownStandsBesideWhatTheOtherDoes) {
  const auto id = told(Part::therapist);
  EXPECT_TRUE(*tell_it(telling_of(id, Part::neutral_person)));
  const auto of_therapist = AgreementId::make(clock.now());
  const auto of_neutral = AgreementId::make(clock.now());
  EXPECT_TRUE(*propose_it(therapist, id, of_therapist));
  clock.set(clock.now() + std::chrono::minutes(1));
  EXPECT_TRUE(*propose_it(neutral, id, of_neutral));
  EXPECT_TRUE(agree_to(id, of_therapist)) << "what the other wrote later does not do away with it";
  EXPECT_TRUE(agree_to(id, of_neutral));
  const auto first = AgreementId::make(clock.now());
  EXPECT_TRUE(*propose_it(therapist, id, first));
  clock.set(clock.now() + std::chrono::minutes(1));
  EXPECT_TRUE(*propose_it(therapist, id, AgreementId::make(clock.now())));
  EXPECT_EQ(agree_to(id, first).error().code, "relationship_concern.answered") << "the same person wrote it anew";
}

TEST_P(RelationshipConcerns, AnAnswerForOtherReadersIsNotTheSameAnswer) {
  const auto id = told(Part::therapist);
  EXPECT_TRUE(*tell_it(telling_of(id, Part::neutral_person)));
  hold_session();
  const auto asked = now_of(id);
  const auto alone = answer_to(asked, IsItBetter::worse, false);
  const auto shared = answer_to(asked, IsItBetter::worse, true);
  EXPECT_TRUE(*answer_it(id, alone));
  EXPECT_FALSE(*answer_it(id, alone, true));
  EXPECT_EQ(answer_it(id, shared, true).error().code, "relationship_concern.answered") << "nobody was sent anything";
  EXPECT_TRUE(now_of(id).words.empty());

  const auto second = told(Part::therapist);
  EXPECT_TRUE(*tell_it(telling_of(second, Part::neutral_person)));
  hold_session();
  const auto both = answer_to(now_of(second), IsItBetter::worse, true);
  EXPECT_TRUE(*answer_it(second, both));
  clock.set(clock.now() + std::chrono::minutes(1));
  EXPECT_FALSE(*answer_it(second, answer_to(now_of(second), IsItBetter::worse, true), true)) << "from another device";
  auto one = both;
  one.to.pop_back();
  EXPECT_EQ(answer_it(second, one, true).error().code, "relationship_concern.answered");
}

TEST_P(RelationshipConcerns, OnlyWhatWasSeenWaitsNoMore) {
  const auto id = told(Part::therapist);
  EXPECT_TRUE(*propose_it(therapist, id, AgreementId::make(clock.now())));
  const auto before = now_of(id).concern;
  EXPECT_TRUE(before.waits);
  EXPECT_TRUE(*propose_it(therapist, id, AgreementId::make(clock.now() + std::chrono::minutes(1))));
  EXPECT_FALSE(*see_it(id, before.news)) << "from a page that was read before";
  EXPECT_TRUE(now_of(id).concern.waits);
  EXPECT_TRUE(*see_it(id, now_of(id).concern.news));
  EXPECT_FALSE(now_of(id).concern.waits);

  hold_session();
  const auto telling = now_of(id).tellings.front().id;
  EXPECT_TRUE(*say_to(id, telling));
  EXPECT_TRUE(now_of(id).concern.waits) << "it is still asked";
  EXPECT_TRUE(*see_it(id, now_of(id).concern.news));
  EXPECT_TRUE(now_of(id).concern.waits) << "until it is answered";
  EXPECT_TRUE(*answer_it(id, answer_to(now_of(id), IsItBetter::better, false)));
  EXPECT_FALSE(now_of(id).concern.waits);
}

TEST_P(RelationshipConcerns, WhoeverHearsItHasReadOnlyWhatWasBeforeTheirEyes) {
  const auto id = told(Part::therapist);
  const auto telling = now_of(id).tellings.front().id;
  const auto before = heard_by(therapist, id).telling.news;
  EXPECT_TRUE(*say_to(id, telling));
  EXPECT_EQ(hear_it(therapist, id, before).error().code, "relationship_concern.news");
  EXPECT_EQ(state_of(id), State::told);
  const auto agreement = AgreementId::make(clock.now());
  const auto sealed = access::seal(*key_, agreement.bytes(), "I put the clock away");
  EXPECT_TRUE(
      *write([&](store::WriteTx& tx) { return propose(tx, therapist, id, agreement, sealed, clock.now(), before); }));
  EXPECT_TRUE(heard_by(therapist, id).telling.waits) << "the word that came meanwhile is there still";
  EXPECT_TRUE(*hear_it(therapist, id, heard_by(therapist, id).telling.news));
  EXPECT_FALSE(heard_by(therapist, id).telling.waits);
  EXPECT_FALSE(*hear_it(therapist, id, before)) << "from a stale page, and nothing waits";
}

TEST_P(RelationshipConcerns, TwoDevicesDoNotWriteOverEachOthersNote) {
  const auto id = told(Part::therapist);
  EXPECT_TRUE(*note_it(id, "first", 0));
  EXPECT_FALSE(*note_it(id, "first", 0)) << "sent again";
  EXPECT_EQ(note_it(id, "from another device", 0).error().code, "relationship_concern.note_moved");
  EXPECT_TRUE(*note_it(id, std::nullopt, 1));
  EXPECT_FALSE(*note_it(id, std::nullopt, 1)) << "sent again";
  EXPECT_TRUE(*note_it(id, "anew", 2));
  EXPECT_EQ(note_it(id, "first, and more", 1).error().code, "relationship_concern.note_moved")
      << "written by one who does not know that it was taken away";
  EXPECT_EQ(heard_by(therapist, id).telling.note_revision, 3);
}

TEST_P(RelationshipConcerns, WhatWasAgreedKeepsItsAuthorWhenTheyHearItNoMore) {
  const auto id = told(Part::therapist);
  EXPECT_TRUE(*tell_it(telling_of(id, Part::neutral_person)));
  EXPECT_TRUE(*write([&](store::WriteTx& tx) { return mediate(tx, client, id, true, clock.now()); }));
  EXPECT_TRUE(*propose_it(therapist, id, AgreementId::make(clock.now())));
  hand_over(therapist, stranger);
  const auto answer =
      call(neutral, access::Role::neutral_person, http::Method::get, "/api/relationship-concerns/" + id.text());
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_NE(answer.body.find(R"("mine":false,"by":"Berger Therapist")"), std::string::npos) << answer.body;
}

TEST_P(RelationshipConcerns, IsSentOnceFromTwoDevicesAndTheSameIdTwice) {
  const auto id = keep_one();
  const auto first = telling_of(id, Part::therapist);
  EXPECT_TRUE(*tell_it(first));
  EXPECT_FALSE(*tell_it(first));
  EXPECT_EQ(tell_it(telling_of(id, Part::therapist)).error().code, "relationship_concern.told");
  EXPECT_EQ(std::ssize(now_of(id).tellings), 1);
  EXPECT_EQ(mails_to(therapist, id), 1);
  const NewConcern again{id, episode, {}};
  EXPECT_FALSE(*write([&](store::WriteTx& tx) { return keep(tx, client, again, clock.now()); }));
  const NewConcern foreign{id, other_episode, {}};
  EXPECT_EQ(write([&](store::WriteTx& tx) { return keep(tx, other_client, foreign, clock.now()); }).error().code,
            "relationship_concern.id_taken");
}

TEST_P(RelationshipConcerns, GoFromToldToAgreedAndAreAskedAboutTwice) {
  const auto id = told(Part::therapist);
  EXPECT_TRUE(*hear_it(therapist, id));
  EXPECT_FALSE(*hear_it(therapist, id));
  EXPECT_EQ(state_of(id), State::heard);
  const auto agreement = AgreementId::make(clock.now());
  EXPECT_TRUE(*propose_it(therapist, id, agreement));
  EXPECT_EQ(state_of(id), State::heard) << "one alone agrees on nothing";
  const auto agree = [&](bool agrees) {
    return write([&](store::WriteTx& tx) { return answer_agreement(tx, client, id, agreement, agrees, clock.now()); });
  };
  EXPECT_TRUE(*agree(true));
  EXPECT_FALSE(*agree(true));
  EXPECT_EQ(agree(false).error().code, "relationship_concern.answered");
  EXPECT_EQ(state_of(id), State::agreed);

  hold_session();
  EXPECT_EQ(state_of(id), State::asked);
  const auto not_better = answer_to(now_of(id), IsItBetter::same, false);
  EXPECT_TRUE(*answer_it(id, not_better));
  EXPECT_FALSE(*answer_it(id, not_better, true));
  EXPECT_EQ(answer_it(id, not_better).error().code, "relationship_concern.answered");
  EXPECT_EQ(state_of(id), State::not_better);
  hold_session();
  EXPECT_TRUE(*answer_it(id, answer_to(now_of(id), IsItBetter::better, true)));
  hold_session();
  EXPECT_EQ(std::ssize(now_of(id).follow_ups), kAskedAfter) << "no third time";
  EXPECT_NE(state_of(id), State::asked);
  const auto own = open_own(*key_, now_of(id), [](AccountId) -> Result<std::string> { return "Berger"; });
  EXPECT_EQ(own->state, State::better);
  EXPECT_EQ(own->tellings.front().said.size(), 1U) << "only the answer that was shared";
  EXPECT_EQ(mails_to(client, id), 4) << "read, written down, asked, asked";
}

TEST_P(RelationshipConcerns, ASessionThatHadBegunBeforeIsNotTheNext) {
  const auto encounter = EncounterId::make(clock.now());
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    TRY(encounters::plan_encounter(tx, therapist, episode, encounter, {clock.now(), 50, encounters::Channel::chat, ""},
                                   clock.now()));
    TRY(encounters::open_encounter(tx, therapist, encounter, clock.now()));
    return {};
  }));
  clock.set(clock.now() + std::chrono::minutes(20));
  const auto id = told(Part::neutral_person);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    TRY_ASSIGN(const auto closed, encounters::close_encounter(tx, therapist, encounter, clock.now()));
    return follow(tx, closed.encounter, clock.now());
  }));
  EXPECT_EQ(state_of(id), State::told);
  hold_session();
  EXPECT_EQ(state_of(id), State::asked);
  EXPECT_EQ(mails_to(therapist, id), 0);
}

TEST_P(RelationshipConcerns, ThoseWhoHearItKnowOfEachOtherOnlyWhenTheClientSaysSo) {
  const auto id = told(Part::therapist);
  const auto mediate_it = [&](bool wanted) {
    return write([&](store::WriteTx& tx) { return mediate(tx, client, id, wanted, clock.now()); });
  };
  EXPECT_EQ(mediate_it(true).error().code, "relationship_concern.not_both");
  EXPECT_TRUE(*tell_it(telling_of(id, Part::neutral_person)));
  const auto before = AgreementId::make(clock.now());
  EXPECT_TRUE(*propose_it(neutral, id, before));
  const auto seen = [&](AccountId who) {
    return read([&](store::ReadTx& tx) -> Result<std::pair<bool, std::size_t>> {
             TRY_ASSIGN(const auto heard, find_heard(tx, who, id));
             return std::pair(other_hearer(tx, heard).has_value(), agreements_for(tx, heard).size());
           })
        .value();
  };
  EXPECT_EQ(seen(therapist), std::pair(false, std::size_t{0}));
  EXPECT_TRUE(*mediate_it(true));
  EXPECT_FALSE(*mediate_it(true));
  EXPECT_EQ(seen(therapist), std::pair(true, std::size_t{0})) << "what was written before stays between the two";
  clock.set(clock.now() + std::chrono::minutes(1));
  EXPECT_TRUE(*propose_it(neutral, id, AgreementId::make(clock.now())));
  EXPECT_EQ(seen(therapist), std::pair(true, std::size_t{1}));
  EXPECT_TRUE(*mediate_it(false));
  EXPECT_EQ(seen(therapist), std::pair(false, std::size_t{0}));
}

TEST_P(RelationshipConcerns, WhoIsToldLaterIsNotMediatedWithByWhatWasSaidOfOthers) {
  const auto id = told(Part::therapist);
  EXPECT_TRUE(*tell_it(telling_of(id, Part::neutral_person)));
  EXPECT_TRUE(*write([&](store::WriteTx& tx) { return mediate(tx, client, id, true, clock.now()); }));
  EXPECT_TRUE(*propose_it(neutral, id, AgreementId::make(clock.now())));
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    EXPECT_EQ(end_all_tellings(tx), 2);
    return {};
  }));
  clock.set(clock.now() + std::chrono::minutes(1));
  EXPECT_TRUE(*tell_it(telling_of(id, Part::therapist)));
  EXPECT_TRUE(*tell_it(telling_of(id, Part::neutral_person)));
  const auto seen = [&] {
    return read([&](store::ReadTx& tx) -> Result<std::pair<bool, std::size_t>> {
             TRY_ASSIGN(const auto heard, find_heard(tx, therapist, id));
             return std::pair(other_hearer(tx, heard).has_value(), agreements_for(tx, heard).size());
           })
        .value();
  };
  EXPECT_EQ(seen(), std::pair(false, std::size_t{0}));
  EXPECT_TRUE(*write([&](store::WriteTx& tx) { return mediate(tx, client, id, true, clock.now()); }));
  EXPECT_EQ(seen(), std::pair(true, std::size_t{0})) << "what was agreed before they were told is not theirs";
}

TEST_P(RelationshipConcerns, ATherapistCannotCloseItAndNoticesNothingOfAWithdrawalButThatItIsGone) {
  const auto id = told(Part::therapist);
  ASSERT_TRUE(*note_it(id, "for me", 0));
  const auto telling = now_of(id).tellings.front().id;
  const auto noted = [&] {
    return read([&](store::ReadTx& tx) -> Result<std::optional<Bytes>> { return note_of(tx, telling); })->has_value();
  };
  EXPECT_TRUE(noted());
  EXPECT_FALSE(write([&](store::WriteTx& tx) { return end(tx, therapist, id, Step::close, clock.now()); }));
  EXPECT_TRUE(*end_it(id, Step::close));
  EXPECT_TRUE(hears(therapist, id));
  EXPECT_EQ(hear_it(therapist, id).error().code, "relationship_concern.over");
  EXPECT_TRUE(*end_it(id, Step::withdraw));
  EXPECT_FALSE(*end_it(id, Step::withdraw));
  EXPECT_FALSE(hears(therapist, id));
  EXPECT_FALSE(noted());
  EXPECT_EQ(end_it(id, Step::close).error().code, "relationship_concern.over");
  EXPECT_EQ(tell_it(telling_of(id, Part::therapist)).error().code, "relationship_concern.over");
}

TEST_P(RelationshipConcerns, AfterARestoreNobodyHearsUntilItIsToldAgain) {
  const auto id = told(Part::therapist);
  ASSERT_EQ(write([&](store::WriteTx& tx) -> Result<std::int64_t> { return end_all_tellings(tx); }).value(), 1);
  EXPECT_FALSE(hears(therapist, id));
  EXPECT_TRUE(*tell_it(telling_of(id, Part::therapist)));
  EXPECT_TRUE(hears(therapist, id));
}

TEST_P(RelationshipConcerns, GoWithTheClient) {
  const auto id = told(Part::therapist);
  EXPECT_TRUE(*propose_it(therapist, id, AgreementId::make(clock.now())));
  hold_session();
  EXPECT_TRUE(*answer_it(id, answer_to(now_of(id), IsItBetter::worse, true)));
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    erase_client(tx, client);
    return {};
  }));
  EXPECT_TRUE(read([&](store::ReadTx& tx) -> Result<bool> { return list_own(tx, client).empty(); }).value());
  EXPECT_FALSE(hears(therapist, id));
}

TEST_P(RelationshipConcerns, SayWhoCouldHearAndThatThereIsNobodyNeutral) {
  const auto hearers = [&] {
    return read([&](store::ReadTx& tx) -> Result<std::vector<Hearer>> { return hearers_of(tx, episode); })->size();
  };
  EXPECT_EQ(hearers(), 2U);
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::set_helpers(tx, episode, {deputy, std::nullopt}); }));
  EXPECT_EQ(hearers(), 1U);
  const auto answer = call(client, access::Role::client, http::Method::get, "/api/me/relationship-concerns");
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.body.find("Berger Therapist"), std::string::npos) << answer.body;
  EXPECT_EQ(answer.body.find("Gita"), std::string::npos) << answer.body;
}

/// Whatever is done in whatever order: what was told to one is read by nobody who was not chosen, what was taken back
/// stays so, and an answer about harm stays open with those who look after it.
TEST_P(RelationshipConcerns, NoPathTellsAnotherBringsBackWhatWasTakenBackOrLosesADutyOfCare) {
  const auto form = questionnaires::FormId::make(clock.now());
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    TRY_ASSIGN(const auto asked,
               questionnaires::ask_form(
                   tx, therapist, {form, episode, "phq-9", questionnaires::Occasion::on_request, {}}, clock.now()));
    return safety::raise(tx, asked.form, 1, safety::Kind::safety, {}, clock.now());
  }));
  const auto open_duties = [&] {
    return read([&](store::ReadTx& tx) -> Result<std::size_t> {
             return safety::open_concerns_of(tx, therapist).size() + safety::open_concerns_of(tx, deputy).size();
           })
        .value();
  };
  ASSERT_EQ(open_duties(), 2U);
  std::mt19937 random(20261130);
  const auto any = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
  int taken_back = 0;
  int widened = 0;
  for (int walk = 0; walk < 25; ++walk) {
    const auto id = keep_one(walk % 2 == 0 ? std::optional<std::string>("words") : std::nullopt);
    std::set<AccountId> chosen;
    bool is_withdrawn = false;
    for (int at = 0; at < 14; ++at) {
      clock.set(clock.now() + std::chrono::minutes(7));
      const auto before = state_of(id);
      const auto who = any(2) == 0 ? therapist : neutral;
      switch (any(9)) {
        case 0:
        case 1:
          if (tell_it(telling_of(id, who == therapist ? Part::therapist : Part::neutral_person))) chosen.insert(who);
          break;
        case 2:
          static_cast<void>(hear_it(who, id));
          break;
        case 3: {
          const auto agreement = AgreementId::make(clock.now());
          if (propose_it(who, id, agreement)) {
            EXPECT_TRUE(write([&](store::WriteTx& tx) {
              return answer_agreement(tx, client, id, agreement, any(2) == 0, clock.now());
            }));
          }
          break;
        }
        case 4:
          hold_session();
          break;
        case 5:
          if (before == State::asked) {
            EXPECT_TRUE(answer_it(
                id, answer_to(now_of(id), any(2) == 0 ? IsItBetter::better : IsItBetter::worse, any(2) == 0)));
          }
          break;
        case 6:
          static_cast<void>(
              write([&](store::WriteTx& tx) { return mediate(tx, client, id, any(2) == 0, clock.now()); }));
          break;
        case 7: {
          const auto word = WordId::make(clock.now());
          const auto sealed = seal_said(*key_, word, {Words::from("again").value(), {}});
          static_cast<void>(write([&](store::WriteTx& tx) { return reply(tx, who, id, word, sealed, clock.now()); }));
          break;
        }
        default:
          if (any(5) == 0)
            is_withdrawn = end_it(id, any(2) == 0 ? Step::withdraw : Step::close) && state_of(id) == State::withdrawn;
      }
      const auto state = state_of(id);
      if (before == State::withdrawn) EXPECT_EQ(state, State::withdrawn);
      if (before == State::closed) EXPECT_TRUE(state == State::closed || state == State::withdrawn);
      is_withdrawn = state == State::withdrawn;
      for (const auto one : {therapist, deputy, supervisor, neutral, stranger, administrator, other_client}) {
        EXPECT_EQ(hears(one, id), chosen.count(one) != 0 && !is_withdrawn) << walk << " " << at;
      }
      EXPECT_EQ(state == State::kept || (is_withdrawn && chosen.empty()) || (state == State::closed && chosen.empty()),
                chosen.empty());
      EXPECT_EQ(open_duties(), 2U);
    }
    taken_back += is_withdrawn ? 1 : 0;
    widened += chosen.size() == 2 ? 1 : 0;
  }
  EXPECT_GT(taken_back, 2) << "the walks have to come by there";
  EXPECT_GT(widened, 5);
}

INSTANTIATE_TEST_SUITE_P(Engines, RelationshipConcerns, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::relationship_concern
