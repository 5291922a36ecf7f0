#include "http/router.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "http/problem.h"

namespace teahouse::http {

// A place in the tree of path segments.
struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> capture;
  std::unique_ptr<Node> rest;
  std::map<std::string, const Route*, std::less<>> methods;
};

namespace {

// Takes "/segment" off the front. REQUIRES: the path begins with a slash.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const size_t end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

// "{id}" -> "id"; "{rest...}" -> "rest".
std::string capture_name(std::string_view segment) {
  segment = segment.substr(1, segment.size() - 2);
  if (segment.ends_with("...")) segment.remove_suffix(3);
  return std::string(segment);
}

// The names in the order in which the tree meets their values.
std::vector<std::string> capture_names(std::string_view pattern) {
  std::vector<std::string> names;
  while (!pattern.empty()) {
    const std::string_view segment = take_segment(pattern);
    if (segment.starts_with('{')) names.push_back(capture_name(segment));
  }
  return names;
}

}  // namespace

Response make_nothing_here(const Request& request) {
  return make_problem(request, Error{ErrorKind::item_not_found, "There is nothing at this path."});
}

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

const Route& Router::add(std::string method, std::string pattern, std::function<void(Request, Responder)> handle) {
  return add(Route{std::move(method), std::move(pattern), std::move(handle), {}});
}

Router::Node& Router::make_root(const Route& route) {
  assert((route.host.empty() || route.host_kind.empty()) && "a host or a kind of hosts");
  if (route.host.empty() && route.host_kind.empty()) return *root_;
  std::unique_ptr<Node>& root = route.host.empty() ? kinds_[route.host_kind] : hosts_[route.host];
  if (!root) root = std::make_unique<Node>();
  return *root;
}

Router::Node& Router::make_node(const Route& route) {
  Node* node = &make_root(route);
  std::string_view pattern = route.pattern;
  while (!pattern.empty()) {
    const std::string_view segment = take_segment(pattern);
    std::unique_ptr<Node>* next = nullptr;
    if (segment.starts_with('{')) {
      assert(segment.ends_with('}') && segment.size() > 2);
      const bool is_rest = segment.ends_with("...}");
      assert((!is_rest || pattern.empty()) && "a rest is the last segment");
      next = is_rest ? &node->rest : &node->capture;
    } else {
      next = &node->literals[std::string(segment)];
    }
    if (!*next) *next = std::make_unique<Node>();
    node = next->get();
  }
  return *node;
}

const Route& Router::add(Route route) {
  assert(route.pattern.starts_with('/') && route.handle);
  auto kept = std::make_unique<const Route>(std::move(route));
  [[maybe_unused]] const bool added = make_node(*kept).methods.emplace(kept->method, kept.get()).second;
  assert(added && "this route is there already");
  routes_.push_back(std::move(kept));
  return *routes_.back();
}

void Router::remove(const Route& route) {
  make_node(route).methods.erase(route.method);
  std::erase_if(routes_, [&route](const auto& each) { return each.get() == &route; });
}

const Router::Node* Router::find_node(const Request& request, Captures* captures) const {
  if (!request.path.starts_with('/')) return nullptr;
  const auto find_of = [&](const Roots& roots, std::string_view name) -> const Node* {
    const auto root = roots.find(name);
    return root == roots.end() ? nullptr : find(*root->second, request.path, captures);
  };
  if (const Node* found = find_of(hosts_, request.host)) return found;
  if (!kinds_.empty() && kind_of_) {
    if (const Node* found = find_of(kinds_, kind_of_(request.host))) return found;
  }
  return find(*root_, request.path, captures);
}

const Router::Node* Router::find_rest(const Node& node, std::string_view path, Captures* captures) const {
  if (!node.rest) return nullptr;
  if (captures) captures->emplace_back(std::string(), std::string(path.substr(path.empty() ? 0 : 1)));
  return node.rest.get();
}

// Depth is the path's number of segments, which the size of a request's head bounds; each level tries at most three
// ways, of which only literal and capture go on, and no table has many captures over each other.
const Router::Node* Router::find(const Node& node, std::string_view path, Captures* captures) const {
  if (path.empty()) return node.methods.empty() ? find_rest(node, path, captures) : &node;
  const std::string_view whole = path;
  const std::string_view segment = take_segment(path);
  if (const auto literal = node.literals.find(segment); literal != node.literals.end()) {
    if (const Node* found = find(*literal->second, path, captures)) return found;
  }
  if (node.capture && !segment.empty()) {
    const size_t depth = captures ? captures->size() : 0;
    if (captures) captures->emplace_back(std::string(), decode_segment(segment));
    if (const Node* found = find(*node.capture, path, captures)) return found;
    if (captures) captures->resize(depth);
  }
  return find_rest(node, whole, captures);
}

const Route* Router::find_route(const Node& node, const std::string& method) const {
  auto found = node.methods.find(method);
  if (found == node.methods.end() && method == "HEAD") found = node.methods.find("GET");
  return found == node.methods.end() ? nullptr : found->second;
}

std::string Router::allowed_methods(const Node& node) {
  std::string allowed;
  for (const auto& [method, route] : node.methods) {
    if (method != "OPTIONS") allowed += method + ", ";
  }
  if (node.methods.contains("GET") && !node.methods.contains("HEAD")) allowed += "HEAD, ";
  return allowed + "OPTIONS";
}

BodyRule Router::body_rule(const Request& head) const {
  const Node* node = find_node(head, nullptr);
  const Route* route = node ? find_route(*node, head.method) : nullptr;
  return route ? route->body : BodyRule();
}

Response Router::refuse_path(const Request& request) const {
  for (const auto& [kind, root] : kinds_) {
    if (!request.path.starts_with('/') || !find(*root, request.path, nullptr)) continue;
    return make_problem(request, Error{ErrorKind::item_not_found, "There is nothing at this path of the host '" +
                                                                      request.host + "': only hosts of the kind '" +
                                                                      kind + "' that are served here have it."});
  }
  return make_nothing_here(request);
}

void Router::on_request(Request request, Responder responder) {
  if (request.path == "*" && request.method == "OPTIONS") return responder.send(make_empty(204));
  Captures captures;
  const Node* node = find_node(request, &captures);
  if (!node) return responder.send(refuse_path(request));
  if (const Route* route = find_route(*node, request.method)) {
    const std::vector<std::string> names = capture_names(route->pattern);
    for (size_t i = 0; i < captures.size() && i < names.size(); ++i) captures[i].first = names[i];
    request.captures = std::move(captures);
    return route->handle(std::move(request), std::move(responder));
  }
  const bool asks = request.method == "OPTIONS";
  Response response = asks ? make_empty(204)
                           : make_problem(request, 405, to_string(ErrorKind::not_allowed),
                                          "This path does not know the method " + request.method + "; see Allow.");
  response.headers.add("Allow", allowed_methods(*node));
  responder.send(std::move(response));
}

}  // namespace teahouse::http
