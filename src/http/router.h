// Router: requests to handlers by method and path, from a table that can be listed.
//
// A pattern is "/v1/users/{id}": literal segments and captures of one segment each, decoded; "{rest...}" at the end
// captures all that is left as Request::path has it, slashes too, perhaps nothing. A literal wins over a capture, a
// capture over a rest. HEAD is answered by GET's handler, OPTIONS with the allowed methods unless a route of its own
// exists; 404 and 405 (with Allow) as problems. Thread: its loop once requests come. Lifetime: routes are added before.
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
  size_t body_bytes_max = Handler::default_body_bytes_max;
};

class Router final : public Handler {
 public:
  Router();
  ~Router() override;

  // Asserts that the pattern is well formed and that the route is not there yet.
  void add(Route route);
  void add(std::string method, std::string pattern, std::function<void(Request, Responder)> handle);
  const std::vector<std::unique_ptr<const Route>>& routes() const {
    return routes_;
  }  // in the order in which they were added

  size_t body_bytes_max(const Request& head) const override;
  void on_request(Request request, Responder responder) override;

 private:
  struct Node;
  using Captures = std::vector<std::pair<std::string, std::string>>;

  const Node* find(const Node& node, std::string_view path, Captures* captures) const;
  const Node* find_rest(const Node& node, std::string_view path, Captures* captures) const;
  const Route* find_route(const Node& node, const std::string& method) const;
  static std::string allowed_methods(const Node& node);

  std::vector<std::unique_ptr<const Route>> routes_;
  std::unique_ptr<Node> root_;
};

}  // namespace teahouse::http
