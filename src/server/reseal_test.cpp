#include "server/reseal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "features/attachments/attachments_rules.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/messages/messages.hpp"
#include "features/messages/messages_rules.hpp"
#include "features/notify/push_devices.hpp"
#include "features/passkeys/passkeys.hpp"
#include "features/signals/signal_words.hpp"
#include "store/data_lock.hpp"
#include "support/demo_fixture.hpp"
#include "support/key_store_fixture.hpp"

namespace rapport::server {
namespace {

using namespace std::chrono_literals;

const store::Query kSealedColumns("test.reseal_columns", "SELECT c.table_name, c.column_name FROM {columns} AS c");
const store::Query kRoomOf("test.reseal_room",
                           "SELECT id, episode_id FROM room WHERE client_id = $1 AND kind = 'chat'");
const store::Query kAddLogIn("test.reseal_log_in",
                             "INSERT INTO login_session (id, account_id, token_digest, created_at, seen_at, ends_at,"
                             " sealed_browser) VALUES ($1, $2, $3, 1, 1, 2, $4)");
const store::Query kAddNotice(
    "test.reseal_notice",
    "INSERT INTO notice (key, account_id, kind, state, tries, queued_at, next_try_at,"
    " sealed_path, sealed_profile) VALUES ($1, $2, 'invitation', 'waiting', 0, 1, 1, $3, $4)");
const store::Query kAddClosing("test.reseal_closing",
                               "INSERT INTO closing (client_id, practice_id, state, asked_at, cancelled_sessions,"
                               " key_locked, sealed_reason)"
                               " SELECT id, practice_id, 'waiting', 1, 0, 0, $2 FROM account WHERE id = $1");
const store::Query kAddException("test.reseal_exception",
                                 "INSERT INTO record_exception (id, practice_id, client_id, asked_by, asked_at,"
                                 " sealed_reason) SELECT $2, practice_id, id, id, 1, $3 FROM account WHERE id = $1");
const store::Query kAddSignal(
    "test.reseal_signal",
    "INSERT INTO signal (id, episode_id, client_id, rule, version, kind, level, basis, at,"
    " found_at, is_private, holds, state, sealed_body)"
    " VALUES ($1, $2, $3, 'test', '1', 'silence', 'info', 'test', 1, 1, 0, 1, 'answered', $4)");
const store::Query kAddOutcome("test.reseal_outcome",
                               "INSERT INTO signal_outcome (id, signal_id, place, by_id, at, outcome, sealed_note,"
                               " sealed_result_note) VALUES ($1, $2, 1, $3, 1, 'acted', $4, $5)");
const store::Query kAddBetween("test.reseal_between",
                               "INSERT INTO relationship_concern (id, episode_id, client_id, kept_at, state, asks_left,"
                               " waits, sealed_words) VALUES ($1, $2, $3, 1, 'told', 0, 0, $4)");
const store::Query kAddSwitch("test.reseal_switch",
                              "INSERT INTO therapist_switch (id, practice_id, episode_id, client_id, from_id, kind,"
                              " state, revision, history, meeting, sessions, started_at, sealed_summary)"
                              " SELECT $1, e.practice_id, e.id, e.client_id, e.therapist_id, 'asked', 'written', 3,"
                              " 'everything', 'none', 'keep', 1, $3 FROM episode_of_care e WHERE e.id = $2");
const store::Query kAddTelling("test.reseal_telling",
                               "INSERT INTO relationship_telling (id, concern_id, client_id, part, account_id, told_at,"
                               " waits, sealed_words) VALUES ($1, $2, $3, 'therapist', $3, 1, 1, $4)");
const store::Query kAddWord("test.reseal_word",
                            "INSERT INTO relationship_word (id, telling_id, by_id, at, sealed_text)"
                            " VALUES ($1, $2, $3, 1, $4)");
const store::Query kAddAgreement("test.reseal_agreement",
                                 "INSERT INTO relationship_agreement (id, telling_id, at, is_shared, sealed_text)"
                                 " VALUES ($1, $2, 1, 0, $3)");
const store::Query kAddFollowUp("test.reseal_follow_up",
                                "INSERT INTO relationship_follow_up (id, concern_id, encounter_id, asked_at,"
                                " answered_at, sealed_answer)"
                                " SELECT $1, $2, n.id, 1, 1, $3 FROM encounter n WHERE n.client_id = $4 LIMIT 1");
const store::Query kAddBetweenNote("test.reseal_between_note",
                                   "INSERT INTO relationship_note (id, written_at, sealed_text) VALUES ($1, 1, $2)");
const store::Query kFreshSession("test.reseal_session",
                                 "SELECT n.id FROM encounter n WHERE n.client_id = $1 AND NOT EXISTS (SELECT 1 FROM"
                                 " check_in c WHERE c.encounter_id = n.id) AND NOT EXISTS (SELECT 1 FROM recap r WHERE"
                                 " r.encounter_id = n.id) LIMIT 1");
const store::Query kAddCheckIn("test.reseal_check_in",
                               "INSERT INTO check_in (encounter_id, client_id, reminds, revision, draft_at,"
                               " sealed_draft, version) VALUES ($1, $2, 1, 1, 1, $3, 0)");
const store::Query kAddGate("test.reseal_gate",
                            "INSERT INTO safety_gate (encounter_id, client_id, at, sealed_answers)"
                            " VALUES ($1, $2, 1, $3)");
const store::Query kAddPlace("test.reseal_place",
                             "INSERT INTO usual_place (client_id, saved_at, sealed_place) VALUES ($1, 1, $2)");
const store::Query kAddFeedback("test.reseal_feedback",
                                "INSERT INTO session_feedback (id, encounter_id, client_id, to_id, at, sealed_words)"
                                " VALUES ($1, $2, $3, $3, 1, $4)");
const store::Query kAddRecap("test.reseal_recap",
                             "INSERT INTO recap (id, encounter_id, episode_id, client_id, number, held_at, state,"
                             " revision, versions, changed_by, changed_at, state_by, state_at, sealed_content)"
                             " VALUES ($1, $2, $3, $4, 1, 1, 'drafted', 1, 0, $4, 1, $4, 1, $5)");
const store::Query kAddRecapStep("test.reseal_recap_step",
                                 "INSERT INTO recap_step (id, recap_id, place, step, revision, by_id, at, sealed_words)"
                                 " VALUES ($1, $2, 1, 'send_back', 1, $3, 1, $4)");
const store::Query kSetConsentNote("test.reseal_consent", "UPDATE consent SET sealed_note = $2 WHERE id = $1");
const store::Query kAnyConsent("test.reseal_any_consent", "SELECT id, person_id FROM consent WHERE person_id = $1");
const store::Query kBreakMessage(
    "test.reseal_break",
    "UPDATE room_event SET sealed_text = (SELECT sealed_profile FROM account WHERE id = $1)"
    " WHERE seq = 1");

constexpr Resealer::Pace kAtOnce{.settles = 0ms, .pause = 0ms};

/// A practice in which something is sealed in every column.
class Reseal : public demo::DemoHouse {
 protected:
  void SetUp() override {
    DemoHouse::SetUp();
    ASSERT_TRUE(access::check_master_key(*key_store_, master_, "file", soon()));
    demo::DemoOptions options;
    options.clients = 3;
    make(options);
    house_ = std::make_unique<House>(house());
    const auto people = clients();
    ASSERT_EQ(people.size(), 3U);
    client_ = people[0];
    other_ = people[1];
    fill(client_);
  }
  void TearDown() override {
    house_.reset();
    DemoHouse::TearDown();
  }

