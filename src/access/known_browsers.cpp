#include "access/known_browsers.hpp"

#include <string>

namespace rapport::access {
namespace {

const store::Query kForget("browsers.forget",
                           "UPDATE account SET browser_generation = browser_generation + 1 WHERE id = $1", true);
const store::Query kForgetAll("browsers.forget_all",
                              "UPDATE account SET browser_generation = $1 WHERE browser_generation < $1");
const store::Query kGeneration("browsers.generation",
                               "SELECT browser_generation FROM account WHERE login_digest = $1 AND closed_at IS NULL",
                               true);

}  // namespace

Bytes guarded_person(store::ReadTx& tx, BytesView login_digest) {
  const auto generation = tx.first(kGeneration, {login_digest}, [](const store::Row& row) { return row.int64(0); });
  const auto number = std::to_string(generation.value_or(0));
  Bytes person(login_digest.begin(), login_digest.end());
  person.insert(person.end(), number.begin(), number.end());
  return person;
}

void forget_browsers(store::WriteTx& tx, AccountId account) {
  tx.execute(kForget, {account});
}

void forget_all_browsers(store::WriteTx& tx, Time now) {
  tx.execute(kForgetAll, {std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count()});
}

}  // namespace rapport::access
