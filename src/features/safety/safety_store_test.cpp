#include <algorithm>
#include <thread>

#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/people/hand_overs.hpp"
#include "features/people/staff.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/safety/safety.hpp"
#include "support/house_fixture.hpp"

namespace rapport::safety {
namespace {

using questionnaires::FormId;
using questionnaires::Occasion;
using questionnaires::StoredForm;
using std::chrono::hours;
using std::chrono::minutes;

const store::Query kEscalations{"test.escalations",
                                "SELECT COUNT(*) FROM audit WHERE action = 'concern.escalate' AND outcome = 'done'"
                                " AND client_id = $1"};

class Concerns : public testing::HouseTest {
 protected:
  StoredForm ask(EpisodeId of, const std::string& instrument, std::optional<AccountId> by = {}) {
    return write([&](store::WriteTx& tx) {
             return questionnaires::ask_form(tx, by.value_or(therapist),
                                             {FormId::make(clock.now()), of, instrument, Occasion::on_request, {}},
                                             clock.now());
           })
        .value()
        .form;
  }
  ConcernId raise_one(Kind kind, const StoredForm& form, std::int64_t version = 1) {
    const auto raised = write([&](store::WriteTx& tx) { return raise(tx, form, version, kind, {}, clock.now()); });
    EXPECT_TRUE(raised) << raised.error().detail;
    const auto own = seen_by(kind == Kind::rift ? neutral : therapist);
    const auto found = std::find_if(own.begin(), own.end(),
                                    [&](const Concern& one) { return one.form == form.id && one.version == version; });
    return found == own.end() ? ConcernId() : found->id;
  }
  ConcernId raise_one(Kind kind) { return raise_one(kind, ask(episode, kind == Kind::rift ? "risq" : "phq-9")); }
  std::vector<Concern> seen_by(AccountId viewer) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<Concern>> { return list_concerns(tx, viewer, 200); })
        .value();
  }
  /// Sends the form with answers that nothing here can read.
  void send(const StoredForm& form, const Bytes& sealed_answers) {
    const auto sent = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(questionnaires::save_answers(tx, form.client, form.id, 0, Bytes{1}, [](const Bytes&) { return false; }));
      TRY(questionnaires::complete_form(tx, form.client, {form.id, 1, 1, clock.now(), sealed_answers, Bytes{2}}));
      return {};
    });
    ASSERT_TRUE(sent) << sent.error().detail;
  }
  std::vector<RaisedConcern> of_episode(AccountId viewer) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<RaisedConcern>> {
             return list_concerns_of(tx, viewer, episode);
           })
        .value();
  }
  std::int64_t escalate_after(minutes passed) {
    clock.set(clock.now() + passed);
    return write([&](store::WriteTx& tx) { return escalate_due(tx, clock.now()); }).value();
  }
  Result<bool> acknowledge_as(AccountId viewer, ConcernId concern) {
    return write([&](store::WriteTx& tx) { return acknowledge(tx, viewer, concern, clock.now()); });
  }
  Result<bool> close_as(AccountId viewer, ConcernId concern, const Bytes& words = {1, 2}) {
    return write([&](store::WriteTx& tx) {
      return close(tx, viewer, concern, words, [&](const Bytes& stored) { return stored == words; }, clock.now());
    });
  }
  std::vector<Step> steps(ConcernId concern) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<Step>> {
             std::vector<Step> list;
             for (const auto& step : list_steps(tx, concern)) list.push_back(step.step);
             return list;
           })
        .value();
  }
  std::vector<AccountId> mailed(ConcernId concern) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<AccountId>> {
             std::vector<AccountId> list;
             for (const auto& one : notify::deliveries_of(tx, notice_prefix(concern))) list.push_back(one.to);
             return list;
           })
        .value();
  }
  void hand_over(AccountId from, AccountId to) {
    clock.set(clock.now() + minutes(60));
    const people::NewHandOver now{people::HandOverId::make(clock.now()), episode, to, clock.now()};
    const auto done = write([&](store::WriteTx& tx) {
      return people::plan_hand_over(tx, {from, access::Role::therapist, {}, practice}, now, {});
    });
    ASSERT_TRUE(done) << done.error().detail;
    clock.set(clock.now() + minutes(60));
  }
  /// To whom the events since the last call went, without repeats.
  std::vector<AccountId> told() {
    std::vector<AccountId> list;
    for (const auto& event : sink.take()) {
      EXPECT_NE(event.frame.find("\"kind\":\"concern\""), std::string::npos) << event.frame;
      list.insert(list.end(), event.recipients.begin(), event.recipients.end());
    }
    return sorted(std::move(list));
  }
  static std::vector<AccountId> sorted(std::vector<AccountId> list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    return list;
  }
};

