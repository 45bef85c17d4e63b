#pragma once
/// @file Telling people by mail that something in Rapport waits for them. A feature queues a notice in the transaction
/// that makes it necessary; it is sent after the commit, by a thread of its own (postman.hpp), and at least once
/// whatever happens: a program killed between sending and noting it sends the same mail a second time, under the same
/// Message-ID.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/seal.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "store/transaction.hpp"

namespace rapport::notify {

/// What a mail says. None says what has happened, or to whom. Those about the log-in go to the address that the person
/// has when they are queued: whoever changes it afterwards does not turn them away.
enum class Kind : std::uint8_t {
  needs_you,         ///< "Something in Rapport is waiting for you."
  invitation,        ///< "You are invited to Rapport", with the link
  log_in_changed,    ///< "How you log in to Rapport was changed."
  password_changed,  ///< "Your password in Rapport was changed."
  address_changed,   ///< "Mails from Rapport do not come to this address any more.", to the one before
  recovery,          ///< "Choose a new password", with the link
  factor_loss,       ///< "Your second step ends tomorrow", with the link that stops it
  part_changed,      ///< "Who is responsible for what was changed, and it concerns you."
  passkey_refused,   ///< "A passkey of yours was refused in Rapport."
  closing,           ///< "Your account in Rapport is to be closed tomorrow."
  test,              ///< "This is the test mail that you asked for."; tried once
};

/// `key` names what the notice is about and is the same at every try: 1 to kLongestKey characters of ASCII, by custom
/// beginning with the feature ("safety:CONCERN:supervisor"). No words of a person belong in it.
struct NewNotice {
  std::string key;
  AccountId to;
  Kind kind = Kind::needs_you;
  /// For a mail with a link of its own: what follows the practice's address, see seal_path. It is forgotten once nobody
  /// has to send the mail any more.
  std::optional<Bytes> sealed_path = {};
};
/// Sealed under the key of whom the mail goes to, tied to the notice's key.
Bytes seal_path(const access::SealKey& key, std::string_view notice_key, std::string_view path);
inline constexpr std::size_t kLongestKey = 200;

/// Queues a mail to somebody. The same key again is the same notice: false, and nothing changes. Error: internal, when
/// the key is none. That the mail cannot be sent (no mail server, no address, an account that was closed) is no error
/// here: it shows in the delivery.
Result<bool> queue(store::WriteTx& tx, const NewNotice& notice, Time now);

/// What has not left yet of those whose key begins with `key_prefix` is not sent any more: it is no longer needed.
void drop_waiting(store::WriteTx& tx, std::string_view key_prefix, Time now);
/// The same for what leads somewhere by a link, and for what goes to a browser: where the links and browsers are no
/// more.
void drop_links_and_pushes(store::WriteTx& tx, Time now);

/// Which server takes the practice's mails, and as whom: what is known of one says nothing of another.
std::string mails_go_by(const config::Settings& settings);
/// Queues a test mail, and answers zero; within a minute of the one before nothing changes, and it answers what is left
/// of that minute: nobody is flooded by whoever enters their address.
Result<std::chrono::seconds> queue_test(store::WriteTx& tx, AccountId account, std::string_view go_by, Time now);
/// Whether a test mail to this person has left in the way that `go_by` names, see mails_go_by.
bool has_had_test_mail(store::ReadTx& tx, AccountId account, std::string_view go_by);

/// How far a notice has come.
struct Delivery {
  std::string key;
  AccountId to;
  std::string state;       ///< "waiting", "sent" or "failed": given up
  std::int64_t tries = 0;  ///< how often a mail server was asked to take it
  std::optional<std::string>
      failure;             ///< why the last try failed, a word of failures.hpp; a waiting one is tried again
  std::optional<Time> at;  ///< of the last try, or of giving up; absent: not tried yet
};

/// Those whose key begins with `key_prefix`, sorted by key.
std::vector<Delivery> deliveries_of(store::ReadTx& tx, std::string_view key_prefix);

/// Mails to this person go, sent or not.
void erase_notices_to(store::WriteTx& tx, AccountId account);

}  // namespace rapport::notify
