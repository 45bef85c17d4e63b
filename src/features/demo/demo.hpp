#pragma once
/// @file The demo practice: made-up people, marked synthetic, to try everything with. What the first twelve clients and
/// their therapists write is in resources/demo/practice.json; further clients are generated.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/context.hpp"

namespace rapport::demo {

/// More are refused before anything is written: they would not be done before the deadline.
inline constexpr std::int64_t kMostClients = 20'000;

struct DemoOptions {
  std::uint64_t seed = 1;
  std::int64_t clients = 0;  ///< 0: the written ones; fewer than those: the first so many; more: the rest is generated
};

struct DemoAccount {
  std::string login;
  std::string password;
  std::string role;
  std::string name;
  std::string therapist = {};                   ///< of a client: the therapist's log-in
  std::optional<std::string> totp_secret = {};  ///< base32, of those who must have a second factor
};

/// As it stands in practice.json.
inline constexpr std::string_view kPracticeName = "Lindenhof";
/// Nobody stands behind these; a real practice sets its own.
inline constexpr const char* kComplaintContact = "Complaints office of this demo (made up), 030 000000";
inline constexpr const char* kSafeguardingContact = "Safeguarding officer of this demo (made up), 030 000001";

/// Makes the practice in an empty database; conflict when there is one already. The same seed makes the same people.
/// Therapists come first, then their supervisor, the neutral person and the administrator. What was said lies in the
/// past of the house's clock. All or nothing: after a failure half way, or a kill, the database is as empty as before.
Result<std::vector<DemoAccount>> make_demo(House& house, const DemoOptions& options);

/// {"practice":…,"accounts":[{"login","password","role","name","totp_secret"}]}
std::string demo_json(std::string_view practice, const std::vector<DemoAccount>& accounts);

}  // namespace rapport::demo