TEST_P(Concerns, AboutHarmAreForTherapistAndDeputyAndNobodyElse) {
  const auto form = ask(episode, "phq-9");
  sink.take();
  const auto concern = raise_one(Kind::safety, form);
  EXPECT_EQ(told(), sorted({therapist, deputy}));
  EXPECT_EQ(sorted(mailed(concern)), sorted({therapist, deputy}));
  for (const auto reader : {therapist, deputy}) EXPECT_EQ(seen_by(reader).at(0).id, concern);
  for (const auto other : {client, other_client, stranger, supervisor, neutral}) {
    EXPECT_TRUE(seen_by(other).empty());
    EXPECT_EQ(acknowledge_as(other, concern).error().kind, ErrorKind::not_found);
    EXPECT_EQ(close_as(other, concern).error().kind, ErrorKind::not_found);
  }
  EXPECT_EQ(steps(concern), std::vector{Step::raised});
}

TEST_P(Concerns, AreRaisedOnceForAVersionAndToldAgainWhenItIsSentAgain) {
  const auto form = ask(episode, "phq-9");
  const auto concern = raise_one(Kind::safety, form);
  sink.take();
  EXPECT_EQ(raise_one(Kind::safety, form), concern);
  EXPECT_EQ(told(), sorted({therapist, deputy}));
  EXPECT_EQ(seen_by(therapist).size(), 1U);
  EXPECT_EQ(mailed(concern).size(), 2U);
  raise_one(Kind::safety, form, 2);
  EXPECT_EQ(seen_by(therapist).size(), 2U) << "a correction that says more is a concern of its own";
}

TEST_P(Concerns, ThatWereOverBeforeAreReadByWhoeverIsNamedOnceADayHasPassed) {
  const auto another = AccountId::make(clock.now());
  const auto over = raise_one(Kind::safety);
  ASSERT_TRUE(close_as(therapist, over));
  const auto rift_over = raise_one(Kind::rift);
  ASSERT_TRUE(close_as(neutral, rift_over));
  clock.set(clock.now() + minutes(1));
  const auto open = raise_one(Kind::safety);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    TRY(people::add_account(tx, account_of(another, "neutral_person")));
    TRY(people::set_backing(tx, practice, therapist, {.deputy = stranger}));
    TRY(people::set_neutral_person(tx, practice, another));
    return {};
  }));
  const auto ids = [&](AccountId viewer) {
    std::vector<ConcernId> list;
    for (const auto& one : seen_by(viewer)) list.push_back(one.id);
    return list;
  };
  EXPECT_EQ(ids(stranger), std::vector{open}) << "what is open somebody must hear of at once";
  EXPECT_TRUE(ids(another).empty());
  ASSERT_TRUE(close_as(stranger, open));
  EXPECT_EQ(ids(stranger), std::vector{open}) << "what they have closed themselves stays there";
  clock.set(clock.now() + people::kTimeToObject);
  EXPECT_EQ(ids(stranger), (std::vector{open, over}));
  EXPECT_EQ(ids(another), std::vector{rift_over});
}

