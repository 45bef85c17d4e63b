#include "server/backup.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "access/audit.hpp"
#include "access/audit_chain.hpp"
#include "access/known_browsers.hpp"
#include "access/sessions_store.hpp"
#include "features/attachments/attachments_rules.hpp"
#include "features/closing_account/exceptions.hpp"
#include "features/consent/consent.hpp"
#include "features/consent/consent_texts.hpp"
#include "features/demo/demo.hpp"
#include "features/invitations/invitations.hpp"
#include "features/log_in/recovery.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/notify/notify.hpp"
#include "features/notify/push_devices.hpp"
#include "features/people/hand_overs.hpp"
#include "features/people/profiles.hpp"
#include "server/backup_manifest.hpp"
#include "server/data_places.hpp"
#include "server/keys_command.hpp"
#include "server/look_in.hpp"
#include "server/measure_commands.hpp"
#include "server/open_house.hpp"
#include "server/reseal.hpp"
#include "store/postgres_copy.hpp"
#include "support/house_fixture.hpp"

namespace rapport::server {
namespace {

namespace fs = std::filesystem;

const store::Query kTherapists{"test.backup_therapists", "SELECT id FROM account WHERE role = 'therapist'"};
const store::Query kAccounts{"test.backup_accounts", "SELECT id FROM account WHERE role = 'client' ORDER BY id"};

const store::Query kLoginDigest{"test.backup_login_digest", "SELECT login_digest FROM account WHERE id = $1"};
const store::Query kRestored{"test.backup_restored",
                             "SELECT view_name, count FROM audit WHERE action = 'backup.restore' AND outcome = 'done'"};
const store::Query kLinksWait{"test.backup_links_wait",
                              "SELECT COUNT(*) FROM notice WHERE state = 'waiting'"
                              " AND (sealed_path IS NOT NULL OR device_id IS NOT NULL)"};
const store::Query kOthersWait{"test.backup_others_wait",
                               "SELECT COUNT(*) FROM notice WHERE state = 'waiting'"
                               " AND sealed_path IS NULL AND device_id IS NULL"};
const store::Query kPlanned{"test.backup_planned",
                            "SELECT COUNT(*) FROM hand_over WHERE done_at IS NULL AND called_off_at IS NULL"};

/// On each engine; with PostgreSQL in databases of its own.
class Backup : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "rapport-backup-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    settings_.data = folder_ + "/data";
    settings_.database = new_database();
    open_ = open_house(settings_);
    demo::DemoOptions options;
    options.clients = 2;
    ASSERT_TRUE(demo::make_demo(open_->house(), options));
  }
  void TearDown() override {
    open_.reset();
    databases_.clear();
    fs::remove_all(folder_);
  }

