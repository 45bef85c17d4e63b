#include "features/session_forms/session_forms.hpp"

#include "access/audit.hpp"
#include "features/questionnaires/questionnaires.hpp"
#include "support/house_fixture.hpp"

namespace rapport::session_forms {
namespace {

using encounters::Channel;
using encounters::Encounter;
using questionnaires::Occasion;
using questionnaires::StoredForm;
using std::chrono::hours;

const store::Query kAsked{"session_forms_test.asked",
                          "SELECT COALESCE(SUM(count), 0) FROM audit WHERE action = 'form.ask' AND origin = 'session'"
                          " AND outcome = 'done' AND client_id = $1"};

std::vector<std::string> names(const std::vector<StoredForm>& forms, Occasion occasion) {
  std::vector<std::string> list;
  for (const auto& form : forms) {
    if (form.occasion == occasion) list.push_back(form.instrument);
  }
  return list;
}

class SessionForms : public testing::HouseTest {
 protected:
  template <class Step>
  Encounter take(Step step) {
    const auto done = write([&](store::WriteTx& tx) -> Result<Encounter> {
      TRY_ASSIGN(const encounters::Changed changed, step(tx));
      TRY(follow(tx, changed.encounter, usual, clock.now()));
      return changed.encounter;
    });
    EXPECT_TRUE(done) << done.error().detail;
    return done.value_or(Encounter{});
  }
  EncounterId planned(hours ahead) {
    const auto id = EncounterId::make(clock.now());
    take([&](store::WriteTx& tx) {
      return encounters::plan_encounter(tx, therapist, episode, id,
                                        {clock.now() + ahead, 50, Channel::chat, "Europe/Berlin"}, clock.now());
    });
    return id;
  }
  void opened(EncounterId id) {
    take([&](store::WriteTx& tx) { return encounters::open_encounter(tx, therapist, id, clock.now()); });
  }
  void closed(EncounterId id) {
    take([&](store::WriteTx& tx) { return encounters::close_encounter(tx, therapist, id, clock.now()); });
  }
  std::vector<StoredForm> forms_of(EncounterId id, std::optional<AccountId> viewer = std::nullopt) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<StoredForm>> {
             return questionnaires::list_forms_of_encounter(tx, viewer.value_or(client), id);
           })
        .value();
  }
  /// The client begins it.
  void save(const StoredForm& form) {
    ASSERT_TRUE(write([&](store::WriteTx& tx) {
      return questionnaires::save_answers(tx, client, form.id, 0, Bytes{1}, [](const Bytes&) { return false; });
    }));
  }
  std::int64_t time_passes(hours by) {
    clock.set(clock.now() + by);
    return write([&](store::WriteTx& tx) { return ask_due(tx, usual, clock.now()); }).value();
  }
  Result<bool> choose(const measurement_plan::Plan& plan) {
    return write(
        [&](store::WriteTx& tx) { return measurement_plan::choose(tx, therapist, episode, plan, clock.now()); });
  }
  std::vector<questionnaires::MissedForm> missed(AccountId viewer) {
    return read([&](store::ReadTx& tx) { return questionnaires::list_missed(tx, viewer, episode); }).value();
  }
  std::int64_t written_down() {
    return read([&](store::ReadTx& tx) -> Result<std::int64_t> {
             return *tx.first(kAsked, {client}, [](const store::Row& row) { return row.int64(0); });
           })
        .value();
  }

  const measurement_plan::Plan usual{{"gad-7", "k6"}, {"sparq"}};
};

TEST_P(SessionForms, AreAskedForADayAheadAndAfterTheEndAndOnce) {
  const auto id = planned(hours(72));
  EXPECT_TRUE(forms_of(id).empty());
  EXPECT_EQ(time_passes(hours(47)), 0);
  sink.take();
  EXPECT_EQ(time_passes(hours(1)), 1);
  EXPECT_EQ(sink.take().size(), 2U) << "both are told of each form";
  EXPECT_EQ(time_passes(hours(1)), 0) << "once";
  const auto before = forms_of(id);
  EXPECT_EQ(names(before, Occasion::before_session), (std::vector<std::string>{"gad-7", "k6"}));
  EXPECT_EQ(before.front().due_at, clock.now() + hours(23));
  EXPECT_EQ(before.front().encounter, id);
  opened(id);
  EXPECT_EQ(forms_of(id).size(), 2U);
  save(before.back());
  closed(id);
  const auto after = forms_of(id);
  EXPECT_EQ(names(after, Occasion::before_session), std::vector<std::string>{"k6"})
      << "what nobody had begun is no longer asked for";
  EXPECT_EQ(names(after, Occasion::after_session), std::vector<std::string>{"sparq"});
  EXPECT_EQ(after.back().due_at, clock.now() + kTimeAfter);
  closed(id);
  EXPECT_EQ(forms_of(id).size(), 2U) << "ended again: the same";
  EXPECT_EQ(written_down(), 3);
}

TEST_P(SessionForms, ASessionThatIsPutInTakesOverWhatWasAskedForTheNext) {
  const auto next = planned(hours(20));
  const auto asked = forms_of(next);
  save(asked.back());
  const auto put_in = planned(hours(2));
  EXPECT_EQ(names(forms_of(put_in), Occasion::before_session), (std::vector<std::string>{"gad-7", "k6"}));
  EXPECT_EQ(forms_of(put_in).back().id, asked.back().id) << "with what was answered";
  EXPECT_EQ(forms_of(put_in).back().due_at, clock.now() + hours(2));
  EXPECT_TRUE(forms_of(next).empty());
  opened(put_in);
  closed(put_in);
  EXPECT_EQ(time_passes(hours(3)), 1) << "the next gets its own";
  EXPECT_EQ(names(forms_of(next), Occasion::before_session), (std::vector<std::string>{"gad-7", "k6"}));
  EXPECT_EQ(time_passes(hours(1)), 0);
}

