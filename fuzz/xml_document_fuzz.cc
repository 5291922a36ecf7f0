// Document::parse: expat accepts all that it accepts and reads the same; write() keeps the meaning; escaping is undone.
#include "fuzz/xml_check_fuzz.h"

namespace xml_document_fuzz {
namespace {

using namespace teahouse::xml;
using teahouse::SharedBytes;

void check_parse(std::string_view bytes) {
  const auto document = Document::parse(SharedBytes(std::string(bytes)));
  if (!document) return;
  oracle::Expat expat(true);
  fuzz::require(expat.read(document->bytes().view(), true), "expat refuses what we accept");
  fuzz::require(expat.list == std::vector{"element " + oracle::to_string(document->root())},
                "expat reads something else");
  fuzz::require(document->root().outer() == document->bytes().view(), "the root is not all of its document");
  fuzz::check_element(document->root(), {});
  const auto client = Document::parse(SharedBytes(std::string(bytes)), {}, "jabber:client");
  fuzz::require(client.has_value(), "a default namespace outside changes the verdict");
  fuzz::check_element(client->root(), "jabber:client");
}

// All bytes that are written give XML, and those that are XML come back.
void check_escaping(std::string_view bytes) {
  std::string out;
  Writer(out).open("a", "urn:a").attribute("b", bytes).text(bytes).close();
  const auto document = Document::parse(SharedBytes(out), fuzz::wide_limits());
  if (!document) fuzz::fail("Writer wrote what is not XML: " + document.error().text);
  const std::string text = document->root().text();
  fuzz::require(document->root().attribute("b") == text, "a value and text are escaped differently");
  std::string again;
  append_escaped_value(again, text);
  fuzz::require(out.find("b='" + again + "'") != std::string::npos, "escaping does not come back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_parse(bytes);
  check_escaping(bytes);
  return 0;
}

}  // namespace xml_document_fuzz
