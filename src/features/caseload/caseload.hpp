#pragma once
/// @file The caseload: all clients of a therapist, and what of theirs waits for that therapist. What is read here
/// beside what other features keep; each list is one statement, however many clients there are.
#include <optional>
#include <string>
#include <vector>

#include "features/encounters/encounters.hpp"
#include "features/questionnaires/questionnaires.hpp"
#include "store/transaction.hpp"

namespace rapport::caseload {

/// Somebody who works with the therapist.
struct Client {
  EpisodeId episode;
  AccountId account;
  RoomId chat;
  Bytes sealed_profile;
  std::optional<std::int64_t> reply_hours;
  std::optional<std::int64_t> reply_hours_proposed;
  Time opened_at;
  std::optional<Time> closed_at;
  AccountId therapist;
  Bytes therapist_profile;  ///< sealed, also of one whose account is closed
  bool therapist_left = false;
};
std::vector<Client> list_clients(store::ReadTx& tx, AccountId therapist);

/// What was written in one room; rooms without a word are left out.
struct RoomNews {
  EpisodeId episode;
  Time last_at;
  std::int64_t unread = 0;
  std::optional<Time> unread_since;   ///< the oldest that the therapist has not read
  std::optional<Time> waiting_since;  ///< the client's oldest that is not answered
};
std::vector<RoomNews> list_news(store::ReadTx& tx, AccountId therapist);

/// A session that is open or planned.
struct Ahead {
  EncounterId id;
  EpisodeId episode;
  encounters::Status status = encounters::Status::planned;
  encounters::Channel channel = encounters::Channel::chat;
  Time starts_at;
  std::int64_t minutes = 0;
  std::optional<std::int64_t> number;
};
/// The open ones first, then the soonest.
std::vector<Ahead> list_ahead(store::ReadTx& tx, AccountId therapist);

/// A form whose day has passed, and which was not sent; also one that is no longer asked for because its session went
/// by.
struct MissingForm {
  EpisodeId episode;
  questionnaires::FormId form;
  std::string instrument;
  Time due_at;
  questionnaires::Respondent respondent = questionnaires::Respondent::client;
};
/// Those that were due after `since`, up to now; of therapists' own forms those that are this therapist's to fill in.
std::vector<MissingForm> list_missing(store::ReadTx& tx, AccountId therapist, Time since, Time now);

}  // namespace rapport::caseload
