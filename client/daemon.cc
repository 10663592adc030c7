// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/daemon.h"

#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <thread>

#include "client/sanitise.h"
#include "client/start.h"
#include "client/words.h"
#include "proto/control.pb.h"
#include "proto/frame_codec.h"
#include "proto/socket_place.h"

namespace duolog::client {
namespace {

using Clock = std::chrono::steady_clock;
using Deadline = std::optional<Clock::time_point>;
constexpr std::uint32_t kControlVersion = 1;
constexpr std::size_t kRequestIdLength = 16;
constexpr std::size_t kReadLength = 1 << 16;
constexpr std::chrono::milliseconds kBacklogWait{20};

// The connection has ended. To whoever does not send again, a failure as any other.
class Lost : public Failure {
 public:
  Lost() : Failure(daemon_went_away()) {}
};

Deadline deadline_after(std::optional<std::chrono::seconds> patience) {
  if (!patience) return std::nullopt;
  return Clock::now() + *patience;
}

int milliseconds_until(const Deadline& deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30));
}

void identify(control::Request& request) {
  request.set_version(kControlVersion);
  if (!request.request_id().empty()) return;
  std::string id(kRequestIdLength, '\0');
  if (::getrandom(id.data(), id.size(), 0) != static_cast<ssize_t>(id.size())) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  request.set_request_id(std::move(id));
}

std::string place_of(const std::string& home) { return sanitise_line(proto::places(home).socket().string()); }

}  // namespace

// ---- one connection ----

struct Daemon::Line {
  explicit Line(int connected) : fd(connected) {}
  ~Line() { ::close(fd); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  // False: the deadline has passed.
  [[nodiscard]] bool wait_for(short events, const Deadline& deadline) const {
    for (;;) {
      pollfd wanted{fd, events, 0};
      const int ready = ::poll(&wanted, 1, milliseconds_until(deadline));
      if (ready > 0) return true;
      if (ready == 0) return false;
      if (errno != EINTR) throw Lost();
    }
  }
  // False: hangs.
  bool write(std::span<const std::uint8_t> bytes, const Deadline& deadline) const {
    while (!bytes.empty()) {
      if (!wait_for(POLLOUT, deadline)) return false;
      const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN && errno != EINTR) throw Lost();
      if (sent > 0) bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // False: hangs.
  bool read(std::vector<std::uint8_t>& message, const Deadline& deadline) {
    for (;;) {
      switch (frames.next(message)) {
        case proto::FrameReader::Next::kMessage:
          return true;
        case proto::FrameReader::Next::kTooLong:
          throw daemon_unreadable();
        case proto::FrameReader::Next::kNeedMore:
          break;
      }
      if (!wait_for(POLLIN, deadline)) return false;
      std::array<std::uint8_t, kReadLength> bytes;
      const auto got = ::recv(fd, bytes.data(), bytes.size(), 0);
      if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) throw Lost();
      if (got > 0) frames.feed(std::span(bytes).first(static_cast<std::size_t>(got)));
      explicit_bzero(bytes.data(), bytes.size());
    }
  }

  int fd;
  proto::FrameReader frames{proto::Framing::kControl, proto::kControlLimit};
  std::optional<std::vector<std::uint8_t>> ahead;  // taken out by has_reply()
};

namespace {

// The connected descriptor, or -1: nobody listens there. Throws Failure for anything that starting a daemon would
// not mend.
int dial_at(const std::filesystem::path& socket) {
  std::error_code trouble;
  if (!std::filesystem::exists(socket, trouble) && !(trouble && trouble != std::errc::no_such_file_or_directory))
    return -1;
  const proto::SocketAddress address(socket);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::strncpy(name.sun_path, address.path().c_str(), sizeof(name.sun_path) - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "socket");
  const auto deadline = Clock::now() + kQuick;
  int why = 0;
  while (::connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof(name)) != 0) {
    why = errno;
    if (why != EAGAIN || Clock::now() >= deadline) break;  // EAGAIN: so many wait that the daemon takes no more
    std::this_thread::sleep_for(kBacklogWait);
    why = 0;
  }
  if (why == 0) return fd;
  ::close(fd);
  if (why == ENOENT || why == ECONNREFUSED) return -1;
  if (why == EAGAIN) throw daemon_hangs(kQuick.count());
  throw daemon_refuses(sanitise_line(socket.string()), std::strerror(why));
}

int dial(const std::string& home) {
  const auto places = proto::places(home);
  const int fd = dial_at(places.socket());
  if (fd >= 0) return fd;
  const auto named = proto::socket_named_by_lock(places);
  return named && *named != places.socket() ? dial_at(*named) : -1;
}

// Passphrases and text go only to a daemon of one's own.
void check_owner(int fd, const std::string& home) {
  ucred peer{};
  socklen_t length = sizeof(peer);
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == ::geteuid()) return;
  throw daemon_refuses(place_of(home), "another user's process answers there");
}

}  // namespace

