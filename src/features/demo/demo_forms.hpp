#pragma once
/// @file The forms of the demo's clients: asked for, answered, scored and sealed by the same functions as anybody's.
#include "access/seal.hpp"
#include "features/demo/written_course.hpp"
#include "features/questionnaires/questionnaires.hpp"
#include "store/transaction.hpp"

namespace rapport::demo {

/// Whose sessions and forms they are.
struct DemoPair {
  AccountId client;
  AccountId therapist;
  EpisodeId episode;
};

/// What all forms of one client have in common.
struct FormPaper {
  DemoPair pair;
  std::string language;
  bool items_allowed = false;
  Time now;
};

/// Forms of a session: PHQ-9 and GAD-7 are asked for when it is planned and due when it begins, SPARQ and RISQ when it
/// has ended. Where it has not been held, those after it are not asked for.
struct FormTimes {
  EncounterId session;
  Time planned;
  Time begins;
  std::optional<Time> ended;
};

Result<void> store_session_forms(store::WriteTx& tx, const access::SealKey& key, const FormPaper& paper,
                                 const WrittenForms& forms, const FormTimes& times);
/// Forms that no session gave rise to.
Result<void> store_forms_between(store::WriteTx& tx, const access::SealKey& key, const FormPaper& paper,
                                 const WrittenForms& forms, Time asked);

}  // namespace rapport::demo
