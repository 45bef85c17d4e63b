#include "features/notify/postman.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "access/tokens.hpp"
#include "base/log.hpp"
#include "base/passing.hpp"
#include "features/notify/mail.hpp"
#include "features/notify/schedule.hpp"
#include "features/people/people.hpp"
#include "features/people/profiles.hpp"

namespace rapport::notify {
namespace {

constexpr std::int64_t kAtOnce = 20;
/// Then it is asked anew what is most urgent: a service that hangs must not hold up a mail about an answer about harm.
constexpr std::chrono::seconds kLongestRound{10};

Deadline soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(5);
}

/// What the browser shows is made of this by web/src/shared/worker.js, and says as little as a mail.
std::string push_text(const Due& notice, const std::string& language, bool is_synthetic) {
  return boost::json::serialize(boost::json::object{
      {"kind", notice.kind == Kind::test ? "test" : "needs_you"}, {"language", language}, {"synthetic", is_synthetic}});
}

/// Nothing when it is none: a row of another version.
std::optional<PushTarget> target_of(const PushDeviceSecrets& secrets) {
  const auto key = access::from_base64url(secrets.p256dh);
  const auto secret = access::from_base64url(secrets.auth);
  if (!key || !is_public_key(*key) || !secret || secret->size() != kPushSecretBytes) return std::nullopt;
  return PushTarget{secrets.endpoint, *key, *secret};
}

}  // namespace

Postman::Postman(House& house, std::optional<MailServer> server, PushServices push, std::chrono::milliseconds period)
    : house_(house),
      server_(std::move(server)),
      push_(std::move(push)),
      sender_(push_sender(house.root)),
      ticker_(period, [this] { send_due(); }) {}

Postman::~Postman() {
  stopping_ = true;
}

void Postman::send_due() {
  if (!note()) return;
  const auto due = house_.db.read(soon(), [&](store::ReadTx& tx) -> Result<std::vector<Due>> {
    const auto practice = people::find_practice(tx);
    is_synthetic_ = practice && practice->synthetic;
    return due_notices(tx, house_.clock.now(), kAtOnce);
  });
  if (!due) return;  // the service itself says in the log that the database does not answer
  const auto round_ends = std::chrono::steady_clock::now() + kLongestRound;
  for (const auto& notice : *due) {
    if (stopping_ || std::chrono::steady_clock::now() > round_ends) return;
    unnoted_ = send(notice);
    if (!note()) return;
  }
}

Result<std::string> Postman::address_of(const Due& notice) const {
  auto address = server_->practice_address;
  if (!notice.sealed_path) return address;
  TRY_ASSIGN(const auto key, house_.keys.key_for(notice.to, soon()));
  TRY_ASSIGN(const auto path, access::unseal(*key, as_bytes(notice.key), *notice.sealed_path));
  while (address.ends_with('/')) address.pop_back();
  return address + path;
}

Result<people::Profile> Postman::profile_of(const Due& notice) const {
  if (!notice.sealed_profile) return people::profile_of(house_, notice.to, soon());
  people::Account account;
  account.id = notice.to;
  account.sealed_profile = *notice.sealed_profile;
  return people::open_profile(house_, account, soon());
}

std::optional<Postman::Outcome> Postman::send(const Due& notice) {
  return notice.device ? send_push(notice) : send_mail(notice);
}

std::optional<Postman::Outcome> Postman::send_push(const Due& notice) {
  const auto now = house_.clock.now();
  const auto device = house_.db.read(soon(), [&](store::ReadTx& tx) -> Result<std::optional<PushDevice>> {
    if (!people::find_account(tx, notice.to)) return std::nullopt;  // it was closed
    return find_device(tx, *notice.device);
  });
  if (!device) return std::nullopt;
  const auto nobody = [&] { return Outcome{notice, Failure::gone, false, now}; };
  if (!*device || (*device)->account != notice.to) return nobody();
  const auto key = house_.keys.key_for(notice.to, soon());
  if (!key && is_passing(key.error())) return std::nullopt;
  if (!key) return nobody();
  const auto secrets = unseal_device(**key, *notice.device, (*device)->sealed);
  const auto target = secrets ? target_of(*secrets) : std::nullopt;
  if (!target) return nobody();
  const auto text = push_text(notice, secrets->language, is_synthetic_);
  const auto handing = hand_over(push_, sender_, *target, text, now, stopping_);
  if (handing.outcome == Handed::stopped) return std::nullopt;
  const auto failure = handing.outcome == Handed::over ? std::nullopt : std::optional(handing.failure);
  return Outcome{notice, failure, true, house_.clock.now()};
}

std::optional<Postman::Outcome> Postman::send_mail(const Due& notice) {
  const auto now = house_.clock.now();
  if (!server_) return Outcome{notice, Failure::no_server, false, now};
  const auto profile = profile_of(notice);
  if (!profile && is_passing(profile.error())) return std::nullopt;
  if (!profile || !profile->email) return Outcome{notice, Failure::no_address, false, now};
  const auto address = address_of(notice);
  if (!address && is_passing(address.error())) return std::nullopt;
  if (!address) return Outcome{notice, Failure::no_address, false, now};
  const auto message = write_mail({.kind = notice.kind,
                                   .german = profile->language == "de",
                                   .from = server_->from,
                                   .to = *profile->email,
                                   .address = *address,
                                   .message_id = message_id(house_.root, notice.key, server_->from),
                                   .queued_at = notice.queued_at,
                                   .synthetic = is_synthetic_});
  const auto handing = hand_over(*server_, *profile->email, message, stopping_);
  if (handing.outcome == Handed::stopped) return std::nullopt;
  const auto failure = handing.outcome == Handed::over ? std::nullopt : std::optional(handing.failure);
  return Outcome{notice, failure, true, house_.clock.now()};
}

bool Postman::note() {
  if (!unnoted_) return true;
  const auto& done = *unnoted_;
  const bool is_last = done.failure && (is_final(*done.failure) || done.notice.kind == Kind::test);
  const auto next = is_last ? std::nullopt : next_try(done.notice.tries + 1, done.notice.queued_at, done.at);
  const auto noted = house_.db.write(soon(), [&](store::WriteTx& tx) -> Result<void> {
    if (done.failure) {
      note_failed(tx, done.notice, *done.failure, done.was_tried, done.at, next);
      if (done.failure == Failure::gone) forget_device(tx, done.notice.to, *done.notice.device, done.at);
    } else {
      note_sent(tx, done.notice, done.at);
    }
    return {};
  });
  if (!noted) {
    log::warning("mail.not_noted", {{"code", noted.error().code}});
    return false;
  }
  unnoted_.reset();
  return true;
}

}  // namespace rapport::notify
