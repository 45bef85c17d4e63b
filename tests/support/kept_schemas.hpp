#pragma once
/// @file For tests on PostgreSQL: a schema that one test has left serves the next. Making tables takes PostgreSQL many
/// times as long as losing rows, so tables are kept and what is in them goes.
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "store/database.hpp"

namespace rapport::testing {

/// The schemas of one test. Whoever opens one migrates it as if it were new: there is nothing to do when it is not.
class KeptSchemas {
 public:
  /// @param kind which migrations it gets ("house", "keys"): schemas of one kind are all alike
  std::unique_ptr<store::Database> open(const std::string& kind, int connections, live::EventSink* events) {
    auto& left = left_behind()[kind];
    const bool is_new = left.empty();
    if (is_new) {
      static int number = 0;
      left.push_back(kind + "_" + std::to_string(::getpid()) + "_" + std::to_string(++number));
    }
    const auto schema = std::move(left.back());
    left.pop_back();
    auto database = store::open_postgres(
        {.url = ::getenv("RAPPORT_TEST_POSTGRES"), .schema = schema, .connections = connections}, events);
    if (!is_new) empty(*database);
    taken_.emplace_back(kind, schema);
    return database;
  }
  /// At the end of the test, when nothing is open any more. A test that changed the tables themselves does without.
  void leave() {
    for (auto& [kind, schema] : taken_) left_behind()[kind].push_back(std::move(schema));
    taken_.clear();
  }

 private:
  static std::map<std::string, std::vector<std::string>>& left_behind() {
    static std::map<std::string, std::vector<std::string>> schemas;
    return schemas;
  }
  static void empty(store::Database& database) {
    const auto done = database.write(std::chrono::steady_clock::now() + std::chrono::seconds(20),
                                     [&](store::WriteTx& tx) -> Result<void> {
                                       database.run_script(tx, R"(DO $$ DECLARE each text; BEGIN
          SET LOCAL session_replication_role = replica;
          FOR each IN SELECT tablename FROM pg_tables
              WHERE schemaname = current_schema() AND tablename <> 'schema_migration' LOOP
            EXECUTE format('DELETE FROM %I', each);
          END LOOP; END $$)");
                                       return {};
                                     });
    if (!done) throw std::runtime_error("a schema that another test left is not empty: " + done.error().detail);
  }
  std::vector<std::pair<std::string, std::string>> taken_;  ///< kind and schema
};

}  // namespace rapport::testing
