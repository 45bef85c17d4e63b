#pragma once
/// @file The practice whose lists are read: the demo's clients, generated, with a measurement plan for each and signals
/// that nobody has answered; shared by so many therapists; one client with many sessions.
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "features/context.hpp"

namespace rapport::bench {

inline constexpr std::int64_t kSessions = 200;      ///< of the one with the longest course
inline constexpr std::int64_t kUsualSessions = 20;  ///< of those who send the forms that are measured
inline constexpr std::size_t kUsualCourses = 30;    ///< at most; as many as the therapist has
inline constexpr int kFormsOfSession = 4;

/// Of all that follows: long enough for any of it.
Deadline in_time();

struct Course {
  AccountId client;
  EpisodeId episode;
};

struct Practice {
  AccountId therapist;        ///< of the courses below, and of as many others as each therapist has
  Course longest;             ///< of kSessions
  std::vector<Course> usual;  ///< of kUsualSessions each
  std::int64_t clients = 0;   ///< of this therapist
  std::int64_t forms = 0;     ///< of the whole practice, answered or not, as everything below
  std::int64_t signals = 0;
  std::int64_t waiting_signals = 0;  ///< what somebody is to look at
  std::int64_t missed_forms = 0;     ///< due in the last fortnight
  std::int64_t plans = 0;
};

/// Errors are exceptions here: there is nothing to measure then.
Practice make_practice(House& house, std::int64_t clients, std::int64_t therapists);

/// One form of a course with answers, asked for and sent at `at`, as its client's program would send it: scored, sealed
/// and stored. Nothing has looked through the course then.
Result<void> send_form(store::WriteTx& tx, const access::SealKey& key, const Course& course, AccountId therapist,
                       std::string_view instrument, std::optional<EncounterId> session, int place, Time at);

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail);
  return std::move(*result);
}
inline void must(Result<void> result) {
  if (!result) throw std::runtime_error(result.error().detail);
}

}  // namespace rapport::bench