  std::unique_ptr<OpenHouse> open_house(const config::Settings& settings) {
    auto opened = OpenHouse::open(settings, clock_);
    EXPECT_TRUE(opened) << opened.error().detail;
    return opened ? std::move(*opened) : nullptr;
  }
  int back_up_to(const std::string& to) { return back_up(settings_, to, true, "test", out_, errors_); }
  config::Settings elsewhere(const std::string& name) {
    auto settings = settings_;
    settings.data = folder_ + "/" + name;
    settings.database = new_database();
    settings.master_key_file = master_key_file(settings_);
    return settings;
  }
  /// An empty one; no name for the embedded database.
  std::string new_database() {
    if (GetParam() == "sqlite") return "";
    auto made = store::make_temporary_postgres(::getenv("RAPPORT_TEST_POSTGRES"));
    EXPECT_TRUE(made) << made.error().detail;
    if (!made) return "";
    databases_.push_back(std::move(*made));
    return databases_.back()->url();
  }
  std::string data_file() const { return GetParam() == "sqlite" ? "rapport.db" : "rapport.dump"; }
  static Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(20); }
  static std::vector<AccountId> clients(House& house) {
    return house.db
        .read(soon(),
              [](store::ReadTx& tx) -> Result<std::vector<AccountId>> {
                return tx.list(kAccounts, {}, [](const store::Row& row) { return row.id<AccountId>(0); });
              })
        .value();
  }
  void close(AccountId client, const closing_account::Rules& rules) {
    auto& house = open_->house();
    ASSERT_TRUE(house.db.write(
        soon(), [&](store::WriteTx& tx) { return closing_account::ask(tx, client, std::nullopt, house.clock.now()); }));
    const auto closed = closing_account::carry_out(house, rules, client, soon());
    ASSERT_TRUE(closed) << closed.error().detail;
    ASSERT_NE(closed->state, closing_account::State::waiting);
  }
  void erase(AccountId client) {
    closing_account::Rules no_law;
    no_law.is_bound = false;
    close(client, no_law);
  }
  /// How many therapists find the client among theirs.
  static std::size_t therapists_see(House& house, AccountId client) {
    return house.db
        .read(soon(),
              [&](store::ReadTx& tx) -> Result<std::size_t> {
                std::size_t seen = 0;
                for (const auto therapist : therapists(tx)) {
                  for (const auto& one : people::list_episodes(tx, therapist)) seen += one.client == client ? 1 : 0;
                }
                return seen;
              })
        .value();
  }
  static bool profile_opens(House& house, AccountId client) {
    return people::profile_of(house, client, soon()).has_value();
  }
  static void add_row(House& house) {
    EXPECT_TRUE(house.db.write(soon(), [&](store::WriteTx& tx) -> Result<void> {
      access::write_audit(tx, {.at = house.clock.now(), .action = "room.read", .count = 1});
      return {};
    }));
  }

  template <class F>
  static void write(House& house, F f) {
    const auto written = house.db.write(soon(), [&](store::WriteTx& tx) -> Result<void> { return f(tx); });
    ASSERT_TRUE(written) << written.error().detail;
  }
  static std::vector<AccountId> therapists(store::ReadTx& tx) {
    return tx.list(kTherapists, {}, [](const store::Row& row) { return row.id<AccountId>(0); });
  }

  /// What a file of a message holds.
  static std::string content_of(House& house, AccountId client, attachments::AttachmentId file) {
    const auto key = house.keys.key_for(client, soon());
    if (!key) return key.error().code;
    return house.db
        .read(soon(),
              [&](store::ReadTx& tx) -> Result<std::string> {
                std::string content;
                attachments::read_parts(tx, file, [&](std::int64_t number, BytesView sealed) {
                  content += attachments::open_part(**key, file, number, sealed).value_or("(does not open)");
                });
                return content;
              })
        .value_or("cannot be read");
  }

  SystemClock clock_;
  std::vector<std::unique_ptr<store::TemporaryDatabase>> databases_;
  std::string folder_;
  config::Settings settings_;
  std::unique_ptr<OpenHouse> open_;
  std::ostringstream out_;
  std::ostringstream errors_;
};

std::vector<std::string> all_but_sqlite() {
  auto engines = testing::engines_here();
  std::erase(engines, "sqlite");
  return engines;
}

TEST_P(Backup, IsMadeWhileOthersWriteAndOpensElsewhere) {
  std::atomic<bool> enough{false};
  std::thread writer([&] {
    while (!enough) add_row(open_->house());
  });
  const int status = back_up_to(folder_ + "/backup");
  enough = true;
  writer.join();
  ASSERT_EQ(status, kDone) << errors_.str();
  EXPECT_NE(out_.str().find("Restored and opened"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ + "/backup/restored-to-verify"));
  const auto there = elsewhere("there");
  ASSERT_EQ(restore(there, folder_ + "/backup", out_, errors_), kDone) << errors_.str();
  const auto copy = open_house(there);
  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(clients(copy->house()), clients(open_->house()));
  for (const auto client : clients(copy->house())) EXPECT_TRUE(copy->house().keys.key_for(client, soon()));
}

