#pragma once
/// @file `rapport keys`: renew the master key and the keys of people, also while a server is running.
#include <iosfwd>

#include "config/settings.hpp"

namespace rapport::server {

// Exit statuses as of server/measure_commands.hpp; what is wrong is one line on `errors`.

/// Puts a new master key in the place of the one there is.
int rotate_master(const config::Settings& settings, std::ostream& out, std::ostream& errors);
/// Makes a next version of everybody's key; the server seals everything anew.
int rotate_clients(const config::Settings& settings, std::ostream& out, std::ostream& errors);
/// Says which master key it is, and how far the renewing of the others has come.
int show_keys(const config::Settings& settings, std::ostream& out, std::ostream& errors);

}  // namespace rapport::server