Daemon::Daemon(std::string home, AutoStart start) : home_(std::move(home)), start_(start) {}
Daemon::~Daemon() = default;

bool Daemon::try_connect() {
  const int fd = dial(home_);
  if (fd < 0) return false;
  auto line = std::make_unique<Line>(fd);
  check_owner(fd, home_);
  line_ = std::move(line);
  return true;
}

void Daemon::connect() {
  if (line_ || try_connect()) return;
  if (start_ == AutoStart::kNever) throw daemon_not_running("duolog daemon start brings it up");
  start_daemon(home_, [this] { return try_connect(); });
}

void Daemon::disconnect() { line_.reset(); }

void Daemon::connect_again() {
  disconnect();
  connect();
}

void Daemon::send(control::Request& request) {
  identify(request);
  std::string message = request.SerializeAsString();
  std::vector<std::uint8_t> frame;
  frame.reserve(message.size() + sizeof(std::uint32_t));
  proto::append_frame(frame, proto::Framing::kControl,
                      {reinterpret_cast<const std::uint8_t*>(message.data()), message.size()});
  explicit_bzero(message.data(), message.size());
  bool taken = false;
  try {
    taken = line_->write(frame, deadline_after(kQuick));
  } catch (const Lost&) {
    explicit_bzero(frame.data(), frame.size());
    throw;
  }
  explicit_bzero(frame.data(), frame.size());
  if (!taken) throw daemon_hangs(kQuick.count());
}

bool Daemon::has_reply() {
  if (line_->ahead) return true;
  std::vector<std::uint8_t> message;
  if (line_->frames.next(message) != proto::FrameReader::Next::kMessage) return false;
  line_->ahead = std::move(message);
  return true;
}

control::Reply Daemon::receive(std::optional<std::chrono::seconds> patience) {
  std::vector<std::uint8_t> message;
  if (line_->ahead) {
    message = std::move(*std::exchange(line_->ahead, std::nullopt));
  } else if (!line_->read(message, deadline_after(patience))) {
    throw daemon_hangs(patience->count());
  }
  control::Reply reply;
  const bool read = reply.ParseFromArray(message.data(), static_cast<int>(message.size()));
  explicit_bzero(message.data(), message.size());
  if (!read) throw daemon_unreadable();
  if (reply.has_error()) throw failure_of(reply.error());
  return reply;
}

int Daemon::socket() const { return line_->fd; }

std::vector<control::Reply> Daemon::converse(control::Request& request, std::chrono::seconds patience) {
  send(request);
  std::vector<control::Reply> replies;
  do replies.push_back(receive(patience));
  while (!replies.back().last());
  return replies;
}

std::vector<control::Reply> Daemon::ask(control::Request& request, std::chrono::seconds patience) {
  connect();
  try {
    return converse(request, patience);
  } catch (const Lost&) {
    connect_again();
  }
  return converse(request, patience);
}

void Daemon::ask_each(control::Request& request, std::chrono::seconds patience,
                      const std::function<void(control::Reply&)>& take) {
  connect();
  send(request);
  for (bool last = false; !last;) {
    auto reply = receive(patience);
    last = reply.last();
    take(reply);
  }
}

control::Reply Daemon::ask_one(control::Request& request, std::chrono::seconds patience) {
  return std::move(ask(request, patience).front());
}

control::StatusReport Daemon::status() {
  control::Request request;
  request.mutable_status();
  return std::move(*ask_one(request).mutable_status());
}

control::StatusReport Daemon::open_status() {
  auto report = status();
  if (!report.initialised()) throw refusal(control::Error::NOT_INITIALISED);
  if (report.locked()) throw refusal(control::Error::LOCKED);
  return report;
}

}  // namespace duolog::client