TEST_P(Concerns, ThatNobodyLooksIntoGoToTheSupervisorInTimeAndOnce) {
  const auto concern = raise_one(Kind::safety);
  EXPECT_EQ(escalate_after(minutes(29)), 0);
  sink.take();
  EXPECT_EQ(escalate_after(minutes(1)), 1);
  EXPECT_EQ(told(), sorted({therapist, deputy, supervisor}));
  EXPECT_EQ(sorted(mailed(concern)), sorted({therapist, deputy, supervisor}));
  EXPECT_EQ(seen_by(supervisor).at(0).id, concern);
  EXPECT_EQ(escalate_after(minutes(600)), 0) << "once";
  EXPECT_EQ(steps(concern), (std::vector{Step::raised, Step::escalated}));
  const auto rows = read([&](store::ReadTx& tx) -> Result<std::int64_t> {
    return *tx.first(kEscalations, {client}, [](const store::Row& row) { return row.int64(0); });
  });
  EXPECT_EQ(*rows, 1);
  EXPECT_TRUE(*acknowledge_as(supervisor, concern)) << "where nobody else is there, they look into it";
}

TEST_P(Concerns, ThatSomebodyLooksIntoGoNoFurther) {
  const auto concern = raise_one(Kind::safety);
  EXPECT_TRUE(*acknowledge_as(deputy, concern));
  EXPECT_FALSE(*acknowledge_as(therapist, concern)) << "who was first stays";
  EXPECT_EQ(escalate_after(minutes(600)), 0);
  EXPECT_TRUE(seen_by(supervisor).empty());
  EXPECT_EQ(steps(concern), (std::vector{Step::raised, Step::acknowledged}));
  EXPECT_FALSE(seen_by(therapist).at(0).closed_at) << "looking into it does not close it";
}

TEST_P(Concerns, WaitWithoutASupervisorAndShowToTheOneWhoComesLater) {
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::set_supervisor(tx, therapist, stranger); }));
  const auto concern = raise_one(Kind::safety);
  EXPECT_EQ(escalate_after(minutes(30)), 1);
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::set_supervisor(tx, therapist, supervisor); }));
  EXPECT_EQ(seen_by(supervisor).at(0).id, concern);
  EXPECT_TRUE(seen_by(stranger).empty());
}

TEST_P(Concerns, AreClosedOnceWithWhatWasDone) {
  const auto concern = raise_one(Kind::safety);
  EXPECT_TRUE(*close_as(deputy, concern));
  EXPECT_FALSE(*close_as(deputy, concern)) << "sent again";
  EXPECT_EQ(close_as(deputy, concern, {9}).error().code, "concern.closed");
  EXPECT_EQ(close_as(therapist, concern).error().code, "concern.closed");
  EXPECT_EQ(steps(concern), (std::vector{Step::raised, Step::acknowledged, Step::closed}));
  EXPECT_EQ(escalate_after(minutes(600)), 0);
  const auto open =
      read([&](store::ReadTx& tx) -> Result<std::vector<Concern>> { return open_concerns_of(tx, therapist); });
  EXPECT_TRUE(open->empty());
  EXPECT_EQ(seen_by(therapist).size(), 1U) << "its history stays";
}

TEST_P(Concerns, ThatAreClosedCallNobodyAnyMore) {
  const auto concern = raise_one(Kind::safety);
  const auto states = [&] {
    return read([&](store::ReadTx& tx) -> Result<std::vector<std::string>> {
             std::vector<std::string> list;
             for (const auto& one : notify::deliveries_of(tx, notice_prefix(concern))) {
               list.push_back(one.state + " " + one.failure.value_or(""));
             }
             return list;
           })
        .value();
  };
  EXPECT_EQ(states(), (std::vector<std::string>{"waiting ", "waiting "}));
  EXPECT_TRUE(*close_as(therapist, concern));
  EXPECT_EQ(states(), (std::vector<std::string>{"failed not_needed", "failed not_needed"}));
}

