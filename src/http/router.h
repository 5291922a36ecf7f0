// Router: requests to handlers by host, method and path, from a table that can be listed.
//
// A pattern is "/v1/users/{id}": literal segments and captures of one segment each, decoded; "{rest...}" at the end
// captures all that is left as Request::path has it, slashes too, perhaps nothing. A literal wins over a capture, a
// capture over a rest. HEAD is answered by GET's handler, OPTIONS with the allowed methods unless a route of its own
// exists; 404 and 405 (with Allow) as problems. A path is looked for among the routes of the request's very host, then
// of the host's kind, then of all hosts; the first that have it answer for it. A 404 says so where only hosts of
// another kind have the path. Thread: its loop once requests come. Lifetime: until remove(), or the router's.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.h"

namespace teahouse::http {

struct Route {
  std::string method;
  std::string pattern;
  std::function<void(Request, Responder)> handle;
  BodyRule body;
  std::string host = {};       // only requests to this one, lower-cased
  std::string host_kind = {};  // only to hosts of this kind (Router::know_kinds()); not both
};

// The 404 for a path that nothing is at.
Response make_nothing_here(const Request& request);

class Router final : public Handler {
 public:
  Router();
  ~Router() override;

  // Says of a request's host what kind it is of, as Route::host_kind has it; "" for none.
  using KindOf = std::function<std::string(std::string_view host)>;
  void know_kinds(KindOf kind_of) { kind_of_ = std::move(kind_of); }

  // Asserts that the pattern is well formed and that the route is not there yet. The route stays where it is.
  const Route& add(Route route);
  const Route& add(std::string method, std::string pattern, std::function<void(Request, Responder)> handle);
  // Requests that it handles are answered still. REQUIRES: add() gave it; not called out of its own handler.
  void remove(const Route& route);
  const std::vector<std::unique_ptr<const Route>>& routes() const {
    return routes_;
  }  // in the order in which they were added

  BodyRule body_rule(const Request& head) const override;
  void on_request(Request request, Responder responder) override;

 private:
  struct Node;
  using Captures = std::vector<std::pair<std::string, std::string>>;
  using Roots = std::map<std::string, std::unique_ptr<Node>, std::less<>>;

  Response refuse_path(const Request& request) const;
  Node& make_root(const Route& route);
  Node& make_node(const Route& route);
  const Node* find_node(const Request& request, Captures* captures) const;
  const Node* find(const Node& node, std::string_view path, Captures* captures) const;
  const Node* find_rest(const Node& node, std::string_view path, Captures* captures) const;
  const Route* find_route(const Node& node, const std::string& method) const;
  static std::string allowed_methods(const Node& node);

  std::vector<std::unique_ptr<const Route>> routes_;
  std::unique_ptr<Node> root_;  // of all hosts
  Roots hosts_, kinds_;
  KindOf kind_of_;
};

}  // namespace teahouse::http
