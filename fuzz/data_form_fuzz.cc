// Data forms: what is read is read again, the same, when it is written.
#include "fuzz/xml_check_fuzz.h"
#include "xmpp/data_form.h"

namespace data_form_fuzz {
namespace {
std::string written(const teahouse::DataForm& form) {
  std::string out;
  teahouse::xml::Writer writer(out);
  form.write(writer);
  return out;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse;
  namespace fuzz = xml::fuzz;
  const auto document = xml::Document::parse(SharedBytes(std::string(reinterpret_cast<const char*>(data), size)));
  if (!document) return 0;
  const auto form = DataForm::read(document->root());
  if (!form) return 0;
  const auto again = xml::Document::parse(SharedBytes(written(*form)), fuzz::wide_limits());
  fuzz::require(again.has_value(), "a form that was written is no XML");
  const auto read = DataForm::read(again->root());
  fuzz::require(read && read->type() == form->type(), "a form that was written is no form");
  fuzz::require(read->fields().size() == form->fields().size(), "fields got lost");
  for (size_t i = 0; i < form->fields().size(); ++i) {
    const FormField &field = form->fields()[i], &same = read->fields()[i];
    fuzz::require(field.var == same.var && field.values == same.values && field.boolean() == same.boolean(),
                  "a field changed");
    fuzz::require(form->find(field.var) != nullptr, "a field cannot be found");
  }
  return 0;
}

}  // namespace data_form_fuzz