TEST_P(Concerns, OfAQuestionLeftOutAreForTheTherapistWithoutAClockAndAfterTheOthers) {
  const auto form = ask(episode, "phq-9");
  const auto other = ask(other_episode, "phq-9");
  const auto looked_into = raise_one(Kind::safety, ask(episode, "phq-9"));
  ASSERT_TRUE(*acknowledge_as(therapist, looked_into));
  sink.take();
  clock.set(clock.now() + minutes(1));
  const auto left_out = raise_one(Kind::unanswered, form);
  EXPECT_EQ(told(), std::vector{therapist});
  EXPECT_TRUE(mailed(left_out).empty());
  EXPECT_EQ(escalate_after(minutes(600)), 0);
  const auto urgent = raise_one(Kind::safety, other);
  std::vector<ConcernId> order;
  for (const auto& one : seen_by(therapist)) order.push_back(one.id);
  EXPECT_EQ(order, (std::vector{urgent, looked_into, left_out}));
  EXPECT_EQ(seen_by(deputy).size(), 2U);
}

TEST_P(Concerns, AboutTheTherapistAreForTheNeutralPersonAlone) {
  const auto form = ask(episode, "risq");
  sink.take();
  const auto concern = raise_one(Kind::rift, form);
  EXPECT_EQ(told(), std::vector{neutral});
  EXPECT_EQ(mailed(concern), std::vector{neutral});
  EXPECT_EQ(escalate_after(minutes(600)), 0) << "a supervisor of that therapist is not told either";
  for (const auto other : {therapist, deputy, supervisor, stranger, client, other_client}) {
    EXPECT_TRUE(seen_by(other).empty());
    EXPECT_EQ(acknowledge_as(other, concern).error().kind, ErrorKind::not_found);
  }
  EXPECT_TRUE(*acknowledge_as(neutral, concern));
  EXPECT_TRUE(*close_as(neutral, concern));
  EXPECT_EQ(told(), std::vector{neutral});
}

TEST_P(Concerns, AreToldToWhoeverComesToStandAroundTheClientWhileTheyAreOpen) {
  const auto concern = raise_one(Kind::safety);
  const auto closed = raise_one(Kind::safety);
  ASSERT_TRUE(*close_as(therapist, closed));
  escalate_after(minutes(30));
  const auto newcomers = [&] {
    sink.take();
    return write([&](store::WriteTx& tx) { return tell_newcomers(tx, clock.now()); }).value();
  };
  const auto readers = [&](ConcernId of) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<AccountId>> {
             std::vector<AccountId> list;
             for (const auto& one : list_readers(tx, of)) list.push_back(one.account);
             return list;
           })
        .value();
  };
  EXPECT_EQ(newcomers(), 0);
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::set_helpers(tx, episode, {stranger, neutral}); }));
  EXPECT_EQ(newcomers(), 1);
  EXPECT_EQ(told(), sorted({therapist, stranger, supervisor}));
  EXPECT_EQ(newcomers(), 0);
  EXPECT_EQ(sorted(mailed(concern)), sorted({therapist, deputy, supervisor, stranger}));
  EXPECT_EQ(readers(concern), (std::vector{therapist, deputy, supervisor, stranger})) << "as they were told";
  EXPECT_EQ(readers(closed), (std::vector{therapist, deputy})) << "what is closed is told to nobody any more";
}

TEST_P(Concerns, ThatNobodyCanSeeAreCountedUntilSomebodyIsNamed) {
  const auto unseen = [&] {
    return read([](store::ReadTx& tx) -> Result<std::int64_t> { return count_without_reader(tx); }).value();
  };
  const auto form = ask(episode, "risq");
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::set_helpers(tx, episode, {deputy, {}}); }));
  raise_one(Kind::safety);
  EXPECT_EQ(unseen(), 0);
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return raise(tx, form, 1, Kind::rift, {}, clock.now()); }));
  EXPECT_EQ(unseen(), 1);
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::set_helpers(tx, episode, {deputy, neutral}); }));
  EXPECT_EQ(unseen(), 0);
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return tell_newcomers(tx, clock.now()); }));
  EXPECT_EQ(mailed(seen_by(neutral).at(0).id), std::vector{neutral});
}

