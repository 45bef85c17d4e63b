#pragma once
/// @file What the statements of encounters, of their agenda and of their notes have in common.
#include "features/encounters/encounters.hpp"

namespace rapport::encounters {

/// Until the end of the transaction nobody else changes anything of the encounter's episode. For an encounter that does
/// not exist there is nothing to lock.
void lock_encounter(store::WriteTx& tx, EncounterId id);

/// Tells both people, after the commit, to look at it again.
void tell(store::WriteTx& tx, const Encounter& encounter);

}  // namespace rapport::encounters
