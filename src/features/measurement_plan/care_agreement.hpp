#pragma once
/// @file How often the two of an episode meet, how soon they first speak, and what was said about support and safety in
/// between. Once the client has sent a first form about how they are, a proposal is made from its score by a rule that
/// is data (resources/measurement-plan/intake.json); the therapist accepts it or changes it. Never a diagnosis, and
/// never an answer to what a form says about harm: that is features/safety.
#include <boost/describe.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/seal.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "measures/instrument_library.hpp"
#include "store/transaction.hpp"

namespace rapport::measurement_plan {

/// A text in the languages of the screens.
struct TwoTexts {
  std::string en;
  std::string de;
  const std::string& in(std::string_view language) const { return language == "de" ? de : en; }
};

/// What is proposed from some score on.
struct Step {
  std::int64_t step = 0;  ///< from 1; a higher one is closer care
  std::int64_t sessions = 1;
  std::int64_t weeks = 1;
  std::int64_t first_contact_hours = 0;  ///< from when the form was sent
  TwoTexts support;
  TwoTexts safety;
};
struct IntakeRule {
  std::string version;
  bool is_published = false;
  std::optional<std::string> citation;
  std::vector<Step> steps;  ///< in order
  /// Of each instrument: from which score of its main scale on which step.
  std::map<std::string, std::vector<std::pair<double, std::int64_t>>> from;
};
/// Every instrument must be there or in a pack that was left out, the scores must rise from the least that the main
/// scale gives, and every step must be there. Error: invalid "intake.rule", with the line.
Result<IntakeRule> read_intake_rule(std::string_view text, const measures::InstrumentLibrary& instruments);
/// The rule that is part of the program, with the instruments that are; read once.
Result<const IntakeRule*> shipped_intake_rule();
/// Nothing where the rule says nothing of the instrument.
const Step* step_for(const IntakeRule& rule, const std::string& instrument, double score);

/// So often, so soon, and with these words; as it is sealed under the client's key.
inline constexpr std::int64_t kMostSessions = 7;
inline constexpr std::int64_t kMostSessionWeeks = 12;
inline constexpr std::int64_t kMostContactHours = 24 * 28;
inline constexpr std::size_t kLongestCareText = 2000;
struct Care {
  std::int64_t sessions = 1;             ///< so many in
  std::int64_t weeks = 1;                ///< so many weeks
  std::int64_t first_contact_hours = 0;  ///< 0: they had met already
  std::int64_t first_contact_by = 0;     ///< microseconds; 0: no form was there to count from
  std::string support;
  std::string safety;
  std::string rule_version;  ///< of the rule that had proposed something; empty: none had
  bool as_proposed = false;
};
BOOST_DESCRIBE_STRUCT(Care, (),
                      (sessions, weeks, first_contact_hours, first_contact_by, support, safety, rule_version,
                       as_proposed))

/// A decision; none is ever changed, the latest holds.
struct StoredCare {
  EpisodeId episode;
  std::int64_t number = 0;  ///< from 1
  AccountId client;
  Time decided_at;
  AccountId decided_by;
  Bytes sealed;
};
/// The latest first; not_found unless the episode is the viewer's.
Result<std::vector<StoredCare>> list_agreements(store::ReadTx& tx, AccountId viewer, EpisodeId episode);
/// For what the program does by itself, and for no answer: asks nobody's leave.
std::optional<StoredCare> latest_agreement(store::ReadTx& tx, EpisodeId episode);
/// Whether what is sealed says what is to be agreed on.
using IsSameCare = std::function<bool(const StoredCare& stored)>;
/// Whether it is new: what the same therapist decided under the same number, saying the same, is there already.
/// Otherwise `number` is one more than that of the latest; another is a conflict ("care.older"). not_found unless
/// `decided_by` is the therapist.
Result<bool> agree(store::WriteTx& tx, const StoredCare& care, const IsSameCare& is_same);

/// Part of what is authenticated: no decision opens in another's place.
Bytes bound_to(EpisodeId episode, std::int64_t number);
Bytes seal_care(const access::SealKey& key, EpisodeId episode, std::int64_t number, const Care& care);
Result<Care> open_care(const access::SealKey& key, EpisodeId episode, std::int64_t number, BytesView sealed);

/// What was agreed on with the client goes.
void erase_agreements(store::WriteTx& tx, AccountId client);

}  // namespace rapport::measurement_plan
