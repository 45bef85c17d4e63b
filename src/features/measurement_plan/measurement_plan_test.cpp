#include "features/measurement_plan/measurement_plan.hpp"

#include <stdlib.h>
#include <time.h>

#include <future>
#include <thread>

#include "features/measurement_plan/measurement_plan_api.hpp"
#include "features/notify/notify.hpp"
#include "features/questionnaires/questionnaires_api.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "support/routes_fixture.hpp"
#include "support/therapist_form.hpp"

namespace rapport::measurement_plan {
namespace {

using questionnaires::Respondent;
using questionnaires::StoredForm;
using std::chrono::hours;

constexpr hours kWeek{7 * 24};

/// While it lives, nobody can be asked for it.
class SwitchedOff {
 public:
  explicit SwitchedOff(std::string_view id) {
    auto library = questionnaires::instruments();
    library.set_off(id, true);
    questionnaires::use_stored_instruments(std::move(library));
  }
  ~SwitchedOff() { questionnaires::use_stored_instruments(questionnaires::instruments_of_program()); }
  SwitchedOff(const SwitchedOff&) = delete;
  SwitchedOff& operator=(const SwitchedOff&) = delete;
};

TEST(PlanLists, HoldWhatIsOfferedOnceAndNoMoreThanSix) {
  EXPECT_EQ(checked_list(" GAD-7, k6 ,"), (std::vector<std::string>{"gad-7", "k6"}));
  EXPECT_TRUE(checked_list("")->empty());
  EXPECT_EQ(checked_list("gad-7,gad 7").error().detail, "\"gad 7\" is there twice.");
  EXPECT_EQ(checked_list("wai-sr").error().code, "measurement_plan.form") << "its wording is not here";
  EXPECT_EQ(checked_list("nonsense").error().detail,
            "\"nonsense\" is no questionnaire that can be given out as a form.");
  EXPECT_FALSE(checked_list("gad-7,gad-2,k6,k10,phq-2,audit-c,sparq"));
  EXPECT_EQ(checked_weeks({{"GAD 7", 52}})->front(), (EveryWeeks{"gad-7", 52}));
  for (const std::int64_t weeks : {0, 53}) {
    EXPECT_EQ(checked_weeks({{"gad-7", weeks}}).error().detail, "\"gad-7\" can be asked for every 1 to 52 weeks.");
  }
}

TEST(PlanLists, OfASettingKeepWhatIsSwitchedOffUntilItIsOn) {
  Plan plan;
  {
    const SwitchedOff off("k6");
    plan.before = checked_list("phq-9,K 6").value();
    EXPECT_EQ(plan.before, (std::vector<std::string>{"phq-9", "k6"}));
    EXPECT_FALSE(checked_list("k6,k 6")) << "once";
    EXPECT_FALSE(checked_list(std::vector<std::string>{"k6"})) << "a therapist cannot plan it now";
    EXPECT_EQ(burden_of(plan, Respondent::client, 1).session_seconds, 100) << "nobody is asked for it";
  }
  EXPECT_EQ(burden_of(plan, Respondent::client, 1).session_seconds, 160);
}

TEST(PlanLists, KeepWhatThePracticeAsksForTheNeutralPerson) {
  const Plan usual{{"phq-9"}, {"sparq", "risq"}};
  const auto none = with_kept({}, usual);
  EXPECT_TRUE(none.before.empty());
  EXPECT_EQ(none.after, std::vector<std::string>{"risq"});
  EXPECT_EQ(with_kept({{}, {"risq", "k10"}}, usual).after, (std::vector<std::string>{"risq", "k10"}));
  EXPECT_TRUE(with_kept({}, {{"phq-9"}, {"sparq"}}).after.empty()) << "it is the practice's to choose";
}

TEST(PlanLists, AWrongSettingIsNamed) {
  EXPECT_EQ(usual_plan({})->before.back(), "gad-7");
  EXPECT_EQ(usual_plan({})->before.front(), "phq-9");
  EXPECT_EQ(usual_plan({})->after, (std::vector<std::string>{"sparq", "risq"}));
  config::Settings settings;
  settings.practice_forms_after_session = "srs";
  EXPECT_EQ(usual_plan(settings).error().detail,
            "\"practice.forms_after_session\" is wrong: \"srs\" is no questionnaire that can be given out as a form.");
}

TEST(PlanBurden, IsTenSecondsForEachQuestion) {
  const testing::WithTherapistForm form;
  // 10 questions before, 8 after; 7 every two weeks; 6 at the start and at the end.
  const Plan plan{{"phq-9", "our-view-therapist"}, {"sparq"}, {"k6"}, {{"gad-7", 2}}, {"k6"}};
  EXPECT_NEAR(sessions_a_month(1, 1), 4.348, 0.001);
  EXPECT_NEAR(sessions_a_month(2, 1), 8.696, 0.001);
  const auto burden = burden_of(plan, Respondent::client, 4);
  EXPECT_EQ(burden.session_seconds, 180);
  EXPECT_EQ(burden.once_seconds, 120);
  EXPECT_EQ(burden.month_seconds, 720 + 152) << "2.17 times 70 seconds";
  const auto own = burden_of(plan, Respondent::therapist, 4);
  EXPECT_EQ(own.session_seconds, 20);
  EXPECT_EQ(own.month_seconds, 80);
}

/// It is day from 8 to 20 in the zone of the practice's computer.
TEST(PlanReminders, AreSentByDay) {
  const char* const before = ::getenv("TZ");
  const std::string kept = before == nullptr ? "" : before;
  const auto at = [](int hour) { return Time(std::chrono::hours(24 * 20'000 + hour)); };
  ::setenv("TZ", "UTC0", 1);
  ::tzset();
  EXPECT_FALSE(is_day(at(7)));
  EXPECT_TRUE(is_day(at(8)));
  EXPECT_TRUE(is_day(at(19)));
  EXPECT_FALSE(is_day(at(20)));
  ::setenv("TZ", "XXX-2", 1);  // two hours ahead of UTC
  ::tzset();
  EXPECT_TRUE(is_day(at(6)));
  EXPECT_FALSE(is_day(at(18)));
  before == nullptr ? ::unsetenv("TZ") : ::setenv("TZ", kept.c_str(), 1);
  ::tzset();
}

class MeasurementPlan : public testing::HouseTest {
 protected:
  void SetUp() override {
    HouseTest::SetUp();
    // At noon where this computer is.
    while (!is_day(clock.now() - hours(3)) || !is_day(clock.now() + hours(3))) clock.set(clock.now() + hours(1));
  }
  Result<bool> choose_as(AccountId by, const Plan& plan) {
    return write([&](store::WriteTx& tx) { return choose(tx, by, episode, plan, clock.now()); });
  }
  Result<bool> end_is_near(bool near, std::optional<AccountId> by = std::nullopt) {
    return write(
        [&](store::WriteTx& tx) { return say_end_is_near(tx, by.value_or(therapist), episode, near, clock.now()); });
  }
  std::vector<StoredForm> forms(std::optional<AccountId> viewer = std::nullopt) {
    return read([&](store::ReadTx& tx) { return questionnaires::list_forms(tx, viewer.value_or(client), episode); })
        .value();
  }
  std::string asked() {
    std::string text;
    for (const auto& form : forms()) text += (text.empty() ? "" : " ") + form.instrument;
    return text;
  }
  std::int64_t time_passes(hours by) {
    clock.set(clock.now() + by);
    return write([&](store::WriteTx& tx) { return ask_due(tx, clock.now()); }).value();
  }
  std::int64_t reminded() {
    return write([&](store::WriteTx& tx) { return remind(tx, clock.now()); }).value();
  }
  std::vector<questionnaires::MissedForm> missed(AccountId viewer) {
    return read([&](store::ReadTx& tx) { return questionnaires::list_missed(tx, viewer, episode); }).value();
  }
  Result<bool> usual_again() {
    return write([&](store::WriteTx& tx) { return choose_usual(tx, therapist, episode); });
  }
  /// Two make the same change; the first has made it and not committed when the second begins. What each was told.
  template <class F>
  std::pair<bool, bool> at_once(F change) {
    std::promise<void> made;
    auto second = std::async(std::launch::async, [&] {
      made.get_future().wait();
      return write(change);
    });
    bool is_told = false;
    const auto first = write([&](store::WriteTx& tx) {
      auto changed = change(tx);
      if (!std::exchange(is_told, true)) made.set_value();
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      return changed;
    });
    return {first.value(), second.get().value()};
  }
  void save(const StoredForm& form) {
    ASSERT_TRUE(write([&](store::WriteTx& tx) {
      return questionnaires::save_answers(tx, form.filled_in_by, form.id, 0, Bytes{1},
                                          [](const Bytes&) { return false; });
    }));
  }
  void send(const StoredForm& form) {
    save(form);
    ASSERT_TRUE(write([&](store::WriteTx& tx) {
      return questionnaires::complete_form(tx, form.filled_in_by, {form.id, 1, 1, clock.now(), Bytes{1}, Bytes{1}});
    }));
  }
};

TEST_P(MeasurementPlan, IsTheTherapistsToChooseAndBothSeeIt) {
  for (const auto outsider : {client, stranger, other_client, deputy}) {
    EXPECT_EQ(choose_as(outsider, {{"k10"}, {}}).error().kind, ErrorKind::not_found);
  }
  const auto seen = [&](AccountId by) { return read([&](store::ReadTx& tx) { return find_plan(tx, by, episode); }); };
  EXPECT_FALSE(seen(client)->has_value()) << "the practice's";
  const Plan plan{{"k10", "gad-7"}, {"sparq"}, {"phq-9"}, {{"k6", 4}}, {"phq-9"}};
  EXPECT_TRUE(*choose_as(therapist, plan));
  EXPECT_FALSE(*choose_as(therapist, plan)) << "it is so already";
  EXPECT_EQ(seen(client)->value().plan, plan);
  EXPECT_EQ(seen(therapist)->value().plan, plan);
  EXPECT_FALSE(seen(stranger));
  EXPECT_FALSE(seen(other_client));
  EXPECT_TRUE(*usual_again());
  EXPECT_FALSE(*usual_again());
  EXPECT_FALSE(seen(client)->has_value());
  EXPECT_EQ(time_passes(kWeek * 5), 0) << "what went with it comes no more";
}

TEST_P(MeasurementPlan, AsksAtTheStartOnce) {
  ASSERT_TRUE(*choose_as(therapist, {{}, {}, {"phq-9"}}));
  EXPECT_EQ(asked(), "phq-9");
  const auto form = forms().front();
  EXPECT_EQ(form.moment, Moment::at_start);
  EXPECT_EQ(form.due_at, clock.now() + kTimeToSend);
  EXPECT_EQ(sink.take().size(), 1U);
  ASSERT_TRUE(*choose_as(therapist, {}));
  ASSERT_TRUE(*choose_as(therapist, {{}, {}, {"phq-9", "k6"}}));
  EXPECT_EQ(asked(), "phq-9 k6") << "what is new, and nothing twice";
}

TEST_P(MeasurementPlan, AsksEveryFewWeeksOnceForEachTurnAlsoAfterALongPause) {
  ASSERT_TRUE(*choose_as(therapist, {{}, {}, {}, {{"gad-7", 2}}}));
  EXPECT_EQ(asked(), "gad-7") << "at once";
  const auto began = clock.now();
  EXPECT_EQ(time_passes(2 * kWeek - hours(1)), 0);
  EXPECT_EQ(time_passes(hours(1)), 1);
  EXPECT_EQ(time_passes(hours(0)), 0) << "once";
  EXPECT_EQ(asked(), "gad-7 gad-7");
  EXPECT_EQ(time_passes(11 * kWeek), 1) << "nothing ran for long: no flood";
  EXPECT_EQ(asked(), "gad-7 gad-7 gad-7");
  const auto next = read([&](store::ReadTx& tx) -> Result<std::vector<Next>> { return list_next(tx, episode); });
  ASSERT_EQ(next->size(), 1U);
  EXPECT_EQ(next->front().at, began + 14 * kWeek) << "it keeps its rhythm";
  ASSERT_TRUE(*choose_as(therapist, {{}, {}, {}, {{"gad-7", 4}}}));
  EXPECT_EQ(forms().size(), 3U) << "another rhythm asks for nothing by itself";
  EXPECT_EQ(time_passes(4 * kWeek), 1);
  ASSERT_TRUE(*choose_as(therapist, {}));
  EXPECT_EQ(time_passes(40 * kWeek), 0);
}

TEST_P(MeasurementPlan, WhatIsTakenOutAndPutBackKeepsItsRhythm) {
  const Plan plan{{}, {}, {}, {{"gad-7", 2}}};
  ASSERT_TRUE(*choose_as(therapist, plan));
  ASSERT_TRUE(*choose_as(therapist, {}));
  EXPECT_EQ(time_passes(kWeek), 0);
  ASSERT_TRUE(*choose_as(therapist, plan));
  EXPECT_EQ(asked(), "gad-7") << "not once more beside the open one";
  EXPECT_EQ(time_passes(kWeek - hours(1)), 0);
  EXPECT_EQ(time_passes(hours(1)), 1) << "two weeks after the first";
  ASSERT_TRUE(*choose_as(therapist, {}));
  EXPECT_EQ(time_passes(3 * kWeek), 0);
  ASSERT_TRUE(*choose_as(therapist, plan));
  EXPECT_EQ(asked(), "gad-7 gad-7 gad-7") << "its turn went by";
  EXPECT_EQ(time_passes(hours(0)), 0);
}

TEST_P(MeasurementPlan, WhatCannotBeAskedForIsTriedAgain) {
  {
    const SwitchedOff off("phq-9");
    ASSERT_TRUE(*choose_as(therapist, {{}, {}, {"phq-9"}, {}, {"phq-9", "k6"}}));
    ASSERT_TRUE(*end_is_near(true));
    EXPECT_EQ(asked(), "k6");
    time_passes(hours(25));
    EXPECT_EQ(asked(), "k6");
  }
  time_passes(hours(25));
  EXPECT_EQ(forms().size(), 3U) << asked();
  EXPECT_EQ(time_passes(10 * kWeek), 0) << "once";
  const SwitchedOff off("k10");
  ASSERT_TRUE(*choose_as(therapist, {{}, {}, {"k10"}}));
  ASSERT_TRUE(*choose_as(therapist, {}));
  EXPECT_EQ(time_passes(kWeek), 0) << "what is in no plan is not tried";
}

TEST_P(MeasurementPlan, TwoAtOnceChangeItOnce) {
  const Plan plan{{}, {}, {"phq-9"}, {{"gad-7", 2}}, {"k6"}};
  using Told = std::pair<bool, bool>;
  EXPECT_EQ(at_once([&](store::WriteTx& tx) { return choose(tx, therapist, episode, plan, clock.now()); }),
            Told(true, false));
  EXPECT_EQ(at_once([&](store::WriteTx& tx) { return say_end_is_near(tx, therapist, episode, true, clock.now()); }),
            Told(true, false));
  EXPECT_EQ(forms().size(), 3U) << asked();
}

TEST_P(MeasurementPlan, TheEndAsksAgainOnlyForWhatItTookBack) {
  ASSERT_TRUE(*choose_as(therapist, {{}, {}, {}, {}, {"phq-9", "k6", "risq"}}));
  ASSERT_TRUE(*end_is_near(true));
  const auto all = forms();
  ASSERT_EQ(all.size(), 3U);
  const auto phq = std::find_if(all.begin(), all.end(), [](const auto& form) { return form.instrument == "phq-9"; });
  send(*phq);
  ASSERT_TRUE(*end_is_near(false));
  EXPECT_EQ(forms().size(), 2U) << "what was sent and what is for the neutral person stay: " << asked();
  ASSERT_TRUE(*end_is_near(true));
  EXPECT_EQ(forms().size(), 3U) << asked();
  EXPECT_EQ(asked().find("k6"), asked().rfind("k6"));
  ASSERT_TRUE(*usual_again());
  EXPECT_EQ(forms().size(), 2U) << "the usual plan has no end: " << asked();
  EXPECT_EQ(asked().find("k6"), std::string::npos);
}

TEST_P(MeasurementPlan, AsksAtTheEndWhenTheTherapistSaysThatItIsNear) {
  EXPECT_EQ(end_is_near(true).error().code, "measurement_plan.no_end");
  ASSERT_TRUE(*choose_as(therapist, {{}, {}, {}, {}, {"phq-9", "k6"}}));
  EXPECT_EQ(asked(), "");
  EXPECT_EQ(end_is_near(true, client).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(*end_is_near(true));
  EXPECT_FALSE(*end_is_near(true));
  EXPECT_EQ(asked(), "phq-9 k6");
  save(forms().back());
  EXPECT_TRUE(*end_is_near(false));
  EXPECT_EQ(asked(), "k6") << "what was begun stays";
  EXPECT_EQ(forms().back().moment, Moment::at_end);
}

TEST_P(MeasurementPlan, WhatIsNotSentInTimeIsMissedAndCanStillBeSent) {
  ASSERT_TRUE(*choose_as(therapist, {{}, {}, {}, {{"gad-7", 1}}}));
  EXPECT_TRUE(missed(therapist).empty());
  EXPECT_EQ(time_passes(kWeek), 1);
  ASSERT_EQ(missed(therapist).size(), 1U);
  EXPECT_FALSE(missed(therapist).front().is_over);
  EXPECT_EQ(missed(client).size(), 1U);
  send(missed(client).front().form);
  EXPECT_TRUE(missed(client).empty());
  EXPECT_FALSE(read([&](store::ReadTx& tx) { return questionnaires::list_missed(tx, stranger, episode); }));
}

TEST_P(MeasurementPlan, OfWhatGoesToTheNeutralPersonTheTherapistSeesNoneMissed) {
  ASSERT_TRUE(*choose_as(therapist, {{}, {}, {"risq"}}));
  time_passes(2 * kWeek);
  EXPECT_EQ(missed(client).size(), 1U);
  EXPECT_TRUE(missed(therapist).empty());
}

TEST_P(MeasurementPlan, RemindsOnceADayAheadByDayAndOnlyWhoeverWantsIt) {
  ASSERT_TRUE(*choose_as(therapist, {{}, {}, {"phq-9", "k6"}}));
  EXPECT_EQ(reminded(), 0) << "there is time";
  clock.set(clock.now() + kTimeToSend - kRemindedAhead + hours(12));
  ASSERT_FALSE(is_day(clock.now()));
  EXPECT_EQ(reminded(), 0) << "not at night";
  clock.set(clock.now() - hours(11));
  EXPECT_EQ(reminded(), 1) << "of both with one";
  EXPECT_EQ(reminded(), 0) << "once";
  const auto sent = read(
      [&](store::ReadTx& tx) -> Result<std::vector<notify::Delivery>> { return notify::deliveries_of(tx, "form:"); });
  ASSERT_EQ(sent->size(), 1U);
  EXPECT_EQ(sent->front().to, client);
  EXPECT_EQ(sent->front().key.find("phq"), std::string::npos);

  const auto want = [&](AccountId by, bool wanted) {
    return write([&](store::WriteTx& tx) { return choose_reminders(tx, by, episode, wanted, clock.now()); });
  };
  EXPECT_EQ(want(therapist, false).error().kind, ErrorKind::not_found) << "the client's choice alone";
  EXPECT_TRUE(*want(client, false));
  EXPECT_FALSE(*want(client, false));
  ASSERT_TRUE(*choose_as(therapist, {{}, {}, {"gad-7"}}));
  clock.set(clock.now() + kTimeToSend - hours(1));
  EXPECT_EQ(reminded(), 0);
  EXPECT_TRUE(*want(client, true));
  EXPECT_EQ(reminded(), 0) << "what was settled comes no more";
}

TEST_P(MeasurementPlan, WhatWasSentOrIsTheTherapistsRemindsNobody) {
  const testing::WithTherapistForm form;
  ASSERT_TRUE(*choose_as(therapist, {{}, {}, {"phq-9", "our-view-therapist"}}));
  ASSERT_EQ(forms().size(), 2U);
  send(forms().front());
  clock.set(clock.now() + kTimeToSend - hours(1));
  EXPECT_EQ(reminded(), 0);
}

TEST_P(MeasurementPlan, ATherapistsFormIsTheTherapistsToFillInAndEndsWithAHandOver) {
  const testing::WithTherapistForm form;
  ASSERT_TRUE(*choose_as(therapist, {{}, {}, {"our-view-therapist"}}));
  const auto asked_for = forms().front();
  EXPECT_EQ(asked_for.respondent, Respondent::therapist);
  EXPECT_EQ(asked_for.filled_in_by, therapist);
  const auto never = [](const Bytes&) { return false; };
  for (const auto other : {client, deputy, stranger}) {
    EXPECT_EQ(write([&](store::WriteTx& tx) {
                return questionnaires::save_answers(tx, other, asked_for.id, 0, Bytes{1}, never);
              })
                  .error()
                  .kind,
              ErrorKind::not_found);
  }
  save(asked_for);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    questionnaires::end_allowances(tx, episode);
    return {};
  }));
  EXPECT_TRUE(forms().empty()) << "nobody else goes on with it";
}

TEST_P(MeasurementPlan, AClientShowsAnswersAheadButNotWhatGoesToTheNeutralPerson) {
  const auto show = [&](AccountId by, std::string_view id, bool shown) {
    return write([&](store::WriteTx& tx) { return questionnaires::show_items(tx, by, episode, id, shown); });
  };
  EXPECT_EQ(show(therapist, "sparq", true).error().kind, ErrorKind::not_found);
  EXPECT_EQ(show(client, "risq", true).error().code, "form.items");
  EXPECT_EQ(show(client, "phq-9", true).error().code, "form.items") << "the therapist sees them anyway";
  EXPECT_TRUE(*show(client, "sparq", true));
  EXPECT_FALSE(*show(client, "sparq", true));
  ASSERT_TRUE(*choose_as(therapist, {{}, {}, {"sparq", "risq"}}));
  EXPECT_TRUE(forms().front().items_allowed);
  EXPECT_FALSE(forms().back().items_allowed);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    questionnaires::end_allowances(tx, episode);
    return {};
  }));
  EXPECT_FALSE(forms().front().items_allowed) << "to another therapist it is shown anew";
  EXPECT_TRUE(read([&](store::ReadTx& tx) -> Result<std::vector<std::string>> {
                return questionnaires::list_items_shown(tx, episode);
              })->empty());
}

