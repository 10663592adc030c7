// tor.cc: reads in the order in which it happens: files, process, control connection, visitors, calls, the end.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/tor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <cerrno>
#include <csignal>
#include <fstream>

#include "daemon/home/program.h"
#include "daemon/line/listening.h"
#include "daemon/net/descriptor.h"
#include "daemon/net/tor_talk.h"

// Asio returns the error that it was also given a place for.
// NOLINTBEGIN(bugprone-unused-return-value,cert-err33-c)
namespace duolog::net {
namespace {

using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using asio::local::stream_protocol;
using std::error_code;
using std::chrono::milliseconds;

constexpr milliseconds kLookAgain{100};  // for the control socket, and for a process that ends
constexpr milliseconds kEndTime{1'000};
constexpr milliseconds kAcceptRest{100};
constexpr milliseconds kKeyTime{10'000};  // for tor's answer to a key
constexpr std::size_t kCookieLength = 32;
constexpr std::size_t kWordsKept = 400;  // of what tor says of itself
constexpr std::size_t kRead = 4096;

std::string quoted(const std::filesystem::path& path) {
  std::string text = "\"";
  for (const char c : path.string()) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

bool is_one_line(const std::filesystem::path& path) {
  return std::ranges::none_of(path.string(), [](char c) { return c >= 0 && c < ' '; });
}

// A word of a line on the control connection, where nothing can be quoted.
bool is_one_word(const std::filesystem::path& path) {
  return is_one_line(path) && path.string().find_first_of(" \"\\") == std::string::npos;
}

std::string bytes_of(const std::filesystem::path& file, std::size_t limit) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes(limit, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

// SOCKS 5 (RFC 1928), and the codes that tor adds to it (its proposal 304).
Trouble trouble_of(std::uint8_t reply) {
  constexpr std::uint8_t kKeyMissing = 0xf4;
  constexpr std::uint8_t kKeyWrong = 0xf5;
  constexpr std::uint8_t kBadAddress = 0xf6;
  if (reply == kKeyMissing || reply == kKeyWrong) return Trouble::kSilent;
  return reply == kBadAddress ? Trouble::kNoName : Trouble::kNoAnswer;
}

}  // namespace

struct Tor::State : std::enable_shared_from_this<Tor::State> {
  using Self = std::shared_ptr<State>;

  State(House given, Place at, const crypto::OnionSecret& secret)
      : house(std::move(given)),
        place(std::move(at)),
        key(secret.clone()),
        visitors(house.io),
        control(house.io),
        said(house.io),
        resting(house.io),
        ending(house.io) {}

  House house;
  Place place;
  crypto::OnionSecret key;
  std::vector<crypto::OnionClientPublic> clients;
  stream_protocol::acceptor visitors;
  stream_protocol::socket control;
  asio::posix::stream_descriptor said;  // by tor, of its troubles
  std::string last_words;
  std::optional<TorTalk> talk;
  asio::steady_timer resting, ending;
  pid_t pid = 0;  // 0: none
  TorStatus told;
  milliseconds rest = kTorFirstRest;
  std::shared_ptr<bool> writing;  // of this control connection
  bool is_wanted = false, runs = false, skips_rest = false, stopping = false, gone = false;

  [[nodiscard]] std::filesystem::path socket(const char* name) const { return place.sockets / name; }
  static awaitable<void> run(Self self);
  static awaitable<void> live(Self self);
  static awaitable<bool> reach_control(Self self);
  static awaitable<void> hear(Self self);
  static awaitable<void> accept(Self self);
  static awaitable<void> write(Self self);
  static awaitable<Called> call_through(Self self, std::shared_ptr<Socket> socket, Address address);
  void write_configuration() const;
  void open_visitors();
  void start();
  bool has_ended();
  void speak();
  void tell(TorStatus status);
  void tell_of_talk();
  void close_all();
  void end_process();
  void wait_for_end(SteadyTime until, std::function<void()> done);
};

// ---- from outside ----

Tor::Tor(House house, Place place, const crypto::OnionSecret& key)
    : state_(std::make_shared<State>(std::move(house), std::move(place), key)) {}

Tor::~Tor() {
  state_->gone = true;
  state_->close_all();
  state_->resting.cancel();
  state_->ending.cancel();
  state_->end_process();
}

TorStatus Tor::status() const { return state_->told; }

void Tor::wanted(bool is_wanted) {
  State& state = *state_;
  if (state.stopping || std::exchange(state.is_wanted, is_wanted) == is_wanted) return;
  if (!is_wanted) {
    state.close_all();
    state.resting.cancel();
  } else if (!std::exchange(state.runs, true)) {
    state.house.spawn("tor", State::run(state_));
  }
}

void Tor::look() {
  state_->skips_rest = true;
  state_->rest = kTorFirstRest;
  state_->resting.cancel();
}

void Tor::let_in(const std::vector<crypto::OnionClientPublic>& clients) {
  if (clients == state_->clients) return;
  state_->clients = clients;
  if (!state_->talk) return;
  state_->talk->let_in(state_->clients);
  state_->speak();
}

// A tor that is ended at its leisure writes down which relays it has come to trust.
void Tor::stop(std::function<void()> done) {
  State& state = *state_;
  state.stopping = true;
  state.is_wanted = false;
  state.resting.cancel();
  state.close_all();
  if (state.pid != 0) ::kill(state.pid, SIGTERM);
  state.wait_for_end(state.house.clock.steady() + kEndTime, std::move(done));
}

void Tor::State::wait_for_end(SteadyTime until, std::function<void()> done) {
  ending.expires_after(kLookAgain / 5);
  ending.async_wait([self = shared_from_this(), until, done = std::move(done)](const error_code& cancelled) {
    if (cancelled || self->gone) return;
    if (!self->has_ended() && self->house.clock.steady() < until) return self->wait_for_end(until, done);
    self->end_process();
    done();
  });
}

// ---- its life ----

awaitable<void> Tor::State::run(Self self) {
  error_code error;
  while (self->is_wanted && !self->gone) {
    const SteadyTime began = self->house.clock.steady();
    try {
      co_await live(self);
    } catch (const std::system_error& refused) {
      self->tell({.is = TorStatus::Is::kEnded, .why = refused.what()});
    }
    self->close_all();
    if (self->gone || self->stopping) co_return;
    self->end_process();
    if (!self->is_wanted) break;
    if (self->house.clock.steady() - began > kTorLongestRest) self->rest = kTorFirstRest;
    if (!std::exchange(self->skips_rest, false)) {
      self->resting.expires_after(self->rest);
      co_await self->resting.async_wait(redirect_error(use_awaitable, error));
    }
    self->rest = std::min(2 * self->rest, kTorLongestRest);
  }
  self->runs = false;
  if (!self->gone) self->tell({});
}

awaitable<void> Tor::State::live(Self self) {
  self->last_words.clear();
  self->write_configuration();
  self->open_visitors();
  self->start();
  if (self->pid == 0) co_return;
  self->tell({.is = TorStatus::Is::kStarting});
  self->house.spawn("tor's troubles", hear(self));
  if (co_await reach_control(self)) {
    self->house.spawn("tor's visitors", accept(self));
    self->speak();
    std::array<std::uint8_t, kRead> buffer{};
    error_code error;
    while (self->talk && self->talk->is() != TorTalk::Is::kBroken) {
      const std::size_t got =
          co_await self->control.async_read_some(asio::buffer(buffer), redirect_error(use_awaitable, error));
      if (error || self->gone || !self->talk) break;
      self->talk->receive(ByteView(buffer).first(got));
      if (self->talk->is() != TorTalk::Is::kBroken) self->tell_of_talk();
      self->speak();
    }
  }
  if (self->gone || !self->is_wanted) co_return;
  const bool broke = self->talk && self->talk->is() == TorTalk::Is::kBroken;
  self->tell({.is = TorStatus::Is::kEnded, .why = broke ? self->talk->why() : self->last_words});
}

// ---- files and process ----

void Tor::State::write_configuration() const {
  std::filesystem::create_directories(place.state);
  std::filesystem::permissions(place.state, std::filesystem::perms::owner_all);
  for (const auto& path : {place.state, place.sockets, std::filesystem::path(place.lines)})
    if (!is_one_line(path)) throw std::system_error(std::make_error_code(std::errc::invalid_argument), path.string());
  std::ofstream(place.state / "empty").close();
  std::ofstream out(place.state / "torrc", std::ios::trunc);
  out << "DataDirectory " << quoted(place.state / "data") << "\n"
      << "ControlSocket " << quoted(socket("tor-control")) << "\n"
      << "CookieAuthentication 1\n"
      << "CookieAuthFile " << quoted(place.state / "cookie") << "\n"
      << "SocksPort unix:" << quoted(socket("tor-calls")) << " OnionTrafficOnly ExtendedErrors\n"
      << "ClientOnly 1\n"
      << "AvoidDiskWrites 1\n"
      << "Log warn stdout\n"
      << "__OwningControllerProcess " << ::getpid() << "\n";
  if (!place.lines.empty()) out << "%include " << quoted(place.lines) << "\n";
  out.close();
  if (!out) throw std::system_error(errno, std::generic_category(), (place.state / "torrc").string());
}

void Tor::State::open_visitors() {
  for (const char* name : {"tor-control", "tor-calls", "tor-visitors"}) {
    if (socket(name).string().size() >= sizeof(sockaddr_un::sun_path))
      throw std::system_error(std::make_error_code(std::errc::filename_too_long), socket(name).string());
    if (!is_one_word(socket(name)))
      throw std::system_error(std::make_error_code(std::errc::invalid_argument), socket(name).string());
    ::unlink(socket(name).c_str());
  }
  ::unlink((place.state / "cookie").c_str());
  visitors = stream_protocol::acceptor(house.io, stream_protocol::endpoint(socket("tor-visitors").string()));
  close_on_exec(visitors.native_handle());
}

void Tor::State::start() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) throw std::system_error(errno, std::generic_category(), "tor");
  said = asio::posix::stream_descriptor(house.io, ends[0]);
  const Descriptor to_write(ends[1]);
  std::vector<std::string> words{"tor", "--defaults-torrc", (place.state / "empty").string(), "-f",
                                 (place.state / "torrc").string()};
  const int error = home::start(place.program, {std::move(words), {}, -1, to_write.get()}, pid);
  if (error == 0) return;
  pid = 0;
  tell({.is = error == ENOENT ? TorStatus::Is::kMissing : TorStatus::Is::kEnded,
        .why = std::generic_category().message(error)});
}

// Reaped when it has.
bool Tor::State::has_ended() {
  if (pid != 0 && ::waitpid(pid, nullptr, WNOHANG) == 0) return false;
  pid = 0;
  return true;
}

void Tor::State::end_process() {
  if (pid == 0) return;
  ::kill(pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) continue;
  pid = 0;
}

void Tor::State::close_all() {
  error_code ignored;
  visitors.close(ignored);
  control.close(ignored);
  said.close(ignored);
  talk.reset();
}

// ---- the control connection ----

awaitable<bool> Tor::State::reach_control(Self self) {
  error_code error;
  asio::steady_timer again(self->house.io);
  const SteadyTime until = self->house.clock.steady() + kTorStartTime;
  while (!self->gone && self->is_wanted && !self->has_ended() && self->house.clock.steady() < until) {
    self->control = stream_protocol::socket(self->house.io);
    self->control.connect(stream_protocol::endpoint(self->socket("tor-control").string()), error);
    const std::string cookie = bytes_of(self->place.state / "cookie", kCookieLength);
    if (!error && cookie.size() == kCookieLength) {
      close_on_exec(self->control.native_handle());
      self->writing = std::make_shared<bool>(false);
      self->talk.emplace(as_bytes(cookie), self->key, self->socket("tor-visitors").string());
      self->talk->let_in(self->clients);
      co_return true;
    }
    again.expires_after(kLookAgain);
    co_await again.async_wait(redirect_error(use_awaitable, error));
  }
  co_return false;
}

void Tor::State::speak() {
  if (talk && !std::exchange(*writing, true)) house.spawn("speaking to tor", write(shared_from_this()));
}

awaitable<void> Tor::State::write(Self self) {
  const auto writes = self->writing;
  error_code error;
  while (self->talk && !error) {
    const crypto::SecretBytes next = self->talk->take_output();
    if (next.empty()) break;
    co_await asio::async_write(self->control, asio::buffer(next.view().data(), next.view().size()),
                               redirect_error(use_awaitable, error));
  }
  *writes = false;
}

// Its last line of them is kept, for a person who asks.
awaitable<void> Tor::State::hear(Self self) {
  std::array<char, kRead> buffer{};
  error_code error;
  std::string line;
  while (!error) {
    const std::size_t got =
        co_await self->said.async_read_some(asio::buffer(buffer), redirect_error(use_awaitable, error));
    for (const char c : std::string_view(buffer.data(), got)) {
      if (c == '\n') {
        self->last_words = std::exchange(line, {});
      } else if (line.size() < kWordsKept) {
        line += c >= ' ' && c <= '~' ? c : '?';
      }
    }
  }
}

void Tor::State::tell_of_talk() {
  TorStatus status{.is = TorStatus::Is::kStarting, .percent = talk->progress()};
  if (talk->is() == TorTalk::Is::kUp) status = {.is = TorStatus::Is::kUp};
  if (!talk->onion().empty())
    status = {.is = TorStatus::Is::kPublished, .address = Address{talk->onion(), TorTalk::kPort}};
  tell(std::move(status));
}

void Tor::State::tell(TorStatus status) {
  if (status == told) return;
  const bool worth_a_note = status.is != told.is;
  told = std::move(status);
  if (worth_a_note && told.is == TorStatus::Is::kEnded) house.note("tor has ended: " + told.why);
  if (worth_a_note && told.is == TorStatus::Is::kPublished) house.note("tor: this device can be found");
  house.changed();
}

// ---- visitors ----

awaitable<void> Tor::State::accept(Self self) {
  error_code error;
  asio::steady_timer rest(self->house.io);
  while (!self->gone && self->visitors.is_open()) {
    stream_protocol::socket socket = co_await self->visitors.async_accept(redirect_error(use_awaitable, error));
    if (error == asio::error::operation_aborted || self->gone) co_return;
    if (!error) {
      self->house.visitor(std::move(socket));
      continue;
    }
    rest.expires_after(kAcceptRest);
    co_await rest.async_wait(redirect_error(use_awaitable, error));
  }
}

// ---- calls ----

awaitable<Tor::Called> Tor::call(Address address, std::shared_ptr<const crypto::OnionClientSecret> key) {
  const State::Self self = state_;
  if (!self->talk || self->talk->is() != TorTalk::Is::kUp) co_return Called{{}, Trouble::kNoWay};
  struct Wait {
    explicit Wait(asio::io_context& io) : timer(io, kKeyTime) {}
    asio::steady_timer timer;
    bool taken = false;
  };
  const auto wait = std::make_shared<Wait>(self->house.io);
  self->talk->use(address.host, *key, [wait](bool taken) {
    wait->taken = taken;
    wait->timer.expires_at(asio::steady_timer::time_point::min());
  });
  self->speak();
  error_code error;
  if (!wait->taken) co_await wait->timer.async_wait(redirect_error(use_awaitable, error));
  if (self->gone || !wait->taken) co_return Called{{}, Trouble::kNoWay};
  const auto socket = std::make_shared<Socket>(self->house.io);
  const auto over = std::make_shared<bool>(false);  // shared with the handler, which may run after this frame is gone
  asio::steady_timer limit(self->house.io, kThroughTorTime);
  limit.async_wait([socket, over](const error_code& cancelled) {
    error_code ignored;
    if (!cancelled && !*over) socket->close(ignored);
  });
  Called called = co_await State::call_through(self, socket, std::move(address));
  *over = true;
  co_return called;
}

awaitable<Tor::Called> Tor::State::call_through(Self self, std::shared_ptr<Socket> socket, Address address) {
  constexpr std::uint8_t kVersion = 5;
  constexpr std::uint8_t kName = 3;
  constexpr std::size_t kPortLength = 2;
  error_code error;
  co_await socket->async_connect(stream_protocol::endpoint(self->socket("tor-calls").string()),
                                 redirect_error(use_awaitable, error));
  if (error) co_return Called{{}, Trouble::kNoWay};
  close_on_exec(socket->native_handle());
  Bytes asked{kVersion, 1, 0, kVersion, 1, 0, kName, static_cast<std::uint8_t>(address.host.size())};
  append(asked, as_bytes(address.host));
  asked.push_back(static_cast<std::uint8_t>(address.port >> 8));
  asked.push_back(static_cast<std::uint8_t>(address.port & 0xff));
  co_await asio::async_write(*socket, asio::buffer(asked), redirect_error(use_awaitable, error));
  std::array<std::uint8_t, 2 + 4> head{};  // which way of greeting; version, reply, 0, kind of address
  if (!error) co_await asio::async_read(*socket, asio::buffer(head), redirect_error(use_awaitable, error));
  if (error || head[0] != kVersion || head[1] != 0 || head[2] != kVersion) co_return Called{{}, Trouble::kNoAnswer};
  if (head[3] != 0) co_return Called{{}, trouble_of(head[3])};
  std::size_t rest = head[5] == 1 ? 4 : 16;
  if (head[5] == kName) {
    std::uint8_t length = 0;
    co_await asio::async_read(*socket, asio::buffer(&length, 1), redirect_error(use_awaitable, error));
    rest = length;
  }
  Bytes bound(rest + kPortLength);
  if (!error) co_await asio::async_read(*socket, asio::buffer(bound), redirect_error(use_awaitable, error));
  if (error) co_return Called{{}, Trouble::kNoAnswer};
  co_return Called{std::move(*socket), Trouble::kNone};
}

}  // namespace duolog::net
// NOLINTEND(bugprone-unused-return-value,cert-err33-c)
