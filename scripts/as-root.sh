# Sourced. become_root sets the array as_root to what goes before a command that needs root: nothing for root, sudo
# for others. A sudo that wants a password asks for it where there is a terminal; without one this fails.
become_root() {
  as_root=()
  if ((EUID == 0)); then return 0; fi
  command -v sudo >/dev/null || return 1
  if ! sudo -n true 2>/dev/null; then
    { : </dev/tty; } 2>/dev/null && sudo -v </dev/tty 2>/dev/tty || return 1
  fi
  as_root=(sudo -n)
}
