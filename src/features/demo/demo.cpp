#include "features/demo/demo.hpp"

#include <fmt/format.h>

#include <limits>
#include <map>

#include "features/demo/demo_between.hpp"
#include "features/demo/demo_concern.hpp"
#include "features/demo/demo_consents.hpp"
#include "features/demo/demo_course.hpp"
#include "features/demo/demo_file.hpp"
#include "features/demo/demo_signals.hpp"
#include "features/demo/generated_clients.hpp"
#include "features/demo/written_practice.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/log_in/totp.hpp"
#include "features/messages/messages_rules.hpp"
#include "features/people/profiles.hpp"
#include "features/people/staff.hpp"
#include "features/signals/evaluation.hpp"
#include "http/shape.hpp"

namespace rapport::demo {
namespace {

constexpr std::chrono::minutes kTimeForAll{10};

struct ReadyMessage {
  AccountId author;
  Time at;
  messages::SealedMessage sealed;
};

struct ReadyRoom {
  RoomId id;
  std::optional<Bytes> sealed_subject;  ///< none: the chat
  std::vector<ReadyMessage> messages;
  std::int64_t read_by_client = 0;
  std::int64_t read_by_therapist = 0;
};

/// A client with all that is sealed.
struct ReadyClient {
  people::Account account;
  AccountId therapist;
  EpisodeId episode;
  RoomId chat;
  std::optional<std::int64_t> agreed_reply_hours;
  std::optional<std::int64_t> proposed_reply_hours;
  std::vector<ReadyRoom> rooms;
};

class Maker {
 public:
  explicit Maker(House& house) : house_(house) {}

  Result<std::vector<DemoAccount>> make(const DemoOptions& options) {
    TRY_ASSIGN(script_, read_written_practice());
    // Everybody has the same published password, so nothing is gained by a salt of its own for each; one hash takes
    // milliseconds, and thousands of them would take minutes.
    TRY_ASSIGN(hash_, house_.passwords.hash(script_.password, deadline_));
    TRY(house_.db.write(deadline_, [&](store::WriteTx& tx) { return make_all(tx, options); }));
    return std::move(accounts_);
  }

 private:
  /// Everything in one transaction: whoever is killed half way leaves an empty database, in which the practice can be
  /// made again. There is nobody whom so long a transaction could hold up. What was made of keys meanwhile stays in
  /// their store, of use to nobody.
  Result<void> make_all(store::WriteTx& tx, const DemoOptions& options) {
    accounts_.clear();
    answered_.clear();
    therapists_.clear();
    if (people::find_practice(tx)) {
      return fail({ErrorKind::conflict, "demo.not_empty",
                   "This database holds a practice already. Give an empty data folder for the demo practice."});
    }
    TRY(people::add_practice(tx, practice_, script_.practice, true, now_));
    TRY(add_staff(tx));
    TRY(add_clients(tx, options));
    return find_signals(tx);
  }

  /// The rules look through every course, as the program would.
  Result<void> find_signals(store::WriteTx& tx) {
    signals::note_new_episodes(tx);
    // Once: the time of which the demo tells may lie behind the clock, and then the next night is due already.
    for (const auto& look : signals::list_due(tx, std::numeric_limits<std::int64_t>::max())) {
      TRY_ASSIGN(const auto key, house_.keys.key_for(look.client, deadline_));
      TRY(signals::look_back(tx, *key, look, now_));
    }
    for (const auto& [client, who, outcomes] : answered_) {
      TRY_ASSIGN(const auto key, house_.keys.key_for(client, deadline_));
      TRY(answer_signals(tx, *key, outcomes, who, now_));
    }
    return {};
  }

  Result<void> add_staff(store::WriteTx& tx) {
    for (const auto& therapist : script_.therapists) {
      TRY_ASSIGN(therapists_[therapist.login], add_member(tx, therapist, "therapist"));
    }
    TRY_ASSIGN(const auto supervisor, add_member(tx, script_.supervisor, "supervisor"));
    for (const auto& [login, id] : therapists_) {
      TRY(people::set_backing(tx, practice_, id, {supervisor, deputy_of(id)}));
    }
    TRY_ASSIGN(neutral_person_, add_member(tx, script_.neutral_person, "neutral_person"));
    TRY(people::set_neutral_person(tx, practice_, neutral_person_));
    people::let_named_hold(tx, practice_);
    TRY(add_member(tx, script_.administrator, "administrator"));
    return {};
  }

