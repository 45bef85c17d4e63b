#pragma once
/// @file Closing a client's account. Where a law wants the record kept it is locked: the account is closed, the
/// client's key lies apart in the key store, and nobody reads anything of it; at the end of the period it is erased.
/// Where nothing wants it kept it is erased at once: the key is deleted, and what was sealed with it, in older backups
/// too, can never be read again. Each step bears being done again, and a job goes on with what was left half done.
#include <boost/describe.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "features/closing_account/retention.hpp"
#include "features/context.hpp"

namespace rapport::closing_account {

/// What a practice has settled.
struct Rules {
  bool is_bound = true;             ///< a law may want records kept
  std::optional<Period> period;     ///< that of its country, if it is known
  std::chrono::days keys_kept{30};  ///< how long backups of the keys are kept
  Time announced_not_before{};      ///< what was announced is not carried out sooner, see people::kTimeAfterStart
};
Rules rules_of(const config::Settings& settings);

/// What becomes of a client's record.
struct Fate {
  std::optional<Time> keep_until;  ///< none: an administrator has to state it. Not after `now`: it is erased at once
  std::optional<std::string> law_country = {};
};
/// `treated_until`: none when the client never was treated.
Fate fate_of(const Rules& rules, std::optional<Time> treated_until, Time now);

enum class State {
  waiting,  ///< for its time, or for somebody to look into something of the client's first
  locked,
  erased,
};
BOOST_DESCRIBE_ENUM(State, waiting, locked, erased)

struct Closing {
  AccountId client;
  State state = State::waiting;
  std::optional<AccountId> asked_by;
  Time asked_at;
  std::optional<Time> due_at;  ///< of what an administrator asked for, once it was announced: not before. Or when the
                               ///< client went ahead of that
  std::optional<Time> closed_at;
  std::int64_t cancelled_sessions = 0;
  bool key_locked = false;
  std::optional<Time> keep_until;
  std::optional<std::string> law_country;
  std::optional<AccountId> stated_by;  ///< who stated `keep_until`
  std::optional<Bytes> sealed_reason;  ///< why; under the client's key, tied to their id
  std::optional<Time> erased_at;
};

/// From when on no backup of the keys holds the client's.
Time keys_gone_at(const Closing& closing, const Rules& rules);

std::optional<Closing> find_closing(store::ReadTx& tx, AccountId client);
/// Those that are not over and those of the last year, the latest first; at most kMostListed.
inline constexpr std::int64_t kMostListed = 500;
std::vector<Closing> list_closings(store::ReadTx& tx, PracticeId practice, Time now);
/// Those that this therapist was told of since.
std::vector<Closing> list_told(store::ReadTx& tx, AccountId therapist, Time since);
/// Of clients whom this therapist treats now: what an administrator asked for and is to come.
std::vector<Closing> list_announced(store::ReadTx& tx, AccountId therapist);

/// Notes that the client's account is to be closed; false when that was asked before. carry_out does it: at once where
/// the client (or the operator) asked, also after somebody else had; else people::kTimeToObject after it was announced
/// to the client, those who treat them and the administrators: now, or once nothing that the therapist knows of waits
/// to be looked into. What is about the therapist holds up nothing that was announced. Error: not_found unless it is an
/// open account of a client.
Result<bool> ask(store::WriteTx& tx, AccountId client, std::optional<AccountId> by, Time now);
/// The client takes back while it waits what they or an administrator asked for. Error: conflict "closing.done".
Result<void> take_back(store::WriteTx& tx, AccountId client);
/// Of all that administrators asked for the day begins anew, and everybody is told again: after a restore nobody knows
/// what was called off since. How many.
std::int64_t announce_all_anew(store::WriteTx& tx);
/// The same by an administrator, or, once it was announced, by whoever treats the client, of what the client did not
/// ask for; false when there is nothing. Errors: not_found; conflict "closing.done", "closing.by_client".
Result<bool> call_off(store::WriteTx& tx, const access::Viewer& by, AccountId client);
/// Does what is due by now, as far as it goes, and gives what it came to. The key of a locked record is locked once the
/// neutral person has closed what the client said about their therapist; until then they alone go on reading that.
/// Error: not_found when nothing was asked.
Result<Closing> carry_out(House& house, const Rules& rules, AccountId client, Deadline deadline);

/// Nothing that a person of the practice decided erases a record sooner than so long after, so that somebody can notice
/// a mistake, or what was meant badly. What the client decides holds at once.
inline constexpr std::chrono::days kLeastKept{30};
/// States until when a locked record is kept. Errors: not_found; conflict "closing.not_locked"; invalid "closing.date"
/// when that is sooner than kLeastKept from now, or a law wants it kept longer.
Result<void> state_date(store::WriteTx& tx, const Rules& rules, AccountId client, AccountId by, Time until,
                        BytesView sealed_reason);

/// For a job that runs now and then: carries out what is due; how many.
Result<std::int64_t> carry_out_due(House& house, const Rules& rules, Deadline deadline);
/// To be called once before anything is served: where the key store says that somebody's key was locked or deleted, and
/// the database knows nothing of it because an older one was put back, it is done there again; how many.
Result<std::int64_t> follow_keys(House& house, const Rules& rules, Deadline deadline);

/// The key of a locked record, whether it is locked by now or the neutral person still reads something.
Result<access::ClientKeys::SharedKey> key_of_locked(House& house, AccountId client, Deadline deadline);
/// Who is locked has a name still; who is erased has none.
Result<std::optional<std::string>> name_of(House& house, AccountId client, Deadline deadline);

}  // namespace rapport::closing_account
