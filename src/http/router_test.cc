#include "http/router.h"

#include <gtest/gtest.h>

#include "http/fake/served_pair.h"
#include "http/problem.h"

namespace teahouse::http::router_test {
namespace {

using fake::ServedPair;

class RouterTest : public ::testing::Test {
 protected:
  void add(const std::string& method, const std::string& pattern) {
    router_.add(method, pattern, [pattern](const Request& request, Responder responder) {
      std::string text = pattern;
      for (const auto& [name, value] : request.captures) text += "|" + name + "=" + value;
      responder.send(make_text(200, text));
    });
  }
  std::string ask(const std::string& method, const std::string& target, const std::string& headers = {},
                  const std::string& host = "h") {
    if (!pair_) pair_ = std::make_unique<ServedPair>(router_);
    const size_t peer = pair_->connect();
    return pair_->exchange(peer, method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + headers + "\r\n");
  }
  std::string body(const std::string& target) {
    const std::string answer = ask("GET", target);
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }
  Router router_;
  std::unique_ptr<ServedPair> pair_;
};

TEST_F(RouterTest, FindsTheMostLiteralRoute) {
  add("GET", "/v1/users");
  add("GET", "/v1/users/{id}");
  add("GET", "/v1/users/me");
  add("GET", "/v1/users/{id}/devices/{device}");
  add("GET", "/v1/{kind}/me/x");
  add("GET", "/files/{path...}");
  add("GET", "/");
  EXPECT_EQ(body("/v1/users"), "/v1/users");
  EXPECT_EQ(body("/v1/users/romeo%40montague.lit"), "/v1/users/{id}|id=romeo@montague.lit");
  EXPECT_EQ(body("/v1/users/staff%2Fbo"), "/v1/users/{id}|id=staff/bo");
  EXPECT_EQ(body("/v1/users/CORP%5cbo"), "/v1/users/{id}|id=CORP\\bo");
  EXPECT_EQ(body("/v1/users/100%25%2F7"), "/v1/users/{id}|id=100%/7");
  EXPECT_EQ(body("/v1/users/a%252Fb"), "/v1/users/{id}|id=a%2Fb");
  EXPECT_EQ(body("/v1/users/me%2F"), "/v1/users/{id}|id=me/");
  EXPECT_EQ(body("/v1/users/me"), "/v1/users/me");
  EXPECT_EQ(body("/v1/users/a/devices/b"), "/v1/users/{id}/devices/{device}|id=a|device=b");
  EXPECT_EQ(body("/v1/users/me/devices/b"), "/v1/users/{id}/devices/{device}|id=me|device=b");  // back from "me"
  EXPECT_EQ(body("/v1/users/me/x"), "/v1/{kind}/me/x|kind=users");
  EXPECT_EQ(body("/files/a/b.js"), "/files/{path...}|path=a/b.js");
  EXPECT_EQ(body("/files/a%2Fb.js"), "/files/{path...}|path=a%2Fb.js");
  EXPECT_EQ(body("/files/"), "/files/{path...}|path=");
  EXPECT_EQ(body("/files"), "/files/{path...}|path=");
  EXPECT_EQ(body("/"), "/");
}

TEST_F(RouterTest, Answers404WhereNothingIs) {
  add("GET", "/v1/users/{id}");
  for (const char* target :
       {"/", "/v1", "/v1/users", "/v1/users/", "/v1/users/a/b", "/v1//users/a", "/V1/users/a", "/v1/users/a/",
        "/v1/users/%2e%2e/a", "/v1%2Fusers/a", "/v1/users%2Fa", "/v1/users/a/%2Fb"}) {
    const std::string answer = ask("GET", target);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 404 Not Found\r\n")) << target;
    EXPECT_NE(answer.find("Content-Type: application/problem+json\r\n"), std::string::npos);
    EXPECT_NE(answer.find("\"code\":\"item-not-found\""), std::string::npos);
    EXPECT_NE(answer.find("\r\nRequest-Id: "), std::string::npos);
    EXPECT_NE(answer.find("\"detail\":\"There is nothing at this path."), std::string::npos);
    EXPECT_EQ(answer.find("\"request_id\":\"\""), std::string::npos);
  }
}

TEST_F(RouterTest, Answers405WithWhatIsAllowed) {
  add("GET", "/v1/users/{id}");
  add("DELETE", "/v1/users/{id}");
  const std::string answer = ask("PATCH", "/v1/users/a");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
  EXPECT_NE(answer.find("Allow: DELETE, GET, HEAD, OPTIONS\r\n"), std::string::npos);
}

TEST_F(RouterTest, KnowsHeadAndOptions) {
  add("GET", "/a");
  add("POST", "/b");
  const std::string head = ask("HEAD", "/a");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_NE(head.find("Content-Length: 2\r\n"), std::string::npos);
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  EXPECT_TRUE(ask("HEAD", "/b").starts_with("HTTP/1.1 405 "));
  const std::string options = ask("OPTIONS", "/a");
  EXPECT_TRUE(options.starts_with("HTTP/1.1 204 No Content\r\n"));
  EXPECT_NE(options.find("Allow: GET, HEAD, OPTIONS\r\n"), std::string::npos);
  EXPECT_EQ(options.find("Content-Length"), std::string::npos);
  EXPECT_TRUE(ask("OPTIONS", "*").starts_with("HTTP/1.1 204 "));
}

TEST_F(RouterTest, ARouteMayAnswerOptionsItself) {
  add("GET", "/a");
  add("OPTIONS", "/a");
  EXPECT_TRUE(ask("OPTIONS", "/a").starts_with("HTTP/1.1 200 "));
  EXPECT_NE(ask("PUT", "/a").find("\r\nAllow: GET, HEAD, OPTIONS\r\n"), std::string::npos);
}

TEST_F(RouterTest, ListsItsRoutesAndTheirLimits) {
  add("GET", "/a/{x}");
  Route upload{"PUT", "/a/{x}", [](Request, const Responder&) {}, {5'000'000, true}, {}, {}};
  router_.add(std::move(upload));
  ASSERT_EQ(router_.routes().size(), 2U);
  EXPECT_EQ(router_.routes()[0]->pattern, "/a/{x}");
  EXPECT_EQ(router_.routes()[1]->method, "PUT");
  Request head;
  head.path = "/a/b";
  head.method = "PUT";
  EXPECT_EQ(router_.body_rule(head).bytes_max, 5'000'000U);
  EXPECT_TRUE(router_.body_rule(head).is_streamed);
  head.method = "GET";
  EXPECT_EQ(router_.body_rule(head).bytes_max, BodyRule::default_bytes_max);
  EXPECT_FALSE(router_.body_rule(head).is_streamed);
}

TEST_F(RouterTest, ChoosesByHostThenByItsKindThenForAll) {
  const auto add_for = [this](const std::string& says, const std::string& path, Route route) {
    route.method = "GET";
    route.pattern = path;
    route.handle = [says](const Request& request, Responder responder) {
      responder.send(make_text(200, says + " " + request.capture("x")));
    };
    return &router_.add(std::move(route));
  };
  router_.know_kinds([](std::string_view host) { return host.starts_with("upload.") ? "upload" : ""; });
  Route exact, kind, all;
  exact.host = "upload.capulet.lit";
  kind.host_kind = "upload";
  const Route* added = add_for("capulet's", "/a/{x}", exact);
  add_for("upload's", "/a/{x}", kind);
  add_for("upload's", "/b/{x}", kind);
  add_for("all's", "/a/{x}", all);
  add_for("all's", "/c/{x}", all);
  const auto get = [this](const std::string& host, const std::string& path) {
    const std::string answer = ask("GET", path, {}, host);
    return answer.starts_with("HTTP/1.1 404 ") ? "404" : answer.substr(answer.find("\r\n\r\n") + 4);
  };
  EXPECT_EQ(get("Upload.Capulet.lit:5443", "/a/1"), "capulet's 1");
  EXPECT_EQ(get("upload.capulet.lit", "/b/1"), "upload's 1");
  EXPECT_EQ(get("upload.capulet.lit", "/c/1"), "all's 1");
  EXPECT_EQ(get("upload.montague.lit", "/a/1"), "upload's 1");
  EXPECT_EQ(get("montague.lit", "/a/1"), "all's 1");
  EXPECT_EQ(get("montague.lit", "/b/1"), "404");
  EXPECT_NE(
      ask("GET", "/b/1", {}, "montague.lit").find("path of the host 'montague.lit': only hosts of the kind 'upload'"),
      std::string::npos);
  EXPECT_EQ(ask("GET", "/d", {}, "montague.lit").find("montague.lit"), std::string::npos);
  router_.remove(*added);
  EXPECT_EQ(get("upload.capulet.lit", "/a/1"), "upload's 1");
  EXPECT_EQ(router_.routes().size(), 4U);
}

TEST(Problem, SaysItInJsonAndInPlainText) {
  Request request;
  request.id = "abc";
  const Error error{ErrorKind::conflict, "there is a \"romeo\"\nalready"};
  const Response json = make_problem(request, error);
  EXPECT_EQ(json.status, 409);
  EXPECT_EQ(json.content_type, "application/problem+json");
  EXPECT_EQ(json.body.view(),
            R"({"type":"about:blank","title":"Conflict","status":409,"detail":"there is a \"romeo\"\nalready",)"
            R"("code":"conflict","request_id":"abc"})");
  request.headers.add("Accept", "text/plain, */*");
  const Response text = make_problem(request, error);
  EXPECT_EQ(text.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(text.body.view(), "error: conflict: there is a \"romeo\" already\n");
  EXPECT_EQ(make_problem(request, Error{ErrorKind::not_authorized, "x"}).headers.value("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(text.headers.value("Request-Id"), "abc");
  EXPECT_EQ(make_problem(request, 431, "Too many.").body.view(), "error: request-header-fields-too-large: Too many.\n");
  EXPECT_EQ(make_problem(request, 404, "Nothing.").body.view(), "error: item-not-found: Nothing.\n");
}

TEST(Problem, EachKindHasAStatus) {
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::unexpected_request); ++kind) {
    const int status = status_of(static_cast<ErrorKind>(kind));
    EXPECT_GE(status, 400);
    EXPECT_STRNE(reason_phrase(status), "Unknown");
  }
}

}  // namespace
}  // namespace teahouse::http::router_test
