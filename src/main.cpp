/// The program.
#include "server/command_line.hpp"

int main(int argc, char** argv) {
  return rapport::server::run_command_line(argc, argv, RAPPORT_VERSION);
}