TEST_P(Backup, HoldsTheMasterKeyNowhereAndOnlyItsOwnerReadsIt) {
  ASSERT_EQ(back_up_to(folder_ + "/backup"), kDone) << errors_.str();
  std::ifstream file(master_key_file(settings_));
  std::string key;
  file >> key;
  ASSERT_EQ(key.size(), 64U);
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_ + "/backup")) {
    EXPECT_EQ(entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all), fs::perms::none)
        << entry.path();
    if (!entry.is_regular_file()) continue;
    ++files;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(content.find(key), std::string::npos) << entry.path();
    EXPECT_EQ(content.find(as_text(from_hex(key).value())), std::string::npos) << entry.path();
  }
  EXPECT_EQ(files, 4);
  EXPECT_NE(out_.str().find(access::mark_of(access::load_master_key(master_key_file(settings_)).value())),
            std::string::npos);
}

TEST_P(Backup, ThatWasChangedIsNotRestored) {
  ASSERT_EQ(back_up_to(folder_ + "/backup"), kDone) << errors_.str();
  std::fstream(folder_ + "/backup/data/" + data_file(), std::ios::in | std::ios::out).seekp(5000).put('x');
  const auto there = elsewhere("there");
  EXPECT_EQ(restore(there, folder_ + "/backup", out_, errors_), kNotDone);
  EXPECT_NE(errors_.str().find(data_file()), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ + "/there/rapport.db"));
  EXPECT_FALSE(fs::exists(folder_ + "/there/keys.db"));
  if (!there.database.empty()) EXPECT_TRUE(store::check_without_schemas(there.database, {"rapport", "rapport_keys"}));
}

TEST_P(Backup, GoesIntoAnEmptyFolderOnlyAndComesBackIntoOne) {
  ASSERT_EQ(back_up_to(folder_ + "/backup"), kDone) << errors_.str();
  EXPECT_EQ(back_up_to(folder_ + "/backup"), kNotDone);
  EXPECT_EQ(restore(settings_, folder_ + "/backup", out_, errors_), kNotDone);
  EXPECT_TRUE(fs::exists(folder_ + "/backup/data/" + data_file()));
}

TEST_P(Backup, IsRefusedWhereThereIsNoPractice) {
  EXPECT_EQ(back_up(elsewhere("nowhere"), folder_ + "/backup", true, "test", out_, errors_), kNotDone);
  EXPECT_FALSE(fs::exists(folder_ + "/backup"));
}

TEST_P(Backup, HoldsTheFilesOfMessages) {
  const auto client = clients(open_->house()).front();
  const auto file = attachments::AttachmentId::make(clock_.now());
  const std::string content(static_cast<std::size_t>(attachments::kPartBytes) + 1000, 'x');
  auto& house = open_->house();
  const auto key = house.keys.key_for(client, soon()).value();
  ASSERT_TRUE(house.db.write(soon(), [&](store::WriteTx& tx) -> Result<void> {
    const attachments::StoredAttachment about{
        file,
        client,
        client,
        RoomId::make(clock_.now()).uuid(),
        std::ssize(content),
        false,
        clock_.now(),
        attachments::seal_about(*key, file, {"Diary page.pdf", "application/pdf", {}, {}, {}})};
    TRY(attachments::announce(tx, about, 10'000'000));
    const auto parts = attachments::seal_whole(*key, file, content);
    for (std::size_t number = 0; number < parts.size(); ++number) {
      TRY(attachments::put_part(tx, client, file, static_cast<std::int64_t>(number), parts[number]));
    }
    return {};
  }));
  ASSERT_EQ(back_up_to(folder_ + "/backup"), kDone) << errors_.str();
  const auto there = elsewhere("there");
  ASSERT_EQ(restore(there, folder_ + "/backup", out_, errors_), kDone) << errors_.str();
  const auto copy = open_house(there);
  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(content_of(copy->house(), client, file), content);
}

