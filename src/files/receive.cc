#include "files/receive.h"

#include <algorithm>

#include "files/media_type.h"
#include "http/body_reader.h"

namespace teahouse {
namespace {

// Everything of the body to the upload; the first bytes of it tell the file's type.
Task<Result<void>> take_all(Files& files, http::BodyReader& body, ObjectUpload& upload, FileInfo& file) {
  std::string first_bytes;
  int64_t bytes = 0;
  while (true) {
    auto piece = co_await body.next();
    if (!piece) co_return piece.error();
    if (piece->empty()) break;
    if (auto may = files.disk().check_addition(); !may) co_return may;
    bytes += static_cast<int64_t>(piece->size());
    if (first_bytes.size() < media_type_bytes) first_bytes += piece->substr(0, media_type_bytes);
    auto writing = upload.write(std::move(*piece));
    auto written = co_await writing;
    if (!written) co_return written;
  }
  if (bytes != file.bytes) co_return Error{ErrorKind::bad_request, "The file's length is not the one that was said."};
  file.type = find_media_type(first_bytes).name;
  co_return Result<void>();
}

}  // namespace

Task<Result<FileInfo>> receive_file(Files& files, net::Loop& home, TenantPtr tenant, FileInfo file,
                                    http::Responder& responder) {
  if (auto may = files.disk().check_addition(); !may) co_return may.error();
  if (auto may = files.check_size(*tenant, file.bytes); !may) co_return may.error();
  auto room = files.take_room(*tenant, file.bytes);
  if (!room) co_return room.error();
  auto upload = co_await files.objects().begin(home, tenant->id);
  if (!upload) co_return upload.error();
  http::BodyReader body(home, responder);
  auto taken = co_await take_all(files, body, **upload, file);
  if (!taken) co_return taken.error();
  auto kept = co_await files.keep(home, tenant, std::move(file), **upload);
  if (kept) room->keep();
  co_return kept;
}

}  // namespace teahouse
