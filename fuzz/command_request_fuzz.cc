// Commands (XEP-0050): a request that is read has a node and no more text than it may; a form that was filled in is
// compared with itself.
#include "fuzz/xml_check_fuzz.h"
#include "modules/commands/command_request.h"

namespace command_request_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse;
  namespace fuzz = xml::fuzz;
  const auto document = xml::Document::parse(SharedBytes(std::string(reinterpret_cast<const char*>(data), size)));
  if (!document) return 0;
  const auto read = read_command(document->root());
  if (const auto* refusal = std::get_if<CommandRefusal>(&read)) {
    fuzz::require(refusal->error.kind == ErrorKind::bad_request, "a request is refused as something else");
    return 0;
  }
  const auto& request = std::get<CommandRequest>(read);
  fuzz::require(!request.node.empty() && request.node.size() <= 1023, "a node beyond its limits");
  fuzz::require(request.session_id.size() <= 128, "a session id beyond its limit");
  if (request.form) (void)check_filled_in(*request.form, *request.form);
  return 0;
}

}  // namespace command_request_fuzz
