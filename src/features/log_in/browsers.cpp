#include "features/log_in/browsers.hpp"

#include <array>
#include <span>

namespace rapport::log_in {
namespace {

struct Sign {
  std::string_view token;
  std::string_view means;
};

// The first that is found counts: most browsers also name those that they descend from.
constexpr std::array kBrowsers{Sign{"Firefox/", "Firefox"},
                               Sign{"FxiOS/", "Firefox"},
                               Sign{"Edg", "Edge"},
                               Sign{"OPR/", "Opera"},
                               Sign{"SamsungBrowser/", "Samsung Internet"},
                               Sign{"CriOS/", "Chrome"},
                               Sign{"Chrome/", "Chrome"},
                               Sign{"Safari/", "Safari"}};
constexpr std::array kSystems{Sign{"Android", "Android"}, Sign{"iPhone", "iPhone"}, Sign{"iPad", "iPad"},
                              Sign{"Windows", "Windows"}, Sign{"CrOS", "ChromeOS"}, Sign{"Macintosh", "Mac"},
                              Sign{"Linux", "Linux"}};

std::string first_found(std::span<const Sign> signs, std::string_view text) {
  for (const auto& sign : signs) {
    if (text.find(sign.token) != std::string_view::npos) return std::string(sign.means);
  }
  return {};
}

}  // namespace

Browser browser_of(std::string_view user_agent) {
  return {first_found(kBrowsers, user_agent), first_found(kSystems, user_agent)};
}

}  // namespace rapport::log_in
