# Sourced by ./run and ./test. find_node puts a Node of at least 20.19 first in PATH: the one there is, or the one
# npm installs into build/node.
node_is_new_enough() {
  "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number);
           process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' >/dev/null 2>&1
}
find_node() {
  local folder=$PWD/build/node/node_modules/node/bin
  if command -v node >/dev/null && command -v npm >/dev/null && node_is_new_enough node; then return 0; fi
  if [[ ! -x $folder/node ]]; then
    if ! command -v npm >/dev/null; then
      local -a as_root
      # shellcheck source=scripts/as-root.sh
      . scripts/as-root.sh
      become_root || return 1
      "${as_root[@]}" apt-get -q -y install --no-install-recommends npm </dev/null || return 1
    fi
    mkdir -p build/node
    npm install --prefix build/node --no-audit --no-fund node@22 || return 1
  fi
  export PATH=$folder:$PATH
  node_is_new_enough node
}
