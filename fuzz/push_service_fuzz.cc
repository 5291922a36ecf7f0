// Push services as apps enable them, and their rows: reading them never crashes, what is taken is within its limits,
// its row is read as it was written, and what is published is XML.
#include "fuzz/xml_check_fuzz.h"
#include "modules/push/service.h"

namespace push_service_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse;
  namespace fuzz = xml::fuzz;
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)push::read_service("id", text);
  const auto document = xml::Document::parse(SharedBytes(std::string(text)));
  if (!document) return 0;
  (void)push::read_disable(document->root());
  if (Stanza::is_stanza(document->root())) {
    const auto stanza = Stanza::read(*document);
    if (stanza) {
      (void)push::read_affiliation_end(*stanza, "romeo@montague.example");
      (void)push::read_answer(*stanza);
    }
  }
  const auto service = push::read_enable(document->root(), 1);
  if (!service) return 0;
  fuzz::require(service->node.size() <= push::node_bytes_max, "a node is too long");
  fuzz::require(service->options.size() <= push::options_bytes_max, "publish-options are too long");
  const auto read = push::read_service(service->id, push::write_service(*service));
  fuzz::require(read.has_value(), "a row that was written can't be read");
  fuzz::require(read->jid == service->jid && read->node == service->node && read->options == service->options,
                "a row is read otherwise than it was written");
  const std::string published = push::make_publish(*service, {1, 2, "a@b.example/c", "body"});
  fuzz::require(xml::Document::parse(SharedBytes(std::string(published)), fuzz::wide_limits()).has_value(),
                "what is published is no XML");
  return 0;
}

}  // namespace push_service_fuzz
