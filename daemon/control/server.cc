// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/server.h"

#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/experimental/as_tuple.hpp>
#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <deque>
#include <set>
#include <system_error>

#include "crypto/secret.h"
#include "proto/frame_codec.h"
#include "proto/socket_place.h"

namespace duolog::control {
namespace {

using asio::local::stream_protocol;
constexpr auto kAwait = asio::experimental::as_tuple(asio::use_awaitable);
constexpr auto kFarewellStep = std::chrono::milliseconds(5);
constexpr int kFarewellSteps = 200;
constexpr auto kSettling = std::chrono::milliseconds(500);
constexpr auto kNextTry = std::chrono::seconds(5);             // to listen anew where that failed
constexpr auto kAcceptPause = std::chrono::milliseconds(100);  // when descriptors have run out

bool is_ours(stream_protocol::socket& socket) {
  ucred peer{};
  socklen_t length = sizeof peer;
  return getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == geteuid();
}

// One connection. Lives as long as one of its two loops or an answer under way holds it.
struct Visitor {
  Visitor(stream_protocol::socket s, Desk& desk) : socket(std::move(s)), news(socket.get_executor()) {
    news.expires_at(asio::steady_timer::time_point::max());
    visit = std::make_unique<Visit>(
        desk, [this](Bytes reply) { send(std::move(reply)); }, [this] { return closing ? kOutboxLimit : queued; });
  }

  void send(Bytes reply) {
    if (closing) return;
    Bytes framed;
    framed.reserve(reply.size() + 4);
    proto::append_frame(framed, proto::Framing::kControl, reply);
    crypto::wipe(reply);  // the 24 words may be in it
    queued += framed.size();
    outbox.push_back(std::move(framed));
    if (queued > kOutboxLimit) return close();  // whoever reads this slowly reads nothing that matters
    news.cancel();
  }

  void close() {
    closing = true;
    asio::error_code ignored;
    (void)socket.close(ignored);  // NOLINT(bugprone-unused-return-value): `ignored` is the same
    news.cancel();
  }

  stream_protocol::socket socket;
  asio::steady_timer news;  // never expires; cancelled when the outbox has something or the visit ends
  std::deque<Bytes> outbox;
  std::size_t queued = 0;
  bool closing = false;
  bool leaving = false;  // write what is queued, then close
  std::unique_ptr<Visit> visit;
};

asio::awaitable<void> read_loop(std::shared_ptr<Visitor> visitor) {
  proto::FrameReader reader(proto::Framing::kControl, proto::kControlLimit);
  ByteArray<16384> chunk;
  Bytes message;
  for (;;) {
    auto [error, length] = co_await visitor->socket.async_read_some(asio::buffer(chunk), kAwait);
    if (error || visitor->closing) break;
    reader.feed(ByteView(chunk).first(length));
    auto next = reader.next(message);
    for (; next == proto::FrameReader::Next::kMessage && !visitor->closing; next = reader.next(message)) {
      visitor->visit->receive(message);
      crypto::wipe(message);  // a passphrase may have been in it
    }
    crypto::wipe(std::span(chunk).first(length));
    if (next == proto::FrameReader::Next::kTooLong) break;
  }
  visitor->visit.reset();  // ends what was under way: a window closes, a watch stops
  visitor->close();
}

asio::awaitable<void> write_loop(std::shared_ptr<Visitor> visitor) {
  while (!visitor->closing) {
    if (visitor->outbox.empty()) {
      if (visitor->leaving) break;
      co_await visitor->news.async_wait(kAwait);
      continue;
    }
    Bytes reply = std::move(visitor->outbox.front());
    visitor->outbox.pop_front();
    auto [error, written] = co_await asio::async_write(visitor->socket, asio::buffer(reply), kAwait);
    visitor->queued -= reply.size();
    crypto::wipe(reply);
    if (error) break;
    if (visitor->visit && !visitor->leaving) visitor->visit->room();
  }
  visitor->close();
}

}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
  State(asio::io_context& context, std::filesystem::path path, Desk& served,
        std::function<std::filesystem::path()> elsewhere)
      : io(context),
        acceptor(context),
        farewell(context),
        watched(context),
        socket_path(std::move(path)),
        next_place(std::move(elsewhere)),
        desk(served) {}

  asio::io_context& io;
  stream_protocol::acceptor acceptor;
  asio::steady_timer farewell;
  asio::posix::stream_descriptor watched;  // inotify: the socket's folder, so that nothing wakes up to look
  std::filesystem::path socket_path;
  struct stat bound{};  // the file that the name stood for
  std::function<std::filesystem::path()> next_place;
  Desk& desk;
  std::set<std::shared_ptr<Visitor>> visitors;
  bool stopped = false;

