// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/bundle_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "client/keeping.h"
#include "client/layout.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {

BundleFile::BundleFile(std::string file) : file_(std::move(file)) {
  const bool is_named = file_ != "-";
  // A pipe that nobody writes into would be waited for without end.
  fd_ = is_named ? ::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : STDIN_FILENO;
  struct stat found{};
  if (fd_ < 0 || ::fstat(fd_, &found) != 0) fail();
  if (S_ISREG(found.st_mode)) size_ = static_cast<std::uint64_t>(found.st_size);
  if (!is_named || S_ISREG(found.st_mode)) return;
  ::close(fd_);
  throw Failure(Exit::kFailed, "BUNDLE_FILE", sanitise_line(file_) + " is no file; nothing was read",
                "name the file that was brought; what comes through a pipe is read from standard input, as -");
}

BundleFile::~BundleFile() {
  if (fd_ > STDERR_FILENO) ::close(fd_);
}

std::string BundleFile::read() const {
  auto piece = read_piece(fd_);
  if (!piece) fail();
  return std::move(*piece);
}

void BundleFile::fail() const {
  throw Failure(Exit::kFailed, "BUNDLE_FILE", "cannot read " + sanitise_line(file_) + ": " + std::strerror(errno),
                "what of it was read is taken in and whole; once the file can be read, import it again");
}

control::BundleReport send_bundle(Context& context, const BundleFile& file, const char* what,
                                  const Stoppable& stoppable,
                                  const std::function<void(control::Request&, std::string piece)>& fill) {
  Stages stages(context.out.json());
  for (std::uint64_t sent = 0;;) {
    stoppable.stop_when_asked();
    control::Request request;
    std::string piece = file.read();
    sent += piece.size();
    fill(request, std::move(piece));
    context.daemon.send(request);
    auto reply = stoppable.receive(context, std::chrono::seconds(600));
    if (reply.bundle().stage() == "over") return std::move(*reply.mutable_bundle());
    stages.tell(what, sent, file.size(), Progress::In::kBytes);
  }
}

std::string gaps_text(const control::BundleReport& report) {
  std::string text;
  for (const auto& gap : report.gaps()) {
    const auto whose = gap.name().empty() ? std::string() : sanitise_line(gap.name()) + "'s ";
    text += fmt::format(
        "{}of {}{} it begins with record {}, and {}", text.empty() ? "" : "; ", whose, sanitise_line(gap.device()),
        gap.begins(), gap.held() == 0 ? "none before that is here" : fmt::format("they are here up to {}", gap.held()));
  }
  return text;
}

std::string passed_over_text(const control::BundleReport& report, std::size_t width) {
  std::string text;
  if (report.unknown() > 0)
    text += paragraph(
        fmt::format("passed over: {} of devices that nobody here has let in, or that stand behind a place where a copy "
                    "of a device went on",
                    records_text(report.unknown())),
        0, width);
  if (report.newer() > 0)
    text += paragraph(
        "some of it is from a newer version of Duolog, and was passed over: bring Duolog up to date, and duolog bundle "
        "import takes it in",
        0, width);
  return text;
}

}  // namespace duolog::client
