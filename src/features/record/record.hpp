#pragma once
/// @file A client's own record: everything that is stored of them and is theirs, in one piece. What is read here beside
/// what other features keep; all of it is asked for by the client, of themselves.
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "access/audit.hpp"
#include "features/achievements/achievements.hpp"
#include "features/attachments/attachments.hpp"
#include "features/check_in/check_in.hpp"
#include "features/consent/consent.hpp"
#include "features/encounters/encounters.hpp"
#include "features/goals/goals.hpp"
#include "features/homework/homework.hpp"
#include "features/measurement_plan/care_agreement.hpp"
#include "features/messages/messages.hpp"
#include "features/people/hand_overs.hpp"
#include "features/people/people.hpp"
#include "features/preferences/preferences.hpp"
#include "features/questionnaires/questionnaires.hpp"
#include "features/recap/recap.hpp"
#include "features/relationship_concern/relationship_concern.hpp"
#include "features/safety_gate/safety_gate.hpp"
#include "features/signals/signals.hpp"
#include "features/therapist_switch/therapist_switch.hpp"
#include "store/transaction.hpp"

namespace rapport::record {

/// Bytes of sealed texts in one record at most; what is larger does not fit into one answer.
inline constexpr std::size_t kLargestRecord = std::size_t{64} * 1024 * 1024;
/// Bytes of files in one record at most, the oldest first; of the others it says that they are there.
inline constexpr std::int64_t kMostFiles = std::int64_t{32} * 1024 * 1024;
/// Of who looked: the latest so many.
inline constexpr std::int64_t kMostAccess = 20'000;

struct StoredFile {
  attachments::StoredAttachment file;
  std::vector<Bytes> sealed_parts;  ///< none: there was no room for it
};

struct StoredRoom {
  people::Room room;
  std::vector<messages::StoredMessage> messages;
  std::vector<StoredFile> files;  ///< of these messages
  std::vector<messages::Receipt> receipts;
};

struct StoredSession {
  encounters::Encounter encounter;
  std::vector<encounters::ChannelUse> channels;
  std::vector<encounters::AgendaItem> agenda;
};

struct FormWithVersions {
  questionnaires::StoredForm form;
  std::vector<questionnaires::StoredVersion> versions;
  bool has_raised_concern = false;
};

struct StoredEpisode {
  people::Episode episode;
  Time opened_at;
  std::optional<Time> closed_at;
  std::vector<StoredRoom> rooms;
  std::vector<StoredSession> sessions;              ///< the oldest first
  std::vector<people::HandOver> hand_overs;         ///< that were carried out, the earliest first
  std::vector<FormWithVersions> forms;              ///< in the order in which they were asked for
  std::vector<measurement_plan::StoredCare> care;   ///< the oldest first
  std::vector<signals::StoredSignal> signals = {};  ///< as list_for_record gives them
  goals::StoredGoals goals = {};
  std::vector<goals::StoredApproach> approaches = {};   ///< the oldest first
  std::vector<homework::StoredHomework> homework = {};  ///< the oldest first
  std::vector<homework::StoredEntry> homework_entries = {};
  std::vector<achievements::StoredAchievement> achievements = {};  ///< the oldest first
  std::vector<check_in::StoredVersion> check_ins = {};             ///< that were sent, the oldest first
  std::vector<check_in::StoredCheckIn> check_in_drafts = {};
  std::vector<safety_gate::StoredGateOf> whereabouts = {};
  std::optional<Bytes> usual_place = {};
  std::vector<std::pair<std::int64_t, recap::WholeRecap>> recaps = {};  ///< by the session's number, the oldest first
};

/// What the client decided; `by_profile` where somebody else wrote it down.
struct StoredConsent {
  consent::Record record;
  std::optional<Bytes> by_profile;
};

/// Who did what with the client's data. Nobody: the program by itself.
struct StoredAccess {
  access::AuditId id;
  Time at;
  std::optional<AccountId> viewer;
  std::optional<Bytes> sealed_profile;
  std::string role;
  std::string action;
  std::string view;
  std::int64_t count = 0;
};

struct StoredRecord {
  people::Account person;
  people::Practice practice;
  std::vector<StoredEpisode> episodes;  ///< the oldest first
  /// Of everybody else who treated the person or wrote something of it, sealed; also of those who have left.
  std::map<AccountId, Bytes> profiles;
  std::vector<StoredConsent> consents;  ///< the oldest first
  /// The client's alone: no exception opens them. The oldest first.
  std::vector<relationship_concern::WholeConcern> relationship_concerns = {};
  std::vector<therapist_switch::StoredSwitch> switches = {};
  std::vector<preferences::StoredWishes> wishes = {};  ///< the oldest first
  std::vector<StoredAccess> access;                    ///< the latest first
  bool more_access = false;
};

/// Everything of one moment. Drafts are not read, neither is anything that a therapist notes for themselves, nor that
/// anything of the kind was ever touched. Errors: conflict "record.too_large".
Result<StoredRecord> read_record(store::ReadTx& tx, AccountId client);

/// Of a client whose account is closed and whose record is locked: without what they agreed to and wished for,
/// what they said of the relationship and who looked.
Result<StoredRecord> read_locked_record(store::ReadTx& tx, AccountId client);

/// Who did what with the client's data, the latest first, at most `most`; `before` is the last one that was seen.
std::vector<StoredAccess> read_access(store::ReadTx& tx, AccountId client, std::optional<access::AuditId> before,
                                      std::int64_t most);

}  // namespace rapport::record
