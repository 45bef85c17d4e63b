#include "server/static_files.hpp"

#include <gtest/gtest.h>

namespace rapport::server {
namespace {

http::Response get(const std::string& target) {
  static const StaticFiles files;
  return files.serve({http::Method::get, target, {}, {}, "127.0.0.1"});
}

std::string header(const http::Response& response, std::string_view wanted) {
  for (const auto& [name, value] : response.headers) {
    if (name == wanted) return value;
  }
  return {};
}

std::string type_of(const http::Response& response) {
  return header(response, "Content-Type");
}

TEST(StaticFiles, AnswerAPersonWithThePageAndAProgramWithASentence) {
  if (get("/").status != 200) GTEST_SKIP() << "built without the web pages";
  for (const auto* own :
       {"/", "/help", "/join", "/account/close", "/concerns/x", "/with/x/chat", "/with/x/messages/new?a=1.2"}) {
    EXPECT_EQ(get(own).status, 200) << own;
  }
  for (const auto* typed : {"/hilfe", "/chat?from=1.2", "/with"}) {
    EXPECT_EQ(get(typed).status, 404) << typed;
    EXPECT_EQ(type_of(get(typed)), "text/html; charset=utf-8") << typed;
    EXPECT_EQ(get(typed).fixed_body, get("/").fixed_body) << typed;
  }
  for (const auto* file : {"/none.png", "/assets/none", "/assets/none.js", "/with/x/none.js", "/../etc/passwd.txt"}) {
    EXPECT_EQ(get(file).status, 404) << file;
    EXPECT_EQ(type_of(get(file)), "text/plain; charset=utf-8") << file;
    EXPECT_TRUE(get(file).fixed_body.empty()) << file;
  }
}

TEST(StaticFiles, TheWorkerIsAskedForAnewEveryTimeAndRunsUnderThePolicy) {
  if (get("/").status != 200) GTEST_SKIP() << "built without the web pages";
  const auto worker = get("/worker.js");
  EXPECT_EQ(worker.status, 200);
  EXPECT_EQ(type_of(worker), "text/javascript; charset=utf-8");
  EXPECT_EQ(header(worker, "Cache-Control"), "no-cache");
  const auto policy = header(get("/"), "Content-Security-Policy");
  EXPECT_EQ(header(worker, "Content-Security-Policy"), policy);
  EXPECT_NE(header(get("/"), "Permissions-Policy").find("camera=(), microphone=(), geolocation=()"), std::string::npos);
  EXPECT_NE(policy.find("worker-src 'self';"), std::string::npos);
  EXPECT_NE(policy.find("trusted-types svelte-trusted-html rapport-worker"), std::string::npos);
}

}  // namespace
}  // namespace rapport::server