// Each backup of the keys belongs to the master key of its time, and says so.
TEST_P(Backup, OfBeforeANewMasterKeyNeedsTheOldOne) {
  ASSERT_EQ(back_up_to(folder_ + "/older"), kDone) << errors_.str();
  ASSERT_EQ(rotate_master(settings_, out_, errors_), kDone) << errors_.str();
  ASSERT_EQ(back_up_to(folder_ + "/newer"), kDone) << errors_.str();
  const auto there = elsewhere("there");
  EXPECT_EQ(restore(there, folder_ + "/older", out_, errors_), kNotDone);
  EXPECT_NE(errors_.str().find("mark"), std::string::npos) << errors_.str();
  EXPECT_FALSE(fs::exists(there.data + "/audit-heads.log"));
  ASSERT_EQ(restore(there, folder_ + "/newer", out_, errors_), kDone) << errors_.str();
  auto with_old_key = elsewhere("then");
  for (const auto& entry : fs::directory_iterator(settings_.data)) {
    if (entry.path().filename().string().starts_with("master.key.")) with_old_key.master_key_file = entry.path();
  }
  ASSERT_EQ(restore(with_old_key, folder_ + "/older", out_, errors_), kDone) << errors_.str();
  const auto copy = open_house(with_old_key);
  ASSERT_NE(copy, nullptr);
  for (const auto client : clients(copy->house())) EXPECT_TRUE(profile_opens(copy->house(), client));
}

// Before, in the midst of it and after.
TEST_P(Backup, OpensWheneverItWasMadeWhileKeysAreRenewed) {
  Resealer resealer(open_->house(), open_->key_store(), settings_.data, 1, {.settles = {}, .pause = {}});
  ASSERT_EQ(back_up_to(folder_ + "/before"), kDone) << errors_.str();
  ASSERT_EQ(rotate_clients(settings_, out_, errors_), kDone) << errors_.str();
  EXPECT_EQ(rotate_clients(settings_, out_, errors_), kNotDone) << "one at a time";
  ASSERT_EQ(back_up_to(folder_ + "/asked"), kDone) << errors_.str();
  for (int step = 0; step < 3; ++step) ASSERT_TRUE(resealer.work());
  ASSERT_EQ(back_up_to(folder_ + "/sealed"), kDone) << errors_.str();
  EXPECT_TRUE(fs::exists(folder_ + "/sealed"));
  ASSERT_TRUE(resealer.work());
  out_.str("");
  ASSERT_EQ(show_keys(settings_, out_, errors_), kDone) << errors_.str();
  EXPECT_NE(out_.str().find("no backup of the keys holds it"), std::string::npos) << out_.str();
  ASSERT_EQ(back_up_to(folder_ + "/after"), kDone) << errors_.str();
  for (const std::string when : {"before", "asked", "sealed", "after"}) {
    const auto there = elsewhere("of-" + when);
    ASSERT_EQ(restore(there, folder_ + "/" + when, out_, errors_), kDone) << when << errors_.str();
    const auto copy = open_house(there);
    ASSERT_NE(copy, nullptr) << when;
    for (const auto client : clients(copy->house())) EXPECT_TRUE(profile_opens(copy->house(), client)) << when;
  }
  // The keys of after beside the data of before open nothing, and that is said.
  fs::create_directory(folder_ + "/mixed");
  fs::copy(folder_ + "/before/data", folder_ + "/mixed/data", fs::copy_options::recursive);
  fs::copy(folder_ + "/after/keys", folder_ + "/mixed/keys", fs::copy_options::recursive);
  errors_.str("");
  EXPECT_EQ(restore(elsewhere("mixed-up"), folder_ + "/mixed", out_, errors_), kNotDone);
  EXPECT_NE(errors_.str().find("do not belong together"), std::string::npos) << errors_.str();
}

