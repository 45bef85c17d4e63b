#include "features/demo/generated_clients.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "access/client_keys.hpp"

namespace rapport::demo {
namespace {

constexpr std::int64_t kMinutesOfDay = 24 * 60;
constexpr std::array<std::int64_t, 4> kReplyHours{24, 36, 48, 72};
constexpr std::int64_t kFewestSessions = 8;
constexpr std::int64_t kMostSessions = 17;
constexpr std::int64_t kDaysApart = 8;
constexpr std::int64_t kMinutesApart = 6;  ///< one line and the next
/// One client in so many waits for an answer; one form in so many is not answered, one question in so many left out.
constexpr std::int64_t kOneWaitsIn = 5;
constexpr std::int64_t kOneFormMissingIn = 20;
constexpr std::int64_t kOneLeftOutIn = 150;
constexpr std::int64_t kQuestionsOfPhq9 = 10;
constexpr std::size_t kSelfHarm = 8;  ///< the place of PHQ-9's ninth question
constexpr std::int64_t kQuestionsOfGad7 = 7;
constexpr std::int64_t kQuestionsOfSparq = 8;
/// What the generated forms show. Nothing in them calls for a person to look.
constexpr std::array<Course, 6> kCourses{Course::steady_gain,   Course::steady_gain,        Course::no_change,
                                         Course::deterioration, Course::rupture_and_repair, Course::drop_out};

/// As many lines as end with the therapist's; what ends with a client's would wait for an answer ever since.
std::size_t up_to_an_answer(const std::vector<MessageText>& lines) {
  return lines.size() / 2 * 2;
}

/// By how many tenths of an answer a course has moved from its first to its last session.
std::int64_t drift(Course course) {
  switch (course) {
    case Course::steady_gain:
      return -12;
    case Course::deterioration:
      return 9;
    default:
      return 0;
  }
}

/// The first `count` lines; the last of them was sent `ended` minutes ago.
void talk(WrittenRoom& room, const std::vector<MessageText>& lines, std::size_t count, std::int64_t ended) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto before_the_last = kMinutesApart * static_cast<std::int64_t>(count - 1 - i);
    const auto by = i % 2 == 0 ? Author::client : Author::therapist;
    room.messages.push_back({by, ended / kMinutesOfDay, ended % kMinutesOfDay + before_the_last, lines[i]});
  }
}

}  // namespace

std::int64_t GeneratedClients::below(std::int64_t end) {
  return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(end));
}

std::int64_t GeneratedClients::before_evening() {
  return 60 + below(11 * 60);
}

template <class T>
const T& GeneratedClients::one_of(const std::vector<T>& many) {
  return many[random_() % many.size()];
}

std::string GeneratedClients::name_with(const std::string& first) {
  const auto& last = stock_.last_names;
  const auto count = last.size();
  const auto begin = static_cast<std::size_t>(below(std::ssize(last)));
  for (std::size_t second = 0; second < count; ++second) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto place = (begin + i) % count;
      auto name = fmt::format("{} {}", first, last[place]);
      if (second > 0) name += fmt::format("-{}", last[(place + second) % count]);
      if (names_.insert(name).second) return name;
    }
  }
  return first;
}

void GeneratedClients::add_conversations(GeneratedClient& made, std::int64_t count) {
  made.client.rooms.emplace_back();
  // Neighbours in the stock, so that nobody says the same twice.
  auto chosen = static_cast<std::size_t>(below(std::ssize(stock_.chats)));
  for (auto left = count - 1; left > 0; --left) {
    const auto& lines = stock_.chats[chosen++ % stock_.chats.size()];
    const auto days = left * kDaysApart + below(3);
    talk(made.client.rooms[0], lines, up_to_an_answer(lines), days * kMinutesOfDay + before_evening());
    made.course.held.emplace_back().days = days;
  }
  add_latest(made, stock_.chats[chosen % stock_.chats.size()]);
}

/// It ends with the therapist, or with a client who has been waiting since yesterday or today: a caseload in which
/// nearly everybody waits for weeks would look like no practice.
void GeneratedClients::add_latest(GeneratedClient& made, const std::vector<MessageText>& lines) {
  auto& room = made.client.rooms[0];
  if (below(kOneWaitsIn) == 0) {
    const auto ended = below(2) == 0 ? 30 + below(180) : kMinutesOfDay + before_evening();
    talk(room, lines, up_to_an_answer(lines) - 1, ended);
    room.unread_by_therapist = below(2);
    return;
  }
  const auto days = 1 + below(6);
  talk(room, lines, up_to_an_answer(lines), days * kMinutesOfDay + before_evening());
  room.unread_by_client = below(4) == 0 ? 1 : 0;
  made.course.held.emplace_back().days = days;
}

std::string GeneratedClients::answers(std::int64_t questions, std::int64_t tenths, std::int64_t highest) {
  if (below(kOneFormMissingIn) == 0) return "";
  std::string signs;
  for (std::int64_t i = 0; i < questions; ++i) {
    const auto answer = std::clamp<std::int64_t>((tenths + below(10)) / 10, 0, highest);
    signs += below(kOneLeftOutIn) == 0 ? '-' : static_cast<char>('0' + answer);
  }
  return signs;
}

WrittenForms GeneratedClients::forms_at(Course course, std::int64_t start, std::int64_t place, std::int64_t count) {
  const auto distress = start + drift(course) * place / count;
  const bool is_rift = course == Course::rupture_and_repair && place == count / 2;
  auto phq9 = answers(kQuestionsOfPhq9, distress, 3);
  if (!phq9.empty()) phq9[kSelfHarm] = '0';
  auto sparq = answers(kQuestionsOfSparq, is_rift ? 15 : 32, 4);
  for (std::size_t i = 1; i < std::min<std::size_t>(sparq.size(), 5); ++i) sparq[i] = is_rift ? '2' : '0';
  return {std::move(phq9), answers(kQuestionsOfGad7, distress, 3), std::move(sparq), "0000"};
}

void GeneratedClients::add_forms(WrittenCourse& course) {
  course.course = kCourses[random_() % kCourses.size()];
  const auto start = 10 + below(14);
  const auto count = std::ssize(course.held);
  const auto filled = course.course == Course::drop_out ? count * 2 / 3 : count;
  for (std::int64_t place = 0; place < count; ++place) {
    auto& forms = course.held[static_cast<std::size_t>(place)].forms;
    forms = place < filled ? forms_at(course.course, start, place, count) : WrittenForms{"", "", "", ""};
  }
}

GeneratedClient GeneratedClients::next(std::int64_t number, std::string therapist) {
  GeneratedClient made;
  auto& client = made.client;
  const auto& first = one_of(stock_.first_names);
  const auto sessions = kFewestSessions + below(kMostSessions - kFewestSessions + 1);
  client.login = access::normalise_login(fmt::format("c.{}{}", first, number));
  client.name = name_with(first);
  client.therapist = std::move(therapist);
  client.opened_days = sessions * kDaysApart + 4 + below(60);
  client.agreed_reply_hours = kReplyHours[random_() % kReplyHours.size()];
  add_conversations(made, sessions);
  add_forms(made.course);
  return made;
}

}  // namespace rapport::demo
