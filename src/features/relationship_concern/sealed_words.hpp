#pragma once
/// @file What of a concern about the relationship is sealed under the client's key: each tied to the id of its row.
#include "access/seal.hpp"
#include "features/relationship_concern/relationship_concern_shapes.hpp"

namespace rapport::relationship_concern {

Bytes seal_told(const access::SealKey& key, TellingId id, const ToldWords& words);
Result<ToldWords> open_told(const access::SealKey& key, const Telling& telling);
Bytes seal_said(const access::SealKey& key, WordId id, const SaidWords& words);
Result<SaidWords> open_said(const access::SealKey& key, const Word& word);
Bytes seal_answer(const access::SealKey& key, FollowUpId id, const SaidWords& answer);
/// Nothing while it is not answered.
Result<std::optional<SaidWords>> open_answer(const access::SealKey& key, const FollowUp& follow_up);

/// With which of the two answers it stands there.
State known_state(State stored, const std::optional<IsItBetter>& last_answer);

/// Everything of it, as its client reads it; `name_of` gives the name of whoever heard it.
using NameOf = std::function<Result<std::string>(AccountId account)>;
Result<OwnConcern> open_own(const access::SealKey& key, const WholeConcern& stored, const NameOf& name_of);

Result<SaidEntry> open_entry(const access::SealKey& key, const Word& word, AccountId reader);
Result<AgreementEntry> open_agreement(const access::SealKey& key, const Agreement& stored, AccountId reader,
                                      std::string by);

}  // namespace rapport::relationship_concern
