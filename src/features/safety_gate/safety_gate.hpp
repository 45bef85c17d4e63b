#pragma once
/// @file Where a client is when a session begins, how to reach them, whether they are alone, and what to do if the line
/// breaks: for the case that the therapist has to send help. It never keeps anybody from the session: whoever wants
/// goes on without. It is asked anew for every session, and within a long one after a while; it is erased by itself.
/// The functions know neither HTTP nor sockets; a session that is not the viewer's does not exist for them.
#include <boost/describe.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "config/settings.hpp"
#include "features/encounters/encounters.hpp"
#include "store/transaction.hpp"

namespace rapport::safety_gate {

/// As the settings safety.ask_again_hours and safety.place_days say.
struct Rules {
  std::chrono::hours ask_again{12};  ///< what was answered so long ago is asked again
  std::chrono::days kept{30};        ///< then it is erased
};
Rules rules_of(const config::Settings& settings);

/// It is asked from so long before a session.
inline constexpr std::chrono::minutes kAskedAhead{15};
inline constexpr std::size_t kLongestPlace = 500;
inline constexpr std::size_t kLongestRegion = 500;
inline constexpr std::size_t kLongestPhone = 40;
inline constexpr std::size_t kLongestBackup = 500;

enum class Company { alone, not_alone, not_said };
BOOST_DESCRIBE_ENUM(Company, alone, not_alone, not_said)
/// How the two go on if the line breaks; `other` in the client's own words.
enum class BackupChannel { phone, messages, other };
BOOST_DESCRIBE_ENUM(BackupChannel, phone, messages, other)

/// What is sealed.
struct Whereabouts {
  std::string place;    ///< an address, or what one would tell an ambulance
  std::string country;  ///< two capital letters (ISO 3166): emergency numbers differ
  std::optional<std::string> region = {};
  std::string phone;  ///< may be empty
  Company company = Company::not_said;
  BackupChannel backup = BackupChannel::phone;
  std::optional<std::string> backup_words = {};
  bool operator==(const Whereabouts&) const = default;
};
BOOST_DESCRIBE_STRUCT(Whereabouts, (), (place, country, region, phone, company, backup, backup_words))

/// What is sealed of the place that is offered.
struct UsualPlace {
  std::string place;
  std::string country;
  std::optional<std::string> region = {};
  std::string phone;
};
BOOST_DESCRIBE_STRUCT(UsualPlace, (), (place, country, region, phone))

struct StoredGate {
  Time at;
  std::optional<Bytes> sealed_answers;  ///< none: the client went on without
  std::optional<Time> skipped_at = {};  ///< asked again, the client went on without
};
struct StoredGateOf {
  EncounterId encounter;
  StoredGate gate;
};
struct FoundGate {
  encounters::Encounter encounter;
  std::optional<StoredGate> gate;
  std::optional<Bytes> sealed_usual;  ///< for the client alone
};
/// not_found unless the session is the viewer's.
Result<FoundGate> find(store::ReadTx& tx, AccountId viewer, EncounterId encounter);

/// Whether the client is asked now: the session is near or runs, and there is no answer that is fresh enough. Whoever
/// went on without is not asked again.
bool is_asked(const encounters::Encounter& encounter, const std::optional<StoredGate>& gate, const Rules& rules,
              Time now);
/// invalid "safety_gate.answers", with a place for each mistake: a text that is missing, too long or not fit to be
/// shown, a country that is none, a number with something in it that is not dialled. The number may be left empty.
Result<void> check_whereabouts(const Whereabouts& answers);

/// The number without what comes along when one is copied: blanks that hold, marks that nobody sees, long dashes.
std::string tidy_phone(std::string_view text);

/// What a change came to; `is_new` is false when nothing changed.
struct Changed {
  encounters::Encounter encounter;
  bool is_new = true;
};
/// By the client ("between.client_alone"), before the session is over ("safety_gate.over"). In place of what was
/// answered before.
Result<Changed> answer(store::WriteTx& tx, AccountId viewer, EncounterId encounter, BytesView sealed_answers, Time now);
/// The same; what was answered stays, and where it is old enough to be asked again it is not asked any more.
Result<Changed> skip(store::WriteTx& tx, AccountId viewer, EncounterId encounter, const Rules& rules, Time now);
/// The place that is to be offered, and no more.
void keep_usual(store::WriteTx& tx, AccountId client, BytesView sealed_place, Time now);
/// Whether there was one.
bool forget_usual(store::WriteTx& tx, AccountId client);
/// After an older copy was put back: a place that was forgotten since would be there again. How many there were.
std::int64_t forget_all_usual(store::WriteTx& tx);
/// The sealed place that the client keeps, for their record.
std::optional<Bytes> find_usual(store::ReadTx& tx, AccountId client);

/// What is known of the sessions of an episode, for the client's record.
std::vector<StoredGateOf> list_gates(store::ReadTx& tx, AccountId client, EpisodeId episode);

/// Erases what was answered longer ago than `rules.kept`; how many. After an older copy was put back it goes as well,
/// by its own date.
std::int64_t forget_old(store::WriteTx& tx, const Rules& rules, Time now);
/// All of the client's goes; before their sessions do.
void erase_client(store::WriteTx& tx, AccountId client);

}  // namespace rapport::safety_gate