TEST_P(Concerns, AreNotClosedWhileAVersionIsBeingStoredThatAskedWhatIsOpen) {
  const auto form = ask(episode, "phq-9");
  const auto concern = raise_one(Kind::safety, form);
  std::thread closing;
  const auto stored = write([&](store::WriteTx& tx) -> Result<bool> {
    EXPECT_TRUE(lock_open(tx, form.id).to_look_at);
    if (!closing.joinable()) closing = std::thread([&] { EXPECT_TRUE(close_as(therapist, concern)); });
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return lock_open(tx, form.id).to_look_at;
  });
  closing.join();
  ASSERT_TRUE(stored) << stored.error().detail;
  EXPECT_TRUE(*stored) << "whoever closes it waits";
  EXPECT_FALSE(write([&](store::WriteTx& tx) -> Result<bool> { return lock_open(tx, form.id).to_look_at; }).value());
}

TEST_P(Concerns, AboutTheTherapistNeverReachThatTherapistAsTheNeutralPerson) {
  const auto form = ask(episode, "risq");
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::set_helpers(tx, episode, {deputy, therapist}); }));
  sink.take();
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return raise(tx, form, 1, Kind::rift, {}, clock.now()); }));
  EXPECT_TRUE(told().empty());
  EXPECT_TRUE(seen_by(therapist).empty());
}

TEST_P(Concerns, OfAnEpisodeAreFoundByTheClientAndByWhoeverIsToldOfThem) {
  const auto form = ask(episode, "phq-9");
  send(form, {7, 8});
  const auto harm = raise_one(Kind::safety, form);
  clock.set(clock.now() + minutes(1));
  const auto about_therapist = ask(episode, "risq");
  send(about_therapist, {9});
  const auto rift = raise_one(Kind::rift, about_therapist);
  const auto elsewhere = ask(other_episode, "phq-9");
  send(elsewhere, {1});
  raise_one(Kind::safety, elsewhere);

  ASSERT_EQ(of_episode(therapist).size(), 1U);
  EXPECT_EQ(of_episode(therapist)[0].concern.id, harm);
  EXPECT_EQ(of_episode(therapist)[0].sealed_answers, (Bytes{7, 8}));
  EXPECT_EQ(of_episode(therapist)[0].concern.acknowledged_by, std::nullopt);
  ASSERT_TRUE(
      write([&](store::WriteTx& tx) { return questionnaires::allow_items(tx, client, about_therapist.id, true); }));
  EXPECT_EQ(of_episode(therapist).size(), 1U) << "what is allowed are the answers, not who else was told";
  ASSERT_EQ(of_episode(client).size(), 2U);
  EXPECT_EQ(of_episode(client)[1].concern.id, rift);
  EXPECT_EQ(of_episode(neutral).at(0).concern.id, rift);
  for (const auto other : {other_client, stranger, supervisor}) EXPECT_TRUE(of_episode(other).empty());
  ASSERT_TRUE(*acknowledge_as(deputy, harm));
  EXPECT_EQ(of_episode(therapist)[0].concern.acknowledged_by, deputy);
  ASSERT_TRUE(*close_as(therapist, harm));
  EXPECT_EQ(of_episode(therapist)[0].concern.acknowledged_by, deputy);
  EXPECT_TRUE(of_episode(therapist)[0].concern.closed_at);
}