// Whoever was erased stays so, also where the data of before is put back.
TEST_P(Backup, OfOlderDataBesideTodaysKeysShowsEverybodyButWhoWasErased) {
  ASSERT_EQ(back_up_to(folder_ + "/older"), kDone) << errors_.str();
  const auto everybody = clients(open_->house());
  ASSERT_EQ(everybody.size(), 2U);
  erase(everybody.front());
  ASSERT_EQ(back_up_to(folder_ + "/today"), kDone) << errors_.str();
  EXPECT_NE(out_.str().find("because they were erased: 1"), std::string::npos);
  fs::create_directory(folder_ + "/mixed");
  fs::copy(folder_ + "/older/data", folder_ + "/mixed/data", fs::copy_options::recursive);
  fs::copy(folder_ + "/today/keys", folder_ + "/mixed/keys", fs::copy_options::recursive);
  const auto there = elsewhere("there");
  ASSERT_EQ(restore(there, folder_ + "/mixed", out_, errors_), kDone) << errors_.str();
  const auto copy = open_house(there);
  ASSERT_NE(copy, nullptr);
  const auto erased = copy->house().keys.key_for(everybody.front(), soon());
  ASSERT_FALSE(erased);
  EXPECT_EQ(erased.error().code, "key.not_found");
  EXPECT_TRUE(copy->house().keys.key_for(everybody.back(), soon()));

  // What the server does before it serves.
  EXPECT_EQ(therapists_see(copy->house(), everybody.front()), 1U) << "the older data knows the client still";
  EXPECT_EQ(closing_account::follow_keys(copy->house(), {}, soon()), 1);
  EXPECT_EQ(therapists_see(copy->house(), everybody.front()), 0U);
  EXPECT_EQ(therapists_see(copy->house(), everybody.back()), 1U);
  EXPECT_TRUE(profile_opens(copy->house(), everybody.back()));
}

// Records that a law wants kept are part of a backup, and are as locked as before where it is put back.
TEST_P(Backup, OfAPracticeWithALockedRecordHoldsItLocked) {
  const auto everybody = clients(open_->house());
  const auto locked = everybody.front();
  close(locked, {});
  ASSERT_EQ(back_up_to(folder_ + "/backup"), kDone) << errors_.str();
  EXPECT_EQ(out_.str().find("erased"), std::string::npos) << out_.str();
  const auto there = elsewhere("there");
  ASSERT_EQ(restore(there, folder_ + "/backup", out_, errors_), kDone) << errors_.str();
  const auto copy = open_house(there);
  ASSERT_NE(copy, nullptr);
  EXPECT_FALSE(copy->house().keys.key_for(locked, soon()));
  EXPECT_TRUE(copy->house().keys.locked_key_for(locked, soon()));
  EXPECT_EQ(therapists_see(copy->house(), locked), 0U);
}

