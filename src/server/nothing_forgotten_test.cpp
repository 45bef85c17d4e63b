/// Lists that name what the sources hold, compared with the sources themselves: statements, kinds of problems, codes
/// with which a live line is closed.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <regex>
#include <set>

#include "features/record/record_terms.hpp"
#include "http/live_frames.hpp"
#include "http/problem_types.hpp"
#include "migrations/house.hpp"
#include "server/all_routes.hpp"
#include "server/house_api.hpp"
#include "support/house_fixture.hpp"

namespace rapport::server {
namespace {

/// What the first group of `pattern` finds in the sources under src, tests left out.
std::multiset<std::string> in_sources(const std::regex& pattern,
                                      const std::function<bool(const std::string& path)>& takes = {}) {
  std::multiset<std::string> found;
  const std::filesystem::path root = RAPPORT_SOURCE_FOLDER "/src";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const auto path = entry.path().lexically_relative(root).string();
    const auto extension = entry.path().extension();
    if ((extension != ".cpp" && extension != ".hpp") || path.find("_test.cpp") != std::string::npos) continue;
    if (takes && !takes(path)) continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (auto at = std::sregex_iterator(text.begin(), text.end(), pattern); at != std::sregex_iterator(); ++at) {
      found.insert((*at)[1]);
    }
  }
  return found;
}

class Statements : public testing::HouseTest {};

TEST_P(Statements, OfEveryFileArePreparedAndHotOnesScanNoTable) {
  const auto written = in_sources(std::regex(R"re(Query\s+k\w+\s*[({]\s*"([^"]+)")re"));
  ASSERT_GT(written.size(), 30U) << "the pattern finds no statements any more";
  std::multiset<std::string> registered;
  for (const auto* query : store::Query::all()) {
    if (!query->name().starts_with("test.")) registered.emplace(query->name());
  }
  EXPECT_EQ(registered, written) << "a statement of the sources is not in this program, or two have one name";

  const auto keys = key_store();
  ASSERT_TRUE(store::migrate(*keys, access::kKeyStoreMigrations, clock));
  for (const auto* query : store::Query::all()) {
    auto& place = query->name().starts_with("client_key.") ? *keys : *db;
    EXPECT_NO_THROW(place.prepare_for_test(*query)) << query->name();
    if (!query->hot()) continue;
    const auto plan = place.explain_for_test(*query);
    // A subquery is not a table; what is named a page is one with a limit of its own.
    const auto scans = GetParam() == "sqlite" ? std::regex(R"(SCAN (?!\w*page\b|\(subquery))") : std::regex("Seq Scan");
    EXPECT_FALSE(std::regex_search(plan, scans)) << query->name() << "\n" << plan;
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, Statements, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

TEST(Problems, OfEveryFileAreExplained) {
  // What only the one who runs the program sees, at its start or as the answer of a command.
  const auto may_be_served = [](const std::string& path) {
    for (const std::string_view command :
         {"config/", "measures/", "access/audit_chain.cpp", "access/audit_heads.cpp", "server/look_in.cpp",
          "features/crisis_contacts/crisis_contacts.cpp", "features/demo/", "server/command_line.cpp",
          "server/listen.cpp", "server/serve.cpp", "server/open_house.cpp", "server/measure_commands.cpp",
          "server/instrument_folder.cpp", "features/notify/smtp.cpp", "store/migrate.cpp", "store/folder_lock.cpp",
          "store/postgres/schema_lock.cpp", "base/file_clock.cpp", "base/files.cpp"}) {
      if (path.starts_with(command)) return false;
    }
    return true;
  };
  std::multiset<std::string> used;
  for (const auto* pattern : {R"re(invalid\(\s*"([a-z_.0-9]+)")re", R"re(ErrorKind::\w+,\s*"([a-z_.0-9]+)")re",
                              R"re(transport_problem\(\s*\d+,\s*"([a-z_.0-9]+)")re"}) {
    used.merge(in_sources(std::regex(pattern), may_be_served));
  }
  used.erase("master_key.unusable");  // at the start alone
  ASSERT_GT(used.size(), 30U) << "the patterns find no problems any more";
  for (const auto& code : used)
    EXPECT_NE(http::find_problem_type(code), nullptr) << code << " is not in problem_types.cpp";
  for (const auto& type : http::problem_types()) {
    EXPECT_TRUE(used.count(std::string(type.code)) > 0 || type.code == "too_many") << type.code << " is used nowhere";
  }
}

TEST(LogEvents, OfEveryFileAreExplained) {
  std::ifstream file(RAPPORT_SOURCE_FOLDER "/docs/operations/watch-and-stop.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const auto written = in_sources(std::regex(R"re(log::(?:debug|info|warning|error)\(\s*"([a-z_.]+)")re"));
  ASSERT_GT(written.size(), 10U) << "the pattern finds no events any more";
  for (const auto& event : written) {
    EXPECT_NE(page.find('`' + event + '`'), std::string::npos) << event << " is not in the table for operators";
  }
}

bool has_term(std::string_view code) {
  const auto terms = record::terms();
  return std::any_of(terms.begin(), terms.end(), [&](const auto& term) { return term.code == code; });
}

TEST(RecordTerms, ThereIsOneForEveryActionThatAClientMayFindInTheirRecord) {
  Routes routes;
  add_all_routes(routes);
  std::set<std::string> actions;
  for (const auto& route : routes.all()) actions.insert(route->audit);
  const auto by_itself = in_sources(std::regex(R"re(\baction = "([a-z_.]+)")re"));
  ASSERT_GE(by_itself.size(), 2U) << "the pattern finds no actions any more";
  actions.insert(by_itself.begin(), by_itself.end());
  for (const auto& action : actions) {
    // These are about nobody's data, and a therapist's notes leave no trace in a record.
    if (action.empty() || action.starts_with("notes.") || action == "login" || action == "logout") continue;
    EXPECT_TRUE(has_term(action)) << action;
  }
}

boost::json::object screen_words(const std::string& language) {
  std::ifstream file(RAPPORT_SOURCE_FOLDER "/web/messages/" + language + ".json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return boost::json::parse(text).as_object();
}

TEST(RecordTerms, AreTheWordsOfTheScreens) {
  const auto english = screen_words("en");
  const auto german = screen_words("de");
  for (const auto& term : record::terms()) {
    if (term.code.find('.') != std::string_view::npos) continue;
    ASSERT_TRUE(english.contains(term.code)) << term.code << " is no text of the screens";
    EXPECT_EQ(english.at(term.code).as_string(), term.english) << term.code;
    EXPECT_EQ(german.at(term.code).as_string(), term.german) << term.code;
  }
  std::size_t names = 0;
  for (const auto& [code, words] : english) {
    if (!code.starts_with("form_name_") && !code.starts_with("scale_")) continue;
    ++names;
    EXPECT_TRUE(has_term(code)) << "the screens call it \"" << words.as_string() << "\", the record otherwise";
  }
  EXPECT_GE(names, 6U);
}

TEST(Migrations, AreNumberedWithoutGaps) {
  int number = 0;  // a gap that is filled later would be refused by every database that is beyond it
  for (const auto& migration : house_migrations()) EXPECT_EQ(migration.number, ++number) << migration.name;
}

TEST(CloseCodes, OfEveryFileAreExplained) {
  const auto used = in_sources(std::regex(R"re((?:close\(|kTryAgainLater = )(\d{4})\b)re"));
  ASSERT_GE(used.size(), 3U);
  for (const auto& code : used) {
    EXPECT_TRUE(std::any_of(http::kCloseCodes.begin(), http::kCloseCodes.end(), [&](const auto& close) {
      return std::to_string(close.code) == code;
    })) << code;
  }
}

TEST(Descriptions, HaveEveryRouteAndEveryEvent) {
  Routes routes;
  add_all_routes(routes);
  const auto openapi = boost::json::parse(openapi_text(routes));
  std::size_t operations = 0;
  for (const auto& path : openapi.at("paths").as_object()) operations += path.value().as_object().size();
  EXPECT_EQ(operations, routes.all().size());
  const auto live = boost::json::parse(live_schema_text(routes));
  EXPECT_EQ(live.at("$defs").at("LiveEvent").at("oneOf").as_array().size(), routes.events().size());
  EXPECT_EQ(routes.events().size(), http::sendable_events().size()) << "an event is declared that nothing sends";
  EXPECT_NE(openapi.at("info").at("description").as_string().find("Sending once"), boost::json::string::npos);
}

TEST(Permissions, AreEachNeededByARoute) {
  Routes routes;
  add_all_routes(routes);
  std::set<std::string> needed;
  for (const auto& route : routes.all()) {
    if (route->guard == http::Guard::permission) needed.insert(route->permission);
  }
  for (const auto& row : access::kPermissionTable) EXPECT_EQ(needed.erase(std::string(row.text)), 1U) << row.text;
  EXPECT_TRUE(needed.empty()) << *needed.begin() << " is no permission";
}

}  // namespace
}  // namespace rapport::server
