#pragma once
/// @file The way back for whoever forgot the password or lost the phone. A link that comes by mail lets a client choose
/// a new password; from a member of staff it asks for a recovery code besides, or that an administrator vouches for
/// them. A client's second factor ends a day after that was announced, unless somebody stops it.
#include <chrono>
#include <optional>
#include <vector>

#include "features/context.hpp"

namespace rapport::log_in {

inline constexpr std::chrono::minutes kRecoveryLinkLasts{30};
inline constexpr std::chrono::hours kFactorEndsAfter{24};
/// So long after an address was replaced nothing that a mail leads to ends the second factor: the mail that could stop
/// it would go to the new one alone.
inline constexpr std::chrono::days kAddressIsNewFor{7};
inline constexpr std::chrono::hours kRecoveryRequestLasts{72};

/// What a link is worth.
struct RecoveryLink {
  AccountId account;
  Time ends_at;
  bool vouched = false;                      ///< somebody knows that it is them: no recovery code is asked for
  std::optional<AccountId> vouched_by = {};  ///< the administrator; absent: whoever has the machine
};
/// The account's link from now on; the one before leads nowhere. False when there is one already that is vouched for:
/// it stays, or strangers could take it away by asking for one.
bool make_recovery_link(store::WriteTx& tx, const RecoveryLink& link, BytesView token_digest, Time now);
/// Nothing for one that nobody made, that was used or replaced, that is over, whose account was closed, or whose
/// administrator has left.
std::optional<RecoveryLink> find_recovery_link(store::ReadTx& tx, BytesView token_digest, Time now);
/// Uses it up. Of two at once one gets it.
std::optional<RecoveryLink> use_recovery_link(store::WriteTx& tx, BytesView token_digest, Time now);

/// Somebody asks for a link under this log-in name, which may be nobody's. Asked again before send_recovery_links it is
/// the same.
void ask_for_link(store::WriteTx& tx, BytesView login_digest, Time now);
/// Sends the links that were asked for, to those who exist and have given an address; for a job that runs every few
/// seconds. Answers how many.
Result<std::int64_t> send_recovery_links(House& house, Deadline deadline);

/// A link with its mail: to choose a password with, or to stop that a second factor ends.
struct RecoveryLetter {
  std::string token;
  std::string path;           ///< after '#', which browsers send to no server
  std::string notice_prefix;  ///< of the keys of the mails whose place this one takes
  std::string notice_key;
  Bytes sealed_path;
};
Result<RecoveryLetter> letter_with_link(House& house, AccountId account, Deadline deadline);
Result<RecoveryLetter> letter_with_stop(House& house, AccountId account, Deadline deadline);
/// Makes the link and has it sent, in place of the mail of before; false as make_recovery_link.
Result<bool> send_recovery_link(store::WriteTx& tx, const RecoveryLetter& letter, const RecoveryLink& link, Time now);
/// What is stored of a token.
Bytes recovery_digest(std::string_view token);

/// A member of staff whom an administrator is to vouch for.
struct RecoveryRequest {
  AccountId account;
  Time asked_at;
  Time ends_at;
};
/// Asked again it begins anew.
void ask_for_confirmation(store::WriteTx& tx, AccountId account, Time now);
/// Those that wait, the oldest first.
std::vector<RecoveryRequest> list_recovery_requests(store::ReadTx& tx, PracticeId practice, Time now);
/// It waits no longer; false when none did.
bool end_recovery_request(store::WriteTx& tx, PracticeId practice, AccountId account, Time now);
/// Whom to tell of a request: the administrators but the one who asks.
std::vector<AccountId> who_vouches(store::ReadTx& tx, AccountId asking);

/// The second factor of this client ends at `due_at`. Asked again the time begins anew, and the link that stops it is
/// another.
void announce_factor_loss(store::WriteTx& tx, AccountId account, BytesView stop_digest, Time due_at);
std::optional<Time> factor_ends_at(store::ReadTx& tx, AccountId account);
/// Whom the link was sent to; it does not end any more. Nothing for a link that leads nowhere.
std::optional<AccountId> stop_factor_loss(store::WriteTx& tx, BytesView stop_digest);
/// The same for whoever has shown that nothing is lost.
void stop_factor_loss_of(store::WriteTx& tx, AccountId account);
/// Ends the second factors whose time has come, with all log-ins of those people, whom a mail tells; for the same job.
/// Answers how many.
Result<std::int64_t> end_lost_factors(House& house, Deadline deadline);

/// The address for mails of this person was replaced or removed.
void note_replaced_address(store::WriteTx& tx, AccountId account, Time now);
/// Until when, therefore, their second factor cannot be said to be lost; nothing when it can be `now`.
std::optional<Time> factor_stays_until(store::ReadTx& tx, AccountId account, Time now);

/// Removes links, requests and replaced addresses that are over; for a job that runs now and then.
std::int64_t delete_old_recoveries(store::WriteTx& tx, Time now);
/// Links, requests and announcements of everybody, whether or not they are over; how many.
std::int64_t end_all_recoveries(store::WriteTx& tx);
/// All of one person, whose account is closed.
void forget_recovery_of(store::WriteTx& tx, AccountId account);

}  // namespace rapport::log_in
