#pragma once
/// @file Who has agreed to what. Every decision is a record that stays; the latest holds. Without a record the answer
/// is no, and so it is when the words that somebody agreed to are not known or no longer count (consent_texts.hpp).
/// Other features ask here and keep nothing of their own.
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "store/transaction.hpp"

namespace rapport::consent {

using ConsentId = Id<struct ConsentTag>;

/// What was decided once.
struct Record {
  ConsentId id;
  AccountId person;                  ///< whose consent it is
  std::optional<EpisodeId> episode;  ///< none: for everything that the person does here
  std::string purpose;
  std::int64_t place = 0;  ///< among the person's decisions about the purpose, from 1
  std::string version;     ///< of the text; of a withdrawal, that of what was withdrawn
  std::string language;    ///< in which it was read
  Bytes digest;            ///< of what was read
  bool given = false;
  AccountId by;                      ///< the person, or who wrote down what was said on paper or by a guardian
  std::optional<Bytes> sealed_note;  ///< how it came about; under the person's key, tied to `id`
  Time at;
  /// Nobody withdrew it: the practice was put back to its state of this moment, and what was decided since is not
  /// known.
  std::optional<Time> put_back_to = {};
};

/// Whether the person agrees to it now, be it for everything or for this episode. The latest word of the two counts.
bool has(store::ReadTx& tx, AccountId person, std::string_view purpose, std::optional<EpisodeId> episode = {});
/// The same, and it stays so until the transaction ends: who withdraws meanwhile waits.
bool has(store::WriteTx& tx, AccountId person, std::string_view purpose, std::optional<EpisodeId> episode = {});
/// Everything that a person ever decided: by purpose, each in the order in which it was decided, whatever the clock
/// said.
std::vector<Record> of(store::ReadTx& tx, AccountId person);
/// Of a purpose's records, whether the last is a consent that counts.
bool counts(const Record& latest);

/// Called with each withdrawal, in its transaction: what rests on the consent ends there. An error undoes both.
using WhenWithdrawn = std::function<Result<void>(store::WriteTx& tx, const Record& withdrawal)>;

struct Decision {
  ConsentId id;
  AccountId person;
  std::optional<EpisodeId> episode = {};
  std::string purpose;
  std::string version;  ///< what was shown; without meaning for a withdrawal
  std::string language;
  bool given = false;
  AccountId by;
  std::optional<Bytes> sealed_note = {};
  /// How many decisions about the purpose were known to whoever decides. Not given: whatever they were.
  std::optional<std::int64_t> based_on = {};
  Time at;
  std::optional<Time> put_back_to = {};  ///< see Record
};
/// False when it is so already: the same words were agreed to, or there is nothing to withdraw. A withdrawal is never
/// refused. Errors of a consent: not_found (no such person or purpose), conflict "consent.version" (another version is
/// asked now), conflict "consent.older" (something was decided since), invalid "consent.language".
Result<bool> decide(store::WriteTx& tx, const Decision& decision, const std::vector<WhenWithdrawn>& when_withdrawn);

/// Ends every consent of everybody, as withdrawals that nobody made: the practice was put back to its state of
/// `put_back_to`, and whoever withdrew since would be held to a word that they took back. How many were ended.
Result<std::int64_t> end_all(store::WriteTx& tx, Time put_back_to, const std::vector<WhenWithdrawn>& when_withdrawn);

/// All decisions of this person go.
void erase_person(store::WriteTx& tx, AccountId person);

}  // namespace rapport::consent