TEST_P(MeasurementPlan, GoesWithTheClient) {
  ASSERT_TRUE(*choose_as(therapist, {{"k6"}, {}, {}, {{"gad-7", 1}}}));
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    erase_client(tx, client);
    return {};
  }));
  EXPECT_FALSE(read([&](store::ReadTx& tx) { return find_plan(tx, client, episode); })->has_value());
  EXPECT_EQ(time_passes(10 * kWeek), 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, MeasurementPlan, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

class PlanApi : public testing::RoutesTest {
 protected:
  void SetUp() override {
    RoutesTest::SetUp();
    add_measurement_plan_routes(routes, {{"phq-9"}, {"risq"}});
    questionnaires::add_questionnaire_routes(routes, {std::chrono::minutes(30), "the chamber", "the office"});
    routes.finish();
  }
};

TEST_P(PlanApi, SaysWhatIsAskedAndHowLongItTakes) {
  const auto usual = call(client, http::Method::get, of("/measurement-plan"));
  EXPECT_TRUE(has(usual, R"("usual":true)")) << usual.body;
  EXPECT_TRUE(has(usual, R"("client":{"session_seconds":140,)")) << usual.body;
  const auto plan = R"({"forms":[{"questionnaire":"gad-7","when":"every_weeks","weeks":2},)"
                    R"({"questionnaire":"sparq","when":"after_session"}]})";
  ASSERT_EQ(call(therapist, http::Method::put, of("/measurement-plan"), plan).status, 204);
  const auto seen = call(client, http::Method::get, of("/measurement-plan"));
  EXPECT_TRUE(has(seen, R"("usual":false)")) << seen.body;
  EXPECT_TRUE(has(seen, R"("when":"every_weeks","weeks":2,"next_at":)")) << seen.body;
  EXPECT_TRUE(has(seen, R"("questions":4,"about_relationship":true,"kept":true)")) << "RISQ stays: " << seen.body;
  EXPECT_TRUE(has(seen, R"("items_shown":false)")) << seen.body;
  EXPECT_FALSE(has(call(therapist, http::Method::get, of("/measurement-plan")), "items_shown"))
      << "what the client chose ahead is the client's";
  EXPECT_EQ(call(therapist, http::Method::del, of("/measurement-plan")).status, 204);
}

TEST_P(PlanApi, RefusesWithThePlaceThatIsWrong) {
  const auto put = [&](const std::string& forms) {
    return call(therapist, http::Method::put, of("/measurement-plan"), R"({"forms":[)" + forms + "]}");
  };
  EXPECT_TRUE(has(put(R"({"questionnaire":"gad-7","when":"every_weeks"})"), R"("/forms/0/weeks")"));
  EXPECT_TRUE(has(put(R"({"questionnaire":"gad-7","when":"at_end","weeks":3})"), "measurement_plan.weeks"));
  EXPECT_TRUE(has(put(R"({"questionnaire":"gad-7","when":"every_weeks","weeks":53})"), "every 1 to 52 weeks"));
  EXPECT_TRUE(has(put(R"({"questionnaire":"nonsense","when":"at_end"})"), "nonsense"));
  EXPECT_EQ(call(therapist, http::Method::put, of("/measurement-plan/end"), R"({"near":true})").status, 409);
}

TEST_P(PlanApi, ATherapistsAnswersAreSealedUnderTheClientsKeyAndShownOnlyByThem) {
  const testing::WithTherapistForm own;
  const auto plan = R"({"forms":[{"questionnaire":"our-view-therapist","when":"at_start"}]})";
  ASSERT_EQ(call(therapist, http::Method::put, of("/measurement-plan"), plan).status, 204);
  const auto list = read([&](store::ReadTx& tx) { return questionnaires::list_forms(tx, therapist, episode); });
  const auto form = "/api/forms/" + list->front().id.text();
  const auto answers = R"({"based_on":0,"language":"en","answers":[{"item":"1","value":2},{"item":"2","value":1}]})";
  EXPECT_EQ(call(client, http::Method::put, form + "/answers", answers).status, 404);
  EXPECT_EQ(call(therapist, http::Method::put, form + "/answers", answers).status, 200);
  EXPECT_TRUE(has(call(therapist, http::Method::get, form), R"("draft":{)"));
  EXPECT_FALSE(has(call(client, http::Method::get, form), R"("draft":{)"));
  EXPECT_EQ(call(client, http::Method::post, form + "/completion", R"({"revision":1,"version":1})").status, 404);
  EXPECT_EQ(call(therapist, http::Method::post, form + "/completion", R"({"revision":1,"version":1})").status, 201);

  const auto hidden = call(client, http::Method::get, form);
  EXPECT_TRUE(has(hidden, R"("state":"completed")")) << hidden.body;
  EXPECT_TRUE(has(hidden, R"("versions":[])")) << hidden.body;
  EXPECT_FALSE(has(call(client, http::Method::get, of("/forms")), R"("scales")"));
  EXPECT_TRUE(has(call(therapist, http::Method::get, of("/forms")), R"("value":3)"));
  EXPECT_FALSE(has(call(deputy, http::Method::get, form), R"("item")"));
  EXPECT_EQ(call(client, http::Method::put, form + "/items-allowed", R"({"allowed":true})").status, 404);
  EXPECT_EQ(call(therapist, http::Method::put, form + "/items-allowed", R"({"allowed":true})").status, 204);
  const auto shown = call(client, http::Method::get, form);
  EXPECT_TRUE(has(shown, R"("item":"1","value":2)")) << shown.body;

  const auto sealed = read([&](store::ReadTx& tx) -> Result<std::vector<questionnaires::StoredVersion>> {
    return questionnaires::list_versions(tx, list->front().id);
  });
  const auto key = keys->key_for(client, soon()).value();
  EXPECT_TRUE(questionnaires::open_answers(*key, list->front().id, 1, sealed->front().sealed_answers));
}

TEST_P(PlanApi, BothSeeWhatWasMissed) {
  const auto plan =
      R"({"forms":[{"questionnaire":"gad-7","when":"at_start"},{"questionnaire":"risq","when":"at_start"}]})";
  ASSERT_EQ(call(therapist, http::Method::put, of("/measurement-plan"), plan).status, 204);
  EXPECT_EQ(call(therapist, http::Method::get, of("/missed-forms")).body, R"({"forms":[]})");
  clock.set(clock.now() + kTimeToSend + hours(1));
  const auto seen = call(therapist, http::Method::get, of("/missed-forms"));
  EXPECT_TRUE(has(seen, R"("questionnaire":"gad-7")")) << seen.body;
  EXPECT_FALSE(has(seen, "risq")) << seen.body;
  EXPECT_TRUE(has(call(client, http::Method::get, of("/missed-forms")), R"("questionnaire":"risq")"));
}

INSTANTIATE_TEST_SUITE_P(Engines, PlanApi, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::measurement_plan
