#include "access/permission.hpp"

#include <gtest/gtest.h>

namespace rapport::access {
namespace {

/// What the staff read that says nothing of any client.
constexpr bool of_no_client(Permission permission) {
  return permission == Permission::read_instruments;
}

TEST(Permission, WhatIsProposedByOneIsAgreedToByTheOther) {
  static_assert(!allowed(Role::client, Permission::propose_reply_time));
  static_assert(!allowed(Role::therapist, Permission::agree_reply_time));
  static_assert(allowed(Role::client, Permission::send_message));
  static_assert(!allowed(Role::client, Permission::write_notes));
  static_assert(!allowed(Role::client, Permission::hold_encounter));
  static_assert(!allowed(Role::client, Permission::read_concern));
  static_assert(!allowed(Role::client, Permission::prepare_session));
  for (const PermissionRow& row : kPermissionTable) {
    // the client's alone, or the administrator's, or for a second person to say
    const bool of_others =
        row.permission == Permission::agree_reply_time || row.permission == Permission::fill_form ||
        row.permission == Permission::read_record || row.permission == Permission::close_own_account ||
        row.permission == Permission::manage_people || row.permission == Permission::manage_closings ||
        row.permission == Permission::decide_exception || row.permission == Permission::manage_instruments ||
        row.permission == Permission::watch_signals || row.permission == Permission::read_practice_report ||
        row.permission == Permission::say_between_us || row.permission == Permission::state_preferences ||
        row.permission == Permission::choose_therapist || row.permission == Permission::assign_therapist ||
        row.permission == Permission::answer_opening || row.permission == Permission::ask_for_another;
    EXPECT_EQ(allowed(Role::therapist, row.permission), !of_others) << row.text;
  }
}

TEST(Permission, WhoOnlyHearsOfConcernsReadsNothingElse) {
  for (const Role role : {Role::supervisor, Role::neutral_person}) {
    for (const PermissionRow& row : kPermissionTable) {
      const bool hears = row.permission == Permission::live || row.permission == Permission::read_concern ||
                         row.permission == Permission::handle_concern;
      // Of those whom they supervised, once a second person agrees.
      const bool reads_by_exception = role == Role::supervisor && (row.permission == Permission::ask_exception ||
                                                                   row.permission == Permission::decide_exception);
      const bool watches = role == Role::supervisor && row.permission == Permission::watch_signals;
      // A supervisor stands on the therapist's side of the wall.
      const bool is_chosen = role == Role::neutral_person && row.permission == Permission::hear_between_us;
      const bool may = hears || reads_by_exception || watches || is_chosen || of_no_client(row.permission);
      EXPECT_EQ(allowed(role, row.permission), may) << row.text;
    }
  }
}

TEST(Permission, NothingOfAClientIsForThoseWhoTreatNobody) {
  for (const PermissionRow& row : kPermissionTable) {
    const bool everybodys = row.permission == Permission::live || of_no_client(row.permission);
    const bool figures = row.permission == Permission::read_practice_report;
    for (const Role role : {Role::researcher, Role::coder}) {
      EXPECT_EQ(allowed(role, row.permission), everybodys) << row.text;
    }
    const bool assigns = row.permission == Permission::assign_therapist;
    EXPECT_EQ(allowed(Role::coordinator, row.permission), everybodys || figures || assigns) << row.text;
    const bool about_people =
        row.permission == Permission::invite || row.permission == Permission::manage_people ||
        row.permission == Permission::announce_absence || row.permission == Permission::hand_over ||
        row.permission == Permission::manage_closings || row.permission == Permission::call_off_closing ||
        row.permission == Permission::decide_exception || row.permission == Permission::manage_instruments;
    EXPECT_EQ(allowed(Role::administrator, row.permission), everybodys || figures || assigns || about_people)
        << row.text;
  }
}

TEST(Permission, ValuesThatDoNotExistAreRefused) {
  EXPECT_FALSE(allowed(static_cast<Role>(99), Permission::live));
  EXPECT_FALSE(allowed(Role::therapist, static_cast<Permission>(99)));
  EXPECT_EQ(to_text(static_cast<Role>(99)), "unknown");
}

TEST(Permission, TextsGoThereAndBack) {
  for (const PermissionRow& row : kPermissionTable)
    EXPECT_EQ(permission_from_text(to_text(row.permission)), row.permission);
  for (std::size_t place = 0; place < kRoleCount; ++place) {
    const auto role = static_cast<Role>(place);
    EXPECT_EQ(role_from_text(to_text(role)), role);
  }
  EXPECT_FALSE(role_from_text("admin").has_value());
  EXPECT_FALSE(permission_from_text("").has_value());
}

}  // namespace
}  // namespace rapport::access