TEST_P(Concerns, AreAboutWhoeverTreatedThenHoweverOftenTheTreatmentIsHandedOver) {
  struct Treated {
    AccountId asked, then, now;
    bool operator==(const Treated&) const = default;
  };
  const auto treated = [&](ConcernId id) {
    for (const auto& one : seen_by(neutral)) {
      if (one.id == id) return Treated{one.therapist_asked, one.therapist_then, one.therapist};
    }
    return Treated{};
  };
  const auto form = ask(episode, "risq");
  const auto sent = raise_one(Kind::rift, form);
  EXPECT_EQ(treated(sent), (Treated{therapist, therapist, therapist}));
  hand_over(therapist, stranger);
  EXPECT_EQ(treated(sent), (Treated{therapist, therapist, stranger}));
  const auto corrected = raise_one(Kind::rift, form, 2);
  EXPECT_EQ(treated(corrected), (Treated{therapist, stranger, stranger})) << "it may be about either";
  const auto of_the_new_one = raise_one(Kind::rift, ask(episode, "risq", stranger));
  hand_over(stranger, deputy);
  hand_over(deputy, therapist);
  EXPECT_EQ(treated(sent), (Treated{therapist, therapist, therapist}));
  EXPECT_EQ(treated(corrected), (Treated{therapist, stranger, therapist}));
  EXPECT_EQ(treated(of_the_new_one), (Treated{stranger, stranger, therapist}));
}

TEST_P(Concerns, AboutAFormerTherapistAreReadByTheNextOneOnlyIfTheClientShowsTheFormAnew) {
  const auto form = ask(episode, "risq");
  send(form, {9});
  raise_one(Kind::rift, form);
  const auto show = [&] {
    ASSERT_TRUE(write([&](store::WriteTx& tx) { return questionnaires::allow_items(tx, client, form.id, true); }));
  };
  const auto reads = [&](AccountId viewer) {
    const auto found = read([&](store::ReadTx& tx) { return questionnaires::find_form(tx, viewer, form.id); });
    return found && !questionnaires::is_hidden(*found, viewer);
  };
  const auto is_told = [&] { return !seen_by(therapist).empty() || !seen_by(stranger).empty(); };
  show();
  EXPECT_TRUE(reads(therapist));
  hand_over(therapist, stranger);
  EXPECT_FALSE(reads(therapist) || reads(stranger) || is_told()) << "it was shown to the one, and not to the other";
  show();
  EXPECT_TRUE(reads(stranger));
  EXPECT_FALSE(reads(therapist) || is_told());
  hand_over(stranger, therapist);
  EXPECT_FALSE(reads(therapist) || reads(stranger) || is_told()) << "nor to whom it is about, who has them again";
}

TEST_P(Concerns, AreNotAskedForWhereNobodyWouldLook) {
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::set_helpers(tx, episode, {deputy, std::nullopt}); }));
  const auto refused = write([&](store::WriteTx& tx) {
    return questionnaires::ask_form(
        tx, therapist, {FormId::make(clock.now()), episode, "risq", Occasion::on_request, {}}, clock.now());
  });
  EXPECT_EQ(refused.error().code, "form.nobody_looks");
}

