#pragma once
/// @file What goals, homework and achievements have in common: whose episode it is, who may change something in it, who
/// is told, and how what was written is sealed. The client and the therapist of an episode change things; whoever
/// stands in for the therapist reads.
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "access/seal.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "http/live_events.hpp"
#include "http/shape.hpp"
#include "store/transaction.hpp"

namespace rapport::between_sessions {

/// Who of the two. A therapist who treated before is the therapist, too.
enum class Side { client, therapist };
BOOST_DESCRIBE_ENUM(Side, client, therapist)

struct Pair {
  EpisodeId episode;
  AccountId client;
  AccountId therapist;
  RoomId chat;  ///< in which live events are told

  Side side_of(AccountId account) const { return account == client ? Side::client : Side::therapist; }
  /// Whoever stands in is neither of the two.
  bool is_one_of(AccountId account) const { return account == client || account == therapist; }
};

/// not_found unless the episode is open to the viewer now.
Result<Pair> find_pair(store::ReadTx& tx, AccountId viewer, EpisodeId episode);
/// The same for a change: not_found for whoever stands in, too. Until the end of the transaction nobody else changes
/// anything of the episode's.
Result<Pair> lock_pair(store::WriteTx& tx, AccountId viewer, EpisodeId episode);
/// conflict "between.client_alone" unless it is the client who asks.
Result<void> check_client(const Pair& pair, AccountId viewer);

enum class Topic { goals, homework, achievements };
BOOST_DESCRIBE_ENUM(Topic, goals, homework, achievements)

struct BetweenEvent {
  static constexpr http::EventKind kind{"between", false,
                                        "Something that the two of an episode keep between sessions changed. Read that "
                                        "topic again. `room` is the chat of the episode."};
  EpisodeId episode;
  Topic topic = Topic::goals;
};
BOOST_DESCRIBE_STRUCT(BetweenEvent, (), (episode, topic))

/// After the commit: both of them, and whoever stands in.
void tell_both(store::WriteTx& tx, const Pair& pair, Topic topic);
/// After the commit: the client's own devices alone. When they write what nobody else sees is nobody else's matter.
void tell_client(store::WriteTx& tx, const Pair& pair, Topic topic);

/// What a change came to; `is_new` is false when it had been made before.
struct Changed {
  Pair pair;
  bool is_new = true;
};

/// Where something new goes, and who wrote it.
struct Place {
  EpisodeId episode;
  AccountId by;
  bool operator==(const Place&) const = default;
};

/// invalid "between.id_not_v7".
Result<void> check_new_id(const Uuid& id);
/// Whether what comes under an id that its sender made was stored before, `there`: the same person in the same episode
/// sends the same again. conflict "between.id_taken" when the id is of something else.
Result<bool> is_stored(const std::optional<Place>& there, const Place& wanted);
/// conflict "between.id_taken".
Error id_taken();

/// Sealed under the client's key with its own id as associated data: nothing opens in another's place.
template <class T, class I>
Bytes seal(const access::SealKey& key, const I& id, const T& body) {
  std::string text;
  http::write(text, body);
  return access::seal(key, id.bytes(), text);
}
template <class T, class I>
Result<T> open(const access::SealKey& key, const I& id, BytesView sealed) {
  TRY_ASSIGN(const auto text, access::unseal(key, id.bytes(), sealed));
  TRY_ASSIGN(const auto value, http::parse_json(text));
  return http::parse<T>(value);
}

/// A word that the program itself stored as one of an enumeration; std::logic_error when it knows none such.
template <class E>
E stored_as(std::string_view text) {
  std::optional<E> found;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto one) {
    if (text == one.name) found = one.value;
  });
  if (!found) throw std::logic_error("a table has a word that this program does not know");
  return *found;
}

/// The enumerator's name, as it is stored.
template <class E>
const char* text_of(E value) {
  return boost::describe::enum_to_string(value, "");
}

/// A text in the languages of the screens, as data files have it.
struct TwoTexts {
  std::string en;
  std::string de;
};
BOOST_DESCRIBE_STRUCT(TwoTexts, (), (en, de))

/// Something that is chosen from a list of a data file: its name, what it is in plain words, and where it is written
/// of.
struct Offered {
  std::string key;
  TwoTexts name;
  TwoTexts about;
  std::optional<std::string> citation;
};
BOOST_DESCRIBE_STRUCT(Offered, (), (key, name, about, citation))

}  // namespace rapport::between_sessions