  Result<AccountId> add_member(store::WriteTx& tx, const WrittenStaff& written, std::string_view role) {
    TRY_ASSIGN(const auto account, make_account(written.login, written.name, role, now_ - kStaffSince));
    TRY(people::add_account(tx, account));
    TRY_ASSIGN(const auto key, house_.keys.key_for(account.id, deadline_));
    if (house_.staff_need_second_factor) {
      const auto secret = log_in::make_code_secret();
      log_in::add_code_secret(tx, account.id, access::seal(*key, account.id.bytes(), secret), now_);
      accounts_.back().totp_secret = log_in::to_base32(as_bytes(secret));
    }
    if (written.consents) {
      TRY(store_consents(tx, *key, *written.consents, {account.id, account.id, "en"}, now_));
    }
    if (written.profile) TRY(store_profile(tx, *key, account.id, *written.profile));
    return account.id;
  }

  Result<void> store_profile(store::WriteTx& tx, const access::SealKey& key, AccountId therapist,
                             const WrittenProfile& written) const {
    TRY(therapist_profiles::check_profile(written.says, written.capacity));
    const therapist_profiles::StoredProfile made{therapist, 1, written.capacity,
                                                 therapist_profiles::seal_profile(key, therapist, written.says), now_};
    TRY(therapist_profiles::store_profile(tx, made, [](const auto&) { return false; }));
    return {};
  }

  /// The next therapist of the list.
  std::optional<AccountId> deputy_of(AccountId therapist) const {
    const auto& all = script_.therapists;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (therapists_.at(all[i].login) == therapist) return therapists_.at(all[(i + 1) % all.size()].login);
    }
    return std::nullopt;
  }

  Result<void> add_clients(store::WriteTx& tx, const DemoOptions& options) {
    const auto written = static_cast<std::int64_t>(script_.clients.size());
    const auto wanted = options.clients == 0 ? written : options.clients;
    GeneratedClients generated(script_.generated, options.seed);
    for (std::int64_t i = 0; i < wanted; ++i) {
      const auto place = static_cast<std::size_t>(i);
      if (i < written) {
        TRY_ASSIGN(const auto course, read_written_course(script_.clients[place].login));
        TRY(add_client(tx, script_.clients[place], course));
      } else {
        const auto& therapist = script_.therapists[place % script_.therapists.size()].login;
        const auto made = generated.next(i + 1, therapist);
        TRY(add_client(tx, made.client, made.course));
      }
    }
    return {};
  }

  Result<void> add_client(store::WriteTx& tx, const WrittenClient& written, const WrittenCourse& course) {
    TRY_ASSIGN(const auto client, make_ready(written));
    TRY(store_client(tx, client));
    TRY_ASSIGN(const auto key, house_.keys.key_for(client.account.id, deadline_));
    TRY(store_course(tx, *key, written, course, {client.account.id, client.therapist, client.episode}, now_));
    if (course.kept) {
      TRY(store_between(tx, *key, *course.kept, {client.account.id, client.therapist, client.episode}, now_));
    }
    if (written.consents) {
      TRY(store_consents(tx, *key, *written.consents, {client.account.id, client.therapist, course.language}, now_));
    }
    if (written.between) {
      for (const auto& one : *written.between) {
        TRY(store_concern(tx, *key, one, {client.account.id, client.therapist, neutral_person_, client.episode}, now_));
      }
    }
    if (written.wishes) {
      TRY(preferences::check_wishes(*written.wishes));
      const auto sealed = preferences::seal_wishes(*key, client.account.id, 1, *written.wishes);
      TRY(preferences::add_wishes(tx, {client.account.id, 1, client.account.created_at, sealed},
                                  [](const auto&) { return false; }));
    }
    if (written.signals) {
      answered_.push_back({client.account.id, {client.therapist, client.episode}, *written.signals});
    }
    tx.take_events();  // nobody follows yet
    return {};
  }

  /// The account with its sealed profile; also notes it for the caller's list.
  Result<people::Account> make_account(const std::string& login, const std::string& name, std::string_view role,
                                       Time since) {
    const auto id = AccountId::make(now_);
    TRY_ASSIGN(const auto key, house_.keys.create_for(id, deadline_));
    accounts_.push_back({login, script_.password, std::string(role), name});
    return people::Account{id,
                           practice_,
                           std::string(role),
                           access::login_digest(house_.root, access::normalise_login(login)),
                           hash_,
                           people::seal_profile(*key, id, {name, login}),
                           since,
                           true};
  }

  Result<ReadyClient> make_ready(const WrittenClient& written) {
    const auto therapist = therapists_.find(written.therapist);
    if (therapist == therapists_.end()) return fail(broken_script("There is no therapist " + written.therapist + "."));
    ReadyClient ready;
    const auto since = now_ - std::chrono::days(written.opened_days);
    TRY_ASSIGN(ready.account, make_account(written.login, written.name, "client", since));
    accounts_.back().therapist = written.therapist;
    ready.therapist = therapist->second;
    ready.episode = EpisodeId::make(now_);
    ready.agreed_reply_hours = written.agreed_reply_hours;
    ready.proposed_reply_hours = written.proposed_reply_hours;
    TRY_ASSIGN(const auto key, house_.keys.key_for(ready.account.id, deadline_));
    for (const auto& room : written.rooms) {
      TRY_ASSIGN(auto made, make_ready(room, *key, ready));
      if (!made.sealed_subject) ready.chat = made.id;
      ready.rooms.push_back(std::move(made));
    }
    if (ready.chat.is_nil()) return fail(broken_script("There is no chat of " + written.login + "."));
    return ready;
  }

