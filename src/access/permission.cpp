#include "access/permission.hpp"

namespace rapport::access {
namespace {

constexpr std::array<std::string_view, role_count> role_texts{"client", "therapist"};

constexpr bool table_is_in_order() {
  for (std::size_t at = 0; at < permission_count; ++at) {
    if (static_cast<std::size_t>(permission_table[at].permission) != at) return false;
  }
  return true;
}
static_assert(table_is_in_order(), "allowed() looks rows up by position");

}  // namespace

std::string_view to_text(Role role) {
  const auto at = static_cast<std::size_t>(role);
  return at < role_count ? role_texts[at] : "unknown";
}

std::string_view to_text(Permission permission) {
  const auto at = static_cast<std::size_t>(permission);
  return at < permission_count ? permission_table[at].text : "unknown";
}

std::optional<Role> role_from_text(std::string_view text) {
  for (std::size_t at = 0; at < role_count; ++at) {
    if (role_texts[at] == text) return static_cast<Role>(at);
  }
  return std::nullopt;
}

std::optional<Permission> permission_from_text(std::string_view text) {
  for (const PermissionRow& row : permission_table) {
    if (row.text == text) return row.permission;
  }
  return std::nullopt;
}

}  // namespace rapport::access