// Each of these was open when the backup was made, and had ended when it was put back.
TEST_P(Backup, BringsNothingBackThatHadEnded) {
  auto& house = open_->house();
  const auto client = clients(house).front();
  const auto now = clock_.now();
  const Bytes invited{1, 2, 3};
  const Bytes recovering{4, 5, 6};
  const auto gone = clients(house).back();
  ASSERT_NE(gone, client);
  access::Viewer reader;
  access::Viewer decider;
  write(house, [&](store::WriteTx& tx) -> Result<void> {
    const auto practice = people::find_practice(tx)->id;
    reader = {people::list_episodes(tx, gone).front().therapist, access::Role::therapist, {}, practice};
    const auto everybody = therapists(tx);
    const auto other = std::ranges::find_if(everybody, [&](AccountId one) { return one != reader.account; });
    decider = {*other, access::Role::administrator, {}, practice};
    return {};
  });
  close(gone, {});
  const closing_account::Exception exception{closing_account::ExceptionId::make(now), gone, reader.account, now, {1}};
  access::NewSession session;
  consent::Decision decision{.id = consent::ConsentId::make(now),
                             .person = client,
                             .purpose = "research",
                             .version = consent::texts().asked_now("research")->version,
                             .language = "en",
                             .given = true,
                             .by = client,
                             .at = now};
  write(house, [&](store::WriteTx& tx) -> Result<void> {
    session = access::create_session(tx, client, now);
    invitations::Invitation invitation;
    invitation.id = invitations::InvitationId::make(now);
    invitation.practice = people::find_practice(tx)->id;
    invitation.account = AccountId::make(now);
    invitation.role = access::Role::coder;
    invitation.invited_by = therapists(tx).front();
    invitation.invited_at = now;
    invitation.ends_at = now + std::chrono::hours(72);
    invitation.sealed_profile = {1};
    TRY(invitations::invite(tx, invitation, invited));
    log_in::make_recovery_link(tx, {client, now + log_in::kRecoveryLinkLasts}, recovering, now);
    TRY(consent::decide(tx, decision, {}));
    AccountId of;
    TRY(closing_account::ask_exception(tx, reader, exception));
    TRY(closing_account::decide_exception(tx, decider, exception.id, true, of));
    TRY(closing_account::ask(tx, client, decider.account, now));
    return {};
  });
  using Open = std::array<bool, 5>;
  const auto what_is_open = [&](House& where) {
    return where.db
        .read(soon(),
              [&](store::ReadTx& tx) -> Result<Open> {
                return Open{access::find_session(tx, session.token, now).has_value(),
                            invitations::find_by_token(tx, invited, clock_.now()).has_value(),
                            log_in::find_recovery_link(tx, recovering, now).has_value(),
                            consent::has(tx, client, "research"),
                            closing_account::find_lasting(tx, reader.account, exception.id).has_value()};
              })
        .value();
  };
  struct Waits {
    std::optional<Time> due_at;
    std::size_t mails = 0;
  };
  const auto closing_in = [&](House& where) {
    return where.db
        .read(soon(),
              [&](store::ReadTx& tx) -> Result<Waits> {
                const auto closing = closing_account::find_closing(tx, client);
                return Waits{closing ? closing->due_at : std::nullopt,
                             notify::deliveries_of(tx, "closing:" + client.text()).size()};
              })
        .value();
  };
  const Open all{true, true, true, true, true};
  const Open none{};
  ASSERT_EQ(what_is_open(house), all);
  const auto waited = closing_in(house);
  ASSERT_TRUE(waited.due_at);
  ASSERT_GE(waited.mails, 2U);
  ASSERT_EQ(back_up_to(folder_ + "/backup"), kDone) << errors_.str();
  ASSERT_EQ(what_is_open(house), all) << "that it is tried out changes nothing here";
  write(house, [&](store::WriteTx& tx) -> Result<void> {
    access::end_sessions_of(tx, client, {});
    TRY(invitations::accept(tx, invited, {{7, 7}, "new", {2}}, now));
    log_in::use_recovery_link(tx, recovering, now);
    decision.id = consent::ConsentId::make(now);
    decision.given = false;
    TRY(consent::decide(tx, decision, {}));
    AccountId of;
    TRY(closing_account::decide_exception(tx, decider, exception.id, false, of));
    return closing_account::take_back(tx, client);
  });
  ASSERT_EQ(what_is_open(house), none);
  out_.str("");
  const auto there = elsewhere("there");
  ASSERT_EQ(restore(there, folder_ + "/backup", out_, errors_), kDone) << errors_.str();
  EXPECT_NE(out_.str().find("     1 closings that administrators asked for"), std::string::npos) << out_.str();
  EXPECT_NE(out_.str().find("     1 locked records that were read"), std::string::npos) << out_.str();
  EXPECT_NE(out_.str().find("Mail addresses are those of then"), std::string::npos) << out_.str();
  const auto copy = open_house(there);
  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(what_is_open(copy->house()), none);
  // It was called off, which this state knows nothing of: there is a day anew to say so again.
  const auto anew = closing_in(copy->house());
  EXPECT_GT(anew.due_at, waited.due_at);
  EXPECT_EQ(anew.mails, 2 * waited.mails);
}