  Result<ReadyRoom> make_ready(const WrittenRoom& written, const access::SealKey& key,
                               const ReadyClient& client) const {
    ReadyRoom ready;
    ready.id = RoomId::make(now_);
    if (written.subject) ready.sealed_subject = access::seal(key, ready.id.bytes(), written.subject->str());
    for (const auto& message : written.messages) {
      const auto at = time_of(now_, message.days, message.minutes);
      const auto author = message.by == Author::client ? client.account.id : client.therapist;
      TRY_ASSIGN(auto sealed, messages::seal_message(key, author, {MessageId::make(at), message.text}, at));
      ready.messages.push_back({author, at, std::move(sealed)});
    }
    const auto count = static_cast<std::int64_t>(ready.messages.size());
    ready.read_by_client = count - written.unread_by_client.value_or(0);
    ready.read_by_therapist = count - written.unread_by_therapist.value_or(0);
    return ready;
  }

  Result<void> store_client(store::WriteTx& tx, const ReadyClient& client) const {
    TRY(people::add_account(tx, client.account));
    TRY(people::open_episode(tx, client.episode, client.chat, practice_, client.account.id, client.therapist,
                             client.account.created_at));
    TRY(people::set_helpers(tx, client.episode, people::usual_helpers(tx, client.therapist)));
    TRY(store_reply_time(tx, client));
    for (const auto& room : client.rooms) TRY(store_room(tx, client, room));
    return {};
  }

  static Result<void> store_reply_time(store::WriteTx& tx, const ReadyClient& client) {
    if (const auto hours = client.agreed_reply_hours) {
      TRY(people::propose_reply_time(tx, client.therapist, client.episode, *hours));
      TRY(people::agree_reply_time(tx, client.account.id, client.episode, *hours));
    }
    if (const auto hours = client.proposed_reply_hours) {
      TRY(people::propose_reply_time(tx, client.therapist, client.episode, *hours));
    }
    return {};
  }

  static Result<void> store_room(store::WriteTx& tx, const ReadyClient& client, const ReadyRoom& room) {
    if (room.sealed_subject && !room.messages.empty()) {
      const auto& first = room.messages.front();
      TRY(people::open_thread(tx, first.author, client.episode, room.id, *room.sealed_subject, first.at));
    }
    for (const auto& message : room.messages) {
      TRY_ASSIGN(auto outcomes, messages::append_messages(tx, message.author, room.id, {message.sealed}, message.at));
      TRY(outcomes.front());
    }
    TRY(messages::advance_receipt(tx, client.account.id, room.id, room.read_by_client, room.read_by_client));
    TRY(messages::advance_receipt(tx, client.therapist, room.id, room.read_by_therapist, room.read_by_therapist));
    return {};
  }

  static constexpr std::chrono::days kStaffSince{2000};

  House& house_;
  const Time now_ = house_.clock.now();
  const Deadline deadline_ = std::chrono::steady_clock::now() + kTimeForAll;
  const PracticeId practice_ = PracticeId::make(now_);
  WrittenPractice script_;
  std::string hash_;
  std::map<std::string, AccountId, std::less<>> therapists_;
  AccountId neutral_person_;
  std::vector<DemoAccount> accounts_;
  struct Answered {
    AccountId client;
    TreatedBy who;
    std::vector<WrittenOutcome> outcomes;
  };
  std::vector<Answered> answered_;
};

}  // namespace

Result<std::vector<DemoAccount>> make_demo(House& house, const DemoOptions& options) {
  if (options.clients < 0 || options.clients > kMostClients) {
    return fail(invalid("demo.clients", fmt::format("Give a number of clients from 1 to {}.", kMostClients)));
  }
  return Maker(house).make(options);
}

std::string demo_json(std::string_view practice, const std::vector<DemoAccount>& accounts) {
  std::string out = R"({"practice":)";
  http::write_string(out, practice);
  out += R"(,"accounts":[)";
  for (const auto& account : accounts) {
    if (out.back() != '[') out += ',';
    for (const auto& [key, value] : {std::pair<std::string_view, const std::string&>{R"({"login":)", account.login},
                                     {R"(,"password":)", account.password},
                                     {R"(,"role":)", account.role},
                                     {R"(,"name":)", account.name}}) {
      out += key;
      http::write_string(out, value);
    }
    out += R"(,"totp_secret":)";
    if (account.totp_secret) http::write_string(out, *account.totp_secret);
    out += account.totp_secret ? "}" : "null}";
  }
  return out + "]}";
}

}  // namespace rapport::demo