  std::vector<AccountId> clients() {
    std::set<AccountId> found;
    for (const auto& row : stored()) {
      if (row.column == "questionnaire_response_version.sealed_answers") found.insert(row.whose);
    }
    return {found.begin(), found.end()};
  }
  template <class F>
  void write(F f) {
    const auto written = db_->write(soon(), [&](store::WriteTx& tx) -> Result<void> { return f(tx); });
    ASSERT_TRUE(written) << written.error().detail;
  }

  /// What the made-up practice has none of.
  void fill(AccountId client) {
    const auto key = keys_->key_for(client, soon()).value();
    const auto now = clock_.now();
    read([&](store::ReadTx& tx) -> Result<void> {
      tx.each(kRoomOf, {client}, [&](const store::Row& row) {
        room_ = row.id<RoomId>(0);
        episode_ = row.id<EpisodeId>(1);
      });
      return {};
    });
    write([&](store::WriteTx& tx) -> Result<void> {
      const auto session = SessionId::make(now);
      tx.execute(kAddLogIn, {session, client, as_bytes("token"), access::seal(*key, session.bytes(), "Firefox")});
      tx.execute(kAddNotice, {as_bytes("key"), client, access::seal(*key, as_bytes("key"), "/link"),
                              access::seal(*key, client.bytes(), "who it was then")});
      tx.execute(kAddClosing, {client, access::seal(*key, client.bytes(), "a reason")});
      const auto exception = Id<struct ExceptionTag>::make(now);
      tx.execute(kAddException, {client, exception, access::seal(*key, exception.bytes(), "a reason to read it")});
      const auto signal = signals::SignalId::make(now);
      tx.execute(kAddSignal, {signal, episode_, client, signals::seal_body(*key, signal, {"a reason", {}})});
      const auto outcome = signals::OutcomeId::make(now);
      using signals::NotePart;
      tx.execute(kAddOutcome, {outcome, signal, client,
                               access::seal(*key, signals::bound_to(outcome, NotePart::outcome), "what was done"),
                               access::seal(*key, signals::bound_to(outcome, NotePart::result), "what came of it")});
      const auto between = Id<struct BetweenTag>::make(now);
      tx.execute(kAddBetween,
                 {between, episode_, client, access::seal(*key, between.bytes(), "something is not right")});
      const auto change = Id<struct SwitchTag>::make(now);
      tx.execute(kAddSwitch, {change, episode_, access::seal(*key, change.bytes(), "what goes along")});
      const auto telling = Id<struct TellingTag>::make(now);
      tx.execute(kAddTelling, {telling, between, client, access::seal(*key, telling.bytes(), "as it was told")});
      tx.execute(kAddBetweenNote, {telling, access::seal(*key, telling.bytes(), "a note beside it")});
      const auto word = Id<struct WordTag>::make(now);
      tx.execute(kAddWord, {word, telling, client, access::seal(*key, word.bytes(), "a word about it")});
      const auto agreement = Id<struct AgreementTag>::make(now);
      tx.execute(kAddAgreement, {agreement, telling, access::seal(*key, agreement.bytes(), "what was agreed")});
      const auto asked = Id<struct AskedTag>::make(now);
      tx.execute(kAddFollowUp, {asked, between, access::seal(*key, asked.bytes(), "it is better"), client});
      const auto held = tx.first(kFreshSession, {client}, [](const store::Row& row) { return row.id<EncounterId>(0); });
      if (!held) return fail({ErrorKind::internal, "test", "The made-up client has no session."});
      tx.execute(kAddCheckIn, {*held, client, access::seal(*key, held->bytes(), "half a check-in")});
      tx.execute(kAddGate, {*held, client, access::seal(*key, held->bytes(), "where they are")});
      tx.execute(kAddPlace, {client, access::seal(*key, client.bytes(), "where they usually are")});
      const auto feedback = Id<struct FeedbackTag>::make(now);
      tx.execute(kAddFeedback,
                 {feedback, *held, client, access::seal(*key, feedback.bytes(), "what to have different")});
      const auto recap = Id<struct RecapTag>::make(now);
      tx.execute(kAddRecap, {recap, *held, episode_, client, access::seal(*key, recap.bytes(), "a recap")});
      const auto step = Id<struct RecapStepTag>::make(now);
      tx.execute(kAddRecapStep, {step, recap, client, access::seal(*key, step.bytes(), "what is not right in it")});
      const auto consents = tx.list(kAnyConsent, {client}, [](const store::Row& row) { return row.uuid(0); });
      for (const auto& id : consents) {
        tx.execute(kSetConsentNote, {AccountId(id), access::seal(*key, id, "on paper")});
      }
      log_in::add_code_secret(tx, client, access::seal(*key, client.bytes(), "what codes are made from"), now);
      TRY(log_in::begin_replacement(tx, client, access::seal(*key, client.bytes(), "what others are made from"), now));
      const auto passkey = passkeys::PasskeyId::make(now);
      const webauthn::Credential credential{{1, 2, 3}, {webauthn::Algorithm::eddsa, Bytes(32)}, 0};
      TRY(passkeys::add_passkey(
          tx, {passkey, client, Bytes(32), credential, access::seal(*key, passkey.bytes(), "My phone")}, now));
      TRY(messages::save_draft(tx, client, room_.uuid(), client, 0,
                               messages::seal_draft(*key, client, room_.uuid(), "subject", "half a draft"), now,
                               [](const messages::SealedDraft&) { return false; }));
      const auto device = notify::PushDeviceId::make(now);
      TRY(notify::save_device(
          tx, {device, client, notify::seal_device(*key, device, {"https://push.example", "", "", "", "", "en"}), now},
          as_bytes("endpoint")));
      const auto file = attachments::AttachmentId::make(now);
      const std::string bytes(static_cast<std::size_t>(attachments::kPartBytes) + 10, 'x');
      TRY(attachments::announce(tx,
                                {file, client, client, room_.uuid(), std::ssize(bytes), false, now,
                                 attachments::seal_about(*key, file, {"page.pdf", "application/pdf", {}, {}, {}})},
                                10'000'000));
      const auto parts = attachments::seal_whole(*key, file, bytes);
      for (std::size_t number = 0; number < parts.size(); ++number) {
        TRY(attachments::put_part(tx, client, file, static_cast<std::int64_t>(number), parts[number]));
      }
      return {};
    });
  }

