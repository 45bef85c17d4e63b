#include "server/static_files.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "web_files.hpp"

namespace rapport::server {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
}};

std::string_view type_of(std::string_view path) {
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

/// gzip (RFC 1952), made once when the program starts.
std::string compress(std::string_view content) {
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib cannot start");
  }
  std::string out(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int ended = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (ended != Z_STREAM_END || out.size() >= content.size()) return {};
  return out;
}

/// Nothing but the app's own scripts and styles; no frame, no form to elsewhere, no request to a third party.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html "
    "rapport-worker";

constexpr std::string_view kPage = "/index.html";

/// As people type and follow them; what has an ending, or stands among the page's own files, is asked for by programs.
bool looks_like_a_page(std::string_view path) {
  return path.find('.') == std::string_view::npos && !path.starts_with("/assets/");
}

// What the app's own addresses begin with; web/tests/addresses.test.ts holds it against
// web/src/shared/router.svelte.ts.
constexpr std::array<std::string_view, 19> kPages{
    "absences",    "account",     "another", "between", "checkin", "choice", "concerns", "consents", "figures", "help",
    "instruments", "invitations", "join",    "profile", "recaps",  "record", "recovery", "wishes",   "with"};

/// Otherwise whoever asks is shown the page all the same, which says that there is none, and told 404.
bool is_app_address(std::string_view path) {
  if (path == "/") return true;
  if (!path.starts_with('/')) return false;
  const auto first = path.substr(1, path.find('/', 1) - 1);
  if (path == "/with") return false;  // with whom?
  return looks_like_a_page(path) && std::find(kPages.begin(), kPages.end(), first) != kPages.end();
}

http::Response missing(std::string sentence) {
  http::Response response;
  response.status = 404;
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}};
  response.body = std::move(sentence);
  return response;
}

}  // namespace

StaticFiles::StaticFiles() {
  for (const auto& embedded : web_files()) {
    File file{embedded.content, compress(embedded.content), type_of(embedded.path),
              embedded.path.starts_with("assets/"), embedded.path == "worker.js"};
    files_.emplace("/" + std::string(embedded.path), std::move(file));
  }
}

http::Response StaticFiles::send(const http::Request& request, const File& file) const {
  http::Response response;
  response.headers = {{"Content-Type", std::string(file.type)},
                      {"Vary", "Accept-Encoding"},
                      {"Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache"}};
  if (file.type.starts_with("text/html") || file.is_worker) {
    response.headers.emplace_back("Content-Security-Policy", std::string(kContentSecurityPolicy));
    response.headers.emplace_back("Permissions-Policy",
                                  "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()");
  }
  const bool takes_gzip = request.header("accept-encoding").find("gzip") != std::string_view::npos;
  if (takes_gzip && !file.compressed.empty()) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.fixed_body = file.compressed;
  } else {
    response.fixed_body = file.content;
  }
  return response;
}

http::Response StaticFiles::serve(const http::Request& request) const {
  const std::string_view target = request.target;
  const auto path = target.substr(0, target.find('?'));
  const auto found = files_.find(is_app_address(path) ? kPage : path);
  if (found != files_.end()) return send(request, found->second);
  const auto page = files_.find(kPage);
  if (page == files_.end()) return missing("This program was built without its web pages.\n");
  if (!looks_like_a_page(path)) return missing("There is no such file.\n");
  // The app says it in words that people understand, in their language.
  auto lost = send(request, page->second);
  lost.status = 404;
  return lost;
}

}  // namespace rapport::server