TEST_P(Backup, HasToBeOpenedAnewWhatWasOpenInIt) {
  auto& house = open_->house();
  const auto client = clients(house).front();
  const auto now = clock_.now();
  const auto key = house.keys.key_for(client, soon()).value();
  write(house, [&](store::WriteTx& tx) -> Result<void> {
    log_in::replace_recovery_codes(tx, house.root, client, log_in::make_recovery_codes());
    const auto device = notify::PushDeviceId::make(now);
    TRY(notify::save_device(
        tx, {device, client, notify::seal_device(*key, device, {"https://push.example", "", "", "", "", "en"}), now},
        as_bytes("endpoint")));
    const auto sealed_path = notify::seal_path(*key, "invitation:1", "/join#1");
    TRY(notify::queue(tx, {"invitation:1", client, notify::Kind::invitation, sealed_path}, now));
    const auto episode = people::list_episodes(tx, client).front();
    const auto everybody = therapists(tx);
    const auto to = std::ranges::find_if(everybody, [&](AccountId one) { return one != episode.therapist; });
    const access::Viewer by{episode.therapist, access::Role::therapist, {}, people::find_practice(tx)->id};
    const people::NewHandOver wanted{people::HandOverId::make(now), episode.id, *to, now + std::chrono::hours(24)};
    TRY(people::plan_hand_over(tx, by, wanted, {}));
    return {};
  });
  struct Open {
    std::int64_t codes, devices, hand_overs, links, other_mails;
    Bytes browsers;
  };
  const auto what_is_open = [&](House& where) {
    return where.db
        .read(soon(),
              [&](store::ReadTx& tx) -> Result<Open> {
                const auto digest = tx.first(kLoginDigest, {client}, [](const store::Row& row) {
                                        return copy_of(row.bytes(0));
                                      }).value();
                const auto count = [](const store::Row& row) { return row.int64(0); };
                return Open{log_in::count_recovery_codes(tx, client), std::ssize(notify::devices_of(tx, client)),
                            tx.first(kPlanned, {}, count).value(),    tx.first(kLinksWait, {}, count).value(),
                            tx.first(kOthersWait, {}, count).value(), access::guarded_person(tx, digest)};
              })
        .value();
  };
  const auto before = what_is_open(house);
  EXPECT_EQ(before.codes, 10);
  EXPECT_EQ(before.devices, 1);
  EXPECT_EQ(before.hand_overs, 1);
  EXPECT_GE(before.links, 1);
  EXPECT_GE(before.other_mails, 1);
  ASSERT_EQ(back_up_to(folder_ + "/backup"), kDone) << errors_.str();
  std::set<Bytes> browsers{before.browsers};
  for (int time = 0; time < 3; ++time) {  // known since, and forgotten
    write(house, [&](store::WriteTx& tx) -> Result<void> {
      access::forget_browsers(tx, client);
      return {};
    });
    browsers.insert(what_is_open(house).browsers);
  }
  ASSERT_EQ(browsers.size(), 4U);
  out_.str("");
  const auto there = elsewhere("there");
  ASSERT_EQ(restore(there, folder_ + "/backup", out_, errors_), kDone) << errors_.str();
  EXPECT_NE(out_.str().find("     1 hand-overs that were planned"), std::string::npos) << out_.str();
  EXPECT_NE(out_.str().find("    10 recovery codes"), std::string::npos) << out_.str();
  EXPECT_NE(out_.str().find("Look through, before people come in"), std::string::npos) << out_.str();
  const auto copy = open_house(there);
  ASSERT_NE(copy, nullptr);
  const auto after = what_is_open(copy->house());
  EXPECT_EQ(after.codes, 0);
  EXPECT_EQ(after.devices, 0);
  EXPECT_EQ(after.hand_overs, 0);
  EXPECT_EQ(after.links, 0) << "they lead nowhere now";
  EXPECT_EQ(after.other_mails, before.other_mails);
  EXPECT_FALSE(browsers.contains(after.browsers)) << "also none of those that were known only since";
  const auto manifest = read_manifest(folder_ + "/backup/data", "data").value();
  EXPECT_TRUE(copy->house().db.read(soon(), [&](store::ReadTx& tx) -> Result<void> {
    const auto rows = tx.list(kRestored, {}, [&](const store::Row& row) {
      EXPECT_EQ(row.text(0), "state of " + manifest.made_at);
      return row.int64(1);
    });
    EXPECT_EQ(rows.size(), 1U);
    EXPECT_GT(rows.front(), 12);
    return {};
  }));
}

