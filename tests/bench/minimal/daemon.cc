// daemon.cc: three messages. Hello and receipt say how many of each chain are held; a run carries records.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/minimal/daemon.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace minimal {
namespace {

constexpr std::size_t kRun = 1024;
constexpr std::size_t kWindow = 8;
constexpr std::uint8_t kHello = 'H';
constexpr std::uint8_t kReceipt = 'A';
constexpr std::uint8_t kRecords = 'R';

template <class Number>
void put(Bytes& out, Number number) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&number);
  out.insert(out.end(), bytes, bytes + sizeof number);
}
template <class Number>
Number take(View& from) {
  Number number{};
  if (from.size() < sizeof number) throw std::runtime_error("a message is cut short");
  std::memcpy(&number, from.data(), sizeof number);
  from = from.subspan(sizeof number);
  return number;
}

}  // namespace

Daemon::Daemon(const Keys& keys, Options options)
    : keys_(keys), options_(std::move(options)), log_(options_.database), ends_{log_.end(keys, 0), log_.end(keys, 1)} {}

void Daemon::say(const char* what) const {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  std::printf("%s %lld\n", what, static_cast<long long>(std::chrono::nanoseconds(now).count()));
  std::fflush(stdout);
}

// ---- the other daemon ----

void Daemon::meet(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const std::size_t other = 1 - options_.self;
  peer_ = std::make_unique<Line>(fd, keys_.authors[options_.self].channel_key, keys_.authors[other].channel_key);
  say("connected");
  greeted_ = false;
  under_way_.clear();
  say_hello();
}

void Daemon::say_hello() {
  Bytes hello{kHello};
  for (const Place& end : ends_) put(hello, end.seq - 1);
  peer_->send(hello);
}

void Daemon::receipt() {
  Bytes receipt{kReceipt};
  for (const Place& end : ends_) put(receipt, end.seq - 1);
  peer_->send(receipt);
}

void Daemon::flow() {
  const std::size_t self = options_.self;
  while (peer_ && greeted_ && under_way_.size() < kWindow && sent_ + 1 < ends_[self].seq) {
    const auto count = std::min<std::uint64_t>(kRun, ends_[self].seq - 1 - sent_);
    const auto records = log_.read(self, sent_ + 1, count);
    Bytes run{kRecords};
    run.reserve(records.size() * 900);
    put(run, sent_ + 1);
    put(run, static_cast<std::uint32_t>(records.size()));
    for (const Record& record : records) {
      run.insert(run.end(), record.head.begin(), record.head.end());
      put(run, static_cast<std::uint32_t>(record.body.size()));
      run.insert(run.end(), record.body.begin(), record.body.end());
    }
    sent_ += records.size();
    under_way_.push_back(sent_);
    peer_->send(run);
  }
}

void Daemon::receive(View message) {
  const auto kind = take<std::uint8_t>(message);
  if (kind == kRecords) return take_run(message);
  std::array<std::uint64_t, 2> theirs{take<std::uint64_t>(message), take<std::uint64_t>(message)};
  const std::uint64_t held = theirs[options_.self];
  if (kind == kHello) sent_ = held;
  while (!under_way_.empty() && under_way_.front() <= held) under_way_.pop_front();
  greeted_ = true;
  flow();
}

void Daemon::take_run(View message) {
  const std::size_t author = 1 - options_.self;
  if (take<std::uint64_t>(message) != ends_[author].seq) throw std::runtime_error("a gap");
  std::vector<Record> run(take<std::uint32_t>(message));
  Place place = ends_[author];
  for (Record& record : run) {
    std::copy_n(message.begin(), record.head.size(), record.head.begin());
    message = message.subspan(record.head.size());
    const auto length = take<std::uint32_t>(message);
    record.body.assign(message.begin(), message.begin() + length);
    message = message.subspan(length);
    if (!follows(keys_, author, place, record)) throw std::runtime_error("a broken chain");
  }
  if (!signature_holds(keys_, author, run.back())) throw std::runtime_error("a bad signature");
  log_.begin();
  for (std::size_t i = 0; i < run.size(); ++i) log_.append(author, ends_[author].seq + i, run[i]);
  log_.commit();
  ends_[author] = place;
  receipt();
  for (const Record& record : run) {
    auto text = open_record(keys_, author, record);
    if (!text) throw std::runtime_error("a body does not open");
    tell(*text);
    opened_.push_back(std::move(*text));
  }
  if (options_.until != 0 && opened_.size() == options_.until) say("held");
}

// ---- clients ----

bool Daemon::serve(Line& client) {
  const bool there = client.read();
  while (const auto request = client.next()) {
    const std::string_view text(reinterpret_cast<const char*>(request->data()), request->size());
    if (text.starts_with('W')) write(client, text.substr(1));
    if (text == "w") watchers_.push_back(&client);
  }
  return there;
}

void Daemon::write(Line& client, std::string_view text) {
  const std::size_t self = options_.self;
  const std::uint64_t seq = ends_[self].seq;
  Place place = ends_[self];
  const Record record = seal_record(keys_, self, place, keys_.authors[1 - self].device, text);
  log_.begin();
  log_.append(self, seq, record);
  log_.commit();
  ends_[self] = place;
  client.send(place.prev);
  flow();
}

void Daemon::tell(std::string_view text) {
  for (Line* watcher : watchers_) watcher->send({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

void Daemon::run() {
  const int tcp = options_.listen != 0 ? listen_tcp(options_.listen) : -1;
  const int local = options_.socket.empty() ? -1 : listen_unix(options_.socket);
  say("ready");
  if (options_.dial != 0) meet(dial_tcp(options_.dial));
  for (;;) {
    const int peer = peer_ ? peer_->fd() : -1;
    const auto also = static_cast<short>(peer_ && !peer_->flush() ? POLLOUT : 0);
    std::vector<pollfd> wanted{{tcp, POLLIN, 0}, {local, POLLIN, 0}, {peer, static_cast<short>(POLLIN | also), 0}};
    for (const auto& client : clients_) wanted.push_back({client->fd(), POLLIN, 0});
    ::poll(wanted.data(), wanted.size(), -1);
    if (wanted[0].revents != 0) meet(::accept(tcp, nullptr, nullptr));
    if (wanted[1].revents != 0) clients_.push_back(std::make_unique<Line>(::accept(local, nullptr, nullptr)));
    if ((wanted[2].revents & POLLIN) != 0) {
      const bool there = peer_->read();
      while (const auto message = peer_->next()) receive(*message);
      if (!there) peer_.reset();
    }
    for (std::size_t i = 3; i < wanted.size(); ++i) {
      if (wanted[i].revents == 0) continue;
      const int fd = wanted[i].fd;
      const auto client =
          std::find_if(clients_.begin(), clients_.end(), [fd](const auto& one) { return one->fd() == fd; });
      if (serve(**client)) continue;
      std::erase(watchers_, client->get());
      ::close(fd);
      clients_.erase(client);
    }
  }
}

}  // namespace minimal
