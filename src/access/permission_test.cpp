#include "access/permission.hpp"

#include <gtest/gtest.h>

namespace rapport::access {
namespace {

TEST(Permission, WhatIsProposedByOneIsAgreedToByTheOther) {
  static_assert(!allowed(Role::client, Permission::propose_reply_time));
  static_assert(!allowed(Role::therapist, Permission::agree_reply_time));
  static_assert(allowed(Role::client, Permission::send_message));
  static_assert(!allowed(Role::client, Permission::write_notes));
  static_assert(!allowed(Role::client, Permission::hold_encounter));
  static_assert(!allowed(Role::client, Permission::read_concern));
  for (const PermissionRow& row : kPermissionTable) {
    // the client's alone
    if (row.permission == Permission::agree_reply_time || row.permission == Permission::fill_form ||
        row.permission == Permission::read_record) {
      continue;
    }
    EXPECT_TRUE(allowed(Role::therapist, row.permission)) << row.text;
  }
}

TEST(Permission, WhoOnlyHearsOfConcernsReadsNothingElse) {
  for (const Role role : {Role::supervisor, Role::neutral_person}) {
    for (const PermissionRow& row : kPermissionTable) {
      const bool may = row.permission == Permission::live || row.permission == Permission::read_concern ||
                       row.permission == Permission::handle_concern;
      EXPECT_EQ(allowed(role, row.permission), may) << row.text;
    }
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
  for (const Role role : {Role::client, Role::therapist, Role::supervisor, Role::neutral_person})
    EXPECT_EQ(role_from_text(to_text(role)), role);
  EXPECT_FALSE(role_from_text("admin").has_value());
  EXPECT_FALSE(permission_from_text("").has_value());
}

}  // namespace
}  // namespace rapport::access
