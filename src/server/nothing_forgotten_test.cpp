/// Lists that name what the sources hold, compared with the sources themselves: statements, kinds of problems, codes
/// with which a live line is closed, what is kept and whether it is sealed.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "features/record/record_terms.hpp"
#include "http/live_frames.hpp"
#include "http/problem_types.hpp"
#include "migrations/house.hpp"
#include "server/all_routes.hpp"
#include "server/house_api.hpp"
#include "server/sealed_columns.hpp"
#include "support/house_fixture.hpp"

namespace rapport::server {
namespace {

std::string read_file_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string read_page(const std::string& name) {
  return read_file_of(std::filesystem::path(RAPPORT_SOURCE_FOLDER) / name);
}

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
    const auto text = read_file_of(entry.path());
    for (auto at = std::sregex_iterator(text.begin(), text.end(), pattern); at != std::sregex_iterator(); ++at) {
      found.insert((*at)[1]);
    }
  }
  return found;
}

class Statements : public testing::HouseTest {};

TEST_P(Statements, OfEveryFileArePreparedAndHotOnesScanNoTable) {
  auto written = in_sources(std::regex(R"re(Query\s+k\w+\s*[({]\s*"([^"]+)")re"));
  ASSERT_GT(written.size(), 30U) << "the pattern finds no statements any more";
  for (const auto& column : sealed_columns()) {  // made of one table
    written.insert("reseal." + std::string(column.name));
    written.insert("reseal.replace_" + std::string(column.name));
  }
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

const store::Query kColumns("test.columns", "SELECT c.table_name, c.column_name FROM {columns} AS c");

// Of a client whose account is closed only whoever asks as the client finds anything (features/closing_account): each
// statement that finds by the therapist of an episode leaves those out.
TEST(ClosedAccounts, StatementsThatFindByTheTherapistLeaveOutLockedEpisodes) {
  const std::regex finds(R"re(therapist_id = \$\d)re");
  std::size_t found = 0;
  for (const auto* query : store::Query::all()) {
    const std::string sql(query->sql());
    if (query->name().starts_with("test.") || sql.starts_with("INSERT") || !std::regex_search(sql, finds)) continue;
    if (sql.find("episode_of_care") == std::string::npos) continue;  // of therapists alone
    ++found;
    EXPECT_TRUE(sql.find("locked_at IS NULL") != std::string::npos || query->name().starts_with("staff.set_deputy"))
        << query->name() << "\n"
        << sql;
  }
  EXPECT_GT(found, 15U) << "the pattern finds no statements any more";
}

class Privacy : public testing::HouseTest {
 protected:
  /// "table.column" of everything that a database keeps.
  static std::set<std::string> kept_in(store::Database& database) {
    std::set<std::string> kept;
    const auto looked = database.read(soon(), [&](store::ReadTx& tx) -> Result<void> {
      tx.each(kColumns, {},
              [&](const store::Row& row) { kept.insert(std::string(row.text(0)) + "." + std::string(row.text(1))); });
      return {};
    });
    EXPECT_TRUE(looked);
    return kept;
  }
};

TEST_P(Privacy, ThePageSaysOfEveryColumnWhetherItIsSealed) {
  const auto keys = key_store();
  ASSERT_TRUE(store::migrate(*keys, access::kKeyStoreMigrations, clock));
  auto kept = kept_in(*db);
  kept.merge(kept_in(*keys));
  ASSERT_GT(kept.size(), 100U);

  std::set<std::string> explained;
  const std::regex name("`([a-z_]+)`");
  std::istringstream page(read_page("docs/privacy.md"));
  std::string table;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) table.clear();
    if (line.starts_with("### `")) table = line.substr(5, line.size() - 6);
    if (table.empty() || !line.starts_with("| `")) continue;
    const auto how = line.find(" | ");
    const bool says_sealed = line.compare(how, 9, " | sealed") == 0;
    const auto columns = line.substr(0, how);
    for (auto at = std::sregex_iterator(columns.begin(), columns.end(), name); at != std::sregex_iterator(); ++at) {
      const auto column = (*at)[1].str();
      EXPECT_EQ(says_sealed, column.starts_with("sealed_")) << table << "." << column;
      EXPECT_TRUE(explained.insert(table + "." + column).second) << table << "." << column << " is there twice";
    }
  }
  EXPECT_EQ(explained, kept) << "docs/privacy.md names another set of columns than the tables have";
}

TEST_P(Privacy, ThePageSaysOfEveryTableWhatBecomesOfItWhenAnAccountIsClosed) {
  const auto keys = key_store();
  ASSERT_TRUE(store::migrate(*keys, access::kKeyStoreMigrations, clock));
  auto kept = kept_in(*db);
  kept.merge(kept_in(*keys));
  std::set<std::string> tables;
  for (const auto& place : kept) tables.insert(place.substr(0, place.find('.')));

  std::set<std::string> decided;
  std::istringstream page(read_page("docs/privacy.md"));
  const std::regex name("`([a-z_]+)`");
  bool is_here = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) is_here = line == "## When a client's account is closed";
    if (!is_here || !line.starts_with("| `")) continue;
    const auto first = line.substr(0, line.find(" | "));
    for (auto at = std::sregex_iterator(first.begin(), first.end(), name); at != std::sregex_iterator(); ++at) {
      EXPECT_TRUE(decided.insert((*at)[1]).second) << (*at)[1] << " is there twice";
    }
  }
  EXPECT_EQ(decided, tables);
}