TEST_P(Concerns, AreTakenOverByWhoeverMaySeeThemAndBothStayInTheHistory) {
  const auto form = ask(episode, "phq-9");
  send(form, {7});
  const auto concern = raise_one(Kind::safety, form);
  const auto take = [&](AccountId viewer) {
    return write([&](store::WriteTx& tx) { return take_over(tx, viewer, concern, clock.now()); });
  };
  ASSERT_TRUE(*acknowledge_as(deputy, concern));
  for (const auto other : {stranger, supervisor, client}) EXPECT_EQ(take(other).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(*take(therapist));
  EXPECT_FALSE(*take(therapist)) << "sent again";
  EXPECT_EQ(seen_by(deputy).at(0).acknowledged_by, therapist);
  EXPECT_EQ(steps(concern), (std::vector{Step::raised, Step::acknowledged, Step::acknowledged}));
  EXPECT_EQ(of_episode(therapist).size(), 1U) << "one concern, however many looked into it";
  ASSERT_TRUE(*close_as(therapist, concern));
  EXPECT_EQ(take(deputy).error().code, "concern.closed");
}

/// A colleague stands in who is no deputy otherwise, and has taken on an answer about harm.
class ConcernsOfADeputy : public Concerns {
 protected:
  void SetUp() override {
    Concerns::SetUp();
    absence_ = {people::AbsenceId::make(clock.now()), therapist, stranger, clock.now(), clock.now() + hours(24)};
    ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::announce(tx, as(therapist), absence_); }));
    ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::answer_absence(tx, as(stranger), absence_.id, true); }));
    concern_ = raise_one(Kind::safety);
    ASSERT_TRUE(*acknowledge_as(stranger, concern_));
    ASSERT_EQ(seen_by(therapist).at(0).acknowledged_by, stranger);
    EXPECT_EQ(look(), 0) << "they see it, and look into it";
    sink.take();
  }
  access::Viewer as(AccountId who) const { return {who, access::Role::therapist, {}, practice}; }
  /// As the program does every few seconds.
  std::int64_t look() {
    const bool due = *read([&](store::ReadTx& tx) -> Result<bool> { return is_any_due(tx, clock.now()); });
    const auto count = write([&](store::WriteTx& tx) { return reopen_left(tx, {}, clock.now()); }).value();
    EXPECT_TRUE(due || count == 0) << "what is to be done is found";
    return count;
  }
  void expect_open_again() {
    EXPECT_EQ(look(), 1);
    EXPECT_EQ(look(), 0) << "once";
    EXPECT_EQ(told(), sorted({therapist, deputy})) << "as of a new one";
    const auto seen = seen_by(therapist).at(0);
    EXPECT_EQ(seen.acknowledged_at, std::nullopt);
    EXPECT_EQ(seen.acknowledged_by, std::nullopt);
    EXPECT_EQ(seen.acknowledge_by, clock.now() + minutes(30));
    EXPECT_EQ(steps(concern_), (std::vector{Step::raised, Step::acknowledged, Step::reopened}));
    auto mails = mailed(concern_);
    std::sort(mails.begin(), mails.end());
    std::vector<AccountId> expected{therapist, therapist, deputy, stranger};
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(mails, expected);
    EXPECT_TRUE(seen_by(stranger).empty());
    EXPECT_EQ(escalate_after(minutes(29)), 0);
    EXPECT_EQ(escalate_after(minutes(1)), 1);
    EXPECT_EQ(seen_by(supervisor).at(0).id, concern_);
  }

  people::NewAbsence absence_;
  ConcernId concern_;
};

TEST_P(ConcernsOfADeputy, AreOpenAgainWhenTheTimeIsOver) {
  clock.set(absence_.ends_at);
  expect_open_again();
}

TEST_P(ConcernsOfADeputy, AreOpenAgainWhenTheAbsenceIsEndedByHand) {
  clock.set(clock.now() + hours(1));
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::end_absence(tx, as(therapist), absence_.id); }));
  sink.take();
  expect_open_again();
}

TEST_P(ConcernsOfADeputy, AreOpenAgainWhenTheDeputyLeaves) {
  clock.set(clock.now() + hours(1));
  ASSERT_TRUE(
      write([&](store::WriteTx& tx) { return people::close_staff(tx, practice, stranger, people::Leaving::orderly); }));
  sink.take();
  expect_open_again();
}

TEST_P(ConcernsOfADeputy, StayClosedAndStayWithWhoeverTookThemOver) {
  const auto other = raise_one(Kind::safety);
  ASSERT_TRUE(*close_as(stranger, other));
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return take_over(tx, deputy, concern_, clock.now()); }));
  clock.set(absence_.ends_at);
  EXPECT_EQ(look(), 0);
  EXPECT_EQ(seen_by(deputy).at(0).acknowledged_by, deputy);
}

INSTANTIATE_TEST_SUITE_P(Engines, ConcernsOfADeputy, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });
INSTANTIATE_TEST_SUITE_P(Engines, Concerns, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::safety