TEST_P(SessionForms, ASessionThatIsNearOrBeginsAtOnceHasThemAtOnce) {
  EXPECT_EQ(forms_of(planned(hours(20))).size(), 2U);
  const auto now = planned(hours(30));
  EXPECT_TRUE(forms_of(now).empty());
  opened(now);
  EXPECT_EQ(forms_of(now).size(), 2U);
}

TEST_P(SessionForms, AMovedSessionTakesTheirDatesWithItAndNothingIsAskedForTwice) {
  const auto id = planned(hours(20));
  take([&](store::WriteTx& tx) {
    return encounters::change_encounter(tx, therapist, id, {.starts_at = clock.now() + hours(22)}, clock.now());
  });
  const auto forms = forms_of(id);
  ASSERT_EQ(forms.size(), 2U);
  EXPECT_EQ(forms.front().due_at, clock.now() + hours(22));
}

TEST_P(SessionForms, ASessionThatWasMissedOrCancelledAsksForNothing) {
  const auto cancelled = planned(hours(48));
  take([&](store::WriteTx& tx) { return encounters::cancel_encounter(tx, therapist, cancelled); });
  const auto missed = planned(hours(48));
  EXPECT_EQ(time_passes(hours(49)), 0);
  EXPECT_TRUE(forms_of(cancelled).empty() && forms_of(missed).empty());
}

TEST_P(SessionForms, ACancelledSessionTakesBackWhatNobodyHasBegun) {
  const auto id = planned(hours(20));
  const auto asked = forms_of(id);
  ASSERT_EQ(asked.size(), 2U);
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return questionnaires::save_answers(tx, client, asked.back().id, 0, Bytes{1}, [](const Bytes&) { return false; });
  }));
  sink.take();
  take([&](store::WriteTx& tx) { return encounters::cancel_encounter(tx, therapist, id); });
  const auto left = forms_of(id);
  ASSERT_EQ(left.size(), 1U) << "what the client has begun stays";
  EXPECT_EQ(left.front().id, asked.back().id);
  EXPECT_EQ(sink.take().size(), 2U) << "of the session, and of the form that went with it";
  take([&](store::WriteTx& tx) { return encounters::cancel_encounter(tx, therapist, id); });
  EXPECT_EQ(forms_of(id).size(), 1U) << "cancelled again: the same";
}

TEST_P(SessionForms, ThePlanOfTheEpisodeSaysWhichGoWithASession) {
  ASSERT_TRUE(*choose({{"k10"}, {}}));
  const auto id = planned(hours(2));
  opened(id);
  const auto forms = forms_of(id);
  ASSERT_EQ(forms.size(), 1U);
  EXPECT_EQ(forms.front().instrument, "k10");
  closed(id);
  EXPECT_TRUE(forms_of(id).empty()) << "none goes with its end";
}

TEST_P(SessionForms, WhatWasToBeSentBeforeASessionThatWentByIsMissed) {
  const auto id = planned(hours(2));
  opened(id);
  EXPECT_TRUE(missed(client).empty());
  closed(id);
  for (const auto viewer : {client, therapist}) {
    const auto list = missed(viewer);
    ASSERT_EQ(list.size(), 2U);
    EXPECT_TRUE(list.front().is_over);
    EXPECT_EQ(list.front().form.encounter, id);
  }
  EXPECT_TRUE(names(forms_of(id), Occasion::before_session).empty()) << "it is not asked for any more";
  const auto cancelled = planned(hours(20));
  take([&](store::WriteTx& tx) { return encounters::cancel_encounter(tx, therapist, cancelled); });
  EXPECT_EQ(missed(client).size(), 2U) << "what was taken back was not missed";
}

TEST_P(SessionForms, WhetherOneForTheNeutralPersonWasBegunShowsInNothing) {
  ASSERT_TRUE(*choose({{"risq", "k6"}, {}}));
  const auto id = planned(hours(2));
  const auto forms = forms_of(id);
  ASSERT_EQ(forms.front().instrument, "risq");
  opened(id);
  closed(id);
  EXPECT_EQ(names(forms_of(id, therapist), Occasion::before_session), std::vector<std::string>{"risq"})
      << "as if it had been begun";
  ASSERT_EQ(missed(therapist).size(), 1U);
  EXPECT_EQ(missed(therapist).front().form.instrument, "k6");
}

TEST_P(SessionForms, LeaveOutWhatNobodyWouldLookAt) {
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::set_helpers(tx, episode, {deputy, std::nullopt}); }));
  ASSERT_TRUE(*choose({{}, {"sparq", "risq"}}));
  const auto id = planned(hours(2));
  opened(id);
  closed(id);
  EXPECT_EQ(names(forms_of(id), Occasion::after_session), std::vector<std::string>{"sparq"});
}

TEST_P(SessionForms, AreNobodyElses) {
  const auto id = planned(hours(2));
  EXPECT_EQ(forms_of(id, therapist).size(), 2U);
  EXPECT_TRUE(forms_of(id, stranger).empty());
  EXPECT_TRUE(forms_of(id, other_client).empty());
}

INSTANTIATE_TEST_SUITE_P(Engines, SessionForms, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::session_forms
