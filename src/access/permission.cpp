#include "access/permission.hpp"

namespace rapport::access {
namespace {

constexpr std::array<std::string_view, kRoleCount> kRoleTexts{
    "client", "therapist", "supervisor", "neutral_person", "coordinator", "researcher", "coder", "administrator"};

constexpr bool table_is_in_order() {
  for (std::size_t at = 0; at < kPermissionCount; ++at) {
    if (static_cast<std::size_t>(kPermissionTable[at].permission) != at) return false;
  }
  return true;
}
static_assert(table_is_in_order(), "allowed() looks rows up by position");

}  // namespace

std::string_view to_text(Role role) {
  const auto at = static_cast<std::size_t>(role);
  return at < kRoleCount ? kRoleTexts[at] : "unknown";
}

std::string_view to_text(Permission permission) {
  const auto at = static_cast<std::size_t>(permission);
  return at < kPermissionCount ? kPermissionTable[at].text : "unknown";
}

std::optional<Role> role_from_text(std::string_view text) {
  for (std::size_t at = 0; at < kRoleCount; ++at) {
    if (kRoleTexts[at] == text) return static_cast<Role>(at);
  }
  return std::nullopt;
}

std::optional<Permission> permission_from_text(std::string_view text) {
  for (const PermissionRow& row : kPermissionTable) {
    if (row.text == text) return row.permission;
  }
  return std::nullopt;
}

}  // namespace rapport::access
