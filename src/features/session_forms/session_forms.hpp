#pragma once
/// @file The forms that go with every session: asked for by themselves, some before it and some after it, as the
/// measurement plan of its episode says. What is asked for is an ordinary form (features/questionnaires) that belongs
/// to the session.
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "features/encounters/encounters.hpp"
#include "features/measurement_plan/measurement_plan.hpp"
#include "features/questionnaires/questionnaires.hpp"
#include "store/transaction.hpp"

namespace rapport::session_forms {

/// The forms before a session are asked for so long before it begins, and those after it are due so long after its end.
inline constexpr std::chrono::hours kAskedAhead{24};
inline constexpr std::chrono::hours kTimeAfter{48};
/// What was sent so long ago before a later session counts for one that is put in before it.
inline constexpr std::chrono::hours kStillFresh{24};

/// After every step of a session, in the step's transaction: asks for the forms that are due by it, moves their dates
/// with a session that is moved, takes back those before a session that was cancelled and that nobody has begun; before
/// one that is over they were missed. A session that is put in before another takes over what was asked for before that
/// one. Safe to run again for the same step: each round is asked for once.
Result<void> follow(store::WriteTx& tx, const encounters::Encounter& encounter, const measurement_plan::Plan& usual,
                    Time now);

/// Notes that the forms of this round were asked for; false when they had been already.
bool begin_round(store::WriteTx& tx, EncounterId encounter, questionnaires::Occasion occasion, Time now);

/// Asks for what has become due because time has passed: the forms before sessions that begin within kAskedAhead. For
/// at most kMostAtOnce sessions; how many it were.
inline constexpr std::int64_t kMostAtOnce = 200;
Result<std::int64_t> ask_due(store::WriteTx& tx, const measurement_plan::Plan& usual, Time now);

/// For which of the client's sessions they were asked goes.
void erase_client(store::WriteTx& tx, AccountId client);

}  // namespace rapport::session_forms
