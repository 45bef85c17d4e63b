#include <stdexcept>

#include "access/who_treats.hpp"
#include "features/course/course.hpp"

namespace rapport::course {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;

const Query kSpan{"course.span",
                  "SELECT e.id, e.client_id, e.opened_at, e.closed_at FROM episode_of_care e"
                  " WHERE e.id = $1 AND " OPEN_NOW_TO("e", "$2", "$3"),
                  true};
const Query kChannels{"course.channels",
                      "SELECT c.encounter_id, c.channel FROM encounter n"
                      " JOIN encounter_channel c ON c.encounter_id = n.id WHERE n.episode_id = $1"
                      " ORDER BY c.encounter_id, c.place",
                      true};

/// What the program itself stored.
encounters::Channel channel_of(std::string_view text) {
  encounters::Channel channel{};
  if (boost::describe::enum_from_string(std::string(text).c_str(), channel)) return channel;
  throw std::logic_error("a session has a channel that this program does not know");
}

}  // namespace

Result<EpisodeSpan> find_span(ReadTx& tx, AccountId viewer, EpisodeId episode) {
  auto found = tx.first(kSpan, {episode, viewer, tx.now()}, [](const Row& row) {
    return EpisodeSpan{row.id<EpisodeId>(0), row.id<AccountId>(1), row.time(2), row.maybe_time(3)};
  });
  if (!found) return fail(not_found());
  return *found;
}

Channels list_channels(ReadTx& tx, EpisodeId episode) {
  Channels channels;
  tx.each(kChannels, {episode},
          [&](const Row& row) { channels[row.id<EncounterId>(0)].push_back(channel_of(row.text(1))); });
  return channels;
}

}  // namespace rapport::course
