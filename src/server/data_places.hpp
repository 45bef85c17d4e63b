#pragma once
/// @file Where the files of a practice lie that are no database.
#include <string>

#include "config/settings.hpp"

namespace rapport::server {

inline std::string master_key_file(const config::Settings& settings) {
  return settings.master_key_file.empty() ? settings.data + "/master.key" : settings.master_key_file;
}
inline std::string audit_heads_file(const config::Settings& settings) {
  return settings.audit_heads.empty() ? settings.data + "/audit-heads.log" : settings.audit_heads;
}

}  // namespace rapport::server