INSTANTIATE_TEST_SUITE_P(Engines, Privacy, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

TEST(Pages, NameNoTestThatIsNotThere) {
  std::set<std::string> tests;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(RAPPORT_SOURCE_FOLDER "/src")) {
    if (!entry.path().string().ends_with("_test.cpp")) continue;
    const auto text = read_file_of(entry.path());
    static const std::regex test(R"re(TEST(?:_F|_P)?\((\w+),\s*(\w+)\))re");
    for (auto at = std::sregex_iterator(text.begin(), text.end(), test); at != std::sregex_iterator(); ++at) {
      tests.insert((*at)[1].str() + "." + (*at)[2].str());
    }
  }
  const auto page = read_page("SECURITY.md");
  const std::regex named("`([A-Z][A-Za-z]+\\.[A-Z][A-Za-z0-9]+)`");
  std::size_t found = 0;
  for (auto at = std::sregex_iterator(page.begin(), page.end(), named); at != std::sregex_iterator(); ++at, ++found) {
    EXPECT_TRUE(tests.contains((*at)[1])) << (*at)[1];
  }
  EXPECT_GT(found, 20U);
}

TEST(Pages, LeadToPagesThatAreThere) {
  namespace fs = std::filesystem;
  const fs::path root = RAPPORT_SOURCE_FOLDER;
  std::vector<fs::path> pages{root / "bench/README.md"};
  for (const auto& entry : fs::directory_iterator(root)) pages.push_back(entry.path());
  for (const auto& entry : fs::recursive_directory_iterator(root / "docs")) pages.push_back(entry.path());
  const std::regex link(R"re(\]\(([^)#:\s]+)[)#])re");
  std::size_t found = 0;
  for (const auto& page : pages) {
    if (page.extension() != ".md") continue;
    const auto text = read_file_of(page);
    for (auto at = std::sregex_iterator(text.begin(), text.end(), link); at != std::sregex_iterator(); ++at, ++found) {
      EXPECT_TRUE(fs::exists(page.parent_path() / (*at)[1].str())) << page << " leads to " << (*at)[1];
    }
  }
  EXPECT_GT(found, 40U);
}

TEST(Problems, OfEveryFileAreExplained) {
  // What only the one who runs the program sees, at its start or as the answer of a command.
  const auto may_be_served = [](const std::string& path) {
    for (const std::string_view command : {"config/",
                                           "measures/",
                                           "research/",
                                           "access/audit_chain.cpp",
                                           "access/audit_heads.cpp",
                                           "access/master_key.cpp",
                                           "access/key_rotation.cpp",
                                           "server/reseal.cpp",
                                           "store/postgres/postgres_copy.cpp",
                                           "server/look_in.cpp",
                                           "server/backup",
                                           "store/sqlite/sqlite_copy.cpp",
                                           "features/notify/push_service.cpp",
                                           "features/crisis_contacts/crisis_contacts.cpp",
                                           "features/consent/consent_texts.cpp",
                                           "features/demo/",
                                           "server/command_line.cpp",
                                           "server/setup_link.cpp",
                                           "server/recovery_link.cpp",
                                           "server/listen.cpp",
                                           "server/serve.cpp",
                                           "server/open_house.cpp",
                                           "server/measure_commands.cpp",
                                           "server/table_commands.cpp",
                                           "server/mixed_command.cpp",
                                           "server/track_command.cpp",
                                           "server/audit_show.cpp",
                                           "server/instrument_folder.cpp",
                                           "features/notify/smtp.cpp",
                                           "store/migrate.cpp",
                                           "store/folder_lock.cpp",
                                           "store/postgres/schema_lock.cpp",
                                           "base/file_clock.cpp",
                                           "base/files.cpp"}) {
      if (path.starts_with(command)) return false;
    }
    return true;
  };
  std::multiset<std::string> used;
  for (const auto* pattern : {R"re(invalid\(\s*"([a-z_.0-9]+)")re", R"re(ErrorKind::\w+,\s*"([a-z_.0-9]+)")re",
                              R"re(transport_problem\(\s*\d+,\s*"([a-z_.0-9]+)")re"}) {
    used.merge(in_sources(std::regex(pattern), may_be_served));
  }
  ASSERT_GT(used.size(), 30U) << "the patterns find no problems any more";
  for (const auto& code : used)
    EXPECT_NE(http::find_problem_type(code), nullptr) << code << " is not in problem_types.cpp";
  for (const auto& type : http::problem_types()) {
    EXPECT_TRUE(used.count(std::string(type.code)) > 0 || type.code == "too_many") << type.code << " is used nowhere";
  }
}

TEST(LogEvents, OfEveryFileAreExplained) {
  const auto page = read_page("docs/operations/watch-and-stop.md");
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
    if (action.starts_with("absence.") || action.starts_with("second_factor.") || action.starts_with("recovery.") ||
        action.starts_with("passkey.") || action.starts_with("push_device.") || action.starts_with("session.end") ||
        action.starts_with("instrument.") || action == "password.change")
      continue;
    if (action == "account.close" || action == "account.dismiss" || action == "backing.change" ||
        action == "neutral_person.change" || action == "setup.confirm" || action == "backup.restore")
      continue;
    EXPECT_TRUE(has_term(action)) << action;
  }
}

boost::json::object screen_words(const std::string& language) {
  return boost::json::parse(read_page("web/messages/" + language + ".json")).as_object();
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
