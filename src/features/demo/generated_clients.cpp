#include "features/demo/generated_clients.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "access/client_keys.hpp"

namespace rapport::demo {
namespace {

constexpr std::int64_t kMinutesOfDay = 24 * 60;
constexpr std::array<std::int64_t, 4> kReplyHours{24, 36, 48, 72};
constexpr std::int64_t kMostConversations = 3;
constexpr std::int64_t kDaysApart = 8;
/// One client in so many waits for an answer.
constexpr std::int64_t kOneWaitsIn = 5;

/// As many lines as end with the therapist's; what ends with a client's would wait for an answer ever since.
std::size_t up_to_an_answer(const std::vector<MessageText>& lines) {
  return lines.size() / 2 * 2;
}

}  // namespace

std::int64_t GeneratedClients::below(std::int64_t end) {
  return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(end));
}

template <class T>
const T& GeneratedClients::one_of(const std::vector<T>& many) {
  return many[random_() % many.size()];
}

/// The last of the `count` lines was sent `ended` minutes ago.
void GeneratedClients::talk(WrittenRoom& room, const std::vector<MessageText>& lines, std::size_t count,
                            std::int64_t ended) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto ago = ended + 6 * static_cast<std::int64_t>(count - 1 - i);
    const auto by = i % 2 == 0 ? Author::client : Author::therapist;
    room.messages.push_back({by, ago / kMinutesOfDay, ago % kMinutesOfDay, lines[i]});
  }
}

/// Some conversations, a week or so apart. The last one ends with the therapist, or with a client who has been waiting
/// since yesterday or today: a caseload in which nearly everybody waits for weeks would look like no practice.
WrittenRoom GeneratedClients::chat() {
  WrittenRoom room;
  // Neighbours in the stock, so that nobody says the same twice.
  auto chosen = static_cast<std::size_t>(below(std::ssize(stock_.chats)));
  for (auto left = below(kMostConversations); left > 0; --left) {
    const auto& lines = stock_.chats[chosen++ % stock_.chats.size()];
    talk(room, lines, up_to_an_answer(lines), (left * kDaysApart + below(3)) * kMinutesOfDay + below(kMinutesOfDay));
  }
  const auto& lines = stock_.chats[chosen % stock_.chats.size()];
  const bool waits = below(kOneWaitsIn) == 0;
  if (waits) {
    talk(room, lines, up_to_an_answer(lines) - 1, 60 + below(kMinutesOfDay));
    room.unread_by_therapist = below(2);
  } else {
    talk(room, lines, up_to_an_answer(lines), kMinutesOfDay + below(6 * kMinutesOfDay));
    room.unread_by_client = below(4) == 0 ? 1 : 0;
  }
  return room;
}

WrittenClient GeneratedClients::next(std::int64_t number, std::string therapist) {
  WrittenClient client;
  const auto& first = one_of(stock_.first_names);
  client.login = access::normalise_login(fmt::format("c.{}{}", first, number));
  client.name = fmt::format("{} {}", first, one_of(stock_.last_names));
  client.therapist = std::move(therapist);
  client.opened_days = kMostConversations * kDaysApart + 4 + below(60);
  client.agreed_reply_hours = kReplyHours[random_() % kReplyHours.size()];
  client.rooms.push_back(chat());
  return client;
}

}  // namespace rapport::demo