  void listen() {
    const proto::SocketAddress address(socket_path);
    if (::unlink(socket_path.c_str()) != 0 && errno != ENOENT) {
      throw std::system_error(errno, std::generic_category(), socket_path.string());
    }
    watch_folder();  // before there is anything to lose: whatever vanishes from here on is told
    acceptor.open();
    asio::error_code refused;
    if (acceptor.bind(stream_protocol::endpoint(address.path()), refused)) {
      throw std::system_error(refused.value(), std::generic_category(), socket_path.string());
    }
    if (::chmod(socket_path.c_str(), 0600) != 0) {
      throw std::system_error(errno, std::generic_category(), socket_path.string());
    }
    if (::lstat(socket_path.c_str(), &bound) != 0) {
      throw std::system_error(errno, std::generic_category(), socket_path.string());
    }
    acceptor.listen();
  }

  [[nodiscard]] bool still_named() const {
    struct stat found{};
    return ::lstat(socket_path.c_str(), &found) == 0 && found.st_dev == bound.st_dev && found.st_ino == bound.st_ino;
  }

  // Where the machine gives no such watch, a folder that vanishes is not noticed: the rest is as it was.
  void watch_folder() {
    asio::error_code ignored;
    (void)watched.close(ignored);  // NOLINT(bugprone-unused-return-value): `ignored` is the same
    const int fd = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd < 0) return;
    const std::uint32_t what = IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
    (void)::inotify_add_watch(fd, socket_path.parent_path().c_str(), what);
    watched.assign(fd);
  }

  asio::awaitable<void> watch_loop() {
    ByteArray<4096> events;
    asio::steady_timer settling(io);
    while (!stopped) {
      if (!watched.is_open()) break;
      auto [error, length] = co_await watched.async_read_some(asio::buffer(events), kAwait);
      if (stopped || error) break;
      if (still_named()) continue;
      settling.expires_after(kSettling);  // whoever clears away is not done with the first file
      co_await settling.async_wait(kAwait);
      while (!stopped && !still_named() && !listen_elsewhere()) {
        settling.expires_after(kNextTry);
        co_await settling.async_wait(kAwait);
      }
    }
  }

  // False where the world does not let us, by a full disk for example: nobody can ask us then, and syncing goes on.
  bool listen_elsewhere() {
    asio::error_code ignored;
    (void)acceptor.close(ignored);  // NOLINT(bugprone-unused-return-value): `ignored` is the same
    try {
      socket_path = next_place();
      listen();
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }

  // The one place where a loop is let go: whatever escapes it is our bug and stops the daemon through io.run().
  void supervise(asio::awaitable<void> loop, const std::shared_ptr<Visitor>& visitor) {
    asio::co_spawn(io, std::move(loop), [self = shared_from_this(), visitor](const std::exception_ptr& bug) {
      if (visitor && visitor->closing) self->visitors.erase(visitor);
      if (bug) std::rethrow_exception(bug);
    });
  }

  asio::awaitable<void> accept_loop() {
    asio::steady_timer pause(io);
    while (!stopped) {
      auto [error, socket] = co_await acceptor.async_accept(kAwait);
      if (stopped) break;
      if (error) {  // out of descriptors, most likely: what is open may close soon
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(kAwait);
        continue;
      }
      if (visitors.size() >= kVisitorLimit || !is_ours(socket)) continue;
      auto visitor = std::make_shared<Visitor>(std::move(socket), desk);
      visitors.insert(visitor);
      supervise(read_loop(visitor), visitor);
      supervise(write_loop(visitor), visitor);
    }
  }

  // Answers that are queued go out within moments; a visitor that reads nothing is not waited for longer.
  asio::awaitable<void> farewell_loop(std::function<void()> closed) {
    for (int step = 0; !visitors.empty() && step < kFarewellSteps; ++step) {
      farewell.expires_after(kFarewellStep);
      co_await farewell.async_wait(kAwait);
    }
    closed();
  }

  void stop_listening() {
    stopped = true;
    asio::error_code ignored;
    (void)acceptor.close(ignored);  // NOLINT(bugprone-unused-return-value): `ignored` is the same
    (void)watched.close(ignored);   // NOLINT(bugprone-unused-return-value): `ignored` is the same
    if (still_named()) ::unlink(socket_path.c_str());
  }
};

Server::Server(asio::io_context& io, const std::filesystem::path& socket, Desk& desk,
               std::function<std::filesystem::path()> next_place)
    : state_(std::make_shared<State>(io, socket, desk, std::move(next_place))) {
  state_->listen();
  state_->supervise(state_->accept_loop(), nullptr);
  state_->supervise(state_->watch_loop(), nullptr);
}

Server::~Server() {
  if (!state_->stopped) state_->stop_listening();
  state_->farewell.cancel();
  for (const auto& visitor : state_->visitors) {
    visitor->visit.reset();
    visitor->close();
  }
}

void Server::close(std::function<void()> closed) {
  state_->stop_listening();
  for (const auto& visitor : state_->visitors) {
    visitor->leaving = true;
    visitor->news.cancel();
  }
  state_->supervise(state_->farewell_loop(std::move(closed)), nullptr);
}

}  // namespace duolog::control