  struct Kept {
    std::string column;
    AccountId whose;
    Bytes bound_to;
    Bytes sealed;
  };
  /// Everything that was sealed with an earlier version than this.
  std::vector<Kept> stored(std::int64_t before = access::kLastKeyVersion) {
    std::vector<Kept> found;
    const auto header = access::seal_header(before);
    for (const auto& column : sealed_columns()) {
      store::Values values;
      for (const auto& part : column.before_all) {
        if (const auto* id = std::get_if<Uuid>(&part)) {
          values.emplace_back(AccountId(*id));
        } else if (const auto* number = std::get_if<std::int64_t>(&part)) {
          values.emplace_back(*number);
        } else {
          values.emplace_back(std::get<Bytes>(part));
        }
      }
      values.emplace_back(header);
      values.emplace_back(1'000'000);
      EXPECT_TRUE(read([&](store::ReadTx& tx) -> Result<void> {
        tx.each(column.next, values, [&](const store::Row& row) {
          found.push_back(
              {std::string(column.name), row.id<AccountId>(0), column.bound_to(row), copy_of(row.bytes(1))});
        });
        return {};
      }));
    }
    return found;
  }
  /// Column and text of everything, as somebody reads it who has just come.
  std::multiset<std::pair<std::string, std::string>> texts() {
    access::ClientKeys fresh(*key_store_, master_, clock_);
    std::multiset<std::pair<std::string, std::string>> found;
    for (const auto& one : stored()) {
      auto key = fresh.key_for(one.whose, soon());
      if (!key) key = fresh.locked_key_for(one.whose, soon());
      const auto text = key ? access::unseal(**key, one.bound_to, one.sealed) : Result<std::string>("nobody's");
      found.emplace(one.column, text.value_or("does not open"));
    }
    return found;
  }
  void begin() {
    const auto begun = key_store_->write(
        soon(), [&](store::WriteTx& tx) { return access::begin_rotation(tx, master_, clock_.now()); });
    ASSERT_TRUE(begun) << begun.error().detail;
  }
  std::optional<access::KeyRotation> rotation() {
    return key_store_
        ->read(
            soon(),
            [](store::ReadTx& tx) -> Result<std::optional<access::KeyRotation>> { return access::latest_rotation(tx); })
        .value();
  }
  bool is_finished() { return rotation()->finished_at.has_value(); }
  /// Whether today's keys open anything of this.
  bool still_opens(const std::vector<Kept>& older) {
    access::ClientKeys fresh(*key_store_, master_, clock_);
    return std::ranges::any_of(older, [&](const Kept& one) {
      const auto key = fresh.key_for(one.whose, soon());
      return key && access::unseal(**key, one.bound_to, one.sealed);
    });
  }
  void finish(Resealer& resealer) {
    for (int step = 0; step < 3000 && !is_finished(); ++step) {
      const auto worked = resealer.work();
      ASSERT_TRUE(worked) << worked.error().detail;
      std::this_thread::sleep_for(10ms);
    }
    ASSERT_TRUE(is_finished());
  }
  /// As the service stores it.
  Result<void> say(AccountId client, RoomId room, const std::string& words) {
    TRY_ASSIGN(const auto key, keys_->key_for(client, soon()));
    TRY_ASSIGN(const auto text, (http::Text<1, messages::kLongestText>::from(words)));
    const auto now = SystemClock().now();
    TRY_ASSIGN(auto sealed, messages::seal_message(*key, client, {MessageId::make(now), text}, now));
    return db_->write(soon(), [&](store::WriteTx& tx) -> Result<void> {
      TRY(messages::append_messages(tx, client, room, {sealed}, now));
      return {};
    });
  }

