#include "domains/survey/stream_probe.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::survey {
namespace {

using Reached = Probed::Reached;

constexpr size_t words_max = 32;  // mechanisms and kinds of channel binding
constexpr xml::Limits limits{
    .element_bytes_max = 64 * 1024, .depth_max = 16, .attributes_max = 32, .elements_max = 512};

bool is_for_servers(const Place& place) { return place.target.service->area == "servers"; }

void keep(std::vector<std::string>& words, std::string word) {
  if (words.size() < words_max) words.push_back(shown(word));
}

std::vector<std::string> mechanisms_of(const xml::Element& features) {
  std::vector<std::string> names;
  for (const char* of : {ns::sasl, ns::sasl2}) {
    const auto list = features.child(of == ns::sasl ? "mechanisms" : "authentication", of);
    if (!list) continue;
    list->for_each_child([&](const xml::Element& each) {
      if (each.name() == "mechanism") keep(names, each.text());
    });
    if (!names.empty()) return names;
  }
  return names;
}

}  // namespace

StreamProbe::StreamProbe(const Ways& ways, Place place, std::string ascii, Done done)
    : ways_(ways), place_(std::move(place)), ascii_(std::move(ascii)), done_(std::move(done)) {}

void StreamProbe::start() {
  clock_ = ways_.loop.start_timer(timeout_ms, [this] {
    probed_.error = "it did not answer in time";
    if (connection_) connection_->abort();
    tell();
  });
  net::Destination to{.host = net::format_ip(place_.address.storage),
                      .port = place_.target.port,
                      .guard = ways_.guard,
                      .timeout_ms = timeout_ms};
  connecting_ = net::connect(
      ways_.loop, ways_.dns, std::move(to),
      [this](Result<std::unique_ptr<net::Connection>> connection) { on_connected(std::move(connection)); });
}

void StreamProbe::on_connected(Result<std::unique_ptr<net::Connection>> connection) {
  if (!connection) {
    const std::string& text = connection.error().text;
    probed_.is_unreachable_from_here = text.ends_with(std::strerror(ENETUNREACH)) ||
                                       text.ends_with(std::strerror(EADDRNOTAVAIL)) ||
                                       text.ends_with(std::strerror(EAFNOSUPPORT));
    probed_.error = text;
    return tell();
  }
  connection_ = std::move(*connection);
  probed_.reached = Reached::connection;
  if (place_.target.service->is_direct) {
    begin_tls();
    connection_->start(*this);
    return;
  }
  connection_->start(*this);
  send_header();
}

void StreamProbe::begin_tls() {
  net::TlsClient client{ways_.trust, ascii_, {}, true};
  if (place_.target.service->is_direct) client.alpn = {is_for_servers(place_) ? "xmpp-server" : "xmpp-client"};
  connection_->start_tls(client);
}

void StreamProbe::send_header() {
  parser_.emplace(limits);
  const bool is_server = is_for_servers(place_);
  std::string header = "<?xml version='1.0'?><stream:stream xmlns='";
  header += is_server ? ns::server : ns::client;
  header += "' xmlns:stream='" + std::string(ns::stream) + "' to='" + ascii_ + "' version='1.0'";
  if (is_server) header += " xmlns:db='" + std::string(ns::dialback) + "'";
  connection_->send(header + ">");
  has_sent_header_ = true;
}

void StreamProbe::on_secure() {
  probed_.reached = Reached::tls;
  probed_.chain = connection_->peer_chain();
  probed_.tls_version = connection_->tls_version();
  probed_.alpn = connection_->alpn();
  send_header();
}

void StreamProbe::on_bytes(std::string_view bytes) {
  bytes_ += bytes.size();
  if (is_ending_ || !parser_) return;
  if (bytes_ > stream_bytes_max) return end("it says more than a stream's beginning is long");
  while (!is_ending_) {
    switch (parser_->next(bytes)) {
      case xml::StreamParser::Step::need_more: return;
      case xml::StreamParser::Step::stream_open: break;
      case xml::StreamParser::Step::stream_close: return end("it closed the stream");
      case xml::StreamParser::Step::fault:
        return end("what it says is no stream of XMPP: " + shown(parser_->fault_text()));
      case xml::StreamParser::Step::element: {
        if (++elements_ > elements_max) return end("it does not come to its features");
        const xml::Document element = parser_->take_element();
        on_element(element.root());
        if (!parser_) return;  // TLS has begun: the rest is thrown away
        break;
      }
    }
  }
}

void StreamProbe::on_element(const xml::Element& element) {
  if (element.is("error", ns::stream)) {
    const auto condition = element.first_child();
    const std::string text = element.child_text("text", ns::streams_error);
    return end("it ended the stream: " + shown(condition ? condition->name() : "without a reason") +
               (text.empty() ? "" : " (" + shown(text) + ")"));
  }
  if (awaits_proceed_) {
    awaits_proceed_ = false;
    if (!element.is("proceed", ns::tls)) return end("it offers STARTTLS and refuses it");
    if (connection_->queued_bytes() > 0) return end("it went on to TLS before it was asked");
    parser_.reset();
    return begin_tls();
  }
  if (!element.is("features", ns::stream)) return;
  if (probed_.reached != Reached::tls) return on_plain_features(element);
  probed_.reached = Reached::all;
  probed_.mechanisms = mechanisms_of(element);
  probed_.offers_dialback = element.child("dialback", ns::dialback_feature).has_value();
  if (const auto bindings = element.child("sasl-channel-binding", ns::channel_binding)) {
    bindings->for_each_child(
        [&](const xml::Element& each) { keep(probed_.bindings, std::string(each.attribute("type").value_or(""))); });
  }
  end({});
}

void StreamProbe::on_plain_features(const xml::Element& features) {
  probed_.reached = Reached::features;
  probed_.plain_mechanisms = mechanisms_of(features);
  const auto tls = features.child("starttls", ns::tls);
  probed_.offers_tls = tls.has_value();
  probed_.requires_tls = tls && tls->child("required", ns::tls);
  if (!tls) return end("it offers no encryption");
  awaits_proceed_ = true;
  connection_->send("<starttls xmlns='" + std::string(ns::tls) + "'/>");
}

void StreamProbe::end(std::string error) {
  is_ending_ = true;
  probed_.error = std::move(error);
  if (has_sent_header_) connection_->send(std::string("</stream:stream>"));
  connection_->close();
}

void StreamProbe::on_closed(std::string_view why) {
  if (!is_ending_) probed_.error = why;
  tell();
}

// The call may destroy this.
void StreamProbe::tell() {
  clock_.stop();
  const auto done = std::move(done_);
  done_ = nullptr;
  if (done) done(std::move(probed_));
}

}  // namespace teahouse::survey
