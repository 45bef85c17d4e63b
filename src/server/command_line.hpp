#pragma once
/// @file What the program is asked on its command line: to serve, to make the demo practice, to migrate, to score, to
/// say what is wrong with its settings.
#include <string_view>

namespace rapport::server {

/// The program's exit status: 0, or 1 after one line on standard error that begins with "rapport: "; of the commands
/// that score also theirs (server/measure_commands.hpp).
int run_command_line(int argc, const char* const* argv, std::string_view program_version);

}  // namespace rapport::server
