#pragma once
/// @file Why a client needs the therapist, and who needs them most. No database and no route. Whether somebody became
/// worse or fell silent is for the rules of signals to say, and for them alone.
#include <map>

#include "features/caseload/caseload_shapes.hpp"

namespace rapport::caseload {

/// A planned session is a reason from so long before it.
inline constexpr std::chrono::hours kSessionIsSoon{24};
/// A reply that is due within so long stands before signals to look at; one that has longer, or for which nothing is
/// agreed, behind them.
inline constexpr std::chrono::hours kReplyIsSoon{24};
/// A first contact is a reason from so long before it is due.
inline constexpr std::chrono::hours kContactIsSoon{24};
/// A form that was due before that is history: the next session has forms of its own.
inline constexpr std::chrono::days kFormIsMissed{14};

/// A score that came after the one that a signal is about.
struct LaterScore {
  double value = 0;
  Time at;
};

/// Everything that is known of one client.
struct Standing {
  Client client;
  std::vector<RoomNews> news;
  std::optional<Ahead> next;                        ///< open, or the soonest that is planned
  std::vector<MissingForm> missing;                 ///< the latest due first
  std::vector<safety::Concern> concerns;            ///< that are not closed, for the therapist's eyes
  std::vector<signals::StoredSignal> signals = {};  ///< as signals::list_waiting gives them
  std::vector<signals::DueFollowUp> follow_ups = {};
  std::optional<Time> urgent_at = {};  ///< when the client said, before the next session, that something cannot wait
  std::map<signals::SignalId, std::string> words = {};  ///< the sentences of those that `gravest` gave
  std::optional<Time> contact_by = {};                  ///< of a new pair without one
  std::optional<LaterScore> later = {};                 ///< the latest, of the one that `gravest` gives now
};

/// Of the signals that wait the gravest, then the latest; null when none does. What the list says in another way (that
/// a form is missing, an answer late) is left to that.
const signals::StoredSignal* gravest(const Standing& standing, Time now);

/// The gravest first.
std::vector<Reason> reasons_of(const Standing& standing, Time now);
/// The latest message of either; sessions are held in messages, so far.
std::optional<Time> last_contact(const Standing& standing);

/// Puts whoever needs the therapist most first, and those who do not by the latest contact.
void sort_by_need(std::vector<CaseloadClient>& clients, Time now);

/// Those of one client together, in the order of `clients`. What belongs to nobody in it is left out.
std::vector<Standing> put_together(std::vector<Client> clients, const std::vector<RoomNews>& news,
                                   const std::vector<Ahead>& ahead, const std::vector<MissingForm>& missing);

}  // namespace rapport::caseload
