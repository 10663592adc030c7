// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/keeping.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
void Stages::tell(std::string_view what, std::uint64_t done, std::uint64_t total, Progress::In in) {
  if (what != what_ && total > 0) {
    progress_.reset();  // its line goes before the next one stands
    progress_.emplace(std::string(what), total, quiet_, in);
    what_ = what;
  }
  if (progress_) progress_->at(done);
}

control::Reply tell(Context& context, control::Request& request, std::chrono::seconds patience) {
  context.daemon.send(request);
  return context.daemon.receive(patience);
}

void Stoppable::stop_when_asked() const {
  pollfd asked{interrupts_.fd(), POLLIN, 0};
  if (::poll(&asked, 1, 0) <= 0) return;
  interrupts_.take();
  throw interrupted(words_);
}

control::Reply Stoppable::receive(Context& context, std::chrono::seconds patience) const {
  if (!context.daemon.has_reply() && interrupts_.come_before(context.daemon.socket())) throw interrupted(words_);
  return context.daemon.receive(patience);
}

void send_pieces(Context& context, std::uint64_t total, const char* what, const Stoppable& stoppable, Stages& stages,
                 const std::function<std::string()>& read) {
  std::uint64_t sent = 0;
  for (std::string piece = read(); !piece.empty(); piece = read()) {
    stoppable.stop_when_asked();
    sent += piece.size();
    control::Request request;
    request.mutable_restore()->set_piece(std::move(piece));
    tell(context, request);
    stages.tell(what, sent, total, Progress::In::kBytes);
  }
}

std::optional<std::size_t> read_up_to(int fd, char* into, std::size_t length) {
  std::size_t have = 0;
  while (have < length) {
    const auto got = ::read(fd, into + have, length - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return have;
}

std::optional<std::string> read_piece(int fd) {
  std::string piece(std::size_t{1} << 20, '\0');
  ssize_t got = 0;
  do got = ::read(fd, piece.data(), piece.size());
  while (got < 0 && errno == EINTR);
  if (got < 0) return std::nullopt;
  piece.resize(static_cast<std::size_t>(got));
  return piece;
}

std::string records_text(std::uint64_t count) { return count == 1 ? "1 record" : fmt::format("{} records", count); }

std::string pieces_text(std::uint32_t count) {
  return count == 1 ? "1 piece of an attachment" : fmt::format("{} pieces of attachments", count);
}

}  // namespace duolog::client
