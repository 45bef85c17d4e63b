#pragma once
/// @file What of closing accounts crosses the wire.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/closing_account/closing_account.hpp"
#include "http/given_time.hpp"
#include "http/live_events.hpp"
#include "http/text.hpp"

namespace rapport::closing_account {

struct Law {
  static constexpr std::string_view says =
      "A law that wants records kept: as it is cited, whom it binds (in English and German), so many years after the "
      "end of the treatment, and "
      "the page on which it was `seen`.";
  std::string country;
  std::string law;
  std::string binds;
  std::string binds_de;
  std::int64_t years = 0;
  std::string source;
  std::string seen;
};
BOOST_DESCRIBE_STRUCT(Law, (), (country, law, binds, binds_de, years, source, seen))

/// `kept`: locked, so that nobody reads it, and erased at the end.
enum class WhatBecomes { erased, kept };
BOOST_DESCRIBE_ENUM(WhatBecomes, erased, kept)

struct OwnClosing {
  static constexpr std::string_view says =
      "What happens when this client closes their account now. `record`: whether what was written is erased at once, "
      "or kept and locked: nobody reads it, and it is erased at `keep_until`; without one the practice has to state "
      "it. "
      "`law` is why. `waits`: an answer of the client's has to be looked into by a person first; the account is then "
      "closed as soon as somebody has. `asked_at`: it was asked for; with `due_at` by an administrator of the "
      "practice: "
      "it is closed then, unless the client takes it back. Backups of keys are kept for "
      "`keys_kept_days`; only then nothing can be read in older backups either.";
  WhatBecomes record = WhatBecomes::erased;
  std::optional<Time> keep_until;
  std::optional<Law> law;
  bool waits = false;
  std::optional<Time> asked_at;
  std::optional<Time> due_at;
  std::int64_t keys_kept_days = 0;
};
BOOST_DESCRIBE_STRUCT(OwnClosing, (), (record, keep_until, law, waits, asked_at, due_at, keys_kept_days))

struct OwnClosed {
  static constexpr std::string_view says =
      "What it came to. `waiting`: the account is still open, see GET /api/me/closing. Else it is closed and this was "
      "the last call of this log-in: of a `locked` record `keep_until` says when it is erased, of an `erased` one "
      "`keys_gone_at` from when on no backup can show it.";
  State state = State::waiting;
  std::optional<Time> keep_until;
  std::optional<Time> keys_gone_at;
  std::int64_t cancelled_sessions = 0;
};
BOOST_DESCRIBE_STRUCT(OwnClosed, (), (state, keep_until, keys_gone_at, cancelled_sessions))

struct ClosingEntry {
  static constexpr std::string_view says =
      "A client's account that is closed or waits for it. `name` is absent once it is erased. `by_client`: the client "
      "asked for it, else `asked_by`, and then it is not before `due_at`, which is absent until it was "
      "announced. A `locked` record without `keep_until` stays "
      "until an administrator states a "
      "day. "
      "`law` is why it is kept; `stated_by` and `reason` where an administrator stated the day. `keys_gone_at`: from "
      "then on no backup can show what was erased.";
  AccountId client;
  std::optional<std::string> name;
  State state = State::waiting;
  Time asked_at;
  bool by_client = false;
  std::optional<std::string> asked_by;
  std::optional<Time> due_at;
  std::optional<Time> closed_at;
  std::optional<Time> keep_until;
  std::optional<Law> law;
  std::optional<std::string> stated_by;
  std::optional<std::string> reason;
  std::optional<Time> erased_at;
  std::optional<Time> keys_gone_at;
};
BOOST_DESCRIBE_STRUCT(ClosingEntry, (),
                      (client, name, state, asked_at, by_client, asked_by, due_at, closed_at, keep_until, law,
                       stated_by, reason, erased_at, keys_gone_at))

struct Closings {
  static constexpr std::string_view says = "The latest first; what was erased more than a year ago is left out.";
  std::vector<ClosingEntry> closings;
};
BOOST_DESCRIBE_STRUCT(Closings, (), (closings))

struct ClosingWanted {
  static constexpr std::string_view says =
      "`login` is the client's log-in name, as the client gives it: no list of clients is shown to an administrator.";
  http::Text<1, 200> login;
};
BOOST_DESCRIBE_STRUCT(ClosingWanted, (), (login))

inline constexpr std::size_t kLongestReason = 1000;

struct KeepUntil {
  static constexpr std::string_view says =
      "Until when a locked record is kept, and why. A day that a law gives can only be put off. A moment that has "
      "passed means now: the record is erased within the minute and nothing brings it back.";
  http::GivenTime until;
  http::Text<1, kLongestReason> reason;
};
BOOST_DESCRIBE_STRUCT(KeepUntil, (), (until, reason))

/// Tells a therapist's screens that a client is gone.
struct ClosingEvent {
  static constexpr http::EventKind kind{
      "closing", false,
      "The account of this client was closed, and nothing of theirs is found any more; or it is to be closed, or stays "
      "after all. Read the lists again."};
  AccountId client;
};
BOOST_DESCRIBE_STRUCT(ClosingEvent, (), (client))

struct ToldClosing {
  static constexpr std::string_view says =
      "A client of this therapist whose account was closed, or is `waiting` to be closed at `due_at` because an "
      "administrator asked for it. `name` is absent once the record is erased.";
  AccountId client;
  std::optional<std::string> name;
  State state = State::locked;
  std::optional<Time> due_at;
  std::optional<Time> closed_at;
  std::int64_t cancelled_sessions = 0;
};
BOOST_DESCRIBE_STRUCT(ToldClosing, (), (client, name, state, due_at, closed_at, cancelled_sessions))

struct ToldClosings {
  static constexpr std::string_view says =
      "First what is to come, then what was closed in the last thirty days, the latest first.";
  std::vector<ToldClosing> closings;
};
BOOST_DESCRIBE_STRUCT(ToldClosings, (), (closings))

}  // namespace rapport::closing_account