TEST_P(Backup, IsToldWhatIsMissingSinceWhereTheHeadsOfTheAuditOutlivedIt) {
  auto& house = open_->house();
  settings_.audit_heads = folder_ + "/heads-elsewhere.log";
  access::AuditChain chain(house.db, house.root, settings_.audit_heads, clock_);
  const auto chained = [&] { return chain.link_new(std::chrono::seconds(10)); };
  add_row(house);
  ASSERT_TRUE(chained());
  ASSERT_EQ(back_up_to(folder_ + "/backup"), kDone) << errors_.str();
  out_.str("");
  ASSERT_EQ(restore(elsewhere("at-once"), folder_ + "/backup", out_, errors_), kDone) << errors_.str();
  EXPECT_NE(out_.str().find("No row of the audit is missing"), std::string::npos) << out_.str();
  for (int row = 0; row < 3; ++row) add_row(house);
  ASSERT_TRUE(chained());
  out_.str("");
  ASSERT_EQ(restore(elsewhere("later"), folder_ + "/backup", out_, errors_), kDone) << errors_.str();
  EXPECT_NE(out_.str().find("3 rows of the audit were written after the backup"), std::string::npos) << out_.str();
  auto lost = elsewhere("lost");
  lost.audit_heads = folder_ + "/heads-of-another-machine.log";
  ASSERT_EQ(restore(lost, folder_ + "/backup", out_, errors_), kDone) << errors_.str();
  EXPECT_TRUE(fs::exists(lost.audit_heads)) << "where its server looks for them";
  EXPECT_FALSE(fs::exists(lost.data + "/audit-heads.log"));
  settings_.audit_heads.clear();
  out_.str("");
  ASSERT_EQ(restore(elsewhere("without"), folder_ + "/backup", out_, errors_), kDone) << errors_.str();
  EXPECT_NE(out_.str().find("--audit-heads FILE"), std::string::npos) << out_.str();
}

INSTANTIATE_TEST_SUITE_P(Engines, Backup, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

/// What files have no like of.
class BackupOfPostgres : public Backup {};

TEST_P(BackupOfPostgres, GoesIntoADatabaseWithoutAPracticeOnly) {
  ASSERT_EQ(back_up_to(folder_ + "/backup"), kDone) << errors_.str();
  auto full = settings_;
  full.data = folder_ + "/empty";
  EXPECT_EQ(restore(full, folder_ + "/backup", out_, errors_), kNotDone);
  EXPECT_NE(errors_.str().find("not empty"), std::string::npos) << errors_.str();
  EXPECT_EQ(clients(open_->house()).size(), 2U);
}

TEST_P(BackupOfPostgres, IsPutBackOnTheEngineItWasMadeOf) {
  ASSERT_EQ(back_up_to(folder_ + "/backup"), kDone) << errors_.str();
  auto files = elsewhere("files");
  files.database.clear();
  EXPECT_EQ(restore(files, folder_ + "/backup", out_, errors_), kNotDone);
  EXPECT_NE(errors_.str().find("--database"), std::string::npos) << errors_.str();
}

TEST_P(BackupOfPostgres, HandsItsProgramsNoPasswordThatOthersCouldRead) {
  // Programs of the same names that write down how they were called.
  fs::create_directory(folder_ + "/bin");
  for (const std::string name : {"pg_dump", "pg_restore"}) {
    const auto file = folder_ + "/bin/" + name;
    std::ofstream(file) << "#!/bin/sh\n{ echo \"$0 $*\"; env; } >> " << folder_ << "/called\nexec /usr/bin/" << name
                        << " \"$@\"\n";
    fs::permissions(file, fs::perms::owner_all);
  }
  const std::string path = ::getenv("PATH");
  const std::string url = ::getenv("RAPPORT_TEST_POSTGRES");
  ::setenv("PATH", (folder_ + "/bin:" + path).c_str(), 1);
  ::unsetenv("RAPPORT_TEST_POSTGRES");
  const int status = back_up_to(folder_ + "/backup");
  ::setenv("PATH", path.c_str(), 1);
  ::setenv("RAPPORT_TEST_POSTGRES", url.c_str(), 1);
  ASSERT_EQ(status, kDone) << errors_.str();
  std::ifstream in(folder_ + "/called");
  const std::string called{std::istreambuf_iterator<char>(in), {}};
  const auto from = url.find(':', url.find("//")) + 1;
  const auto password = url.substr(from, url.find('@') - from);
  ASSERT_GE(password.size(), 20U);
  EXPECT_NE(called.find("pg_restore"), std::string::npos);
  EXPECT_EQ(called.find(password), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Engines, BackupOfPostgres, ::testing::ValuesIn(all_but_sqlite()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::server