  std::unique_ptr<House> house_;
  AccountId client_;
  AccountId other_;
  RoomId room_;
  EpisodeId episode_;
};

TEST_P(Reseal, KnowsEveryColumnInWhichSomethingIsSealed) {
  std::set<std::string> kept;
  read([&](store::ReadTx& tx) -> Result<void> {
    tx.each(kSealedColumns, {}, [&](const store::Row& row) {
      if (row.text(1).starts_with("sealed_")) kept.insert(std::string(row.text(0)) + "." + std::string(row.text(1)));
    });
    return {};
  });
  std::set<std::string> known;
  for (const auto& column : sealed_columns()) known.emplace(column.name);
  EXPECT_EQ(known, kept);
  std::set<std::string> empty = kept;
  for (const auto& one : stored()) empty.erase(one.column);
  EXPECT_EQ(empty, std::set<std::string>{}) << "the other tests would not see whether that column is sealed anew";
}

TEST_P(Reseal, EverythingIsSealedAnewAndTheKeysOfBeforeAreGone) {
  Resealer resealer(*house_, *key_store_, folder_, 1, kAtOnce);
  ASSERT_TRUE(resealer.work()) << "nothing is to be done";
  const auto before = texts();
  EXPECT_FALSE(std::ranges::any_of(before, [](const auto& one) { return one.second == "does not open"; }));
  const auto copy_of_before = stored();
  const auto older_keys = access::sealed_keys(*key_store_, client_);
  ASSERT_EQ(older_keys.size(), 1U);
  begin();
  EXPECT_TRUE(still_opens(copy_of_before));
  finish(resealer);
  for (const auto& key : older_keys) EXPECT_FALSE(access::is_in_files(folder_ + "/keys.db", key));
  EXPECT_EQ(texts(), before);
  EXPECT_EQ(stored(2).size(), 0U);
  EXPECT_FALSE(still_opens(copy_of_before));
  begin();
  finish(resealer);
  EXPECT_EQ(texts(), before) << "and so again";
  EXPECT_EQ(stored(3).size(), 0U);
}

TEST_P(Reseal, PeopleGoOnWritingAndReading) {
  Resealer resealer(*house_, *key_store_, folder_, 1, {.settles = 1500ms, .pause = 1ms});
  std::atomic<bool> enough{false};
  std::vector<std::string> wrong;
  int written = 0;
  std::thread writer([&] {
    while (!enough) {
      const auto said = say(client_, room_, "meanwhile " + std::to_string(written));
      if (!said) wrong.push_back(said.error().detail);
      ++written;
    }
  });
  std::thread reader([&] {
    while (!enough) {
      const auto key = keys_->key_for(client_, soon());
      const auto page = read([&](store::ReadTx& tx) { return messages::read_page(tx, client_, room_, {}); });
      for (const auto& message : page.value_or(std::vector<messages::StoredMessage>{})) {
        const auto opened = messages::open_message(**key, message, {});
        if (!opened) enough = true;
        EXPECT_TRUE(opened) << "number " << message.seq;
      }
    }
  });
  begin();
  finish(resealer);
  enough = true;
  writer.join();
  reader.join();
  EXPECT_EQ(wrong, std::vector<std::string>());
  EXPECT_GT(written, 10);
  const auto found = texts();
  for (int number = 0; number < written; ++number) {
    EXPECT_EQ(found.count({"room_event.sealed_text", "meanwhile " + std::to_string(number)}), 1U) << number;
  }
  EXPECT_EQ(stored(2).size(), 0U);
}

TEST_P(Reseal, GoesOnWhereAnotherWasStopped) {
  const auto before = texts();
  begin();
  {
    Resealer stopped(*house_, *key_store_, folder_, 1, kAtOnce);
    ASSERT_TRUE(stopped.work());
    ASSERT_TRUE(stopped.work()) << "everything is sealed anew";
    ASSERT_TRUE(say(client_, room_, "since"));
    stopped.stop();
    ASSERT_TRUE(stopped.work());
    EXPECT_FALSE(is_finished());
  }
  Resealer next(*house_, *key_store_, folder_, 1, kAtOnce);
  finish(next);
  auto expected = before;
  expected.emplace("room_event.sealed_text", "since");
  EXPECT_EQ(texts(), expected);
}

TEST_P(Reseal, WhoIsErasedIsPassedOverAndWhoIsLockedIsNot) {
  ASSERT_TRUE(keys_->destroy(other_, soon()));
  ASSERT_TRUE(keys_->lock(client_, soon()));
  const auto before = texts();
  begin();
  Resealer resealer(*house_, *key_store_, folder_, 1, kAtOnce);
  finish(resealer);
  EXPECT_EQ(texts(), before);
  for (const auto& left : stored(2)) EXPECT_EQ(left.whose, other_) << left.column;
  EXPECT_FALSE(keys_->key_for(client_, soon())) << "locked as before";
}

TEST_P(Reseal, TheKeysOfBeforeStayWhileARowDoesNotOpenOrTheyAreBeingCopied) {
  Resealer resealer(*house_, *key_store_, folder_, 1, kAtOnce);
  begin();
  {
    const auto copying = store::hold_keys(folder_, store::Hold::with_others).value();
    for (int step = 0; step < 3; ++step) ASSERT_TRUE(resealer.work());
    EXPECT_EQ(resealer.work().error().code, "keys.in_use");
    EXPECT_FALSE(is_finished());
  }
  finish(resealer);
  write([&](store::WriteTx& tx) -> Result<void> {
    tx.execute(kBreakMessage, {client_});
    return {};
  });
  const auto copy_of_before = stored();
  begin();
  for (int step = 0; step < 2; ++step) ASSERT_TRUE(resealer.work());
  for (int step = 0; step < 2; ++step) EXPECT_EQ(resealer.work().error().code, "keys.row_broken");
  EXPECT_FALSE(is_finished());
  EXPECT_TRUE(still_opens(copy_of_before));
}

INSTANTIATE_TEST_SUITE_P(Engines, Reseal, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::server
