#pragma once
/// @file Who may do what, in one table. A permission says that a role may ever do a thing; whether this viewer
/// may do it to this room or episode is asked of the data, in the same transaction.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rapport::access {

/// A supervisor hears of what a therapist has not looked at in time; a neutral person of what a client says about the
/// therapist. Neither reads what the two write to each other.
enum class Role : std::uint8_t { client, therapist, supervisor, neutral_person };
inline constexpr std::size_t kRoleCount = 4;

enum class Permission : std::uint8_t {
  read_episode,   ///< a course of treatment: who with whom, what waits
  read_caseload,  ///< all one's clients, and what of theirs waits
  read_room,      ///< the messages of a room
  send_message,
  write_draft,         ///< keep an unsent reply
  propose_reply_time,  ///< say when the client can expect an answer
  agree_reply_time,    ///< accept that as a client
  read_form,           ///< forms with their scores, and the wording of questionnaires
  ask_form,            ///< ask a client for a form
  fill_form,           ///< answer, send and correct one
  live,                ///< hold a live connection
  read_encounter,      ///< sessions, and what both mean to talk about
  hold_encounter,      ///< plan, move, cancel, open and close one
  write_agenda,        ///< what to talk about in one
  read_record,         ///< download everything of one's own
  write_notes,         ///< read and write the therapist's own notes of one
  read_concern,        ///< answers that a person has to look at, and what was done about them
  handle_concern,      ///< say that one looks into it, and close it
  give_consent,        ///< read what one is asked to agree to, agree and withdraw
  read_consents,       ///< whether a client agrees to what the work depends on
};
inline constexpr std::size_t kPermissionCount = 20;

/// The table: a row for every permission, a column for every role.
struct PermissionRow {
  Permission permission;
  std::string_view text;
  std::array<bool, kRoleCount> allowed;  ///< client, therapist, supervisor, neutral person
};
inline constexpr std::array<PermissionRow, kPermissionCount> kPermissionTable{{
    {Permission::read_episode, "read_episode", {true, true, false, false}},
    {Permission::read_caseload, "read_caseload", {false, true, false, false}},
    {Permission::read_room, "read_room", {true, true, false, false}},
    {Permission::send_message, "send_message", {true, true, false, false}},
    {Permission::write_draft, "write_draft", {true, true, false, false}},
    {Permission::propose_reply_time, "propose_reply_time", {false, true, false, false}},
    {Permission::agree_reply_time, "agree_reply_time", {true, false, false, false}},
    {Permission::read_form, "read_form", {true, true, false, false}},
    {Permission::ask_form, "ask_form", {false, true, false, false}},
    {Permission::fill_form, "fill_form", {true, false, false, false}},
    {Permission::live, "live", {true, true, true, true}},
    {Permission::read_encounter, "read_encounter", {true, true, false, false}},
    {Permission::hold_encounter, "hold_encounter", {false, true, false, false}},
    {Permission::write_agenda, "write_agenda", {true, true, false, false}},
    {Permission::read_record, "read_record", {true, false, false, false}},
    {Permission::write_notes, "write_notes", {false, true, false, false}},
    {Permission::read_concern, "read_concern", {false, true, true, true}},
    {Permission::handle_concern, "handle_concern", {false, true, true, true}},
    {Permission::give_consent, "give_consent", {true, true, false, false}},
    {Permission::read_consents, "read_consents", {false, true, false, false}},
}};

/// False for values outside of the enumerations too.
constexpr bool allowed(Role role, Permission permission) {
  const auto row = static_cast<std::size_t>(permission);
  const auto column = static_cast<std::size_t>(role);
  return row < kPermissionCount && column < kRoleCount && kPermissionTable[row].allowed[column];
}

std::string_view to_text(Role role);
std::string_view to_text(Permission permission);
std::optional<Role> role_from_text(std::string_view text);
std::optional<Permission> permission_from_text(std::string_view text);

}  // namespace rapport::access
