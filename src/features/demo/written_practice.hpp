#pragma once
/// @file What practice.json holds: people, and what they write, with times counted back from now.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "features/messages/messages.hpp"
#include "features/preferences/preferences.hpp"
#include "features/relationship_concern/relationship_concern_shapes.hpp"
#include "features/signals/signals.hpp"
#include "features/therapist_profiles/therapist_profiles.hpp"
#include "http/text.hpp"

namespace rapport::demo {

using MessageText = http::Text<1, messages::kLongestText>;

enum class Author { client, therapist };
BOOST_DESCRIBE_ENUM(Author, client, therapist)

/// Sent `days` and `minutes` before now.
struct WrittenMessage {
  Author by = Author::client;
  std::int64_t days = 0;
  std::int64_t minutes = 0;
  MessageText text;
};
BOOST_DESCRIBE_STRUCT(WrittenMessage, (), (by, days, minutes, text))

/// Without a subject it is the chat; each client has one. `unread_…`: so many of the last messages.
struct WrittenRoom {
  std::optional<http::Text<1, messages::kLongestSubject>> subject;
  std::optional<std::int64_t> unread_by_client;
  std::optional<std::int64_t> unread_by_therapist;
  std::vector<WrittenMessage> messages;
};
BOOST_DESCRIBE_STRUCT(WrittenRoom, (), (subject, unread_by_client, unread_by_therapist, messages))

/// What somebody agreed to. With a note they did so on paper, and the therapist wrote it down.
struct WrittenConsent {
  std::string purpose;
  std::int64_t days = 0;  ///< before now
  std::optional<std::int64_t> withdrawn_days;
  std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(WrittenConsent, (), (purpose, days, withdrawn_days, note))

/// What the therapist did about a signal, so many days before now; the other days are from now on.
struct WrittenOutcome {
  std::string rule;
  signals::Outcome outcome = signals::Outcome::discussed;
  std::int64_t days = 0;
  std::optional<std::int64_t> put_off_days;
  std::optional<std::int64_t> look_again_days;
  std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(WrittenOutcome, (), (rule, outcome, days, put_off_days, look_again_days, note))

/// Something between the two that is not right, said so many days before now; without `to` nobody was told. `agreed`
/// waits for the client's yes.
struct WrittenConcern {
  std::int64_t days = 0;
  relationship_concern::Words words;
  std::optional<relationship_concern::Part> to;
  std::optional<relationship_concern::Words> reply;
  std::optional<relationship_concern::Words> agreed;
};
BOOST_DESCRIBE_STRUCT(WrittenConcern, (), (days, words, to, reply, agreed))

/// What a therapist says of themselves, and how many clients they take.
struct WrittenProfile {
  std::int64_t capacity = 0;
  therapist_profiles::TherapistProfile says;
};
BOOST_DESCRIBE_STRUCT(WrittenProfile, (), (capacity, says))

struct WrittenStaff {
  std::string login;
  std::string name;
  std::optional<std::vector<WrittenConsent>> consents;
  std::optional<WrittenProfile> profile;
};
BOOST_DESCRIBE_STRUCT(WrittenStaff, (), (login, name, consents, profile))

/// `therapist` is a log-in. A proposed reply time waits for the client's answer.
struct WrittenClient {
  std::string login;
  std::string name;
  std::string therapist;
  std::int64_t opened_days = 0;
  std::optional<std::int64_t> agreed_reply_hours;
  std::optional<std::int64_t> proposed_reply_hours;
  std::optional<std::vector<WrittenConsent>> consents;
  std::optional<std::vector<WrittenOutcome>> signals;
  std::optional<std::vector<WrittenConcern>> between;
  std::optional<preferences::Wishes> wishes;
  std::vector<WrittenRoom> rooms;
};
BOOST_DESCRIBE_STRUCT(WrittenClient, (),
                      (login, name, therapist, opened_days, agreed_reply_hours, proposed_reply_hours, consents, signals,
                       between, wishes, rooms))

/// What generated clients are put together from. The lines of a chat take turns; the client begins.
struct Stock {
  std::vector<std::string> first_names;
  std::vector<std::string> last_names;
  std::vector<std::vector<MessageText>> chats;
};
BOOST_DESCRIBE_STRUCT(Stock, (), (first_names, last_names, chats))

struct WrittenPractice {
  std::string practice;
  std::string password;
  std::vector<WrittenStaff> therapists;
  WrittenStaff supervisor;      ///< of all therapists
  WrittenStaff neutral_person;  ///< for all clients
  WrittenStaff administrator;
  std::vector<WrittenClient> clients;
  Stock generated;
};
BOOST_DESCRIBE_STRUCT(WrittenPractice, (),
                      (practice, password, therapists, supervisor, neutral_person, administrator, clients, generated))

/// When something was said that the script puts so long before `now`. Days that are over end in the evening, whatever
/// time it is now: else whoever makes the demo in the morning finds that its people write at night. What is later in
/// the script is later here, and nothing lies after `now`.
Time time_of(Time now, std::int64_t days, std::int64_t minutes);

/// Reads the file that is part of the program.
Result<WrittenPractice> read_written_practice();

}  // namespace rapport::demo
