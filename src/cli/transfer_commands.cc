// `teahouse export` and `teahouse import`: a tenant into a file, and out of one.
//
// An export has its name when it is whole, and until then another, so that nobody takes a part for the whole.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>

#include "cli/shell.h"

namespace teahouse::cli {
namespace {

constexpr size_t piece_bytes = 256 << 10;
constexpr uint64_t first_told_bytes = 64 << 20;

struct TransferOptions {
  std::string tenant, file;
  std::string name, domain, plan;
};

Error failed(const std::string& what, const std::string& path) {
  const ErrorKind kind = errno == ENOSPC ? ErrorKind::storage_full : ErrorKind::not_allowed;
  return {kind, path + " can't be " + what + ": " + std::strerror(errno) + "."};
}

// Tells each time that twice as much has come.
class Progress {
 public:
  explicit Progress(std::string verb) : verb_(std::move(verb)) {}
  void add(size_t bytes) {
    bytes_ += bytes;
    if (bytes_ < next_) return;
    std::cerr << bytes_ / (1 << 20) << " MiB " << verb_ << " so far ...\n";
    next_ *= 2;
  }
  uint64_t bytes() const { return bytes_; }

 private:
  const std::string verb_;
  uint64_t bytes_ = 0, next_ = first_told_bytes;
};

// A file that is open, until it goes.
class File {
 public:
  File(const std::string& path, int flags) : file_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (file_ >= 0) ::close(file_);
  }
  int get() const { return file_; }

 private:
  const int file_;
};

Result<void> write_all(int file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("written", path);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Result<Reply> export_into(Shell& shell, const TransferOptions& options, const std::string& path, Progress& progress) {
  const File file(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (file.get() < 0) return failed("made", path);
  auto reply = shell.client().download("/tenants/" + escape_segment(options.tenant) + "/export",
                                       [&](std::string_view bytes) -> Result<void> {
                                         progress.add(bytes.size());
                                         return write_all(file.get(), bytes, path);
                                       });
  if (reply && reply->good() && ::fsync(file.get()) != 0) return failed("written", path);
  return reply;
}

int run_export(Shell& shell, const TransferOptions& options) {
  if (::access(options.file.c_str(), F_OK) == 0) {
    return shell.fail({ErrorKind::not_allowed, options.file + " is there already; name another file."});
  }
  const std::string unfinished = options.file + ".unfinished";
  Progress progress("have come");
  auto reply = export_into(shell, options, unfinished, progress);
  // link() and not rename(): a file that has come there meanwhile stays what it is.
  if (reply && reply->good() && ::link(unfinished.c_str(), options.file.c_str()) != 0) {
    reply = failed("made", options.file);
  }
  ::unlink(unfinished.c_str());
  return shell.done(reply, options.tenant + " is exported into " + options.file + ", " +
                               std::to_string(progress.bytes()) + " bytes.");
}

Result<Reply> import_from(Shell& shell, const TransferOptions& options) {
  const File file(options.file, O_RDONLY);
  if (file.get() < 0) return failed("read", options.file);
  const off_t bytes = ::lseek(file.get(), 0, SEEK_END);
  if (bytes <= 0 || ::lseek(file.get(), 0, SEEK_SET) != 0) {
    return Error{ErrorKind::bad_request, options.file + " is no export of Teahouse."};
  }
  std::string query;
  for (const auto& [name, value] : {std::pair<const char*, const std::string*>{"name", &options.name},
                                    {"domain", &options.domain},
                                    {"plan", &options.plan}}) {
    if (value->empty()) continue;
    query.append(query.empty() ? "?" : "&").append(name).append("=").append(escape_segment(*value));
  }
  Progress progress("were sent");
  return shell.client().upload("/tenants/import" + query, static_cast<uint64_t>(bytes), [&]() -> Result<std::string> {
    std::string piece(piece_bytes, '\0');
    ssize_t got = 0;
    do { got = ::read(file.get(), piece.data(), piece.size()); } while (got < 0 && errno == EINTR);
    if (got < 0) return failed("read", options.file);
    piece.resize(static_cast<size_t>(got));
    progress.add(piece.size());
    return piece;
  });
}

int run_import(Shell& shell, const TransferOptions& options) { return shell.show(import_from(shell, options)); }

CLI::App* add(CLI::App& app, Shell& shell, const char* verb, const char* text,
              const std::shared_ptr<TransferOptions>& options, int (*run)(Shell&, const TransferOptions&)) {
  CLI::App* command = app.add_subcommand(verb, text)->fallthrough();
  command->callback(
      [&shell, options, run] { shell.command = [options, run](Shell& there) { return run(there, *options); }; });
  return command;
}

}  // namespace

void add_transfer_commands(CLI::App& app, Shell& shell) {
  const auto options = std::make_shared<TransferOptions>();
  CLI::App* exporting = add(app, shell, "export", "Everything that a tenant has, as one file, while it is in service",
                            options, run_export);
  exporting->add_option("tenant", options->tenant, "The tenant's name")->required();
  exporting->add_option("--to", options->file, "The file; it must not be there yet")->required();
  CLI::App* importing =
      add(app, shell, "import", "Make a tenant of such a file; its new keys are shown now and never again", options,
          run_import);
  importing->add_option("file", options->file, "The file that `teahouse export` has made")->required();
  importing->add_option("--name", options->name, "The tenant's name here; without it, as it was");
  importing->add_option("--domain", options->domain, "The domain of its accounts here; without it, as it was");
  importing->add_option("--plan", options->plan, "Its plan here; without it, the one of the same name");
}

}  // namespace teahouse::cli
