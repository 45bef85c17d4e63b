#pragma once
/// @file What a client wishes for in the work: how, with whom, in which language and when. Sealed under the client's
/// key. Changed at any time; every version stays, the latest holds. Whoever treats the client reads the latest, but
/// neither what could tell of a switch that the client keeps to themselves, nor more than goes along in one
/// (therapist_switch::what_is_read).
#include <boost/describe.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "access/seal.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "features/therapist_profiles/ways_of_working.hpp"
#include "store/transaction.hpp"

namespace rapport::preferences {

using therapist_profiles::Gender;
using therapist_profiles::WayOfWorking;
using therapist_profiles::WeekTime;

inline constexpr std::size_t kLongestWords = 1000;

/// As it is sealed. Whatever is absent or empty: the client has no preference.
struct Wishes {
  WayOfWorking way = {};
  std::optional<Gender> gender = {};
  bool gender_needed = false;                ///< another is not wanted; without meaning where no gender is named
  std::optional<std::string> language = {};  ///< ISO 639, two letters; always needed
  std::vector<WeekTime> times = {};
  std::string words = {};
  bool operator==(const Wishes&) const = default;
};
BOOST_DESCRIBE_STRUCT(Wishes, (), (way, gender, gender_needed, language, times, words))

/// Error: invalid "preferences.invalid", naming each place.
Result<void> check_wishes(const Wishes& wishes);

struct StoredWishes {
  AccountId client;
  std::int64_t version = 0;  ///< from 1
  Time at;
  Bytes sealed;
};
/// The latest first.
std::vector<StoredWishes> list_wishes(store::ReadTx& tx, AccountId client);
std::optional<StoredWishes> find_wishes(store::ReadTx& tx, AccountId client);
/// Of the client of an episode, for whoever treats it now. Error: not_found, also for the client.
struct WishesOfClient {
  AccountId client;
  std::optional<StoredWishes> wishes;
};
Result<WishesOfClient> find_wishes_in(store::ReadTx& tx, AccountId viewer, EpisodeId episode);
/// Whether what is stored says what is to be stored.
using IsSameWishes = std::function<bool(const StoredWishes& stored)>;
/// False when the latest says the same already. `version` is one more than what was seen. Error: conflict
/// "preferences.older" when something was written since.
Result<bool> add_wishes(store::WriteTx& tx, const StoredWishes& wishes, const IsSameWishes& is_same);

/// Part of what is authenticated: no version opens in another's place.
Bytes bound_to(AccountId client, std::int64_t version);
Bytes seal_wishes(const access::SealKey& key, AccountId client, std::int64_t version, const Wishes& wishes);
Result<Wishes> open_wishes(const access::SealKey& key, const StoredWishes& stored);

/// All that the client wished for goes.
void erase_client(store::WriteTx& tx, AccountId client);

}  // namespace rapport::preferences
